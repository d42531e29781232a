package io.daybook.bookie.ledger;

import io.daybook.bookie.BookieException;
import io.daybook.bookie.DurableLog;
import io.daybook.ledger.digest.EntryHeader;
import io.daybook.ledger.protocol.AddOutcomes;
import io.daybook.ledger.protocol.EntryGroup;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Adds of one ledger that came in one frame; owns their bytes until the journal has them. Each entry has an outcome of its own, exactly one, told on the
 * ledger's loop; when the last is known all are answered together.
 */
public abstract class AddGroup {
    final byte[] key;
    final boolean highPriority;
    final int count;

    private @Nullable ByteBuf entries; // null once the journal has them or the group was refused
    private Status @Nullable [] each; // null as long as all that are known are alike
    private int open;

    /**
     * Takes {@code entries} over.
     *
     * @param entries as {@link EntryGroup} has them, each of at least 24 bytes, all of one ledger
     * @param count how many these are
     * @param key access key, not to be changed
     */
    protected AddGroup(ByteBuf entries, int count, byte[] key, boolean highPriority) {
        this.entries = entries;
        this.count = count;
        this.open = count;
        this.key = key;
        this.highPriority = highPriority;
    }

    /** Says how each entry ended; OK only for those that are durable with their ledger's key (R16). */
    protected abstract void answered(AddOutcomes outcomes);

    /** Nothing is done with the entries before a question is answered that leaves this process. */
    protected void waits() {}

    /** Entries of the group. */
    protected final int count() {
        return count;
    }

    /** Moves the entries to memory of their own; before anything was done with them. */
    protected final void copyEntries(ByteBufAllocator allocator) {
        ByteBuf shared = entries();
        entries = allocator
                .directBuffer(shared.readableBytes())
                .writeBytes(shared, shared.readerIndex(), shared.readableBytes());
        shared.release();
    }

    /** Borrows the entries. */
    final ByteBuf entries() {
        ByteBuf bytes = entries;
        if (bytes == null) {
            throw new IllegalStateException("the entries of this group were given away");
        }
        return bytes;
    }

    /** Gives the entries to the caller. */
    final ByteBuf takeEntries() {
        ByteBuf bytes = entries();
        entries = null;
        return bytes;
    }

    /** Ends the whole group before anything of it took effect. */
    final void refuse(Status status) {
        takeEntries().release();
        settle(0, count, status);
    }

    /** So ended {@code number} entries from the one at {@code from} on. */
    final void settle(int from, int number, Status status) {
        open -= number;
        if (number == count) {
            answered(AddOutcomes.all(status, count));
            return;
        }
        Status[] outcomes = each;
        if (outcomes == null) {
            outcomes = new Status[count];
            each = outcomes;
        }
        Arrays.fill(outcomes, from, from + number, status);
        if (open == 0) {
            answered(AddOutcomes.of(outcomes));
        }
    }

    /** The add of the current entry of {@link #entries}, the one at {@code index}, by itself. */
    final AddCall single(int index) {
        ByteBuf body = entries().retainedSlice();
        return new AddCall(body, EntryHeader.entryId(body), key, false, highPriority) {
            @Override
            protected void answered(Status status) {
                settle(index, 1, status);
            }
        };
    }

    /** The first {@code number} entries on their way through the journal. */
    DurableLog.Completion journalled(HostedLedger ledger, int number) {
        return new DurableLog.Completion() {
            @Override
            public void done(@Nullable BookieException failure) {
                if (ledger.rules().addWaitsForSync(false)) {
                    settle(0, number, ledger.durably(failure));
                }
                ledger.ended();
            }
        };
    }
}
