package io.daybook.bookie.storage;

import io.daybook.base.error.Check;
import io.daybook.base.exec.Loop;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.ReadOutcome;
import io.daybook.bookie.StoredLedger;
import io.daybook.bookie.entrylog.LedgerNote;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * All that one owner loop has of the store: the write cache in use, the one being flushed, and reads. All calls come from the owner loop.
 *
 * <p>A cache that a flush rotates out stays readable until its entries are in files and index; so an entry is always somewhere, and a
 * look-up in this order (caches, then index) cannot miss it.
 */
final class CacheShard {
    private final Loop loop;
    private final Flusher flusher;
    private final BooleanSupplier doubt;
    private final LongFunction<EntryReader> readers;
    private final ByteBufAllocator buffers;
    private final ChunkPool pool;
    private final DiskReads reads;

    private WriteCache active;
    private @Nullable WriteCache flushing;
    private boolean flushAsked;
    private boolean flushPressed;
    private boolean closed;
    private long epoch; // caches dropped so far

    CacheShard(
            Loop loop,
            Flusher flusher,
            BooleanSupplier doubt,
            LongFunction<EntryReader> readers,
            ByteBufAllocator buffers,
            long writeBytes,
            long readBytes,
            long readAhead) {
        this.loop = loop;
        this.flusher = flusher;
        this.doubt = doubt;
        this.readers = readers;
        this.buffers = buffers;
        this.pool = new ChunkPool(writeBytes);
        this.active = new WriteCache(pool);
        this.reads = new DiskReads(this, loop, readers, buffers, readBytes, readAhead);
    }

    Loop loop() {
        return loop;
    }

    // ---- writing

    boolean put(long ledgerId, long entryId, ByteBuf body) {
        boolean first = active.isEmpty();
        if (!active.put(ledgerId, entryId, body)) {
            flusher.hurry();
            askForFlush();
            return false;
        }
        reads.cache().rewritten(ledgerId, entryId);
        written(first);
        return true;
    }

    void note(LedgerNote news) {
        boolean first = active.isEmpty();
        active.note(news);
        if (news.forgotten()) {
            reads.cache().forget(news.ledgerId());
        }
        written(first);
    }

    private void written(boolean first) {
        if (first) {
            flusher.somethingToFlush();
        }
        if (active.bytes() >= pool.bytesMax() / 2) {
            askForFlush();
        } else if (!flushPressed
                && active.bytes() >= pool.bytesMax() / 8) { // a quarter of what the one being flushed had
            flushPressed = true;
            flusher.press();
        }
    }

    private void askForFlush() {
        if (!flushAsked) {
            flushAsked = true;
            flusher.request();
        }
    }

    /** Freezes the cache in use and starts another; null if it is empty. */
    @Nullable
    WriteCache rotate() {
        flushAsked = false;
        flushPressed = false;
        if (active.isEmpty()) {
            return null;
        }
        Check.state(flushing == null, "a write cache was to be flushed before the other one was done");
        flushing = active;
        active = new WriteCache(pool);
        return flushing;
    }

    /** What was rotated out is in files and index. */
    void flushed() {
        if (flushing != null) {
            flushing.recycle();
            flushing = null;
            epoch++;
        }
    }

    // ---- reading

    /** Changes whenever a write cache is dropped. */
    long epoch() {
        return epoch;
    }

    /** The answer where no trace of an entry is found: absence, unless files were lost (R27). */
    ReadOutcome absence() {
        return doubt.getAsBoolean()
                ? new ReadOutcome.Damaged("entry-log files of this bookie are lost or damaged, so that nobody knows")
                : ReadOutcome.MISSING;
    }

    @Nullable
    ByteBuf cached(long ledgerId, long entryId) {
        ByteBuf body = active.copy(ledgerId, entryId, buffers);
        if (body != null || forgets(active, ledgerId)) {
            return body;
        }
        if (flushing != null) {
            body = flushing.copy(ledgerId, entryId, buffers);
            if (body != null || forgets(flushing, ledgerId)) {
                return body;
            }
        }
        return reads.cached(ledgerId, entryId);
    }

    /** Gives an entry to {@code read} if a write cache has it. */
    boolean giveWritten(long ledgerId, long entryId, RecordRead read) {
        return active.give(ledgerId, entryId, read)
                || (!forgets(active, ledgerId) && flushing != null && flushing.give(ledgerId, entryId, read));
    }

    /** What was fetched with an entry in it, or null; valid until the caller returns. Entries of it that a write cache has too count there. */
    @Nullable
    Segment segment(long ledgerId, long entryId, boolean ahead) {
        return forgotten(ledgerId) ? null : reads.segment(ledgerId, entryId, ahead);
    }

    /** Fetches records from {@code entryId} to at most {@code lastWanted}, of which no memory has the first. */
    void fetchRecords(
            long ledgerId,
            long entryId,
            long lastWanted,
            long bytesWanted,
            boolean ahead,
            DiskReads.SegmentReceiver receiver) {
        if (entryId < 0 || forgotten(ledgerId)) {
            receiver.accept(null, false, ReadOutcome.MISSING, null);
        } else {
            reads.fetchRecords(ledgerId, entryId, lastWanted, bytesWanted, ahead, receiver);
        }
    }

