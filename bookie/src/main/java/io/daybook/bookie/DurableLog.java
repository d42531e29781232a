package io.daybook.bookie;

import io.daybook.base.exec.Loop;
import io.daybook.ledger.digest.EntryHeader;
import io.daybook.ledger.protocol.EntryGroup;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Makes records durable in the order they are appended; what a bookie answers waits for it (R16, R24).
 *
 * <p><b>Threads.</b> {@link #append} and {@link #barrier} are called on {@code caller}, where the completion runs too, completions of one caller in order.
 */
public interface DurableLog {

    /**
     * Queues one record. Takes {@code payload} over. Refused at once with {@link BookieException.Overloaded} when the queue is full, and with {@link
     * BookieException.Stopped} once a write or sync has failed (R32).
     */
    void append(Kind kind, long ledgerId, long entryId, @Nullable ByteBuf payload, Loop caller, Completion completion);

    /**
     * Queues entries, one record each, in order; all are durable, or refused, together. Takes {@code entries} over.
     *
     * @param entries as {@link EntryGroup} has them, each of at least 24 bytes, of any ledgers
     * @param count how many these are, at least one
     */
    default void appendAll(ByteBuf entries, int count, Loop caller, Completion completion) {
        EntryGroup walk = new EntryGroup(entries);
        var all = new Completion() {
            private int open = count;
            private @Nullable BookieException first;

            @Override
            public void done(@Nullable BookieException failure) {
                first = first == null ? failure : first;
                if (--open == 0) {
                    completion.done(first);
                }
            }
        };
        while (walk.next()) {
            append(
                    Kind.ENTRY,
                    EntryHeader.ledgerId(entries),
                    EntryHeader.entryId(entries),
                    entries.retainedSlice(),
                    caller,
                    all);
        }
        entries.release();
    }

    /** Completes once everything this caller appended before is durable. */
    void barrier(Loop caller, Completion completion);

    /** Told on the caller's loop once the record is durable, or with the reason why nobody knows. */
    interface Completion {
        void done(@Nullable BookieException failure);
    }

    /** What a record means at replay; the numbers stand in the journal. */
    enum Kind {
        /** An entry; the payload is the packaged entry. */
        ENTRY(1),
        /** The ledger's access key; the payload is the key record. */
        KEY(2),
        /** The ledger is fenced. No payload. */
        FENCE(3),
        /** The ledger is in limbo. No payload. */
        LIMBO(4),
        /** A LAC packet; the payload is the packet. */
        LAC(5);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }
    }
}
