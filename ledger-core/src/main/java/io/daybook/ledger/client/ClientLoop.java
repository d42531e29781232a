package io.daybook.ledger.client;

import io.daybook.base.exec.Loop;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.Replication;
import io.daybook.ledger.metadata.BookieServiceInfo;
import io.daybook.ledger.metadata.LedgerMetadataStore;
import io.daybook.ledger.placement.Candidates;
import io.daybook.ledger.placement.Choice;
import io.daybook.ledger.placement.PlacementPolicy;
import io.daybook.ledger.placement.Quarantine;
import io.daybook.ledger.transport.Bookies;
import io.daybook.ledger.transport.Buffers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/**
 * What the handles of one loop share: connections, opinions about bookies, and the list of the handles themselves. Belongs to that
 * loop.
 */
final class ClientLoop {
    /** A bookie that failed a read is asked last for this long; short, since asking it first costs one hedge at most. */
    private static final Duration SLOW_STAY = Duration.ofSeconds(5);

    /** How much longer than the first time a bookie that fails again and again is kept out at most. */
    private static final int QUARANTINE_GROWTH = 4;

    private final Loop loop;
    private final Connections connections;
    private final LedgerMetadataStore metadata;
    private final ClientConfig config;
    private final PlacementPolicy placement;
    private final Supplier<Candidates> registered;
    private final BiPredicate<BookieId, String> features;
    private final ClientRules rules;
    private final ReadMeters meters;
    private final KeptTraces traces;
    private final Quarantine quarantine;
    private final Quarantine slow;
    private final LacPace lacPace;
    private final Hedging hedging;
    private final Outbox outbox;
    private final Set<Handle> handles = new LinkedHashSet<>();
    private boolean closed;

    ClientLoop(
            Loop loop,
            Connections connections,
            LedgerMetadataStore metadata,
            ClientConfig config,
            PlacementPolicy placement,
            Supplier<Candidates> registered,
            BiPredicate<BookieId, String> features,
            ReadMeters meters,
            ClientRules rules) {
        this.loop = loop;
        this.connections = connections;
        this.metadata = metadata;
        this.config = config;
        this.placement = placement;
        this.registered = registered;
        this.features = features;
        this.meters = meters;
        this.rules = rules;
        this.traces = new KeptTraces(metadata.notes("traces"), loop);
        this.quarantine = new Quarantine(
                loop.clock(), config.quarantine(), config.quarantine().multipliedBy(QUARANTINE_GROWTH));
        this.slow = new Quarantine(loop.clock(), SLOW_STAY);
        this.lacPace = new LacPace(loop);
        this.hedging = new Hedging(config.hedgeDelay().toNanos());
        this.outbox = new Outbox(loop, connections.bookies(), this::takesGroups, config.addTimeout(), Buffers.POOL);
    }

    Loop loop() {
        return loop;
    }

    Bookies bookies() {
        return connections.bookies();
    }

    LedgerMetadataStore metadata() {
        return metadata;
    }

    ClientConfig config() {
        return config;
    }

    /** Counts what is wrong with copies. */
    ReadMeters meters() {
        return meters;
    }

    /** Where decisions stay readable. */
    KeptTraces traces() {
        return traces;
    }

    /** The rules its handles keep. */
    ClientRules rules() {
        return rules;
    }

    /** Bookies that failed a write: they get no new fragments for a while. */
    Quarantine quarantine() {
        return quarantine;
    }

    /** Bookies that failed a read: they are asked last for a while. */
    Quarantine slow() {
        return slow;
    }

    /** When its writers announce what they confirmed. */
    LacPace lacPace() {
        return lacPace;
    }

    /** When a read is asked of a second bookie as well. */
    Hedging hedging() {
        return hedging;
    }

    Candidates candidates() {
        return registered.get();
    }

    /** Whether {@code bookie} promises that its fence is on disk before it says no (R24); stock ones do not. */
    boolean fencesDurably(BookieId bookie) {
        return features.test(bookie, BookieServiceInfo.DURABLE_FENCE);
    }

    /** The way out of its writers' adds. */
    Outbox outbox() {
        return outbox;
    }

    /** Whether adds to {@code bookie} may travel in groups; stock ones would close the connection. */
    private boolean takesGroups(BookieId bookie) {
        return features.test(bookie, BookieServiceInfo.GROUP_ADD);
    }

    /** Whether {@code bookie} knows strided reads; stock ones would close the connection. */
    boolean readsStrided(BookieId bookie) {
        return features.test(bookie, BookieServiceInfo.STRIPED_BATCH_READ);
    }

    /** An ensemble for a new ledger; quarantined bookies only when there are too few others, since a suspicion is no proof. */
    Choice newEnsemble(Replication replication) {
        Choice choice = placement.newEnsemble(replication, candidates(), quarantine.reasons());
        return choice.complete() ? choice : placement.newEnsemble(replication, candidates(), Map.of());
    }

    /** Replacements for failed slots, none of them quarantined (R46 step 3). */
    Choice replacements(Replication replication, List<BookieId> members, List<Integer> slots) {
        return placement.replacements(replication, members, slots, candidates(), quarantine.reasons());
    }

    /** Notes an open handle; one that comes after the close is closed at once. */
    void opened(Handle handle) {
        handles.add(handle);
        if (closed) {
            handle.onClientClosed();
        }
    }

    void left(Handle handle) {
        handles.remove(handle);
    }

    void onMembership() {
        new ArrayList<>(handles).forEach(Handle::onMembership);
    }

    /** Whether {@link #close} was called. */
    boolean closed() {
        return closed;
    }

    /** Closes every handle, then the connections. */
    void close() {
        closed = true;
        new ArrayList<>(handles).forEach(Handle::onClientClosed);
        connections.close().run();
    }

    /** The connections of a loop and how to close them. */
    record Connections(Bookies bookies, Runnable close) {}

    /** A writer, reader or recovery that is open. */
    interface Handle {

        /** The set of registered bookies changed. */
        default void onMembership() {}

        /** The client is being closed: end. */
        void onClientClosed();
    }
}
