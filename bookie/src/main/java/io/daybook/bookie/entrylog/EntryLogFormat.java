package io.daybook.bookie.entrylog;

import io.daybook.base.error.Check;
import io.netty.buffer.ByteBuf;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an entry-log file: blocks of records, blocks of the footer, zeros, and a trailer in the last 64 bytes. Numbers are
 * big-endian. Grammar and worked example: docs/formats/entry-log.md.
 *
 * <p>A block knows the file and the offset it was written for, so that a block that landed elsewhere, or was left by another file, is never
 * taken for data.
 */
public final class EntryLogFormat {
    /** First bytes of each block. The last character is the version. */
    static final int BLOCK_MAGIC = 0x44424531; // DBE1

    static final int TRAILER_MAGIC = 0x44425431; // DBT1

    public static final int BLOCK_HEADER_BYTES = 40;
    public static final int RECORD_HEADER_BYTES = 20;
    static final int TRAILER_BYTES = 64;
    static final int BLOCK_ALIGNMENT = 8;

    /** A block is closed when its records reach this; one record may be larger. A read fetches at least one block. */
    public static final int BLOCK_BYTES = 64 << 10;

    /** Largest entry that can be stored, bytes. */
    public static final int ENTRY_BYTES_MAX = 64 << 20;

    /** Largest block, bytes. */
    static final int BLOCK_BYTES_MAX = ENTRY_BYTES_MAX + 2 * BLOCK_BYTES;

    static final byte KIND_DATA = 1;
    static final byte KIND_FOOTER = 2;

    /** Record: an entry. The number stands in the top four bits of the record's first word. */
    static final int RECORD_ENTRY = 1;

    /** Record: a {@link LedgerNote}; its entry id is −1. */
    static final int RECORD_NOTE = 2;

    /** Footer item: a {@link LedgerNote}. */
    static final byte ITEM_NOTE = 1;

    /** Footer item: a {@link Run}. */
    static final byte ITEM_RUN = 2;

    private static final int LENGTH_MASK = 0x0FFF_FFFF;

    private EntryLogFormat() {}

    /** What the header of a block says. */
    record BlockHeader(int bodyCrc, int bodyLength, byte kind, int items) {
        int blockLength() {
            return blockLengthOf(bodyLength);
        }
    }

    /** What a trailer says. */
    record Trailer(long footerOffset, long footerLength, long blocks, long entries) {}

    static int blockLengthOf(int bodyLength) {
        return (BLOCK_HEADER_BYTES + bodyLength + BLOCK_ALIGNMENT - 1) / BLOCK_ALIGNMENT * BLOCK_ALIGNMENT;
    }

    /** Writes the header of a block whose body stands behind it in {@code buffer} already, and the zeros after it. */
    static int finishBlock(ByteBuf buffer, int at, int bodyLength, long file, long offset, byte kind, int items) {
        int length = blockLengthOf(bodyLength);
        buffer.setZero(at + BLOCK_HEADER_BYTES + bodyLength, length - BLOCK_HEADER_BYTES - bodyLength);
        buffer.setInt(at, BLOCK_MAGIC);
        buffer.setInt(at + 8, crc(buffer, at + BLOCK_HEADER_BYTES, bodyLength));
        buffer.setInt(at + 12, bodyLength);
        buffer.setLong(at + 16, file);
        buffer.setLong(at + 24, offset);
        buffer.setInt(at + 32, kind << 24);
        buffer.setInt(at + 36, items);
        buffer.setInt(at + 4, crc(buffer, at + 8, BLOCK_HEADER_BYTES - 8));
        return length;
    }

    /** The header at index {@code at}, or null if what stands there is not the header of this block. Borrows {@code buffer}. */
    static @Nullable BlockHeader header(ByteBuf buffer, int at, long file, long offset) {
        if (buffer.writerIndex() - at < BLOCK_HEADER_BYTES
                || buffer.getInt(at) != BLOCK_MAGIC
                || buffer.getInt(at + 4) != crc(buffer, at + 8, BLOCK_HEADER_BYTES - 8)
                || buffer.getLong(at + 16) != file
                || buffer.getLong(at + 24) != offset) {
            return null;
        }
        int bodyLength = buffer.getInt(at + 12);
        if (bodyLength < 0 || bodyLength > BLOCK_BYTES_MAX) {
            return null;
        }
        return new BlockHeader(buffer.getInt(at + 8), bodyLength, buffer.getByte(at + 32), buffer.getInt(at + 36));
    }

