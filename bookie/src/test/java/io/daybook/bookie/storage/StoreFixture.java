package io.daybook.bookie.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.config.DataSize;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.DurableLog.Kind;
import io.daybook.bookie.ReadOutcome;
import io.daybook.bookie.StoredLedger;
import io.daybook.bookie.StoredRecords;
import io.daybook.bookie.index.Indexes;
import io.daybook.bookie.index.StoreIndex;
import io.daybook.ledger.protocol.Records;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A store in a simulated world, with a list as its journal: records stay until released, and all of them survive crashes. */
final class StoreFixture {
    static final Path DATA = Path.of("/data");

    final SimWorld world;
    final SimNode node;
    final StorageConfig config;
    final ByteBufAllocator buffers = new UnpooledByteBufAllocator(false);
    final List<BookieException.Stopped> failures = new ArrayList<>();

    /** One journalled record; the body is null where the kind has none. */
    record Logged(Kind kind, long ledgerId, long entryId, byte @Nullable [] payload) {}

    final List<Logged> journal = new ArrayList<>();
    int released; // records before this are gone
    int owners = 2;

    StoreIndex index = Indexes.heap();
    TieredEntryStore store;
    StoreLoops loops;

    StoreFixture(long seed) {
        this(new SimWorld(seed), config(DataSize.kibibytes(256), DataSize.mebibytes(4)));
    }

    StoreFixture(SimWorld world, StorageConfig config) {
        this.world = world;
        this.node = world.node("b1");
        this.config = config;
    }

    static StorageConfig config(DataSize writeCache, DataSize fileSizeMax) {
        return new StorageConfig(
                List.of(DATA),
                writeCache,
                DataSize.kibibytes(512),
                DataSize.kibibytes(128),
                DataSize.mebibytes(8),
                fileSizeMax,
                Duration.ofSeconds(60));
    }

    StoreFixture start() {
        world.await(startLater());
        return this;
    }

    /** Opens, replays, flushes and releases, as a bookie does before it registers. */
    Promise<Void> startLater() {
        loops = new StoreLoops(node.loops("owner", owners), node.loop("flush"), node.loops("read", 2));
        Loop main = node.loop("main");
        Promise<Void> started = main.promise();
        main.execute(() -> TieredEntryStore.open(config, node.disk(), loops, index, buffers, failures::add, main)
                .whenComplete((opened, failure) -> {
                    if (opened == null) {
                        started.completeExceptionally(failure);
                        return;
                    }
                    store = opened;
                    replay(opened, main, started);
                }));
        return started;
    }

    private void replay(TieredEntryStore opened, Loop main, Promise<Void> started) {
        StoreReplay replay = opened.replay(main);
        feed(replay, released, main, started);
    }

    private void feed(StoreReplay replay, int from, Loop main, Promise<Void> started) {
        for (int i = from; i < journal.size(); i++) {
            Logged record = journal.get(i);
            byte[] payload = record.payload() == null ? new byte[0] : record.payload();
            var wait =
                    replay.record(record.kind(), record.ledgerId(), record.entryId(), Unpooled.wrappedBuffer(payload));
            if (wait != null) {
                int next = i + 1;
                wait.whenComplete((room, failure) -> {
                    if (failure == null) {
                        feed(replay, next, main, started);
                    } else {
                        started.completeExceptionally(failure);
                    }
                });
                return;
            }
        }
        replay.finish(this::checkpoint).whenComplete((done, failure) -> {
            if (failure == null) {
                started.complete(null);
            } else {
                started.completeExceptionally(failure);
            }
        });
    }

    private CheckpointedLog.Checkpoint checkpoint() {
        int position = journal.size();
        return caller -> {
            Promise<Void> done = caller.promise();
            released = Math.max(released, position);
            done.complete(null);
            return done;
        };
    }

    Loop owner(long ledgerId) {
        return loops.owners().of(ledgerId);
    }

    /** Puts an entry and journals it; false if there was no room. */
    boolean put(long ledgerId, long entryId, byte[] body) {
        return on(ledgerId, () -> {
            boolean taken = store.put(ledgerId, entryId, Unpooled.wrappedBuffer(body), owner(ledgerId));
            if (taken) {
                journal.add(new Logged(Kind.ENTRY, ledgerId, entryId, body));
            }
            return taken;
        });
    }

    /** As {@link #put}, waiting for room. */
    void mustPut(long ledgerId, long entryId, byte[] body) {
        while (!put(ledgerId, entryId, body)) {
            flush();
        }
    }

