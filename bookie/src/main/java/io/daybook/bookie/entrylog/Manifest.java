package io.daybook.bookie.entrylog;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which entry-log files there must be. Written whole, twice, so that damage to one copy costs nothing. Immutable.
 *
 * @param sequence grows with each version
 * @param nextNumber larger than the number of any listed file
 * @param doubt true while files may have been lost without a trace: absence proves nothing then (R27)
 * @param settled losses in files of lower numbers are settled: every ledger they may have held is in limbo (R79)
 * @param files ascending by number
 */
record Manifest(long sequence, long nextNumber, boolean doubt, long settled, List<ListedFile> files) {
    private static final int MAGIC = 0x44424D32; // DBM2
    private static final int HEADER_BYTES = 40;
    private static final int FILE_BYTES = 24;

    static final Manifest EMPTY = new Manifest(1, 1, false, 0, List.of());

    Manifest {
        files = List.copyOf(files);
    }

    Manifest with(List<ListedFile> more) {
        List<ListedFile> all = new ArrayList<>(files);
        all.addAll(more);
        long next = Math.max(nextNumber, more.get(more.size() - 1).number() + 1);
        return new Manifest(sequence + 1, next, doubt, settled, all);
    }

    Manifest inDoubt() {
        return new Manifest(sequence + 1, nextNumber, true, settled, files);
    }

    Manifest allSettled() {
        return new Manifest(sequence + 1, nextNumber, false, nextNumber, files);
    }

    /** {@code magic crc sequence next settled doubt count (number size footerOffset)*}; the checksum covers all that follows it. */
    ByteBuf encode() {
        ByteBuf bytes = Unpooled.buffer(HEADER_BYTES + FILE_BYTES * files.size());
        bytes.writeInt(MAGIC);
        bytes.writeInt(0);
        bytes.writeLong(sequence);
        bytes.writeLong(nextNumber);
        bytes.writeLong(settled);
        bytes.writeInt(doubt ? 1 : 0);
        bytes.writeInt(files.size());
        for (ListedFile file : files) {
            bytes.writeLong(file.number());
            bytes.writeLong(file.size());
            bytes.writeLong(file.footerOffset());
        }
        bytes.setInt(4, EntryLogFormat.crc(bytes, 8, bytes.writerIndex() - 8));
        return bytes;
    }

    /** The manifest that {@code bytes} are, or null if they are none. Borrows them. */
    static @Nullable Manifest decode(ByteBuf bytes) {
        int length = bytes.writerIndex();
        if (length < HEADER_BYTES
                || bytes.getInt(0) != MAGIC
                || bytes.getInt(4) != EntryLogFormat.crc(bytes, 8, length - 8)
                || (length - HEADER_BYTES) / FILE_BYTES != bytes.getInt(36)) {
            return null;
        }
        List<ListedFile> files = new ArrayList<>();
        for (int at = HEADER_BYTES; at < length; at += FILE_BYTES) {
            files.add(new ListedFile(bytes.getLong(at), bytes.getLong(at + 8), bytes.getLong(at + 16)));
        }
        return new Manifest(bytes.getLong(8), bytes.getLong(16), bytes.getInt(32) != 0, bytes.getLong(24), files);
    }
}