    /** True if the body of the block at index {@code at} is what was written. Borrows {@code buffer}. */
    static boolean bodyMatches(ByteBuf buffer, int at, BlockHeader header) {
        return buffer.writerIndex() - at >= BLOCK_HEADER_BYTES + header.bodyLength()
                && crc(buffer, at + BLOCK_HEADER_BYTES, header.bodyLength()) == header.bodyCrc();
    }

    /** Why the block at index {@code at} must not be used, or null if its checksums match. Borrows {@code buffer}. */
    public static @Nullable String problem(ByteBuf buffer, int at, long file, long offset) {
        BlockHeader header = header(buffer, at, file, offset);
        if (header == null) {
            return "no valid block header at offset %d of entry-log file %d".formatted(offset, file);
        }
        if (!bodyMatches(buffer, at, header)) {
            return "the block at offset %d of entry-log file %d fails its checksum".formatted(offset, file);
        }
        return null;
    }

    static int recordWord(int kind, int length) {
        Check.argument(
                length <= ENTRY_BYTES_MAX, "an entry of %s bytes; at most %s can be stored", length, ENTRY_BYTES_MAX);
        return kind << 28 | length;
    }

    /** Puts the header of an entry's record, which the {@code length} bytes of the entry follow. Borrows {@code buffer}. */
    public static void putEntryHeader(ByteBuf buffer, int at, long ledgerId, long entryId, int length) {
        putRecordHeader(buffer, at, RECORD_ENTRY, ledgerId, entryId, length);
    }

    static void putRecordHeader(ByteBuf buffer, int at, int kind, long ledgerId, long entryId, int length) {
        buffer.setInt(at, recordWord(kind, length));
        buffer.setLong(at + 4, ledgerId);
        buffer.setLong(at + 12, entryId);
    }

    /** Bytes after the record header at index {@code at}. Borrows {@code buffer}. */
    public static int recordLength(ByteBuf buffer, int at) {
        return buffer.getInt(at) & LENGTH_MASK;
    }

    static int recordKind(ByteBuf buffer, int at) {
        return buffer.getInt(at) >>> 28;
    }

    /** True if the record at index {@code at} is an entry of {@code ledgerId}. Borrows {@code buffer}. */
    public static boolean isEntryOf(ByteBuf buffer, int at, long ledgerId) {
        return recordKind(buffer, at) == RECORD_ENTRY && buffer.getLong(at + 4) == ledgerId;
    }

    /** Entry id of the record at index {@code at}. Borrows {@code buffer}. */
    public static long recordEntry(ByteBuf buffer, int at) {
        return buffer.getLong(at + 12);
    }

    static void writeTrailer(ByteBuf buffer, int at, long file, Trailer trailer) {
        buffer.setZero(at, TRAILER_BYTES);
        buffer.setInt(at, TRAILER_MAGIC);
        buffer.setLong(at + 8, file);
        buffer.setLong(at + 16, trailer.footerOffset());
        buffer.setLong(at + 24, trailer.footerLength());
        buffer.setLong(at + 32, trailer.blocks());
        buffer.setLong(at + 40, trailer.entries());
        buffer.setInt(at + 4, crc(buffer, at + 8, TRAILER_BYTES - 8));
    }

    /** The trailer at index {@code at}, or null if there is none of this file. Borrows {@code buffer}. */
    static @Nullable Trailer trailer(ByteBuf buffer, int at, long file) {
        if (buffer.writerIndex() - at < TRAILER_BYTES
                || buffer.getInt(at) != TRAILER_MAGIC
                || buffer.getInt(at + 4) != crc(buffer, at + 8, TRAILER_BYTES - 8)
                || buffer.getLong(at + 8) != file) {
            return null;
        }
        return new Trailer(
                buffer.getLong(at + 16), buffer.getLong(at + 24), buffer.getLong(at + 32), buffer.getLong(at + 40));
    }

    static int crc(ByteBuf buffer, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.nioBuffer(at, length));
        return (int) crc.getValue();
    }
}
