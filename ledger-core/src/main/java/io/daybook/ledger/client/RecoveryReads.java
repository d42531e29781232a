package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.Replication;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads on from the highest confirmed entry until one is certainly absent: step 5 of a recovery (R48). Belongs to one attempt.
 *
 * <p>Where each bookie has each entry, they come in bulk from one bookie as far as a bookie has shown entries at the fence: a copy proves
 * that its entry exists, whoever has it. An absence is never concluded from that; an entry that does not come in bulk is asked for one by one, with
 * fencing reads, of its whole write set (R13, R50; docs/decisions/0012).
 */
final class RecoveryReads {
    /** How long a slow bookie may still contradict that the end is reached (R53). */
    private static final Duration ABSENCE_GRACE = Duration.ofSeconds(1);

    /** Entries read ahead and being written back, at most. */
    static final int WINDOW = 4096;

    /** Bytes of entries read ahead and being written back, judged by the largest one seen; one entry always fits. */
    private static final long WINDOW_BYTES = 16 << 20;

    /** Entries asked for one by one ahead of any that was found that way. */
    static final int SINGLES_AT_FIRST = 4;

    /** Bytes of one bulk answer. */
    static final int PIECE_BYTES = 256 << 10;

    private final int attempt;
    private final RecovererRules rules;
    private final RecoveryEffects effects;
    private final DecisionTrace trace;
    private final WriteBacks writeBacks;
    private final RecoveryAttempt owner;
    private final Fragment snapshot; // reads use this one throughout (R48 step 2)
    private final Ensemble ensemble; // where entries are written back
    private final Replication replication;
    private final FenceQuorum fences;
    private final RecoveryScan scan;
    private final long start;

    private final long lastShown; // up to here some bookie has entries
    private final int windowMax; // entries
    private boolean bulk; // until a bookie cannot
    private int nextSlot; // to read the next piece from
    private int largest; // bytes
    private long single; // entries found one by one
    private boolean graceAsked;
    private boolean graceOver;
    private boolean ended;

    /** Reads on behind {@code start}. */
    RecoveryReads(
            int attempt,
            Fragment snapshot,
            Ensemble ensemble,
            FenceQuorum fences,
            Replication replication,
            long start,
            RecovererRules rules,
            RecoveryEffects effects,
            DecisionTrace trace,
            WriteBacks writeBacks,
            RecoveryAttempt owner) {
        this.attempt = attempt;
        this.snapshot = snapshot;
        this.ensemble = ensemble;
        this.fences = fences;
        this.replication = replication;
        this.start = start;
        this.rules = rules;
        this.effects = effects;
        this.trace = trace;
        this.writeBacks = writeBacks;
        this.owner = owner;
        this.windowMax = effects.windowEntries(WINDOW);
        this.scan = new RecoveryScan(replication, rules, start + 1, windowMax);
        this.largest = fences.largest();
        this.lastShown = fences.lastShown();
        this.bulk = replication.ensemble() == replication.writeQuorum();
    }

    /** Asks for as much more as fits. */
    void readAhead() {
        while (!ended) {
            long entry = scan.nextToRead();
            long room = entry < 0 ? 0 : windowEntries() - (entry - writeBacks.finished() - 1);
            if (room <= 0) {
                return;
            }
            long piece = Math.min(Math.min(room, pieceEntries()), lastShown - entry + 1);
            if (bulk && piece > 1) {
                for (int i = 0; i < piece; i++) {
                    scan.asked();
                }
                readPiece(entry, entry + piece - 1, slotFor(entry), 0);
            } else if (entry <= lastShown || entry - edge() < Math.max(SINGLES_AT_FIRST, 2 * single)) {
                scan.asked();
                readSingle(entry);
            } else {
                return;
            }
        }
    }

    /** The lowest entry of which nothing is known. */
    private long edge() {
        return Math.max(scan.undecided(), lastShown + 1);
    }

    private long windowEntries() {
        return largest == 0 ? SINGLES_AT_FIRST : Math.max(1, Math.min(windowMax, WINDOW_BYTES / largest));
    }

    private long pieceEntries() {
        return largest == 0 ? 1 : PIECE_BYTES / largest;
    }

    private void readSingle(long entry) {
        for (int i = 0; i < replication.writeQuorum(); i++) {
            int slot = replication.slot(entry, i);
            effects.fencingRead(attempt, rules.readFrom(snapshot, ensemble, slot), slot, entry);
        }
    }

    // ---- in bulk

    /** The next slot, in turn, that has shown {@code entry} or a later one. */
    private int slotFor(long entry) {
        for (int i = 0; i < replication.ensemble(); i++) {
            int slot = nextSlot++ % replication.ensemble();
            if (fences.shown(slot) >= entry) {
                return slot;
            }
        }
        return 0;
    }

    private void readPiece(long first, long last, int slot, long tried) {
        BookieId bookie = rules.readFrom(snapshot, ensemble, slot);
        int count = (int) (last - first + 1);
        if (!effects.bulkRead(attempt, bookie, slot, first, count, PIECE_BYTES, tried)) {
            bulk = false;
            readSingles(first, last);
        }
    }

