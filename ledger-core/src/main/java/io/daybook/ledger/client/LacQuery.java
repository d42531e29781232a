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
 * Asks all bookies of the last fragment for the last confirmed id, and answers once so many have that no ack quorum is left out
 * (R63). Belongs to the reader's loop; one query.
 */
final class LacQuery {
    private static final Logger LOG = LoggerFactory.getLogger(LacQuery.class);

    private final LedgerId ledger;
    private final Replication replication;
    private final EntryDigest digest;
    private final Promise<Long> result;
    private long covered; // bit per slot
    private int answers;
    private long best = -1;

    private LacQuery(LedgerId ledger, Replication replication, EntryDigest digest, Promise<Long> result) {
        this.ledger = ledger;
        this.replication = replication;
        this.digest = digest;
        this.result = result;
    }

    /** The highest confirmed id of {@code fragment}'s bookies, −1 if none; fails with ReadFailed if too few answer. */
    static Promise<Long> ask(
            LedgerId ledger, Replication replication, Fragment fragment, EntryDigest digest, ClientLoop home) {
        Loop loop = home.loop();
        LacQuery query = new LacQuery(ledger, replication, digest, loop.promise());
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
                    (answer, failure) -> query.onAnswer(asked, bookie, answer, failure));
        }
        return query.result;
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
        if (replication.covers(covered)) {
            result.complete(best); // again is harmless
        } else if (answers == replication.ensemble()) {
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
                valid = false;
            }
        }
        if (entry != null) {
            try (var last = digest.unpack(ledger.value(), -1, entry)) {
                best = Math.max(best, last.lastAddConfirmed());
            } catch (DigestMismatchException damaged) {
                LOG.warn("ledger={} bookie={} {}", ledger, bookie, damaged.getMessage());
                valid = false;
            }
        }
        return valid;
    }
}
