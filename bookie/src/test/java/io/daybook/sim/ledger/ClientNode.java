package io.daybook.sim.ledger;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaStore;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.client.ClientConfig;
import io.daybook.ledger.client.ClientMutants;
import io.daybook.ledger.metadata.MetadataUri;
import io.daybook.sim.SimNode;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A machine that works with ledgers; in its first life only. */
final class ClientNode {
    static final MetadataUri CLUSTER = MetadataUri.parse("zk+hierarchical://metadata:2181/ledgers");

    private final SimNode node;
    private final Loop loop;
    private final Loops loops;
    private final ClientConfig config;
    private final MetaStore metaStore;
    private final ClientMutants clients;
    private final ClientProbe probe;
    private final LedgerWitness witness;
    private boolean alive = true;

    ClientNode(SimNode node, ClientConfig config, LedgerPlan plan, Mutant mutant, LedgerWitness witness) {
        this.node = node;
        this.config = config;
        this.loops = node.loops("db", 1);
        this.loop = loops.all().get(0);
        this.witness = witness;
        this.clients = mutant.clients();
        this.probe = new ClientProbe(node.probe(), plan);
        this.metaStore = mutant.metaStore(watched(node.metaStore()));
        node.program(secondLife -> alive = false);
    }

    private MetaStore watched(MetaStore store) {
        return new ForwardingMetaStore(store) {
            @Override
            public Promise<Integer> cas(String path, byte[] data, int expectedVersion, Loop caller) {
                witness.proposed(name(), path, data);
                return super.cas(path, data, expectedVersion, caller);
            }
        };
    }

    String name() {
        return node.name();
    }

    /** Whether its process runs. */
    boolean up() {
        return node.alive();
    }

    /** Whether it is still in its first life. */
    boolean alive() {
        return alive;
    }

    Loop loop() {
        return loop;
    }

    LedgerWitness witness() {
        return witness;
    }

    Promise<LedgerClient> open() {
        return clients.open(config, CLUSTER, metaStore, node.transport(), loops, node.entropy(), probe);
    }

    /** Opens until it works, then goes on with {@code next} on the loop. */
    void opened(long retryNanos, Consumer<LedgerClient> next) {
        Futures.whenDone(open(), loop, (client, failure) -> {
            if (client == null) {
                expected(failure);
                loop.schedule(retryNanos, () -> opened(retryNanos, next));
            } else {
                next.accept(client);
            }
        });
    }

    /** Ends the run if {@code failure} is one that no fault of this simulation may cause. */
    void expected(@Nullable Throwable failure) {
        if (failure instanceof LedgerException.DataLost) {
            told("I1", failure);
        } else if (failure instanceof LedgerException.ProtocolBroken) {
            told("R96", failure);
        } else if (!(failure instanceof LedgerException)
                || failure instanceof LedgerException.Unauthorized
                || failure instanceof LedgerException.NoSuchLedger) {
            witness.failed("%s was told: %s".formatted(name(), failure), failure);
        }
    }

    private void told(String broken, Throwable failure) {
        AssertionError violation = LedgerWitness.violation(broken, "%s was told: %s", name(), failure);
        violation.addSuppressed(failure);
        witness.failed(violation.getMessage(), violation);
    }
}
