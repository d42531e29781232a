package io.daybook.ledger.client;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the first of some entries and as many of those behind it as fit into so many bytes: in one answer of one bookie where that has them all, else
 * gathered by a {@link RangeRead}. Belongs to the reader's loop.
 *
 * <p><b>Buffers.</b> Its promise completes with entries that are the caller's to close.
 */
final class BatchRead implements ReadScheduler.Receiver {
    private static final int UNBATCHED_MAX = 256; // entries where each needs a request of its own
    private static final int STRIPED_MAX = 1 << 16; // entries where several requests bring them

    private final EntrySource source;
    private final long first;
    private final long last;
    private final long bytesMax;
    private final Promise<LedgerEntries> result;

    /** Of entries {@code first} to at most {@code last}, which are confirmed, about {@code bytesMax} bytes. */
    BatchRead(EntrySource source, long first, long last, long bytesMax, Promise<LedgerEntries> result) {
        this.source = source;
        this.first = first;
        this.last = last;
        this.bytesMax = bytesMax;
        this.result = result;
    }

    /** @param budget bytes in flight, where several requests are needed */
    void start(long budget, Loop loop) {
        int stride = source.stride(first);
        if (stride == 1) {
            long bytes = Math.min(bytesMax, source.answerBytesMax());
            source.fetch(first, 1, Math.min(last, source.fragmentEnd(first)), bytes, this);
        } else {
            gather(stride, budget, loop);
        }
    }

    private void gather(int stride, long budget, Loop loop) {
        long fitting = Math.max(1, bytesMax / Math.max(1, source.entryBytes()));
        fitting = Math.min(fitting, stride == 0 ? UNBATCHED_MAX : STRIPED_MAX);
        Promise<LedgerEntries> all = loop.promise();
        new RangeRead(source, first, Math.min(last, first + fitting - 1), budget, false, all).start();
        Futures.whenDone(all, loop, (entries, failure) -> {
            if (entries == null) {
                result.completeExceptionally(failure);
            } else {
                deliver(cut(entries.entries()));
            }
        });
    }

    @Override
    public void onEntries(long from, List<LedgerEntry> entries) {
        entries.forEach(source::onEntry);
        deliver(entries);
    }

    @Override
    public void onMissing(long from, ReplicaChoice answers) {
        result.completeExceptionally(source.missing(from, false, answers));
    }

    @Override
    public void onClosed(LedgerException why) {
        result.completeExceptionally(why);
    }

    private void deliver(List<LedgerEntry> entries) {
        if (!result.complete(new LedgerEntries(entries))) {
            entries.forEach(LedgerEntry::close); // the caller gave up waiting
        }
    }

    /** Keeps the first entry and as many more as fit; closes the rest. */
    private List<LedgerEntry> cut(List<LedgerEntry> entries) {
        List<LedgerEntry> kept = new ArrayList<>();
        long bytes = 0;
        for (LedgerEntry entry : entries) {
            bytes += entry.payload().readableBytes();
            if (!kept.isEmpty() && bytes > bytesMax) {
                entry.close();
                bytes = Long.MAX_VALUE / 2; // nothing behind a gap
            } else {
                kept.add(entry);
            }
        }
        return kept;
    }
}
