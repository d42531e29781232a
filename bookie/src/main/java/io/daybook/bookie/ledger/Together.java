package io.daybook.bookie.ledger;

import io.daybook.base.exec.Loop;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.DurableLog;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Groups of one frame, side by side there and of any ledgers, on their way through the journal as one append. First they are gathered, while the frame is
 * given out; once the journal is done with them all are told.
 */
final class Together implements DurableLog.Completion {
    private static final int GROUPS_FIRST = 4;

    private final ByteBuf frame; // borrowed, as long as groups are gathered
    private int from; // in the frame
    private int to;
    private int entries;
    private int groups;
    private HostedLedger[] ledgers = new HostedLedger[GROUPS_FIRST];
    private AddGroup[] members = new AddGroup[GROUPS_FIRST];
    private long[] lacs = new long[GROUPS_FIRST];

    Together(ByteBuf frame) {
        this.frame = frame;
    }

    /** Whether {@code group}, whose entries stand from {@code start} on in {@code bytes}, may come next. */
    boolean takes(ByteBuf bytes, int start) {
        return bytes == frame && (groups == 0 || start == to);
    }

    boolean isEmpty() {
        return groups == 0;
    }

    ByteBuf frame() {
        return frame;
    }

    /** Adds a whole group, which took effect already but for {@code lac}, the last confirmed id that it tells. */
    void add(HostedLedger ledger, AddGroup group, int start, int end, long lac) {
        if (groups == members.length) {
            ledgers = Arrays.copyOf(ledgers, groups * 2);
            members = Arrays.copyOf(members, groups * 2);
            lacs = Arrays.copyOf(lacs, groups * 2);
        }
        from = groups == 0 ? start : from;
        to = end;
        entries += group.count;
        ledgers[groups] = ledger;
        lacs[groups] = lac;
        members[groups++] = group;
    }

    /** Sends what was gathered to {@code log}; nothing is added any more. */
    void append(DurableLog log, Loop loop) {
        log.appendAll(frame.retainedSlice(from, to - from), entries, loop, this);
    }

    /** Makes the last confirmed ids known. */
    void raise() {
        for (int i = 0; i < groups; i++) {
            ledgers[i].raise(lacs[i]);
        }
    }

    @Override
    public void done(@Nullable BookieException failure) {
        for (int i = 0; i < groups; i++) {
            members[i].journalled(ledgers[i], members[i].count, failure);
        }
    }
}
