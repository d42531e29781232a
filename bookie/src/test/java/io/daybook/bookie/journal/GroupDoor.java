package io.daybook.bookie.journal;

import io.daybook.base.exec.Loop;
import io.daybook.bookie.DurableLog;
import io.daybook.bookie.DurableLog.Kind;
import io.netty.buffer.ByteBuf;

/** Lets benchmarks build the bytes of journal groups without a journal around them. */
public final class GroupDoor {
    private static final int MASK = 0x5AD7_00D5;

    private final GroupBuffer buffer;
    private final Loop caller;
    private final DurableLog.Completion completion = failure -> {};

    private int sequence;
    private long offset = JournalFormat.FILE_HEADER;

    /** For groups of up to {@code size} bytes, appended from {@code caller}. */
    public GroupDoor(int size, Loop caller) {
        this.buffer = new GroupBuffer(size);
        this.caller = caller;
    }

    /** Copies one entry in. Takes {@code payload} over. */
    public void add(long ledgerId, long entryId, ByteBuf payload) {
        var append = new PendingAppend(Kind.ENTRY, ledgerId, entryId, payload, caller, completion);
        buffer.add(append, sequence + buffer.records(), MASK);
        append.releasePayload(); // as whoever tells of it does
    }

    /** Ends the group; returns how many bytes would be written. */
    public int seal() {
        JournalPosition at = new JournalPosition(1, offset);
        int first = sequence;
        sequence += buffer.records();
        ByteBuf bytes = buffer.seal(at, first, at, MASK);
        int length = bytes.readableBytes();
        bytes.release();
        offset += length;
        return length;
    }
}
