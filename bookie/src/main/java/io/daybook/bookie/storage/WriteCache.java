package io.daybook.bookie.storage;

import static io.daybook.bookie.entrylog.EntryLogFormat.RECORD_HEADER_BYTES;

import io.daybook.bookie.entrylog.EntryLogFormat;
import io.daybook.bookie.entrylog.LedgerNote;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was put since the last rotation: records of entries in large chunks, per ledger a table of where they stand, and notes.
 *
 * <p>Records are those of the entry log, so that a flush copies many at once where they came in order.
 *
 * <p>Belongs to its owner loop until it is frozen. From then on nobody changes it, and the owner and the flush loop both read it, until the owner {@link
 * #recycle recycles} it. Memory comes from, and is counted by, the loop's {@link ChunkPool}.
 */
final class WriteCache {
    /** What a ledger costs on the heap, about. */
    private static final int LEDGER_BYTES = 300;

    private static final int LAC_OFFSET = 16;

    private final ChunkPool pool;
    private final List<ByteBuf> chunks = new ArrayList<>();
    private final LongMap<CachedLedger> ledgers = new LongMap<>();

    private @Nullable ByteBuf chunk; // the last one
    private int chunkAt;
    private long bytes;
    private long heapBytes;

    // most adds meet the ledger of the one before
    private long recentId = -1;
    private @Nullable CachedLedger recent;

    WriteCache(ChunkPool pool) {
        this.pool = pool;
    }

    /** What the cache has of one ledger. */
    static final class CachedLedger extends EntryTable {
        private final long ledgerId;
        private @Nullable LedgerNote note; // without the ids below
        private long maxLac = -1;

        CachedLedger(long ledgerId) {
            this.ledgerId = ledgerId;
        }

        /** True if nothing that came before this cache counts. */
        boolean forgotten() {
            return note != null && note.forgotten();
        }

        /** All the cache knows of the ledger beside entries. */
        LedgerNote note() {
            return (note == null ? LedgerNote.nothing(ledgerId) : note).withIds(last(), maxLac);
        }
    }

    boolean isEmpty() {
        return ledgers.size() == 0;
    }

    /** Memory in use, bytes. */
    long bytes() {
        return bytes + heapBytes;
    }

    /** Copies {@code body}, which is borrowed, in; false with nothing done if there is no room. */
    boolean put(long ledgerId, long entryId, ByteBuf body) {
        int length = body.readableBytes();
        if (pool.full() && bytes() > 0) {
            return false;
        }
        if (chunk == null || chunk.capacity() - chunkAt < length + RECORD_HEADER_BYTES) {
            ByteBuf next = pool.take(length + RECORD_HEADER_BYTES);
            if (next == null) {
                return false;
            }
            chunk = next;
            chunkAt = 0;
            chunks.add(next);
            bytes += next.capacity();
        }
        CachedLedger ledger = ledger(ledgerId);
        EntryLogFormat.putEntryHeader(chunk, chunkAt, ledgerId, entryId, length);
        chunk.setBytes(chunkAt + RECORD_HEADER_BYTES, body, body.readerIndex(), length);
        ledger.put(entryId, (long) (chunks.size() - 1) << 32 | chunkAt);
        chunkAt += length + RECORD_HEADER_BYTES;
        if (length >= LAC_OFFSET + 8) {
            ledger.maxLac = Math.max(ledger.maxLac, body.getLong(body.readerIndex() + LAC_OFFSET));
        }
        takeHeap(EntryTable.BYTES_PER_ENTRY);
        return true;
    }

    /** Adds news of a ledger. */
    void note(LedgerNote news) {
        CachedLedger ledger = ledger(news.ledgerId());
        if (news.forgotten()) {
            ledger.clear();
            ledger.maxLac = -1;
        }
        int before = ledger.note == null ? 0 : ledger.note.heapBytes();
        ledger.note = ledger.note == null ? news : ledger.note.then(news);
        takeHeap(ledger.note.heapBytes() - before);
    }

    private void takeHeap(long more) {
        heapBytes += more;
        pool.takeHeap(more);
    }

    private CachedLedger ledger(long ledgerId) {
        if (ledgerId == recentId && recent != null) {
            return recent;
        }
        CachedLedger ledger = ledgers.get(ledgerId);
        if (ledger == null) {
            ledger = new CachedLedger(ledgerId);
            ledgers.put(ledgerId, ledger);
            takeHeap(LEDGER_BYTES);
        }
        recentId = ledgerId;
        recent = ledger;
        return ledger;
    }

    @Nullable
    CachedLedger find(long ledgerId) {
        return ledgers.get(ledgerId);
    }

    /** Ids of all ledgers of which something is here, ascending. */
    long[] ledgerIds() {
        return ledgers.keys();
    }

    /** A copy of an entry, or null. */
    @Nullable
    ByteBuf copy(long ledgerId, long entryId, ByteBufAllocator buffers) {
        CachedLedger ledger = ledgers.get(ledgerId);
        long place = ledger == null ? -1 : ledger.find(entryId);
        if (place < 0) {
            return null;
        }
        ByteBuf records = chunk(place);
        int record = index(place);
        int length = EntryLogFormat.recordLength(records, record);
        return buffers.buffer(length).writeBytes(records, record + RECORD_HEADER_BYTES, length);
    }

    /** Gives an entry to {@code read}, which copies it; false if it is not here. */
    boolean give(long ledgerId, long entryId, RecordRead read) {
        CachedLedger ledger = ledgers.get(ledgerId);
        long place = ledger == null ? -1 : ledger.find(entryId);
        if (place < 0) {
            return false;
        }
        ByteBuf records = chunk(place);
        int record = index(place);
        read.give(records, record + RECORD_HEADER_BYTES, EntryLogFormat.recordLength(records, record));
        return true;
    }

    /** The chunk an entry's record stands in. */
    ByteBuf chunk(long place) {
        return chunks.get((int) (place >>> 32));
    }

    /** The index of the record's first byte in its chunk. */
    static int index(long place) {
        return (int) place;
    }

    /** Gives the memory back; nothing of the cache may be used any more. Called on the owner loop. */
    void recycle() {
        pool.giveHeap(heapBytes);
        chunks.forEach(pool::give);
        chunks.clear();
    }
}
