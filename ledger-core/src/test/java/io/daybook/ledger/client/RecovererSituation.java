package io.daybook.ledger.client;

import static io.daybook.ledger.client.AppendHarness.id;
import static io.daybook.ledger.client.AppendHarness.ids;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.Replication;
import io.daybook.ledger.client.RecoveryEffects.Pause;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A recoverer in the situations of docs/state-machines.md. Its ledger has entries 0 to 4 on b0, b2, b3 and those from 5 on, if there are any, on b1,
 * b2, b3.
 */
final class RecovererSituation implements StateMachine.Driven {
    private static final Set<String> NOTHING_IN_BULK = Set.of(
            "scanning",
            "one no",
            "two noes",
            "two unknown",
            "writing back",
            "degraded",
            "end known",
            "length",
            "last length");
    private static final Set<String> NOTHING_WRITTEN_BACK =
            Set.of("scanning", "one no", "two noes", "two unknown", "in bulk", "length", "last length");

    private static final Set<String> NOT_COVERED = Set.of("fencing", "one fenced", "two uncertain");

    private final RecoveryHarness h = new RecoveryHarness();
    private final LedgerRecovery recovery = h.recovery;
    private final LedgerMetadata record = RecoveryHarness.open(Replication.DEFAULT, "b0", "b2", "b3")
            .withLastFragment(new Fragment(5, ids("b1", "b2", "b3")));
    private int fenced; // slots that have answered the fence
    private int slot; // of the next answer to a read
    private long entry = 5; // to be decided next

    private static RecovererSituation begun() {
        return new RecovererSituation();
    }

    private static RecovererSituation claiming() {
        return begun().then(s -> s.recovery.onRecord(s.record, 5));
    }

    private static RecovererSituation fencing() {
        return claiming().then(s -> s.h.commit());
    }

    /** b1 and b2 are fenced, and have nothing; b3 is silent. */
    private static RecovererSituation covered() {
        return fencing().then(s -> {
            s.h.fencedEmpty(0);
            s.h.fencedEmpty(1);
            s.fenced = 2;
        });
    }

    private static RecovererSituation scanning() {
        return covered().then(s -> s.h.pauseOver(Pause.FENCE));
    }

    /** b1 and b2 have shown entry 6, with 4 confirmed; 5 and 6 are asked of b1. */
    private static RecovererSituation inBulk() {
        return fencing().then(s -> {
            s.h.bulk = true;
            s.h.fenced(0, 6, 4);
            s.h.fenced(1, 6, 4);
            s.fenced = 2;
            s.h.pauseOver(Pause.FENCE);
            s.entry = 7;
        });
    }

    private static RecovererSituation writingBack() {
        return scanning().then(RecovererSituation::writeBack);
    }

    private void writeBack() {
        h.found(0, 5, 4);
        h.ok("b1", 5);
        h.answer("b3", 5, Status.BUSY);
        entry = 6;
    }

    private static RecovererSituation endKnown() {
        return writingBack().then(s -> s.absentEverywhere(6));
    }

    private static RecovererSituation closing() {
        return endKnown().then(s -> s.h.ok("b2", 5));
    }

    /** The last attempt that is allowed. */
    private static RecovererSituation closingAgain() {
        return begun().then(s -> {
            for (int i = 0; i < 15; i++) {
                s.recovery.onRecord(s.joined(), 5);
            }
            s.recovery.onRecord(s.record, 5);
            s.h.commit();
            s.h.fencedEmpty(0);
            s.h.fencedEmpty(1);
            s.fenced = 2;
            s.h.pauseOver(Pause.FENCE);
            s.writeBack();
            s.absentEverywhere(6);
            s.h.ok("b2", 5);
        });
    }

    /** The last fragment is empty, so that the length is with an earlier one. */
    private static RecovererSituation length() {
        return scanning().then(s -> s.absentEverywhere(5));
    }

    private void absentEverywhere(long which) {
        for (int each = 0; each < 3; each++) {
            h.absent(each, which);
        }
    }

    private RecovererSituation then(Consumer<RecovererSituation> step) {
        step.accept(this);
        return this;
    }

