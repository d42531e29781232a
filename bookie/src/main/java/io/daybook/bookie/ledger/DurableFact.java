package io.daybook.bookie.ledger;

import io.daybook.bookie.BookieException;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Something about a ledger that must be in the journal before it may be answered for: its key, its fence. Any number of askers share one
 * record (R25); a record the journal had no room for is written again for the next asker.
 */
final class DurableFact {
    private enum State {
        MISSING,
        PENDING,
        DURABLE
    }

    private State state;
    private @Nullable ArrayDeque<Consumer<@Nullable BookieException>> waiting; // only while PENDING

    DurableFact(boolean durable) {
        state = durable ? State.DURABLE : State.MISSING;
    }

    boolean durable() {
        return state == State.DURABLE;
    }

    /** True if nobody has written the record: the caller must do it now, and report to {@link #done}. */
    boolean start() {
        if (state != State.MISSING) {
            return false;
        }
        state = State.PENDING;
        return true;
    }

    /** Calls {@code told} once the record is durable, with null, or with why nobody knows. */
    void await(Consumer<@Nullable BookieException> told) {
        if (state == State.DURABLE) {
            told.accept(null);
            return;
        }
        if (state == State.MISSING) {
            told.accept(new BookieException.Overloaded("the journal had no room for the ledger's record; retry later"));
            return;
        }
        if (waiting == null) {
            waiting = new ArrayDeque<>(2);
        }
        waiting.add(told);
    }

    void done(@Nullable BookieException failure) {
        state = failure == null ? State.DURABLE : State.MISSING;
        ArrayDeque<Consumer<@Nullable BookieException>> askers = waiting;
        waiting = null;
        if (askers != null) {
            askers.forEach(asker -> asker.accept(failure));
        }
    }
}
