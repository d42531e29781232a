package io.daybook.bookie.journal;

import io.daybook.base.exec.Promise;
import io.daybook.base.seam.DiskFile;
import io.netty.buffer.ByteBuf;

/** The file that groups are written to, and how far it has got. The journal's loop only. */
final class JournalFile {
    private final DiskFile file;
    private final long number;
    private final long capacity; // bytes, whole blocks

    private long offset = JournalFormat.FILE_HEADER; // where the next group starts
    private int records; // in the groups below offset

    JournalFile(DiskFile file, long number, long capacity) {
        this.file = file;
        this.number = number;
        this.capacity = capacity;
    }

    long number() {
        return number;
    }

    JournalPosition position() {
        return new JournalPosition(number, offset);
    }

    int records() {
        return records;
    }

    boolean isEmpty() {
        return offset == JournalFormat.FILE_HEADER;
    }

    /** Bytes that are free. */
    long room() {
        return capacity - offset;
    }

    /** Whether a quarter is used. */
    boolean wellUnderWay() {
        return offset > capacity / 4;
    }

    /** Bytes at the end kept for fences and keys while no further file is ready (R31). */
    long reserve() {
        return Math.min(capacity / 8, 16 << 20) / JournalFormat.BLOCK * JournalFormat.BLOCK;
    }

    /** Writes a group where the one before ends. */
    Promise<Void> write(ByteBuf group, int groupRecords) {
        long at = offset;
        offset += group.readableBytes();
        records += groupRecords;
        return file.write(at, group);
    }

    /** Makes all groups written durable. */
    Promise<Void> sync() {
        return file.sync();
    }

    Promise<Void> close() {
        return file.close();
    }
}