    void fence(long ledgerId) {
        StoredLedger known = load(ledgerId);
        StoredLedger before = known == null ? StoredLedger.UNSEEN : known;
        on(ledgerId, () -> {
            store.putState(
                    ledgerId,
                    new StoredLedger(before.masterKey(), true, before.limbo(), before.explicitLac(), -1, -1),
                    owner(ledgerId));
            journal.add(new Logged(Kind.FENCE, ledgerId, -1, null));
            return true;
        });
    }

    void state(long ledgerId, StoredLedger state) {
        on(ledgerId, () -> {
            store.putState(ledgerId, state, owner(ledgerId));
            return true;
        });
    }

    void remove(long ledgerId) {
        on(ledgerId, () -> {
            store.remove(ledgerId, owner(ledgerId));
            return true;
        });
    }

    void flush() {
        world.await(store.flush(node.loop("main")));
        world.runUntilIdle();
    }

    ReadOutcome read(long ledgerId, long entryId) {
        return await(ledgerId, () -> store.read(ledgerId, entryId, owner(ledgerId)));
    }

    /** The bytes of an entry, null if missing; fails if damaged. */
    byte @Nullable [] bytes(long ledgerId, long entryId) {
        ReadOutcome outcome = read(ledgerId, entryId);
        if (outcome instanceof ReadOutcome.Found found) {
            return take(found.body());
        }
        if (outcome instanceof ReadOutcome.Missing) {
            return null;
        }
        throw new AssertionError(outcome);
    }

    List<byte[]> batch(long ledgerId, long first, int countMax, long bytesMax) {
        return await(ledgerId, () -> store.readBatch(ledgerId, first, countMax, bytesMax, owner(ledgerId))).stream()
                .map(StoreFixture::takeShared)
                .toList();
    }

    /** Bodies of a strided read by id, which must be the ids asked for. */
    java.util.TreeMap<Long, byte[]> records(long ledgerId, long first, int stride, int countMax, long bytesMax) {
        StoredRecords found =
                await(ledgerId, () -> store.readRecords(ledgerId, first, stride, countMax, bytesMax, owner(ledgerId)));
        java.util.TreeMap<Long, byte[]> bodies = new java.util.TreeMap<>();
        Records walk = new Records(found.bytes());
        while (walk.next()) {
            assertThat(walk.ledgerId()).isEqualTo(ledgerId);
            assertThat(walk.entryId()).isEqualTo(first + (long) bodies.size() * stride);
            bodies.put(walk.entryId(), takeShared(walk.body()));
        }
        assertThat(bodies).hasSize(found.count());
        found.release();
        return bodies;
    }

    @Nullable
    StoredLedger load(long ledgerId) {
        return await(ledgerId, () -> store.load(ledgerId, owner(ledgerId)));
    }

    long @Nullable [] entries(long ledgerId) {
        return await(ledgerId, () -> store.entries(ledgerId, owner(ledgerId)));
    }

    <T extends @Nullable Object> T await(long ledgerId, java.util.function.Supplier<Promise<T>> question) {
        Promise<T> answer = node.loop("main").promise();
        owner(ledgerId)
                .execute(() -> question.get().whenComplete((value, failure) -> {
                    if (failure == null) {
                        answer.complete(value);
                    } else {
                        answer.completeExceptionally(failure);
                    }
                }));
        return world.await(answer);
    }

    private <T> T on(long ledgerId, java.util.function.Supplier<T> step) {
        Promise<T> done = node.loop("main").promise();
        owner(ledgerId).execute(() -> done.complete(step.get()));
        return world.await(done);
    }

    void crash() {
        node.crash();
        node.restart();
    }

    /** As after losing the index. */
    void loseIndex() {
        index = Indexes.heap();
    }

    void close() {
        world.await(store.close(node.loop("main")));
        world.runUntilIdle();
    }

    /** The bytes of an entry that may share its memory with others. */
    static byte[] takeShared(ByteBuf body) {
        byte[] bytes = new byte[body.readableBytes()];
        body.readBytes(bytes);
        body.release();
        return bytes;
    }

    static byte[] take(ByteBuf body) {
        byte[] bytes = new byte[body.readableBytes()];
        body.readBytes(bytes);
        if (!body.release() || body.refCnt() != 0) {
            throw new AssertionError("an entry was handed out that others share");
        }
        return bytes;
    }

    /** An entry as clients package it: header with LAC = id − 1, then {@code size} bytes made from {@code version}. */
    static byte[] body(long ledgerId, long entryId, int version, int size) {
        ByteBuf body = Unpooled.buffer(32 + size);
        body.writeLong(ledgerId).writeLong(entryId).writeLong(entryId - 1).writeLong(size);
        for (int i = 0; i < size; i++) {
            body.writeByte((int) (ledgerId * 31 + entryId * 7 + version * 13L + i));
        }
        return body.array();
    }
}
