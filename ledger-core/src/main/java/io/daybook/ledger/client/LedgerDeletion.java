package io.daybook.ledger.client;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.metadata.CasOutcome;
import io.daybook.ledger.metadata.LedgerMetadataStore;
import io.daybook.ledger.metadata.Versioned;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One deletion of a ledger (R64): seals it first unless it is closed, so that a live writer is stopped, then removes its record and its repair hints. A
 * ledger that is gone already counts as deleted. Belongs to its loop.
 */
final class LedgerDeletion {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerDeletion.class);
    private static final int ATTEMPTS_MAX = 16; // each failure is a repair that got in between

    private final LedgerId ledger;
    private final OpenOptions options;
    private final boolean force;
    private final ClientLoop home;
    private final Loop loop;
    private final LedgerMetadataStore metadata;
    private final Promise<Void> result;
    private int attempts;

    /** @param force whether a ledger that recovery cannot seal goes as it stands */
    LedgerDeletion(LedgerId ledger, OpenOptions options, boolean force, ClientLoop home, Promise<Void> result) {
        this.ledger = ledger;
        this.options = options;
        this.force = force;
        this.home = home;
        this.loop = home.loop();
        this.metadata = home.metadata();
        this.result = result;
    }

    void start() {
        Futures.whenDone(metadata.readLinearizable(ledger, loop), loop, (found, failure) -> {
            if (failure != null) {
                fail(MetadataFailures.of(ledger, failure));
            } else if (found == null) {
                result.complete(null);
            } else if (!LedgerAccess.permits(found.value(), options)) {
                fail(LedgerAccess.unauthorized(ledger));
            } else if (found.value().closed()) {
                remove(found);
            } else {
                seal(found);
            }
        });
    }

    private void seal(Versioned<LedgerMetadata> found) {
        Futures.whenDone(
                RecoveryRun.start(ledger, found, LedgerAccess.password(found.value(), options), home),
                loop,
                (done, refused) -> {
                    if (done != null) {
                        remove(done.record());
                    } else if (refused instanceof LedgerException.NoSuchLedger) {
                        result.complete(null);
                    } else if (force && refused instanceof LedgerException.RecoveryUndecided) {
                        removeAsItStands();
                    } else {
                        fail(refused);
                    }
                });
    }

    private void removeAsItStands() {
        Futures.whenDone(metadata.readLinearizable(ledger, loop), loop, (found, failure) -> {
            if (failure != null) {
                fail(MetadataFailures.of(ledger, failure));
            } else if (found == null) {
                result.complete(null);
            } else {
                LOG.warn("ledger={} cannot be recovered and is deleted as it stands", ledger);
                remove(found);
            }
        });
    }

    private void remove(Versioned<LedgerMetadata> record) {
        attempts++;
        Futures.whenDone(metadata.delete(ledger, record.version(), loop), loop, (outcome, failure) -> {
            if (failure != null) {
                fail(MetadataFailures.of(ledger, failure));
            } else if (!(outcome instanceof CasOutcome.Conflict)) {
                LOG.info("ledger={} deleted", ledger);
                home.traces().forget(ledger);
                forgetHints();
            } else if (attempts < ATTEMPTS_MAX) {
                start();
            } else {
                fail(new LedgerException.MetadataFailed(
                        Outcome.NOT_APPLIED,
                        "ledger %s was not deleted: its record changed %d times meanwhile; try again"
                                .formatted(ledger, ATTEMPTS_MAX),
                        null));
            }
        });
    }

    /** There is nothing to repair any more; hints that stay behind are small and harm nobody. */
    private void forgetHints() {
        Futures.whenDone(metadata.hints().remove(ledger, loop), loop, (removed, failure) -> {
            if (failure != null) {
                LOG.warn("ledger={} its repair hints stay behind: {}", ledger, failure.getMessage());
            }
            result.complete(null);
        });
    }

    private void fail(Throwable why) {
        result.completeExceptionally(why);
    }
}