    private void readSingles(long first, long last) {
        effects.reached(RecovererMark.BULK_GIVEN_UP);
        for (long entry = first; entry <= last; entry++) {
            readSingle(entry);
        }
    }

    /** Answer to {@link RecoveryEffects#bulkRead}: the valid copies from {@code first} on, which are taken over. */
    void onBulkReply(int slot, long first, int count, long tried, Status status, List<ByteBuf> copies) {
        if (ended) {
            copies.forEach(ByteBuf::release);
            return;
        }
        if (copies.isEmpty() && rules.withoutCopy(status) == Evidence.FATAL) {
            owner.onRefused(status, snapshot.bookies().get(slot));
            return;
        }
        long last = first + count - 1;
        long next = first;
        for (ByteBuf copy : copies) {
            vote(next++, slot, Evidence.POSITIVE, copy);
        }
        if (next > last) {
            effects.reached(RecovererMark.BULK_WHOLE);
        } else if (next > first) {
            effects.reached(RecovererMark.BULK_SHORT);
            readPiece(next, last, slot, tried); // the answer was full, or there is a hole: the next one tells
        } else {
            effects.reached(RecovererMark.BULK_NOTHING);
            askAnother(first, last, tried | 1L << slot);
        }
        decide();
    }

    private void askAnother(long first, long last, long tried) {
        for (int slot = 0; slot < replication.ensemble(); slot++) {
            if ((tried & 1L << slot) == 0 && fences.shown(slot) >= first) {
                readPiece(first, last, slot, tried);
                return;
            }
        }
        readSingles(first, last);
    }

    // ---- one by one

    /** Answer to {@link RecoveryEffects#fencingRead}. Takes {@code copy} over. */
    void onReply(int slot, long entry, Evidence evidence, Status status, @Nullable ByteBuf copy) {
        if (ended) {
            if (copy != null) {
                copy.release();
            }
            return;
        }
        if (evidence == Evidence.FATAL) {
            owner.onRefused(status, snapshot.bookies().get(slot));
            return;
        }
        if (evidence == Evidence.UNKNOWN) {
            effects.reached(RecovererMark.READ_UNKNOWN);
        }
        if (copy != null) {
            single++;
        }
        vote(entry, slot, evidence, copy);
        decide();
    }

    private void vote(long entry, int slot, Evidence evidence, @Nullable ByteBuf copy) {
        if (copy != null) {
            largest = Math.max(largest, copy.readableBytes());
        }
        scan.vote(entry, slot, evidence, copy);
    }

    /** The wait for {@code entry} is over. */
    void onGraceOver(long entry) {
        if (!ended && scan.undecided() == entry) {
            graceOver = true;
            decide();
        }
    }

    private void decide() {
        boolean moved = false;
        while (!ended) {
            long entry = scan.undecided();
            RecoveryScan.Verdict verdict = scan.verdict();
            if (verdict == RecoveryScan.Verdict.PRESENT) {
                present(entry);
                moved = true;
            } else if (verdict == RecoveryScan.Verdict.ABSENT) {
                effects.reached(RecovererMark.ENTRY_ABSENT);
                end(entry - 1);
            } else if (verdict == RecoveryScan.Verdict.ABSENT_SO_FAR && graceOver) {
                effects.reached(RecovererMark.ENTRY_ABSENT_AFTER_GRACE);
                end(entry - 1);
            } else if (verdict == RecoveryScan.Verdict.UNDECIDABLE) {
                undecided(entry);
            } else {
                if (verdict == RecoveryScan.Verdict.ABSENT_SO_FAR && !graceAsked) {
                    graceAsked = true;
                    effects.pause(
                            attempt, RecoveryEffects.Pause.ABSENCE, entry, effects.graceNanos(ABSENCE_GRACE.toNanos()));
                }
                break;
            }
        }
        if (moved) {
            readAhead();
        }
    }

    private void present(long entry) {
        effects.reached(graceAsked ? RecovererMark.ENTRY_SAVED_BY_GRACE : RecovererMark.ENTRY_PRESENT);
        graceAsked = false;
        graceOver = false;
        long foundAt = scan.foundAt();
        writeBacks.add(entry, scan.takePresent(), foundAt);
    }

    private void undecided(long entry) {
        effects.reached(RecovererMark.ENTRY_UNDECIDED);
        noteFound();
        String votes = scan.explained();
        trace.note("entry %s undecided: %s", entry, votes);
        owner.stop(new LedgerException.RecoveryUndecided(
                "ledger %s cannot be recovered now: whether entry %s exists is unknown, %s; try again when more bookies are up"
                        .formatted(owner.ledger(), entry, votes),
                null));
    }

    private void end(long last) {
        ended = true;
        noteFound();
        trace.note("entry %s is certainly absent (%s), the end is %s", last + 1, scan.explained(), last);
        scan.discard();
        owner.onEnd(last);
    }

    private void noteFound() {
        long last = scan.undecided() - 1;
        if (last > start) {
            trace.note(last == start + 1 ? "entry %s is recovered" : "entries %s to %s are recovered", start + 1, last);
        }
    }

    /** Releases what is held. */
    void discard() {
        ended = true;
        scan.discard();
    }
}
