package io.daybook.ledger.client;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerReader.Poll;
import io.daybook.ledger.Replication;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.Tag;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the end of a ledger to move: parks a long poll at one bookie of the write set, and after a while at a second one, since the
 * first may be the one that falls behind (R63a). All waiters of a reader share it. Belongs to the reader's loop.
 *
 * <p>A bookie that failed a read lately is asked only if all have, so that a dead one is met once in a while and not in each turn; what it leaves
 * unanswered is asked of the next one at once.
 *
 * <p>It never spins: after an answer that brought nothing before its time, the next question waits, longer each time until the end moves.
 */
final class TailWatch {
    private static final int WAITERS_MAX = 1024;
    private static final Duration PARK = Duration.ofSeconds(2); // then another bookie is asked
    private static final Duration SECOND_AFTER = Duration.ofMillis(20);
    private static final Duration SPACING = Duration.ofMillis(2);
    private static final Duration SPACING_MAX = Duration.ofMillis(200);

    private final long ledger;
    private final Replication replication;
    private final ClientLoop home;
    private final Loop loop;
    private final Tail tail;
    private final List<Waiter> waiters = new ArrayList<>();

    private int round; // polls of earlier rounds are stale; a round ends when the tail moved or the bookies changed
    private int parked; // polls of this round that are out
    private int turn; // which slot of the write set is next
    private @Nullable Asked first; // the first of this round
    private Duration spacing = SPACING;
    private Loop.@Nullable Timer timer; // the pause, or the wait for the second poll
    private boolean closed;

    TailWatch(long ledger, Replication replication, ClientLoop home, Tail tail) {
        this.ledger = ledger;
        this.replication = replication;
        this.home = home;
        this.loop = home.loop();
        this.tail = tail;
        this.turn = Math.floorMod((int) ledger, replication.writeQuorum());
    }

    /** Completes {@code promise} once {@code entry} is confirmed, the ledger is closed, or time is up. */
    void await(long entry, Duration timeout, Promise<Poll> promise) {
        if (waiters.size() == WAITERS_MAX) {
            promise.completeExceptionally(new LedgerException.ReadFailed(
                    "ledger %s has %s polls waiting in one reader, the most allowed; wait for some of them"
                            .formatted(ledger, WAITERS_MAX),
                    null));
            return;
        }
        Waiter waiter = new Waiter(entry, promise);
        waiters.add(waiter);
        waiter.deadline = loop.schedule(Math.max(0, timeout.toNanos()), () -> {
            waiters.remove(waiter);
            promise.complete(new Poll(tail.lastAddConfirmed(), tail.closed(), null));
            if (waiters.isEmpty()) {
                rest();
            }
        });
        if (parked == 0 && timer == null) {
            park();
        }
    }

    /** The end moved, the ledger was closed, or its bookies changed. */
    void onProgress(boolean bookiesChanged) {
        satisfy(null);
        if (bookiesChanged && !waiters.isEmpty()) {
            spacing = SPACING;
            nextRound();
        }
    }

    /** Fails all waiters. */
    void close(LedgerException why) {
        closed = true;
        rest();
        for (Waiter waiter : new ArrayList<>(waiters)) {
            waiters.remove(waiter);
            waiter.settle();
            waiter.promise.completeExceptionally(why);
        }
    }

    private void rest() {
        round++;
        parked = 0;
        cancelTimer();
    }

    private void nextRound() {
        rest();
        park();
    }

    private void park() {
        cancelTimer();
        if (closed || waiters.isEmpty()) {
            return;
        }
        long known = tail.lastAddConfirmed();
        Fragment fragment = tail.lastFragment();
        int place = next(fragment, known + 1);
        turn = (place + 1) % replication.writeQuorum();
        BookieId bookie = bookie(fragment, known + 1, place);
        Asked asked = new Asked(bookie);
        if (parked == 0) {
            first = asked;
        }
        Request request = Request.Read.poll(new Tag(Tag.V3, 0, 0), ledger, known, PARK.toMillis());
        int ofRound = round;
        long sent = loop.clock().nanos();
        parked++;
        Futures.whenDone(
                home.bookies()
                        .call(
                                bookie,
                                request,
                                Response.Read.class,
                                PARK.plus(home.config().readTimeout())),
                loop,
                (answer, failure) -> {
                    asked.answered = true;
                    if (answer == null) {
                        home.slow()
                                .admit(
                                        bookie,
                                        String.valueOf(failure)); // in a stale round too: the next one shall know
                    }
                    onAnswer(ofRound, sent, known, answer);
                });
        if (parked == 1 && replication.writeQuorum() > 1) {
            timer = loop.schedule(SECOND_AFTER.toNanos(), () -> {
                timer = null;
                if (parked == 1) {
                    park();
                }
            });
        }
    }

