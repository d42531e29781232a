package io.daybook.bookie.server;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.bookie.disk.Layout;
import io.daybook.bookie.journal.Journal;
import io.daybook.bookie.ledger.BookieConduct;
import io.daybook.bookie.ledger.LimboScan;
import io.daybook.bookie.membership.Identity;
import io.daybook.bookie.storage.TieredEntryStore;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.ledger.metadata.LedgerMetadataStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a bookie does at start when it may have lost data, all of it durable before it registers or answers anything (R79, R80).
 *
 * <p>The store has noted its doubt already. The incarnation grows, every ledger that may be concerned is put into limbo, and only then does the doubt about
 * the whole store end. A crash at any step leaves the doubt, and the next start does it again.
 */
final class LossReaction {
    private static final Logger LOG = LoggerFactory.getLogger(LossReaction.class);

    private final Identity identity;
    private final Layout directories;
    private final ClusterLayout cluster;
    private final BookieSeams seams;
    private final BookieConduct conduct;
    private final Loop control;

    LossReaction(
            Identity identity, Layout directories, ClusterLayout cluster, BookieSeams seams, BookieConduct conduct) {
        this.identity = identity;
        this.directories = directories;
        this.cluster = cluster;
        this.seams = seams;
        this.conduct = conduct;
        this.control = seams.loops().control();
    }

    /** Before anything is written to directories that miss data: makes them this bookie's again, and remember the loss. On the control loop. */
    Promise<Void> begin() {
        if (!identity.loss()) {
            return nothing();
        }
        return conduct.doubtsAfterLoss()
                ? Identity.beginRaise(
                        identity.bookie(),
                        directories,
                        cluster,
                        seams.metaStore(),
                        seams.disk(),
                        seams.entropy(),
                        control)
                : (Promise<Void>) raise().thenAccept(raised -> {});
    }

    /** Makes the store doubt what it does not find. Completes on the control loop. */
    Promise<Void> note(TieredEntryStore store) {
        return identity.loss() && conduct.doubtsAfterLoss() ? store.distrust(control) : nothing();
    }

    /** Completes on the control loop with the identity to register under. */
    Promise<Identity> run(TieredEntryStore store, Journal log) {
        if (!store.inDoubt() && !identity.loss()) {
            return (Promise<Identity>) nothing().thenApply(none -> identity);
        }
        if (!conduct.doubtsAfterLoss()) {
            return (Promise<Identity>) store.settle(control).thenApply(settled -> identity);
        }
        LedgerMetadataStore metadata = new LedgerMetadataStore(seams.metaStore(), cluster, seams.entropy());
        return (Promise<Identity>) raise().thenCompose(raised -> LimboScan.run(
                        metadata, identity.bookie(), store, log, seams.loops().serving(), control)
                .thenCompose(marked -> settled(store, raised, marked)));
    }

    private Promise<Identity> raise() {
        return Identity.raise(
                identity.bookie(), directories, cluster, seams.metaStore(), seams.disk(), seams.entropy(), control);
    }

    private Promise<Identity> settled(TieredEntryStore store, Identity raised, int marked) {
        return (Promise<Identity>) store.settle(control).thenApply(settled -> {
            LOG.error(
                    "bookie {} lost data: it goes on as incarnation {}, and {} ledgers are in limbo here: what is not found of them is not said to be absent",
                    raised.bookie(),
                    raised.incarnation(),
                    marked);
            return raised;
        });
    }

    private Promise<Void> nothing() {
        Promise<Void> nothing = control.promise();
        nothing.complete(null);
        return nothing;
    }
}
