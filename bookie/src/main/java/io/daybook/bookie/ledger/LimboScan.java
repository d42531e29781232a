package io.daybook.bookie.ledger;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.DurableLog;
import io.daybook.bookie.EntryStore;
import io.daybook.bookie.StoredLedger;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.metadata.LedgerMetadataStore;
import io.daybook.ledger.metadata.Versioned;
import org.jspecify.annotations.Nullable;

/**
 * After a loss: puts every ledger into limbo that this bookie may have held something of, before anybody is served (R79, R80).
 *
 * <p>All ledgers are listed, and the record of each is read, a bounded number at a time. Those that name this bookie in any fragment are marked in the store
 * and in the journal, and so are those in recovery, whomever they name: a recovery that replaces a bookie has copies acknowledged by the new one long
 * before it seals a record that names it (X10), and what was lost of them would be said to be absent. Limbo stands for the fence that may be lost,
 * too: it refuses every normal add.
 *
 * <p>The list is complete or the scan fails, and then it has to be done again; what it marked stays marked. All that is read is as new as the scan:
 * the list is, and so is what the same session reads after it; a scan during which the session changed begins anew.
 *
 * <p><b>Threads.</b> Belongs to one loop; marks are made on the loops that own the ledgers.
 */
public final class LimboScan {
    private static final int UNDER_WAY_MAX = 64;

    private final LedgerMetadataStore metadata;
    private final BookieId self;
    private final EntryStore store;
    private final DurableLog log;
    private final Loops owners;
    private final Loop loop;
    private final Promise<Integer> result;

    private long session;
    private boolean listing;
    private long[] ids = {};
    private int next;
    private int underWay;
    private int marked;

    private LimboScan(
            LedgerMetadataStore metadata, BookieId self, EntryStore store, DurableLog log, Loops owners, Loop loop) {
        this.metadata = metadata;
        this.self = self;
        this.store = store;
        this.log = log;
        this.owners = owners;
        this.loop = loop;
        this.result = loop.promise();
    }

    /** Runs on {@code loop} and completes there, with the number of ledgers marked, once all marks are durable. */
    public static Promise<Integer> run(
            LedgerMetadataStore metadata, BookieId self, EntryStore store, DurableLog log, Loops owners, Loop loop) {
        LimboScan scan = new LimboScan(metadata, self, store, log, owners, loop);
        loop.run(scan::list);
        return scan.result;
    }

    private void list() {
        session = metadata.sessionId();
        listing = true;
        Futures.whenDone(metadata.list(loop), loop, (found, failure) -> {
            if (found == null) {
                fail(failure);
            } else {
                listing = false;
                ids = found;
                next = 0;
                marked = 0;
                go();
            }
        });
    }

    private void go() {
        while (underWay < UNDER_WAY_MAX && next < ids.length && !result.isDone()) {
            long id = ids[next++];
            underWay++;
            Futures.whenDone(metadata.read(new LedgerId(id), loop), loop, (record, failure) -> {
                if (failure != null) {
                    fail(failure);
                } else if (concerns(record)) {
                    owners.of(id).execute(() -> mark(id, owners.of(id)));
                } else {
                    done();
                }
            });
        }
        if (underWay == 0 && next == ids.length && !listing && !result.isDone()) {
            if (metadata.sessionId() == session) {
                result.complete(marked);
            } else {
                list();
            }
        }
    }

    /** A record that is gone was deleted meanwhile, and a deleted ledger needs no certain answers. */
    private boolean concerns(@Nullable Versioned<LedgerMetadata> record) {
        if (record == null) {
            return false;
        }
        LedgerMetadata ledger = record.value();
        return ledger.state() == LedgerState.IN_RECOVERY
                || ledger.fragments().stream()
                        .anyMatch(fragment -> fragment.bookies().contains(self));
    }

    private void mark(long id, Loop owner) {
        Futures.whenDone(store.load(id, owner), owner, (known, failure) -> {
            if (failure != null) {
                loop.execute(() -> fail(failure));
                return;
            }
            StoredLedger state = known == null ? StoredLedger.UNSEEN : known;
            store.putState(id, state.inLimbo(), owner);
            log.append(DurableLog.Kind.LIMBO, id, -1, null, owner, refused -> loop.execute(() -> marked(refused)));
        });
    }

    private void marked(@Nullable BookieException refused) {
        if (refused != null) {
            fail(refused);
        } else {
            marked++;
            done();
        }
    }

    private void done() {
        underWay--;
        go();
    }

    private void fail(@Nullable Throwable failure) {
        result.completeExceptionally(
                failure == null ? new IllegalStateException("a list of ledgers came without any") : failure);
    }
}