    static StateMachine<RecovererSituation> machine() {
        StateMachine<RecovererSituation> m = new StateMachine<>(LedgerRecovery.class);
        m.situation("begun", RecovererSituation::begun);
        m.situation("claiming", RecovererSituation::claiming);
        m.situation("fencing", RecovererSituation::fencing);
        m.situation(
                "one fenced",
                () -> fencing().then(s -> {
                    s.h.fencedEmpty(0);
                    s.fenced = 1;
                }));
        m.situation(
                "two uncertain",
                () -> fencing().then(s -> {
                    s.h.fenceFailed(0, Status.IO_ERROR);
                    s.h.fenceFailed(1, Status.IO_ERROR);
                    s.fenced = 2;
                }));
        m.situation("covered", RecovererSituation::covered);
        m.situation("scanning", RecovererSituation::scanning);
        m.situation("in bulk", RecovererSituation::inBulk);
        m.situation(
                "one no",
                () -> scanning().then(s -> {
                    s.h.absent(0, 5);
                    s.slot = 1;
                }));
        m.situation(
                "two noes",
                () -> scanning().then(s -> {
                    s.h.absent(0, 5);
                    s.h.absent(1, 5);
                    s.slot = 2;
                }));
        m.situation(
                "two unknown",
                () -> scanning().then(s -> {
                    s.h.readFailed(0, 5, Status.IO_ERROR);
                    s.h.readFailed(1, 5, Status.IO_ERROR);
                    s.slot = 2;
                }));
        m.situation("writing back", RecovererSituation::writingBack);
        m.situation("degraded", () -> writingBack().then(s -> s.h.lose("b3", 5)));
        m.situation("end known", RecovererSituation::endKnown);
        m.situation("length", RecovererSituation::length);
        m.situation(
                "last length",
                () -> length().then(s -> {
                    s.recovery.onLengthReply(s.h.attempt, -1);
                    s.recovery.onLengthReply(s.h.attempt, -1);
                }));
        m.situation("closing", RecovererSituation::closing);
        m.situation("closing, attempts used up", RecovererSituation::closingAgain);
        m.situation("done", () -> closing().then(s -> s.h.commit()));
        metadata(m);
        fences(m);
        reads(m);
        writeBacks(m);
        return m;
    }

    private static void metadata(StateMachine<RecovererSituation> m) {
        m.event("record open", "onRecord", s -> s.recovery.onRecord(s.record, 6));
        m.event("record in recovery", "onRecord", s -> s.recovery.onRecord(s.joined(), 6));
        m.event("record closed", "onRecord", s -> s.recovery.onRecord(s.record.withClosed(7, 80), 6));
        m.event("written", "onCommitted", s -> s.h.commit());
        m.event("conflict: open", "onConflict", s -> s.recovery.onConflict(s.record, 9));
        m.event("conflict: in recovery, same last fragment", "onConflict", s -> s.recovery.onConflict(s.joined(), 9));
        m.event(
                "conflict: in recovery, other last fragment",
                "onConflict",
                s -> s.recovery.onConflict(s.joined().withLastFragment(new Fragment(8, ids("b1", "b2", "b9"))), 9));
        m.event("conflict: closed", "onConflict", s -> s.recovery.onConflict(s.record.withClosed(7, 80), 9));
        m.event("record gone", "onDeleted()", s -> s.recovery.onDeleted());
        m.event("metadata refused", "onMetadataRefused", s -> s.recovery.onMetadataRefused(why()));
        m.event("abandon", "abandon", s -> s.recovery.abandon(why()));
    }

    private LedgerMetadata joined() {
        return record.withState(LedgerState.IN_RECOVERY);
    }

    private static LedgerException why() {
        return new LedgerException.RecoveryUndecided("enough", null);
    }

    private static void fences(StateMachine<RecovererSituation> m) {
        m.event("fenced, shows an entry", "onFenceReply", s -> s.h.fenced(s.fenced, 5, 4));
        m.event("fenced, has nothing", "onFenceReply", s -> s.h.fencedEmpty(s.fenced));
        m.event("fence: nothing certain", "onFenceReply", s -> s.h.fenceFailed(s.fenced, Status.IO_ERROR));
        m.event("fence: not allowed", "onFenceReply", s -> s.h.fenceFailed(s.fenced, Status.UNAUTHORIZED));
        m.event(
                "fence, of an earlier attempt",
                "onFenceReply",
                s -> s.recovery.onFenceReply(s.h.attempt - 1, s.fenced, Evidence.POSITIVE, Status.OK, s.h.copy(5, 4)));
        m.eventNotIn(
                NOT_COVERED,
                "pause for fences over",
                "onPauseOver",
                s -> s.recovery.onPauseOver(s.h.attempt, Pause.FENCE, 0));
        m.event(
                "pause for absence over",
                "onPauseOver",
                s -> s.recovery.onPauseOver(s.h.attempt, Pause.ABSENCE, s.entry));
        m.event("pause of a busy slot over", "onPauseOver", s -> s.recovery.onPauseOver(s.h.attempt, Pause.BUSY, 2));
    }

