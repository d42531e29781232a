package io.daybook.bookie.storage;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.bookie.DurableLog.Kind;
import io.daybook.bookie.entrylog.LedgerNote;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Feeds records of the journal to the store again, in order; a journal larger than the write caches makes them flush meanwhile. Nothing is
 * released before {@link #finish}.
 *
 * <p><b>Threads.</b> Belongs to the loop that began it. <b>Buffers.</b> Records taken over are released.
 */
public final class StoreReplay {
    /** Bytes that may be on their way to the owner loops. */
    private static final long UNDER_WAY_MAX = 8 << 20;

    private final TieredEntryStore store;
    private final Flusher flusher;
    private final Loop loop;
    private final List<Feed> feeds = new ArrayList<>();

    private long underWay; // replay's loop
    private @Nullable Promise<Void> room; // replay's loop; completes when less is under way
    private @Nullable Throwable failure; // replay's loop

    private record Item(Kind kind, long ledgerId, long entryId, ByteBuf payload) {
        long bytes() {
            return payload.readableBytes() + 64L;
        }
    }

    StoreReplay(TieredEntryStore store, Flusher flusher, List<CacheShard> shards, Loop loop) {
        this.store = store;
        this.flusher = flusher;
        this.loop = loop;
        for (CacheShard shard : shards) {
            feeds.add(new Feed(shard));
        }
    }

    /**
     * Takes one record, and {@code payload}, over.
     *
     * @return null to go on at once, else go on when it completes; it fails if the store cannot write
     */
    public @Nullable Promise<Void> record(Kind kind, long ledgerId, long entryId, ByteBuf payload) {
        Item item = new Item(kind, ledgerId, entryId, payload);
        underWay += item.bytes();
        Feed feed = feeds.get(store.shardIndex(ledgerId));
        feed.shard.loop().execute(() -> feed.add(item));
        if (failure == null && underWay <= UNDER_WAY_MAX) {
            return null;
        }
        return whenLessThan();
    }

    private Promise<Void> whenLessThan() {
        Promise<Void> asked = room == null ? loop.promise() : room;
        if (failure != null) {
            asked.completeExceptionally(failure);
        }
        room = asked;
        return asked;
    }

    /**
     * Completes, on the replay's loop, once all records are in synced files (R33). From then on flushes release {@code journal}; the first of them,
     * which is part of this, releases what was replayed.
     */
    public Promise<Void> finish(CheckpointedLog journal) {
        Promise<Void> done = loop.promise();
        drained(journal, done);
        return done;
    }

    private void drained(CheckpointedLog journal, Promise<Void> done) {
        if (failure != null) {
            done.completeExceptionally(failure);
        } else if (underWay > 0) {
            room = loop.promise();
            Futures.whenDone(room, loop, (less, problem) -> drained(journal, done));
        } else {
            store.release(journal);
            Futures.whenDone(flusher.flush(loop), loop, (flushed, problem) -> {
                if (problem == null) {
                    done.complete(null);
                } else {
                    done.completeExceptionally(problem);
                }
            });
        }
    }

    private void taken(long bytes, @Nullable Throwable problem) {
        underWay -= bytes;
        failure = failure == null ? problem : failure;
        Promise<Void> waiter = room;
        if (waiter != null && (failure != null || underWay <= UNDER_WAY_MAX / 2)) {
            room = null;
            if (failure != null) {
                waiter.completeExceptionally(failure);
            } else {
                waiter.complete(null);
            }
        }
    }

    /** What waits for one owner loop, in order; owner loop only. */
    private final class Feed {
        private final CacheShard shard;
        private final ArrayDeque<Item> items = new ArrayDeque<>();
        private boolean waits;
        private @Nullable Throwable problem;

        Feed(CacheShard shard) {
            this.shard = shard;
        }

        void add(Item item) {
            items.add(item);
            if (!waits) {
                drain();
            }
        }

        private void drain() {
            long bytes = 0;
            while (!items.isEmpty()) {
                Item item = items.peek();
                if (problem == null && !take(item)) {
                    waits = true;
                    Futures.whenDone(flusher.flush(shard.loop()), shard.loop(), (flushed, failed) -> {
                        problem = failed;
                        waits = false;
                        drain();
                    });
                    break;
                }
                items.remove();
                item.payload().release();
                bytes += item.bytes();
            }
            long done = bytes;
            Throwable met = problem;
            loop.execute(() -> taken(done, met));
        }

        private boolean take(Item item) {
            switch (item.kind()) {
                case ENTRY -> {
                    return shard.put(item.ledgerId(), item.entryId(), item.payload());
                }
                case KEY -> shard.note(LedgerNote.key(item.ledgerId(), ByteBufUtil.getBytes(item.payload())));
                case FENCE -> shard.note(LedgerNote.fence(item.ledgerId()));
                case LIMBO -> shard.note(LedgerNote.limbo(item.ledgerId()));
                case LAC -> shard.note(LedgerNote.lac(item.ledgerId(), ByteBufUtil.getBytes(item.payload())));
            }
            return true;
        }
    }
}
