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
    private static final int ANSWER_BYTES_MAX = 2 << 20;

    /** What an entry takes in an answer beside its payload, about, bytes. */
    static final int RECORD_OVERHEAD = 64;

    private final Source source;
    private final long first;
    private final long last;
    private final long budget; // bytes in flight
    private final int answerBytesMax;
    private final int pieceBytes; // one answer, about; several are in flight
    private final boolean mayEndEarly;
    private final @Nullable LedgerEntry[] found;
    private final Promise<LedgerEntries> result;

    private final ArrayList<Gap> gaps = new ArrayList<>(); // what came back short
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
        this.answerBytesMax = Math.min(ANSWER_BYTES_MAX, source.answerBytesMax());
        this.pieceBytes = answerBytesMax / 2;
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
        while (!result.isDone() && (asked == 0 || asked * weight() < budget)) {
            if (!gaps.isEmpty()) {
                askAgain(gaps.remove(gaps.size() - 1));
            } else if (nextNew <= end) {
                askOn();
            } else {
                break;
            }
        }
        pumping = false;
        if (!result.isDone() && arrived == end - first + 1) {
            complete();
        }
    }

    /** Asks for the next entries, in a striped ledger by as many questions as it has slots. */
    private void askOn() {
        long from = nextNew;
        int stride = source.stride(from);
        long span = Math.max(1, stride * piece());
        long to = end - from < span + span / 2 ? end : from + span - 1; // no small rest
        to = Math.min(to, source.fragmentEnd(from));
        nextNew = to + 1;
        if (stride == 0) {
            nextNew = from + 1;
            ask(from, 1, from);
        }
        for (int i = 0; i < stride && from + i <= to && !result.isDone(); i++) {
            ask(from + i, stride, to);
        }
    }

    /** Asks for what came back short, or for the first part of it if it has turned out to be more than one answer holds. */
    private void askAgain(Gap gap) {
        int stride = source.stride(gap.first) == 0 ? 0 : gap.stride;
        long to = Math.min(gap.last, gap.first + Math.max(0, stride * (piece() - 1)));
        long rest = to - (to - gap.first) % gap.stride + gap.stride;
        if (rest <= gap.last) {
            gaps.add(new Gap(rest, gap.stride, gap.last));
        }
        ask(gap.first, gap.stride, to);
    }

    /** Entries that fit into one answer. */
    private long piece() {
        return Math.max(1, pieceBytes / weight());
    }

    private void ask(long from, int stride, long to) {
        long count = (to - from) / stride + 1;
        asked += count;
        source.fetch(from, stride, to, answerBytesMax, new ReadScheduler.Receiver() {
            @Override
            public void onEntries(long start, List<LedgerEntry> entries) {
                arrived(entries);
                long next = start + (long) entries.size() * stride;
                if (next <= to) { // the answer was full, or the bookie has a hole
                    asked -= (to - next) / stride + 1;
                    if (next <= end) {
                        gaps.add(new Gap(next, stride, Math.min(to, end)));
                    }
                }
                pump();
            }

            @Override
            public void onMissing(long start, ReplicaChoice answers) {
                asked -= count;
                if (result.isDone()) {
                    return;
                }
                LedgerException why = source.missing(start, mayEndEarly, answers);
                if (mayEndEarly && start > first && why instanceof LedgerException.NoSuchEntry) {
                    end = Math.min(end, start - 1);
                    gaps.removeIf(gap -> gap.first > end);
                    gaps.replaceAll(gap -> new Gap(gap.first, gap.stride, Math.min(gap.last, end)));
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

    /** Entries that were asked for and did not come. */
    private record Gap(long first, int stride, long last) {}

    private void fail(LedgerException why) {
        release(first);
        result.completeExceptionally(why);
    }

    private long weight() {
        return Math.max(1, arrived == 0 ? source.weight() : RECORD_OVERHEAD + arrivedBytes / arrived);
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

        /** Fetches entries {@code first}, {@code first + stride}, … to at most {@code last}; the receiver hears of it later. */
        void fetch(long first, int stride, long last, long bytesMax, ReadScheduler.Receiver receiver);

        /** The largest answer this client takes, bytes; at least 1. */
        int answerBytesMax();

        /** How far the entries of one answer are apart where {@code entry} is; 0 where each needs a question of its own. */
        int stride(long entry);

        /** What an entry weighs in an answer, bytes, as far as is known before one has come. */
        long weight();

        /** Last entry of the fragment that holds {@code entry}; Long.MAX_VALUE for the last one. */
        long fragmentEnd(long entry);

        /** Looks at an entry that came; borrows it. */
        void onEntry(LedgerEntry entry);

        /**
         * What it means that nobody delivered {@code entry}.
         *
         * @param mayBeUnconfirmed whether entries behind the last confirmed one were asked for as well (R63c)
         */
        LedgerException missing(long entry, boolean mayBeUnconfirmed, ReplicaChoice answers);
    }
}
