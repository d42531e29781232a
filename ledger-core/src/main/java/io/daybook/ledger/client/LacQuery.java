package io.daybook.ledger.client;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.DigestMismatchException;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.Tag;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks all bookies of the last fragment for the last confirmed id, and answers once so many have that no ack quorum is left out, or else with the first
 * that is above what the reader knows (R63). Belongs to the reader's loop; one query.
 */
final class LacQuery {
    private static final Logger LOG = LoggerFactory.getLogger(LacQuery.class);

    private final LedgerId ledger;
    private final Replication replication;
    private final EntryDigest digest;
    private final boolean fast;
    private final long known; // with fast: an answer above it will do
    private final ReadMeters meters;
    private final Promise<Long> result;
    private long covered; // bit per slot
    private int answers;
    private long best = -1;

    private LacQuery(
            LedgerId ledger,
            Replication replication,
            EntryDigest digest,
            boolean fast,
            long known,
            ReadMeters meters,
            Promise<Long> result) {
        this.ledger = ledger;
        this.replication = replication;
        this.digest = digest;
        this.fast = fast;
        this.known = known;
        this.meters = meters;
        this.result = result;
    }

    /** The highest confirmed id of {@code fragment}'s bookies, −1 if none; fails with ReadFailed if too few answer. */
    static Promise<Long> ask(
            LedgerId ledger, Replication replication, Fragment fragment, EntryDigest digest, ClientLoop home) {
        LacQuery query = new LacQuery(
                ledger,
                replication,
                digest,
                false,
                Long.MAX_VALUE,
                home.meters(),
                home.loop().promise());
        return query.ask(fragment, home);
    }

    /** The first confirmed id above {@code known} of {@code fragment}'s bookies, else the highest that came; fails with ReadFailed if none answers. */
    static Promise<Long> above(
            long known,
            LedgerId ledger,
            Replication replication,
            Fragment fragment,
            EntryDigest digest,
            ClientLoop home) {
        LacQuery query = new LacQuery(
                ledger,
                replication,
                digest,
                true,
                known,
                home.meters(),
                home.loop().promise());
        return query.ask(fragment, home);
    }

    private Promise<Long> ask(Fragment fragment, ClientLoop home) {
        Loop loop = home.loop();
        for (int slot = 0; slot < replication.ensemble(); slot++) {
            int asked = slot;
            BookieId bookie = fragment.bookies().get(slot);
            Request request = new Request.ReadLac(new Tag(Tag.V3, 0, 0), ledger.value());
            Futures.whenDone(
                    home.bookies()
                            .call(
                                    bookie,
                                    request,
                                    Response.ReadLac.class,
                                    home.config().readTimeout()),
                    loop,
                    (answer, failure) -> onAnswer(asked, bookie, answer, failure));
        }
        return result;
    }

    private void onAnswer(int slot, BookieId bookie, Response.@Nullable ReadLac answer, @Nullable Throwable failure) {
        answers++;
        if (answer == null) {
            LOG.debug(
                    "ledger={} bookie={} did not tell its last confirmed id: {}",
                    ledger,
                    bookie,
                    String.valueOf(failure));
        } else if (answer.status() == Status.OK || answer.status().certainNegative()) {
            if (learn(bookie, answer)) {
                covered |= 1L << slot;
            }
        } else {
            answer.release();
        }
        boolean last = answers == replication.ensemble();
        boolean enough = fast ? best > known || last && covered != 0 : replication.covers(covered);
        if (enough) {
            result.complete(best); // again is harmless
        } else if (last) {
            result.completeExceptionally(new LedgerException.ReadFailed(
                    "the last confirmed entry of ledger %s is unknown: too few of its bookies answered; try again"
                            .formatted(ledger),
                    null));
        }
    }

    /** Takes what is valid; false if something was not. */
    private boolean learn(BookieId bookie, Response.ReadLac answer) {
        boolean valid = true;
        ByteBuf packet = answer.lacBody();
        ByteBuf entry = answer.lastEntryBody();
        if (packet != null) {
            try {
                best = Math.max(best, digest.unpackLac(ledger.value(), packet));
            } catch (DigestMismatchException damaged) {
                LOG.warn("ledger={} bookie={} {}", ledger, bookie, damaged.getMessage());
                meters.onDamaged();
                valid = false;
            }
        }
        if (entry != null) {
            try (var newest = digest.unpack(ledger.value(), -1, entry)) {
                best = Math.max(best, newest.lastAddConfirmed());
            } catch (DigestMismatchException damaged) {
                LOG.warn("ledger={} bookie={} {}", ledger, bookie, damaged.getMessage());
                meters.onDamaged();
                valid = false;
            }
        }
        return valid;
    }
}
