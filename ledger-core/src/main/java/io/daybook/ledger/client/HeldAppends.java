package io.daybook.ledger.client;

import io.daybook.base.exec.Promise;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerId;
import io.netty.buffer.ByteBuf;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Appends whose caller chose the entry id, held back until all lower ids were given (R40).
 *
 * <p>An entry above a gap could not be acknowledged anyway (I10); held back, it carries the true cumulative length, and if the gap is never
 * filled it has certainly not been applied. Bounded in entries and bytes. Owns the payloads. Belongs to the writer's loop.
 */
final class HeldAppends {
    private final LedgerId ledger;
    private final long entriesMax;
    private final long bytesMax;
    private final TreeMap<Long, Held> held = new TreeMap<>();
    private long bytes;

    /** One append; owns {@code payload}. */
    record Held(ByteBuf payload, int bytes, Promise<Long> promise) {}

    HeldAppends(LedgerId ledger, long entriesMax, long bytesMax) {
        this.ledger = ledger;
        this.entriesMax = entriesMax;
        this.bytesMax = bytesMax;
    }

    /** Takes an append in, of which lower ids than {@code entryId} are missing from {@code next} on; or fails it. */
    void hold(long entryId, long next, Held append) {
        LedgerException refusal = refusal(entryId, next, append.bytes);
        if (refusal == null) {
            held.put(entryId, append);
            bytes += append.bytes;
        } else {
            append.payload.release();
            append.promise.completeExceptionally(refusal);
        }
    }

    private @Nullable LedgerException refusal(long entryId, long next, int size) {
        if (entryId < next || held.containsKey(entryId)) {
            return new LedgerException.DuplicateEntry(
                    "entry %d of ledger %s was given before; each id is taken once".formatted(entryId, ledger));
        }
        if (held.size() >= entriesMax || bytes + size > bytesMax) {
            return new LedgerException.WindowFull(
                    "entry %d of ledger %s would wait for entry %d, and %d entries of %d bytes wait already; append entry %d first"
                            .formatted(entryId, ledger, next, held.size(), bytes, next));
        }
        return null;
    }

    /** The append of {@code entryId}, if it is here; given to the caller. */
    @Nullable
    Held take(long entryId) {
        Held append = held.remove(entryId);
        if (append != null) {
            bytes -= append.bytes;
        }
        return append;
    }

    /** Fails all: entry {@code next} will not come any more. */
    void failAll(long next) {
        while (!held.isEmpty()) {
            Map.Entry<Long, Held> lowest = held.pollFirstEntry();
            Held append = lowest.getValue();
            bytes -= append.bytes;
            append.payload.release();
            append.promise.completeExceptionally(new LedgerException.HandleClosed(
                    Outcome.NOT_APPLIED,
                    "entry %d of ledger %s waited for entry %d, which was not given before the ledger's writer ended"
                            .formatted(lowest.getKey(), ledger, next)));
        }
    }
}
