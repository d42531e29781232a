package io.daybook.ledger.client;

import io.daybook.base.exec.Promise;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads consecutive entries through a {@link ReadScheduler}, several pieces at a time, with the bytes in flight bounded by what entries
 * have weighed so far. Belongs to the reader's loop.
 *
 * <p><b>Buffers.</b> Owns the entries that have come until its promise completes with them; a failure releases them.
 */
final class RangeRead {
    private static final int PIECE_BYTES = 1 << 20; // one answer; several are in flight
    private static final int ENTRY_GUESS = 4096; // bytes, until an entry has come

    private final Source source;
    private final long first;
    private final long last;
    private final long budget; // bytes in flight
    private final boolean mayEndEarly;
    private final @Nullable LedgerEntry[] found;
    private final Promise<LedgerEntries> result;

    private final ArrayList<long[]> gaps = new ArrayList<>(); // what came back short: {first, last}
    private long nextNew; // lowest entry never asked for
    private long end; // reading stops here; lowered when an unconfirmed entry is missing
    private long asked; // entries in flight
    private int arrived;
    private long arrivedBytes;
    private boolean pumping;

    /** @param mayEndEarly an entry that no bookie has ends the range instead of failing it (R63c) */
    RangeRead(Source source, long first, long last, long budget, boolean mayEndEarly, Promise<LedgerEntries> result) {
        this.source = source;
        this.first = first;
        this.last = last;
        this.budget = budget;
        this.mayEndEarly = mayEndEarly;
        this.found = new LedgerEntry[Math.toIntExact(last - first + 1)];
        this.result = result;
        this.nextNew = first;
        this.end = last;
    }

    void start() {
        pump();
    }

    private void arrived(List<LedgerEntry> entries) {
        asked -= entries.size();
        for (LedgerEntry entry : entries) {
            source.onEntry(entry);
            if (result.isDone() || entry.entryId() > end) {
                entry.close();
            } else {
                found[(int) (entry.entryId() - first)] = entry;
                arrived++;
                arrivedBytes += entry.payload().readableBytes();
            }
        }
    }

    private void pump() {
        if (pumping || result.isDone()) {
            return;
        }
        pumping = true;
        while (!result.isDone()) {
            long from;
            long to;
            if (!gaps.isEmpty()) {
                long[] gap = gaps.remove(gaps.size() - 1);
                from = gap[0];
                to = gap[1];
            } else if (nextNew <= end && (asked == 0 || asked * weight() < budget)) {
                from = nextNew;
                to = Math.min(end, from + source.pieceEntries(weight(), PIECE_BYTES) - 1);
                to = Math.min(to, source.fragmentEnd(from));
                nextNew = to + 1;
            } else {
                break;
            }
            ask(from, to);
        }
        pumping = false;
        if (!result.isDone() && arrived == end - first + 1) {
            complete();
        }
    }

    private void ask(long from, long to) {
        asked += to - from + 1;
        source.fetch(from, to, PIECE_BYTES, new ReadScheduler.Receiver() {
            @Override
            public void onEntries(long start, List<LedgerEntry> entries) {
                arrived(entries);
                long next = start + entries.size();
                if (next <= to) { // the answer was full, or the bookie has a hole
                    asked -= to - next + 1;
                    if (next <= end) {
                        gaps.add(new long[] {next, Math.min(to, end)});
                    }
                }
                pump();
            }

            @Override
            public void onMissing(long start, ReplicaChoice answers) {
                asked -= to - start + 1;
                if (result.isDone()) {
                    return;
                }
                LedgerException why = source.missing(start, answers);
                if (mayEndEarly && start > first && why instanceof LedgerException.NoSuchEntry) {
                    end = Math.min(end, start - 1);
                    gaps.removeIf(gap -> gap[0] >= start);
                    release(end + 1);
                    pump();
                } else {
                    fail(why);
                }
            }

            @Override
            public void onClosed(LedgerException why) {
                fail(why);
            }
        });
    }

    private void fail(LedgerException why) {
        release(first);
        result.completeExceptionally(why);
    }

    private long weight() {
        return arrived == 0 ? ENTRY_GUESS : Math.max(1, arrivedBytes / arrived);
    }

    private void complete() {
        List<LedgerEntry> entries = new ArrayList<>(arrived);
        for (int i = 0; i < arrived; i++) {
            LedgerEntry entry = found[i];
            if (entry == null) {
                throw new IllegalStateException("entry %s is missing among %s".formatted(first + i, arrived));
            }
            entries.add(entry);
            found[i] = null;
        }
        if (!result.complete(new LedgerEntries(entries))) {
            entries.forEach(LedgerEntry::close); // the caller gave up waiting
        }
    }

    private void release(long from) {
        for (long id = from; id <= last; id++) {
            int at = (int) (id - first);
            LedgerEntry entry = found[at];
            if (entry != null) {
                found[at] = null;
                arrived--;
                entry.close();
            }
        }
    }

    /** Where pieces come from. */
    interface Source {

        /** Fetches entries {@code first} to at most {@code last}; the receiver hears of it later. */
        void fetch(long first, long last, long bytesMax, ReadScheduler.Receiver receiver);

        /** How many entries of {@code weight} bytes to ask for at once. */
        long pieceEntries(long weight, long bytesMax);

        /** Last entry of the fragment that holds {@code entry}; Long.MAX_VALUE for the last one. */
        long fragmentEnd(long entry);

        /** Looks at an entry that came; borrows it. */
        void onEntry(LedgerEntry entry);

        /** What it means that nobody delivered {@code entry}. */
        LedgerException missing(long entry, ReplicaChoice answers);
    }
}
