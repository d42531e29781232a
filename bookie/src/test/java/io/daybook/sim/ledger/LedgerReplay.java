package io.daybook.sim.ledger;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.bookie.DurableLog.Kind;
import io.daybook.bookie.EntryStore;
import io.daybook.bookie.StoredLedger;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Puts the records of a journal back into the store after a stop of any kind. Doing so twice changes nothing.
 *
 * <p>Records are collected per ledger's loop and handed over in batches, since what concerns a ledger happens on its loop. When the store
 * has no room, replay waits for a flush (RG-43).
 *
 * <p><b>Threads.</b> {@link #record} and {@link #finish} are for one loop, that of the replay.
 */
public final class LedgerReplay {
    private static final int BATCH_RECORDS_MAX = 4_096;
    private static final long BATCH_BYTES_MAX = 4 << 20;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int LAC_AT = 8;

    private final EntryStore store;
    private final Loops owners;
    private final Loop replay;
    private final List<Batch> batches = new ArrayList<>();
    private int records;
    private long bytes;

    public LedgerReplay(EntryStore store, Loops owners, Loop replay) {
        this.store = store;
        this.owners = owners;
        this.replay = replay;
        for (Loop owner : owners.all()) {
            batches.add(new Batch(owner));
        }
    }

    /** Takes one record, with its payload; null to go on at once, else after the promise, which fails if the store does. */
    public @Nullable CompletableFuture<Void> record(Kind kind, long ledgerId, long entryId, ByteBuf payload) {
        Loop owner = owners.of(ledgerId);
        for (Batch batch : batches) {
            if (batch.owner == owner) {
                batch.records.add(new Record(kind, ledgerId, entryId, payload));
            }
        }
        records++;
        bytes += payload.readableBytes();
        return records < BATCH_RECORDS_MAX && bytes < BATCH_BYTES_MAX ? null : finish();
    }

    /** Completes when everything taken so far is in the store. */
    public CompletableFuture<Void> finish() {
        records = 0;
        bytes = 0;
        Promise<Void> done = replay.promise();
        int[] left = {batches.size()};
        for (int i = 0; i < batches.size(); i++) {
            Batch batch = batches.get(i);
            batches.set(i, new Batch(batch.owner));
            batch.owner.run(() -> {
                Promise<Void> applied = batch.owner.promise();
                apply(batch, applied);
                Futures.whenDone(
                        applied,
                        batch.owner,
                        (nothing, failure) -> replay.run(() -> {
                            if (failure != null) {
                                done.completeExceptionally(failure);
                            } else if (--left[0] == 0) {
                                done.complete(null);
                            }
                        }));
            });
        }
        return done;
    }

    private void apply(Batch batch, Promise<Void> applied) {
        for (Record next = batch.records.peek(); next != null; next = batch.records.peek()) {
            Record record = next;
            if (record.kind != Kind.ENTRY) {
                batch.records.remove();
                Futures.whenDone(store.load(record.ledgerId, batch.owner), batch.owner, (stored, failure) -> {
                    if (failure != null) {
                        record.payload.release();
                        batch.release();
                        applied.completeExceptionally(failure);
                        return;
                    }
                    store.putState(record.ledgerId, merged(stored, record), batch.owner);
                    record.payload.release();
                    apply(batch, applied);
                });
                return;
            }
            if (!store.put(record.ledgerId, record.entryId, record.payload, batch.owner)) {
                batch.owner.schedule(RETRY_NANOS, () -> apply(batch, applied));
                return;
            }
            batch.records.remove();
            record.payload.release();
        }
        applied.complete(null);
    }

    private static StoredLedger merged(@Nullable StoredLedger stored, Record record) {
        StoredLedger old = stored == null ? StoredLedger.UNSEEN : stored;
        byte[] payload = ByteBufUtil.getBytes(record.payload);
        byte[] explicit = old.explicitLac();
        boolean higher = record.kind == Kind.LAC && (explicit == null || lac(payload) > lac(explicit));
        return new StoredLedger(
                record.kind == Kind.KEY ? payload : old.masterKey(),
                old.fenced() || record.kind == Kind.FENCE,
                old.limbo() || record.kind == Kind.LIMBO,
                higher ? payload : explicit,
                old.lastEntry(),
                higher ? Math.max(old.maxLac(), lac(payload)) : old.maxLac());
    }

    private static long lac(byte[] packet) {
        return ByteBuffer.wrap(packet).getLong(LAC_AT);
    }

    private record Record(Kind kind, long ledgerId, long entryId, ByteBuf payload) {}

    /** Records of one loop's ledgers, in order; owns their payloads. */
    private static final class Batch {
        private final Loop owner;
        private final ArrayDeque<Record> records = new ArrayDeque<>();

        Batch(Loop owner) {
            this.owner = owner;
        }

        void release() {
            records.forEach(record -> record.payload.release());
            records.clear();
        }
    }
}