    /** Reads an entry; told at once if it is in memory. */
    void read(long ledgerId, long entryId, DiskReads.Receiver receiver) {
        ByteBuf body = cached(ledgerId, entryId);
        if (body != null) {
            receiver.accept(new ReadOutcome.Found(body), null);
        } else {
            readFromDisk(ledgerId, entryId, 0, receiver);
        }
    }

    /** Reads an entry that is not in memory. */
    void readFromDisk(long ledgerId, long entryId, long bytesWanted, DiskReads.Receiver receiver) {
        if (entryId < 0 || forgotten(ledgerId)) {
            receiver.accept(ReadOutcome.MISSING, null);
        } else {
            reads.read(ledgerId, entryId, bytesWanted, receiver);
        }
    }

    /** True if an entry is in a write cache. */
    boolean isWritten(long ledgerId, long entryId) {
        return has(active, ledgerId, entryId, entryId)
                || (flushing != null && has(flushing, ledgerId, entryId, entryId));
    }

    /** True if a write cache has an entry in the segment's range, or forgets its ledger. */
    boolean isWrittenAgain(Segment segment) {
        return forgotten(segment.ledgerId())
                || has(active, segment.ledgerId(), segment.first(), segment.last())
                || (flushing != null && has(flushing, segment.ledgerId(), segment.first(), segment.last()));
    }

    private static boolean has(WriteCache cache, long ledgerId, long from, long to) {
        WriteCache.CachedLedger ledger = cache.find(ledgerId);
        return ledger != null && ledger.size() > 0 && ledger.first() <= to && ledger.last() >= from;
    }

    private boolean forgotten(long ledgerId) {
        return forgets(active, ledgerId) || (flushing != null && forgets(flushing, ledgerId));
    }

    private static boolean forgets(WriteCache cache, long ledgerId) {
        WriteCache.CachedLedger ledger = cache.find(ledgerId);
        return ledger != null && ledger.forgotten();
    }

    // ---- ledgers

    /** Told what is known of a ledger. */
    interface LedgerReceiver {
        void accept(@Nullable StoredLedger state, BookieException.@Nullable Damaged failure);
    }

    void load(long ledgerId, LedgerReceiver receiver) {
        if (forgotten(ledgerId)) {
            receiver.accept(state(ledgerId, null), null);
            return;
        }
        long asked = epoch;
        readers.apply(ledgerId).ledger(ledgerId, loop, answer -> {
            if (asked != epoch) {
                load(ledgerId, receiver); // the answer may lack what was in a cache then, and the cache is gone
            } else if (answer.failure() != null) {
                receiver.accept(null, answer.failure());
            } else {
                receiver.accept(state(ledgerId, answer.value()), null);
            }
        });
    }

    private @Nullable StoredLedger state(long ledgerId, @Nullable LedgerNote stored) {
        LedgerNote all = stored == null ? LedgerNote.nothing(ledgerId) : stored;
        for (WriteCache cache : Arrays.asList(flushing, active)) {
            WriteCache.CachedLedger ledger = cache == null ? null : cache.find(ledgerId);
            all = ledger == null ? all : all.then(ledger.note());
        }
        all = all.withoutForgotten();
        if (doubt.getAsBoolean()) {
            all = all.then(LedgerNote.limbo(ledgerId)); // absence proves nothing here (R81)
        }
        return all.isEmpty() ? null : all.state();
    }

    /** Told the ids, null if nothing is known of the ledger. */
    interface IdsReceiver {
        void accept(long @Nullable [] ids, BookieException.@Nullable Damaged failure);
    }

    void entries(long ledgerId, IdsReceiver receiver) {
        long asked = epoch;
        readers.apply(ledgerId).entries(ledgerId, loop, answer -> {
            if (asked != epoch) {
                entries(ledgerId, receiver);
                return;
            }
            if (answer.failure() != null) {
                receiver.accept(null, answer.failure());
                return;
            }
            long[] stored = answer.value() == null || forgotten(ledgerId) ? new long[0] : answer.value();
            long[] all = union(ledgerId, stored);
            if (all.length > 0) {
                receiver.accept(all, null);
            } else {
                load(ledgerId, (state, failure) -> receiver.accept(state == null ? null : all, failure));
            }
        });
    }

    private long[] union(long ledgerId, long[] stored) {
        long[] all = stored;
        int count = stored.length;
        boolean ascending = true;
        for (WriteCache cache : Arrays.asList(flushing, active)) {
            WriteCache.CachedLedger ledger = cache == null ? null : cache.find(ledgerId);
            if (ledger != null) {
                if (cache == active && ledger.forgotten()) {
                    count = 0;
                }
                all = Arrays.copyOf(all, count + ledger.size());
                EntryTable.Walk walk = ledger.new Walk();
                while (walk.next()) {
                    ascending &= count == 0 || walk.id() > all[count - 1];
                    all[count++] = walk.id();
                }
            }
        }
        all = Arrays.copyOf(all, count);
        return ascending ? all : Arrays.stream(all).sorted().distinct().toArray();
    }

    // ---- the end

    boolean isClosed() {
        return closed;
    }

    /** Memory that caches take: what the configuration bounds. */
    long bytes() {
        return pool.taken() + reads.cache().bytes();
    }

    void close() {
        closed = true;
        reads.close();
    }
}