    private static void reads(StateMachine<RecovererSituation> m) {
        m.event("read: a copy", "onReadReply", s -> s.h.found(s.slot, s.entry, 4));
        m.event("read: a certain no", "onReadReply", s -> s.h.absent(s.slot, s.entry));
        m.event("read: nothing certain", "onReadReply", s -> s.h.readFailed(s.slot, s.entry, Status.IO_ERROR));
        m.event("read: not allowed", "onReadReply", s -> s.h.readFailed(s.slot, s.entry, Status.UNAUTHORIZED));
        m.event(
                "read, of an earlier attempt",
                "onReadReply",
                s -> s.recovery.onReadReply(
                        s.h.attempt - 1, s.slot, s.entry, Evidence.POSITIVE, Status.OK, s.h.copy(s.entry, 4)));
        m.eventNotIn(NOTHING_IN_BULK, "bulk read: all of it", "onBulkReply", s -> s.bulk(s.h.attempt, 2, Status.OK));
        m.eventNotIn(NOTHING_IN_BULK, "bulk read: a part", "onBulkReply", s -> s.bulk(s.h.attempt, 1, Status.OK));
        m.eventNotIn(
                NOTHING_IN_BULK,
                "bulk read: nothing",
                "onBulkReply",
                s -> s.bulk(s.h.attempt, 0, Status.NO_SUCH_ENTRY));
        m.eventNotIn(
                NOTHING_IN_BULK,
                "bulk read: not allowed",
                "onBulkReply",
                s -> s.bulk(s.h.attempt, 0, Status.UNAUTHORIZED));
        m.event("bulk read, of an earlier attempt", "onBulkReply", s -> s.bulk(s.h.attempt - 1, 2, Status.OK));
        m.event("length read: known", "onLengthReply", s -> s.recovery.onLengthReply(s.h.attempt, 50));
        m.event("length read: unknown", "onLengthReply", s -> s.recovery.onLengthReply(s.h.attempt, -1));
        m.event(
                "length read, of an earlier attempt",
                "onLengthReply",
                s -> s.recovery.onLengthReply(s.h.attempt - 1, 50));
    }

    private void bulk(int attempt, int copies, Status status) {
        List<ByteBuf> found = new ArrayList<>();
        for (int i = 0; i < copies; i++) {
            found.add(h.copy(5 + i, 4));
        }
        recovery.onBulkReply(attempt, 0, 5, 2, 0, status, found);
    }

    private static void writeBacks(StateMachine<RecovererSituation> m) {
        m.eventNotIn(NOTHING_WRITTEN_BACK, "write-back stored", "onWriteBackReply", s -> s.reply(Status.OK, null));
        m.eventNotIn(NOTHING_WRITTEN_BACK, "write-back: busy", "onWriteBackReply", s -> s.reply(Status.BUSY, null));
        m.eventNotIn(NOTHING_WRITTEN_BACK, "write-back failed, a spare there", "onWriteBackReply", s -> {
            s.h.spares.add(id("b4"));
            s.reply(Status.OK, "timed out");
        });
        m.eventNotIn(
                NOTHING_WRITTEN_BACK,
                "write-back failed, no spare",
                "onWriteBackReply",
                s -> s.reply(Status.OK, "timed out"));
        m.eventNotIn(
                NOTHING_WRITTEN_BACK,
                "write-back: not allowed",
                "onWriteBackReply",
                s -> s.reply(Status.UNAUTHORIZED, null));
        m.event(
                "write-back stored, by a replaced bookie",
                "onWriteBackReply",
                s -> s.recovery.onWriteBackReply(s.h.attempt, id("b9"), 1, -1, 5, Status.OK, null));
    }

    /** b2 answers. */
    private void reply(Status status, @Nullable String unanswered) {
        int tenure = h.adds.isEmpty() ? 0 : h.newest("b2", 5).tenure();
        recovery.onWriteBackReply(h.attempt, id("b2"), 1, tenure, 5, status, unanswered);
    }

    @Override
    public List<String> effects() {
        return h.effects;
    }

    /** The phase, which nobody but the machine needs to know. */
    @Override
    public String state() {
        try {
            Field phase = LedgerRecovery.class.getDeclaredField("phase");
            phase.setAccessible(true);
            return String.valueOf(phase.get(recovery));
        } catch (ReflectiveOperationException renamed) {
            throw new AssertionError(renamed);
        }
    }

    @Override
    public void end() {
        recovery.abandon(why());
        assertThat(h.allReleased()).as("every copy is released").isTrue();
    }
}
