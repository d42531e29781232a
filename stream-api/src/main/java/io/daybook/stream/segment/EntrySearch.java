package io.daybook.stream.segment;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.LedgerReader;
import io.daybook.stream.record.BatchHeader;
import io.daybook.stream.record.RecordFormat;

/**
 * Finds the last entry of a ledger whose batch starts at or before an offset: by interpolation, and by halving once that has not helped four times.
 * Belongs to the reader's loop.
 */
final class EntrySearch {
    private static final int INTERPOLATIONS_MAX = 4;

    private final LedgerReader reader;
    private final Loop loop;
    private final long offset;
    private final Promise<Long> found;

    private long low; // starts at or before the offset
    private long lowOffset;
    private long high; // starts after the offset, or does not exist
    private long highOffset = -1; // unknown
    private int probes;

    EntrySearch(LedgerReader reader, Loop loop, long startOffset, long lastEntry, long offset) {
        this.reader = reader;
        this.loop = loop;
        this.offset = offset;
        this.found = loop.promise();
        this.lowOffset = startOffset;
        this.high = lastEntry + 1;
    }

    /** Fails as reads of the ledger do; a hint outside the ledger is ignored. */
    Promise<Long> start(long hint) {
        if (hint > low && hint < high) {
            probe(hint);
        } else {
            step();
        }
        return found;
    }

    private void step() {
        if (high - low <= 1) {
            found.complete(low);
            return;
        }
        long guess = low + (high - low) / 2;
        if (highOffset < 0) {
            guess = high - 1; // the last entry tells the slope, and is the likeliest place
        } else if (probes < INTERPOLATIONS_MAX && highOffset > lowOffset) {
            double share = (double) (offset - lowOffset) / (highOffset - lowOffset);
            guess = low + (long) (share * (high - low));
        }
        probe(Math.max(low + 1, Math.min(high - 1, guess)));
    }

    private void probe(long entry) {
        probes++;
        Futures.whenDone(reader.readUnconfirmed(entry, entry), loop, (entries, failure) -> {
            if (entries == null) {
                found.completeExceptionally(failure == null ? new IllegalStateException() : failure);
                return;
            }
            BatchHeader header;
            try (entries) {
                header = RecordFormat.readHeader(entries.entries().get(0).payload());
            } catch (RuntimeException refused) {
                found.completeExceptionally(refused);
                return;
            }
            if (!header.control() && header.baseOffset() <= offset && offset < header.endOffset()) {
                found.complete(entry);
            } else if (header.baseOffset() <= offset) {
                low = entry;
                lowOffset = header.baseOffset();
                step();
            } else {
                high = entry;
                highOffset = header.baseOffset();
                step();
            }
        });
    }
}
