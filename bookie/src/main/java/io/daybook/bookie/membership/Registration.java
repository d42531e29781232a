package io.daybook.bookie.membership;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.MetaStore.Session;
import io.daybook.base.time.Deadline;
import io.daybook.bookie.BookieException.Refused;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.BookieRegistry;
import io.daybook.ledger.metadata.BookieServiceInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a running bookie on the cluster's lists: in one of them as long as it runs, whatever becomes of sessions.
 *
 * <p>It compares what is registered with what should be, and acts on the difference: at the start, when it changes between writable and read-only, when its
 * session was renewed, when its node has vanished, and again after a failure. A node that another session owns, such as that of this bookie's last
 * process, must vanish first.
 *
 * <p><b>Threads.</b> All belongs to the loop, which promises complete on; public methods are called there.
 */
public final class Registration {
    private static final Logger LOG = LoggerFactory.getLogger(Registration.class);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final Duration EXPIRY_MARGIN =
            Duration.ofSeconds(5); // servers look for silent clients only so often

    private final BookieId bookie;
    private final BookieServiceInfo info;
    private final BookieRegistry registry;
    private final MetaStore store;
    private final Loop loop;
    private final Deadline startUntil;
    private final Promise<Registration> started;
    private final List<MetaStore.Watch> watches = new ArrayList<>();

    private List<Promise<Void>> waiting = new ArrayList<>(); // for the next time that all is as it should be
    private boolean readOnly; // as it should be
    private boolean acting;
    private boolean again; // something changed meanwhile
    private boolean heldByOther; // as last seen
    private @Nullable Promise<Void> stopped;

    private Registration(
            BookieId bookie,
            BookieServiceInfo info,
            boolean readOnly,
            BookieRegistry registry,
            MetaStore store,
            Duration sessionTimeout,
            Loop loop) {
        this.bookie = bookie;
        this.info = info;
        this.readOnly = readOnly;
        this.registry = registry;
        this.store = store;
        this.loop = loop;
        this.startUntil = Deadline.after(loop.clock(), sessionTimeout.plus(EXPIRY_MARGIN));
        this.started = loop.promise();
    }

    /**
     * Registers. Completes once the bookie is on its list; fails with {@link Refused} when another process is still there as the same bookie after
     * {@code sessionTimeout}, and with {@link MetaException} when the store cannot be asked for that long.
     */
    public static Promise<Registration> start(
            BookieId bookie,
            BookieServiceInfo info,
            boolean readOnly,
            BookieRegistry registry,
            MetaStore store,
            Duration sessionTimeout,
            Loop loop) {
        Registration registration = new Registration(bookie, info, readOnly, registry, store, sessionTimeout, loop);
        loop.run(registration::begin);
        return registration.started;
    }

    /** Whether it is, or is about to be, on the read-only list. */
    public boolean readOnly() {
        return readOnly;
    }

    /** Moves the bookie to the other list, if it is not there yet; completes once it has moved. */
    public Promise<Void> readOnly(boolean next) {
        readOnly = next;
        Promise<Void> done = loop.promise();
        waiting.add(done);
        act();
        return done;
    }

    /** Takes the bookie off the lists for good. Completes once it is off, or will be when the session ends. */
    public Promise<Void> stop() {
        if (stopped == null) {
            stopped = loop.promise();
            watches.forEach(MetaStore.Watch::close);
            watches.clear();
            if (!acting) {
                leave(stopped);
            }
        }
        return stopped;
    }

    private void begin() {
        watches.add(store.watchSession(this::onSession, loop));
        watches.add(store.watch(registry.path(bookie, false), this::onNode, loop));
        watches.add(store.watch(registry.path(bookie, true), this::onNode, loop));
        act();
    }

    private void onSession(Session state) {
        if (state == Session.RENEWED) {
            LOG.warn("the metadata session of bookie {} expired; registering again", bookie);
            act();
        }
    }

    /** One of the two nodes changed, perhaps by our own doing. */
    private void onNode() {
        if (stopped != null || acting) {
            again = true;
            return;
        }
        Futures.whenDone(store.getLinearizable(registry.path(bookie, readOnly), loop), loop, (node, failure) -> {
            boolean stands = node != null && node.ephemeralOwner() == store.sessionId();
            if (!stands && failure == null) {
                act();
            }
        });
    }

    private void act() {
        if (stopped != null) {
            return;
        }
        if (acting) {
            again = true;
            return;
        }
        acting = true;
        again = false;
        boolean wanted = readOnly;
        Futures.whenDone(registry.move(bookie, info, wanted, loop), loop, (entered, failure) -> {
            acting = false;
            if (stopped != null) {
                leave(stopped);
            } else if (failure != null) {
                failed(failure);
            } else if (Boolean.TRUE.equals(entered)) {
                entered(wanted);
            } else {
                held();
            }
        });
    }

    private void entered(boolean asReadOnly) {
        if (again || asReadOnly != readOnly) {
            act(); // what was just done may be out of date
            return;
        }
        heldByOther = false;
        List<Promise<Void>> done = waiting;
        waiting = new ArrayList<>();
        if (started.complete(this)) {
            LOG.info("bookie {} is registered as {}", bookie, asReadOnly ? "read-only" : "writable");
        }
        done.forEach(promise -> promise.complete(null));
    }

    private void held() {
        if (!started.isDone() && startUntil.expired(loop.clock())) {
            giveUp(new Refused(
                    "another process is registered as bookie %s and goes on living; stop it, or give this bookie another id"
                            .formatted(bookie),
                    null));
            return;
        }
        if (!heldByOther) {
            heldByOther = true;
            LOG.info("bookie {} waits for its registration by an earlier session to expire", bookie);
        }
        loop.schedule(RETRY_NANOS, this::act);
    }

    private void failed(Throwable failure) {
        boolean mayPass = failure instanceof MetaException refused
                && (refused.kind() == MetaException.Kind.UNAVAILABLE || refused.kind() == MetaException.Kind.NO_NODE);
        if (!started.isDone() && (!mayPass || startUntil.expired(loop.clock()))) {
            giveUp(failure);
            return;
        }
        LOG.warn("bookie {} could not be registered, trying again: {}", bookie, failure.getMessage());
        loop.schedule(RETRY_NANOS, this::act);
    }

    private void giveUp(Throwable failure) {
        started.completeExceptionally(failure);
        waiting.forEach(promise -> promise.completeExceptionally(failure));
        waiting.clear();
        stop();
    }

    private void leave(Promise<Void> left) {
        waiting.forEach(
                promise -> promise.completeExceptionally(new Refused("bookie %s is stopping".formatted(bookie), null)));
        waiting.clear();
        Futures.whenDone(registry.unregister(bookie, loop), loop, (off, failure) -> {
            if (failure != null) {
                LOG.warn("bookie {} stays on the list until its session ends: {}", bookie, failure.getMessage());
            }
            left.complete(null);
        });
    }
}
