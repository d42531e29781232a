package io.daybook.bookie.journal;

import io.daybook.bookie.DurableLog.Kind;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of journal files and of the mark: docs/formats/journal.md.
 *
 * <p>Big-endian. Checksums of groups and records are combined with a mask that differs for each number a file has, and with a random salt of
 * the journal, so that neither stale bytes of a recycled file nor bytes that a client chose can pass for a record.
 */
final class JournalFormat {
    /** Groups start, and writes end, at multiples of this. */
    static final int BLOCK = 4096;

    /** Where the first group of a file starts. */
    static final int FILE_HEADER = BLOCK;

    static final int GROUP_HEADER = 64;
    static final int RECORD_HEADER = 32;

    /** No record carries more; bounds what a damaged length can ask for. */
    static final int PAYLOAD_MAX = 32 << 20;

    /** No group has more bytes of records. */
    static final int BODY_MAX = PAYLOAD_MAX + RECORD_HEADER;

    /** The mark file is two slots of one block each, written in turns. */
    static final int MARK_SLOTS = 2;

    private static final int VERSION = 1;
    private static final int FILE_MAGIC = 0x44424A46; // "DBJF"
    private static final int GROUP_MAGIC = 0x44424A47; // "DBJG"
    private static final int MARK_MAGIC = 0x44424A4D; // "DBJM"
    private static final int SUMMED_FROM = 8; // headers: magic, checksum, then what is summed
    private static final int HEADER = 64;

    private JournalFormat() {}

    /** What the head of a file says. */
    record FileHeader(int version, long number, long capacity, int salt) {}

    /**
     * What the head of a group says.
     *
     * @param firstSequence number in the file, from 0, of the first record
     * @param records 0 in an idle marker
     * @param body bytes of the records
     * @param synced everything below was on the disk when the group was written (R35)
     */
    record GroupHeader(long file, long offset, int firstSequence, int records, int body, JournalPosition synced) {

        /** Bytes up to where the next group starts. */
        int length() {
            return padded(GROUP_HEADER + body);
        }
    }

    /**
     * Where replay starts (R37).
     *
     * @param serial grows by one with each mark written
     * @param position below it replay is unnecessary
     * @param lastFile highest file in use when the mark was written
     */
    record Mark(long serial, JournalPosition position, long lastFile, int salt) {}

    /** {@code length} rounded up to whole blocks. */
    static int padded(int length) {
        return Math.addExact(length, BLOCK - 1) / BLOCK * BLOCK;
    }

    /** What checksums of file {@code number} are combined with: different for any two numbers less than 2³² apart. */
    static int mask(long number, int salt) {
        return (int) (number * 0x9E3779B1L) ^ salt;
    }

    // ---- files

    static void putFileHeader(ByteBuffer into, FileHeader header) {
        int at = into.position();
        into.putInt(FILE_MAGIC).putInt(0).putInt(header.version()).putInt(BLOCK);
        into.putLong(header.number()).putLong(header.capacity()).putInt(header.salt());
        zeroTo(into, at + BLOCK);
        into.putInt(at + 4, checksum(into, at + SUMMED_FROM, at + HEADER, new CRC32C()));
    }

    static FileHeader fileHeader(long number, long capacity, int salt) {
        return new FileHeader(VERSION, number, capacity, salt);
    }

    /** The head of a file at {@code at}, or null if there is none. */
    static @Nullable FileHeader readFileHeader(ByteBuffer from, int at) {
        if (!isHeader(from, at, FILE_MAGIC)) {
            return null;
        }
        return new FileHeader(from.getInt(at + 8), from.getLong(at + 16), from.getLong(at + 24), from.getInt(at + 32));
    }

    static boolean isReadable(FileHeader header) {
        return header.version() == VERSION;
    }

    // ---- groups

    static void putGroupHeader(ByteBuffer into, int at, GroupHeader header, int mask, CRC32C crc) {
        into.putInt(at, GROUP_MAGIC);
        into.putLong(at + 8, header.file());
        into.putLong(at + 16, header.offset());
        into.putInt(at + 24, header.firstSequence());
        into.putInt(at + 28, header.records());
        into.putInt(at + 32, header.body());
        into.putInt(at + 36, 0);
        into.putLong(at + 40, header.synced().file());
        into.putLong(at + 48, header.synced().offset());
        into.putLong(at + 56, 0);
        into.putInt(at + 4, checksum(into, at + SUMMED_FROM, at + GROUP_HEADER, crc) ^ mask);
    }

