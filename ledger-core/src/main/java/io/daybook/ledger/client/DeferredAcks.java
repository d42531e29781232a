package io.daybook.ledger.client;

import io.daybook.base.error.Check;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.Replication;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Acknowledgements from memory, until a force has made them count: the part of a writer with deferred sync that {@link AppendProtocol}
 * does not have anyway (R106–R110).
 *
 * <p>A slot's yes to an entry is first <i>accepted</i>: remembered with the connection that brought it. When the slot confirms a force that was sent
 * over the same connection afterwards, the yes is given to the {@link AppendWindow} as one from disk, and only these move the last confirmed id
 * (R108). When the slot fails or its connection changes, what it accepted and did not sync is void (R107). At most one force is in flight per slot;
 * what is accepted meanwhile is covered by the next. Belongs to one state machine.
 *
 * @param <T> what waits for a force
 */
final class DeferredAcks<T> {
    private static final int FORCES_MAX = 10_000;
    private static final int NO_CONNECTION = -1;

    private final Replication replication;
    private final Ensemble ensemble;
    private final AppendWindow<T> window;
    private final AppendProtocol.Effects<T> effects;

    private long[] accepted; // by entry: bit per slot that has it in memory, as far as we know
    private long[] asked; // by entry: those of these that the force in flight covers
    private final int[] unforced; // by slot: entries accepted
    private final int[] connections; // by slot: what brought them
    private final boolean[] forcing; // by slot: a force is in flight
    private final ArrayDeque<Waiting<T>> waiting = new ArrayDeque<>(); // by entry
    private long lastAddAccepted = -1;
    private long wanted = -1; // highest entry that somebody wants forced

    /** Somebody who wants everything up to {@code entry} on disk. */
    private record Waiting<T>(long entry, T waiter) {}

    DeferredAcks(
            Replication replication, Ensemble ensemble, AppendWindow<T> window, AppendProtocol.Effects<T> effects) {
        this.replication = replication;
        this.ensemble = ensemble;
        this.window = window;
        this.effects = effects;
        this.accepted = new long[window.places()];
        this.asked = new long[window.places()];
        this.unforced = new int[ensemble.size()];
        this.connections = new int[ensemble.size()];
        this.forcing = new boolean[ensemble.size()];
        Arrays.fill(connections, NO_CONNECTION);
    }

    /** Highest id up to which each entry was accepted by an ack quorum; never falls (R106). */
    long lastAddAccepted() {
        return lastAddAccepted;
    }

    /** The window has a new entry. */
    void pushed(long entry) {
        if (accepted.length < window.places()) {
            grow(entry);
        }
        forget(place(entry)); // of an entry so old that the window has forgotten it too
    }

    /**
     * Notes that {@code slot} has {@code entry} in memory. Returns false, and notes nothing, if the answer came over another connection than those before: then
     * these are void, and the slot has failed (R107).
     */
    boolean accept(int slot, long entry, int connection) {
        if (entry < window.remembered() || entry >= window.next()) {
            return true;
        }
        if (connections[slot] != connection) {
            if (unforced[slot] > 0) {
                return false;
            }
            connections[slot] = connection;
        }
        int at = place(entry);
        if (((window.acks(entry) | accepted[at]) & 1L << slot) == 0) {
            accepted[at] |= 1L << slot;
            unforced[slot]++;
        }
        if (entry <= wanted) {
            ask(slot);
        }
        return true;
    }

    /** Whether an ack quorum has the entry after {@link #lastAddAccepted()}, in memory or on disk. */
    boolean acceptsNext() {
        long next = lastAddAccepted + 1;
        return next < window.next()
                && Long.bitCount(accepted[place(next)] | window.acks(next)) >= replication.ackQuorum();
    }

    /** Moves {@link #lastAddAccepted()} to the next entry, and returns it. */
    long acceptNext() {
        return ++lastAddAccepted;
    }

    /** Wants on disk what is accepted now; {@code waiter} hears when it is (R108). */
    void force(long lastAddConfirmed, T waiter) {
        if (lastAddAccepted <= lastAddConfirmed) {
            effects.forced(waiter, lastAddConfirmed);
        } else if (waiting.size() == FORCES_MAX) {
            effects.failed(
                    waiter,
                    new LedgerException.WindowFull(
                            "%d forces of this ledger are under way, the most allowed; wait for one of them"
                                    .formatted(FORCES_MAX)));
        } else {
            waiting.add(new Waiting<>(lastAddAccepted, waiter));
            want(lastAddAccepted);
        }
    }

