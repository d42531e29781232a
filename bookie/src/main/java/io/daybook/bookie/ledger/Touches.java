package io.daybook.bookie.ledger;

import io.daybook.base.exec.Futures;
import io.daybook.ledger.protocol.Status;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requests that would make the first record of a ledger here: they wait together for one look at its metadata (R65a). */
final class Touches {
    private static final Logger LOG = LoggerFactory.getLogger(Touches.class);
    private static final int WAITING_MAX = 10_000;

    private final HostedLedger ledger;
    private final LedgerRegistry home;
    private ArrayDeque<Touch> waiting = new ArrayDeque<>();
    private boolean reading;

    Touches(HostedLedger ledger, LedgerRegistry home) {
        this.ledger = ledger;
        this.home = home;
    }

    /** A request without which there would be nothing here. */
    abstract static class Touch {
        final byte[] key;
        private final boolean add;
        private final boolean normalAdd;

        Touch(byte[] key, boolean add, boolean normalAdd) {
            this.key = key;
            this.add = add;
            this.normalAdd = normalAdd;
        }

        /** Goes on; the ledger has a key by now. */
        abstract void go();

        abstract void refuse(Status status);
    }

    /** A fence or a packet. */
    static Touch other(byte[] key, Runnable next, StatusAnswer refused) {
        return new Touch(key, false, false) {
            @Override
            void go() {
                next.run();
            }

            @Override
            void refuse(Status status) {
                refused.done(status);
            }
        };
    }

    /** Lets {@code touch} go on once metadata confirms it, or refuses it. */
    void ask(Touch touch) {
        if (waiting.size() >= WAITING_MAX) {
            touch.refuse(Status.BUSY);
            return;
        }
        waiting.add(touch);
        if (!reading) {
            reading = true;
            ledger.began();
            Futures.whenDone(home.firstTouch().read(ledger.id(), home.loop()), home.loop(), this::read);
        }
    }

    private void read(FirstTouch.@Nullable Facts facts, @Nullable Throwable failure) {
        reading = false;
        ArrayDeque<Touch> asked = waiting;
        waiting = new ArrayDeque<>();
        if (failure != null) {
            LOG.warn(
                    "metadata could not be asked, requests to a new ledger are refused ledger={}",
                    ledger.id(),
                    failure);
        }
        for (Touch touch : asked) {
            Status verdict = failure != null ? Status.IO_ERROR : verdict(facts, touch);
            mark(verdict);
            if (verdict == Status.OK && facts != null) {
                ledger.adopt(touch.key, facts.digest());
                touch.go();
            } else {
                touch.refuse(verdict);
            }
        }
        ledger.ended();
    }

    private void mark(Status verdict) {
        switch (verdict) {
            case OK -> home.reached(BookieMark.TOUCH_CONFIRMED);
            case FENCED -> home.reached(BookieMark.TOUCH_NOT_OPEN);
            case UNKNOWN_STATE -> home.reached(BookieMark.TOUCH_NOT_HERE);
            case IO_ERROR -> home.reached(BookieMark.TOUCH_NO_ANSWER);
            default -> LOG.warn("a request to a new ledger was refused ledger={} answer={}", ledger.id(), verdict);
        }
    }

    private static Status verdict(FirstTouch.@Nullable Facts facts, Touch touch) {
        if (facts == null) {
            return touch.add ? Status.FENCED : Status.NO_SUCH_LEDGER; // as for a deleted ledger (R65)
        }
        if (facts.masterKey() != null && !MessageDigest.isEqual(facts.masterKey(), touch.key)) {
            return Status.UNAUTHORIZED;
        }
        if (touch.normalAdd && !facts.open()) {
            return Status.FENCED;
        }
        if (touch.normalAdd && !facts.here()) {
            return Status.UNKNOWN_STATE; // its writer, if there is one, replaces us
        }
        return Status.OK;
    }
}