    /** Whose turn it is, as a place in the write set of {@code entry}: whoever failed lately comes last, and nobody is asked beside itself. */
    private int next(Fragment fragment, long entry) {
        int copies = replication.writeQuorum();
        int lastResort = -1;
        for (int i = 0; i < copies; i++) {
            int place = (turn + i) % copies;
            BookieId bookie = bookie(fragment, entry, place);
            if (parked == 0 || first == null || !bookie.equals(first.bookie)) {
                if (!home.slow().holds(bookie)) {
                    return place;
                }
                lastResort = lastResort < 0 ? place : lastResort;
            }
        }
        return lastResort;
    }

    private BookieId bookie(Fragment fragment, long entry, int place) {
        return fragment.bookies().get(replication.slot(entry, place));
    }

    private void onAnswer(int ofRound, long sent, long known, Response.@Nullable Read answer) {
        boolean current = ofRound == round && !closed;
        LedgerEntry entry = null;
        if (answer != null) {
            ByteBuf body = answer.body();
            if (answer.status() == Status.OK && body != null) {
                entry = tail.verified(known + 1, body); // takes it over
            } else {
                answer.release();
            }
            if (answer.status() == Status.OK && answer.maxLac() != Response.Read.ABSENT) {
                tail.confirmed(answer.maxLac());
            }
        }
        boolean moved = tail.lastAddConfirmed() > known || tail.closed();
        if (moved) {
            spacing = SPACING;
        }
        if (current) {
            parked--;
            if (moved && parked > 0) {
                suspectFirst();
            }
        }
        satisfy(entry);
        if (!current || waiters.isEmpty() || round != ofRound) {
            return; // stale, nobody waits, or a waiter that was told began a new round
        }
        if (moved) {
            nextRound();
        } else if (answer != null
                && answer.status() == Status.OK
                && loop.clock().nanos() - sent >= PARK.toNanos() / 2) {
            spacing = SPACING;
            if (parked == 0) {
                park();
            }
        } else {
            onEmpty(answer == null);
        }
    }

    /** The end moved, and the second one told: the first, unless it is about to tell as well, is asked last by the rounds that follow. */
    private void suspectFirst() {
        Asked suspect = first;
        if (suspect != null && !suspect.answered) {
            loop.schedule(SECOND_AFTER.toNanos(), () -> {
                if (!suspect.answered) {
                    home.slow().admit(suspect.bookie, "tells of the end later than others");
                }
            });
        }
    }

    /** An answer before its time that brought nothing: fenced, unknown there, or no answer at all. */
    private void onEmpty(boolean failed) {
        tail.refresh();
        if (parked > 0) {
            return;
        }
        Fragment fragment = tail.lastFragment();
        long entry = tail.lastAddConfirmed() + 1;
        if (failed && !home.slow().holds(bookie(fragment, entry, next(fragment, entry)))) {
            park(); // ends: who fails is held
        } else {
            cancelTimer();
            timer = loop.schedule(spacing.toNanos(), () -> {
                timer = null;
                park();
            });
            Duration doubled = spacing.multipliedBy(2);
            spacing = doubled.compareTo(SPACING_MAX) < 0 ? doubled : SPACING_MAX;
        }
    }

    /** Tells waiters whose entry is confirmed; {@code entry} goes along with the first that waits for it, else it is released. */
    private void satisfy(@Nullable LedgerEntry entry) {
        LedgerEntry along = entry;
        long known = tail.lastAddConfirmed();
        for (Waiter waiter : new ArrayList<>(waiters)) {
            if (waiter.entry <= known || tail.closed()) {
                waiters.remove(waiter);
                waiter.settle();
                LedgerEntry its = along != null && along.entryId() == waiter.entry ? along : null;
                boolean taken = waiter.promise.complete(new Poll(known, tail.closed(), its));
                if (taken && its != null) {
                    along = null;
                }
            }
        }
        if (along != null) {
            along.close();
        }
        if (waiters.isEmpty()) {
            rest();
        }
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    /** What the reader knows of the end. */
    interface Tail {

        long lastAddConfirmed();

        boolean closed();

        Fragment lastFragment();

        /** A bookie knows that {@code entry} is confirmed. */
        void confirmed(long entry);

        /** Verifies an entry and learns from it; null if it is damaged. Takes {@code body} over. */
        @Nullable
        LedgerEntry verified(long entry, ByteBuf body);

        /** Looks at the metadata again. */
        void refresh();
    }

    /** One poll at a bookie. */
    private static final class Asked {
        final BookieId bookie;
        boolean answered; // or failed

        Asked(BookieId bookie) {
            this.bookie = bookie;
        }
    }

    /** One poll of the application. */
    private static final class Waiter {
        final long entry;
        final Promise<Poll> promise;
        Loop.@Nullable Timer deadline;

        Waiter(long entry, Promise<Poll> promise) {
            this.entry = entry;
            this.promise = promise;
        }

        void settle() {
            if (deadline != null) {
                deadline.cancel();
            }
        }
    }
}