    /** Wants on disk whatever is or will be accepted up to {@code entry}. */
    void want(long entry) {
        if (entry <= wanted) {
            return; // what is accepted below is asked for as soon as it can be
        }
        wanted = entry;
        for (int slot = 0; slot < ensemble.size(); slot++) {
            ask(slot);
        }
    }

    /** The force in flight at {@code slot} was confirmed: what it covers counts from now on. */
    void synced(int slot) {
        forcing[slot] = false;
        long bit = 1L << slot;
        for (long entry = window.remembered(); entry < window.next(); entry++) {
            int at = place(entry);
            if ((asked[at] & bit) != 0) {
                asked[at] &= ~bit;
                accepted[at] &= ~bit;
                unforced[slot]--;
                window.acknowledge(entry, slot);
            }
        }
        ask(slot);
    }

    /** The last confirmed id has moved: tells those who wanted that. */
    void confirmed(long lastAddConfirmed) {
        Check.state(
                lastAddConfirmed <= lastAddAccepted,
                "entry %s is confirmed, but only those up to %s are accepted",
                lastAddConfirmed,
                lastAddAccepted);
        for (Waiting<T> w = waiting.peek(); w != null && w.entry <= lastAddConfirmed; w = waiting.peek()) {
            waiting.remove();
            effects.forced(w.waiter, lastAddConfirmed);
        }
    }

    /** What {@code slot} has accepted and not synced is void (R107). */
    void drop(int slot) {
        long keep = ~(1L << slot);
        for (int at = 0; at < accepted.length; at++) {
            accepted[at] &= keep;
            asked[at] &= keep;
        }
        unforced[slot] = 0;
        connections[slot] = NO_CONNECTION;
    }

    /** Another bookie holds {@code slot}. */
    void reset(int slot) {
        drop(slot);
        forcing[slot] = false; // a late answer of the former one does not get here
    }

    /** No force will succeed any more. */
    void fail(LedgerException why) {
        for (Waiting<T> w = waiting.poll(); w != null; w = waiting.poll()) {
            effects.failed(w.waiter, why);
        }
    }

    /** Sends a force to {@code slot}, if one is wanted that covers anything. */
    private void ask(int slot) {
        long bit = 1L << slot;
        if (forcing[slot] || unforced[slot] == 0 || lowestUnforced(bit) > wanted) {
            return;
        }
        for (long entry = window.remembered(); entry < window.next(); entry++) {
            int at = place(entry);
            asked[at] |= accepted[at] & bit;
        }
        forcing[slot] = true;
        effects.force(ensemble.member(slot), slot, ensemble.tenure(slot), connections[slot]);
    }

    private long lowestUnforced(long bit) {
        long entry = window.remembered();
        while (entry < window.next() && (accepted[place(entry)] & bit) == 0) {
            entry++;
        }
        return entry < window.next() ? entry : Long.MAX_VALUE;
    }

    private int place(long entry) {
        return (int) entry & accepted.length - 1;
    }

    private void forget(int at) {
        for (int slot = 0; slot < unforced.length; slot++) {
            unforced[slot] -= (int) (accepted[at] >>> slot & 1);
        }
        accepted[at] = 0;
        asked[at] = 0;
    }

    /** Makes as many places as the window has, for the entries below {@code end} that it still knows. */
    private void grow(long end) {
        long[] oldAccepted = accepted;
        long[] oldAsked = asked;
        int mask = oldAccepted.length - 1;
        accepted = new long[window.places()];
        asked = new long[window.places()];
        for (long entry = window.remembered(); entry < end; entry++) {
            accepted[place(entry)] = oldAccepted[(int) entry & mask];
            asked[place(entry)] = oldAsked[(int) entry & mask];
        }
        for (int slot = 0; slot < unforced.length; slot++) {
            int count = 0;
            for (long bits : accepted) {
                count += (int) (bits >>> slot & 1);
            }
            unforced[slot] = count;
        }
    }
}