    /** The head of a group of file {@code number}, wherever in the file it says it belongs, or null if there is none. */
    static @Nullable GroupHeader readGroupHeader(ByteBuffer from, int at, long number, int mask, CRC32C crc) {
        if (from.limit() - at < GROUP_HEADER
                || from.getInt(at) != GROUP_MAGIC
                || from.getLong(at + 8) != number
                || from.getInt(at + 4) != (checksum(from, at + SUMMED_FROM, at + GROUP_HEADER, crc) ^ mask)) {
            return null;
        }
        var header = new GroupHeader(
                number,
                from.getLong(at + 16),
                from.getInt(at + 24),
                from.getInt(at + 28),
                from.getInt(at + 32),
                new JournalPosition(from.getLong(at + 40), from.getLong(at + 48)));
        boolean bounded = header.body() >= 0
                && header.body() <= BODY_MAX
                && header.records() >= 0
                && (long) header.records() * RECORD_HEADER <= header.body();
        return bounded ? header : null;
    }

    // ---- records

    /** Completes the record at {@code at}, whose payload of {@code length} bytes is already in its place. */
    static void putRecordHeader(
            ByteBuffer into,
            int at,
            int length,
            Kind kind,
            int sequence,
            long ledger,
            long entry,
            int mask,
            CRC32C crc) {
        into.putInt(at + 4, length);
        into.putInt(at + 8, kind.number());
        into.putInt(at + 12, sequence);
        into.putLong(at + 16, ledger);
        into.putLong(at + 24, entry);
        into.putInt(at, checksum(into, at + 4, at + RECORD_HEADER + length, crc) ^ mask);
    }

    /** Bytes of the record at {@code at}, all of it below {@code end}, or −1 if there is no valid record {@code sequence}. */
    static int recordLength(ByteBuffer from, int at, int end, int sequence, int mask, CRC32C crc) {
        if (end - at < RECORD_HEADER) {
            return -1;
        }
        int payload = from.getInt(at + 4);
        if (payload < 0 || payload > end - at - RECORD_HEADER) {
            return -1;
        }
        int length = RECORD_HEADER + payload;
        boolean valid = from.getInt(at) == (checksum(from, at + 4, at + length, crc) ^ mask)
                && from.getInt(at + 12) == sequence;
        return valid ? length : -1;
    }

    /** The kind of the record at {@code at}, or null if this version does not know it. */
    static @Nullable Kind recordKind(ByteBuffer from, int at) {
        int number = from.getInt(at + 8);
        for (Kind kind : KINDS) {
            if (kind.number() == number) {
                return kind;
            }
        }
        return null;
    }

    static long recordLedger(ByteBuffer from, int at) {
        return from.getLong(at + 16);
    }

    static long recordEntry(ByteBuffer from, int at) {
        return from.getLong(at + 24);
    }

    private static final Kind[] KINDS = Kind.values();

    // ---- mark

    static void putMark(ByteBuffer into, Mark mark) {
        int at = into.position();
        into.putInt(MARK_MAGIC).putInt(0).putInt(VERSION).putInt(mark.salt());
        into.putLong(mark.serial())
                .putLong(mark.position().file())
                .putLong(mark.position().offset());
        into.putLong(mark.lastFile());
        zeroTo(into, at + BLOCK);
        into.putInt(at + 4, checksum(into, at + SUMMED_FROM, at + HEADER, new CRC32C()));
    }

    /** The mark in the slot at {@code at}, or null if there is none. */
    static @Nullable Mark readMark(ByteBuffer from, int at) {
        if (!isHeader(from, at, MARK_MAGIC)) {
            return null;
        }
        return new Mark(
                from.getLong(at + 16),
                new JournalPosition(from.getLong(at + 24), from.getLong(at + 32)),
                from.getLong(at + 40),
                from.getInt(at + 12));
    }

    // ---- parts

    private static boolean isHeader(ByteBuffer from, int at, int magic) {
        return from.limit() - at >= HEADER
                && from.getInt(at) == magic
                && from.getInt(at + 4) == checksum(from, at + SUMMED_FROM, at + HEADER, new CRC32C());
    }

    /** Leaves position and limit as they were. */
    private static int checksum(ByteBuffer bytes, int from, int to, CRC32C crc) {
        int position = bytes.position();
        int limit = bytes.limit();
        crc.reset();
        crc.update(bytes.limit(to).position(from));
        bytes.limit(limit).position(position);
        return (int) crc.getValue();
    }

    private static void zeroTo(ByteBuffer into, int end) {
        while (into.position() < end) {
            into.put((byte) 0);
        }
    }
}
