package io.daybook.sim.ledger;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.metadata.BookieRegistry;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.Tag;
import io.daybook.ledger.transport.ConnectionPool;
import io.daybook.ledger.transport.PoolConfig;
import io.daybook.ledger.transport.UnreachableException;
import io.daybook.sim.SimLoop;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import java.time.Duration;
import java.util.List;

/** Reads every copy of a sealed ledger from the bookie that should have it, one by one (I2, I5). */
final class CopyCount {
    private static final int TRIES = 100;

    private final SimWorld world;
    private final LedgerWitness witness;
    private final SimLoop loop;
    private final ConnectionPool pool;
    private final EntryDigest digest;

    CopyCount(SimWorld world, LedgerWitness witness, ClientNode reader, ClusterLayout layout, LedgerPlan plan) {
        this.world = world;
        this.witness = witness;
        SimNode node = world.node(reader.name());
        this.loop = node.loop("copies");
        this.pool = new ConnectionPool(
                node.transport(), loop, new BookieRegistry(node.metaStore(), layout)::resolve, PoolConfig.DEFAULT);
        this.digest = EntryDigest.of(plan.digest(), plan.password());
    }

    void check(LedgerMetadata end) {
        Replication replication = end.replication();
        for (long id = 0; id <= end.lastEntry(); id++) {
            List<BookieId> ensemble = end.fragmentOf(id).bookies();
            int found = 0;
            for (int i = 0; i < replication.writeQuorum(); i++) {
                if (holds(ensemble.get(replication.slot(id, i)), id)) {
                    found++;
                }
            }
            if (found < replication.ackQuorum()) {
                throw LedgerWitness.violation(
                        "I5",
                        "entry %d is on %d bookies of its write set after they lost power, replication %s, fragments %s",
                        id,
                        found,
                        replication,
                        end.fragments());
            }
        }
    }

    private boolean holds(BookieId bookie, long entryId) {
        Status status = Status.IO_ERROR;
        for (int i = 0; i < TRIES; i++) {
            try {
                Response.Read read = world.await(loop.call(() -> pool.call(
                        bookie,
                        Request.Read.plain(Tag.V2, witness.ledgerId(), entryId),
                        Response.Read.class,
                        Duration.ofSeconds(1))));
                status = read.status();
                if (read.body() != null) {
                    try (LedgerEntry entry = digest.unpack(witness.ledgerId(), entryId, read.body())) {
                        witness.content(entryId, entry.bytes(), bookie.toString());
                        return entry.length() == witness.length(entryId);
                    }
                }
                if (status == Status.IO_ERROR && witness.bookie(bookie).forgetful()) {
                    return true; // limbo, as this wire tells it: loss of a medium is excepted from I5
                }
                if (status.certainNegative()) {
                    return false;
                }
            } catch (UnreachableException notYet) {
                status = Status.IO_ERROR;
            }
            world.runFor(Duration.ofMillis(200));
        }
        throw LedgerWitness.violation("I16", "%s says %s of entry %d for ever", bookie, status, entryId);
    }
}
