package io.daybook.bookie.ledger;

import io.daybook.bookie.BookieException;
import io.daybook.ledger.digest.EntryHeader;
import io.daybook.ledger.protocol.AddOutcomes;
import io.daybook.ledger.protocol.EntryGroup;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Adds of one ledger that came in one frame. Each entry has an outcome of its own, exactly one, told on the ledger's loop; when the last is known all are
 * answered together.
 *
 * <p><b>Buffers.</b> Owns the bytes of its entries until the journal has them, or borrows them from the frame: then whoever made it says {@link #keep} before
 * the frame goes.
 */
public abstract class AddGroup {
    final byte[] key;
    final boolean highPriority;
    final int count;

    private @Nullable ByteBuf entries; // null once the journal has them or the group was refused
    private boolean borrowed;
    private Status @Nullable [] each; // null as long as all that are known are alike
    private int open;

    /**
     * @param entries as {@link EntryGroup} has them, each of at least 24 bytes, all of one ledger
     * @param borrowed whether the entries stay the caller's, who narrows their buffer to them until {@link #keep}; else they are taken over
     * @param count how many these are
     * @param key access key, not to be changed
     */
    protected AddGroup(ByteBuf entries, boolean borrowed, int count, byte[] key, boolean highPriority) {
        this.entries = entries;
        this.borrowed = borrowed;
        this.count = count;
        this.open = count;
        this.key = key;
        this.highPriority = highPriority;
    }

    /** Says how each entry ended; OK only for those that are durable with their ledger's key (R16). */
    protected abstract void answered(AddOutcomes outcomes);

    /** As {@link #answered}, for entries that all ended with {@code status}. */
    protected void answeredAlike(Status status) {
        answered(AddOutcomes.all(status, count));
    }

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
        release(shared);
        borrowed = false;
    }

    /** What was borrowed and is still needed gets a hold on its memory. */
    public final void keep() {
        ByteBuf shared = entries;
        if (borrowed && shared != null) {
            entries = shared.retainedSlice();
        }
        borrowed = false;
    }

    private void release(ByteBuf shared) {
        if (!borrowed) {
            shared.release();
        }
    }

    /** Borrows the entries. */
    final ByteBuf entries() {
        ByteBuf bytes = entries;
        if (bytes == null) {
            throw new IllegalStateException("the entries of this group were given away");
        }
        return bytes;
    }

    /** The entries are elsewhere, or nobody wants them any more. */
    public final void drop() {
        ByteBuf bytes = entries();
        entries = null;
        release(bytes);
    }

    /** Ends the whole group before anything of it took effect. */
    final void refuse(Status status) {
        drop();
        settle(0, count, status);
    }

    /** So ended {@code number} entries from the one at {@code from} on. */
    final void settle(int from, int number, Status status) {
        open -= number;
        if (number == count) {
            answeredAlike(status);
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

    /** The journal is done with the first {@code number} entries. */
    final void journalled(HostedLedger ledger, int number, @Nullable BookieException failure) {
        if (ledger.rules().addWaitsForSync(false)) {
            settle(0, number, ledger.durably(failure));
        }
        ledger.ended();
    }
}
