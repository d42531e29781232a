package io.daybook.bookie.ledger;

import io.daybook.base.exec.Loop;
import io.daybook.ledger.protocol.Status;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Predicate;

/** Who waits for one ledger to grow (R63a). A wait holds a timer and a small object, no thread. */
final class ParkedPolls {
    private final HostedLedger ledger;
    private final PollRoom room;
    private final Loop loop;
    private final LinkedHashSet<Poll> parked = new LinkedHashSet<>();

    ParkedPolls(HostedLedger ledger, PollRoom room, Loop loop) {
        this.ledger = ledger;
        this.room = room;
        this.loop = loop;
    }

    boolean isEmpty() {
        return parked.isEmpty();
    }

    /** Waits until something above {@code previousLac} is confirmed, at most {@code timeoutNanos}. */
    void park(long previousLac, long timeoutNanos, Object asker, PollAnswer answer) {
        Poll poll = new Poll(this, previousLac, asker, answer);
        if (!room.enter(poll)) {
            answer.refused(Status.BUSY);
            return;
        }
        parked.add(poll);
        poll.timer = loop.schedule(timeoutNanos, () -> end(poll, PollAnswer.NO_UPDATE, BookieMark.POLL_TIMED_OUT));
    }

    /** Something was confirmed: {@code lac} is the highest id. */
    void raised(long lac, long updateMillis) {
        endAll(poll -> poll.previousLac < lac, updateMillis, BookieMark.POLL_RAISED);
    }

    /** The ledger was fenced: whoever waits had better look again. */
    void fenced() {
        endAll(poll -> true, PollAnswer.NO_UPDATE, BookieMark.POLL_FENCED);
    }

    /** Ends a wait that nobody is left to be answered for; its maker is told so that it can let go. */
    void abandon(Poll poll) {
        if (parked.remove(poll)) {
            poll.cancelTimer();
            poll.answer.refused(Status.BUSY);
            ledger.settle();
        }
    }

    private void endAll(Predicate<Poll> which, long updateMillis, BookieMark mark) {
        List<Poll> ended = new ArrayList<>();
        for (Poll poll : parked) {
            if (which.test(poll)) {
                ended.add(poll);
            }
        }
        ended.forEach(poll -> end(poll, updateMillis, mark));
    }

    private void end(Poll poll, long updateMillis, BookieMark mark) {
        if (parked.remove(poll)) {
            ledger.reached(mark);
            poll.cancelTimer();
            room.leave(poll);
            poll.answer.due(ledger, updateMillis);
            ledger.settle();
        }
    }

    /** One wait. */
    static final class Poll {
        final ParkedPolls home;
        final Object asker;
        private final long previousLac;
        private final PollAnswer answer;
        private Loop.@org.jspecify.annotations.Nullable Timer timer;

        private Poll(ParkedPolls home, long previousLac, Object asker, PollAnswer answer) {
            this.home = home;
            this.previousLac = previousLac;
            this.asker = asker;
            this.answer = answer;
        }

        private void cancelTimer() {
            if (timer != null) {
                timer.cancel();
            }
        }
    }
}
