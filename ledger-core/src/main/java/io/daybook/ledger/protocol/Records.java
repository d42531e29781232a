package io.daybook.ledger.protocol;

import io.netty.buffer.ByteBuf;

/**
 * Entries one after the other, in the form of an entry log's records: word, ledger, entry id, body, where the word has 1 in its top four bits and
 * the bytes of the body in the others. So a bookie can answer with what it read from its disk, untouched. Walks over them and hands out one at a time.
 *
 * <p>Borrows the buffer and moves no index of it. Every length is checked against what is there.
 */
public final class Records {
    /** Bytes before the body of a record. */
    public static final int HEADER_BYTES = 20;

    private static final int KIND_ENTRY = 1;
    private static final int LENGTH_MASK = 0x0FFF_FFFF;

    private final ByteBuf records;
    private int at;
    private int body;
    private int length;

    /** A walk that begins before the first record. */
    public Records(ByteBuf records) {
        this.records = records;
        this.at = records.readerIndex();
    }

    /** Goes to the next record; false at the end. Throws {@link MalformedFrameException} where none stands. */
    public boolean next() {
        int left = records.writerIndex() - at;
        if (left == 0) {
            return false;
        }
        int word = left < HEADER_BYTES ? 0 : records.getInt(at);
        if (word >>> 28 != KIND_ENTRY || (word & LENGTH_MASK) > left - HEADER_BYTES) {
            throw new MalformedFrameException("no whole record stands among the entries of an answer");
        }
        length = word & LENGTH_MASK;
        body = at + HEADER_BYTES;
        at = body + length;
        return true;
    }

    /** The ledger that the current record names. */
    public long ledgerId() {
        return records.getLong(body - 16);
    }

    /** The id that the current record names. */
    public long entryId() {
        return records.getLong(body - 8);
    }

    /** Bytes of the current body. */
    public int length() {
        return length;
    }

    /** The current body, which the caller releases; a part of the buffer, which lives until the last part is released. */
    public ByteBuf body() {
        return records.retainedSlice(body, length);
    }

    /** Writes what stands before a body of {@code length} bytes. */
    public static void writeHead(ByteBuf out, long ledgerId, long entryId, int length) {
        out.writeInt(KIND_ENTRY << 28 | length).writeLong(ledgerId).writeLong(entryId);
    }
}
