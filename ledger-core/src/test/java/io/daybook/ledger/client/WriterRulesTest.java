package io.daybook.ledger.client;

import static io.daybook.ledger.client.AppendHarness.id;
import static io.daybook.ledger.client.AppendHarness.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.error.BrokenInvariantException;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.client.AppendProtocol.Mode;
import io.daybook.ledger.protocol.Status;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * What each of the writer's rules is for: one schedule, run with the rule and without it. Without it an entry is acknowledged, or the ledger
 * closed, that must not be.
 */
final class WriterRulesTest {

    private static AppendHarness run(WriterRules rules, Consumer<AppendHarness> schedule) {
        AppendHarness w = new AppendHarness(rules, "b1", "b2", "b3").spare("b4", "b5", "b6");
        schedule.accept(w);
        return w;
    }

    private static AppendHarness safe(Consumer<AppendHarness> schedule) {
        return run(new SafeWriterRules(), schedule);
    }

    @Test
    void withoutWithdrawalOneListedCopyIsEnoughForAnAcknowledgement() { // X4
        Consumer<AppendHarness> schedule = w -> {
            w.append();
            w.ok("b1", 0);
            w.lose("b1", 0);
            w.commit(); // b4 for b1
            w.ok("b2", 0);
        };

        assertThat(safe(schedule).acknowledged).isEmpty();
        assertThat(run(new KeepsAcks(), schedule).acknowledged).containsExactly("e0");
    }

    @Test
    void withoutTenureTheLateAckOfAReplacedBookieCounts() { // X5
        Consumer<AppendHarness> schedule = w -> {
            w.append();
            AppendHarness.Send early = w.newest("b1", 0);
            w.lose("b1", 0);
            w.commit();
            w.protocol.onAddReply(id("b1"), early.slot(), early.tenure(), 0, Status.OK, null);
            w.ok("b2", 0);
        };

        assertThat(safe(schedule).acknowledged).isEmpty();
        assertThat(run(new CountsLateAcks(), schedule).acknowledged).containsExactly("e0");
    }

    @Test
    void withoutOrderTheConfirmedIdJumpsAGap() { // X1
        Consumer<AppendHarness> schedule = w -> {
            w.append();
            w.append();
            w.ok("b1", 0);
            w.ok("b2", 1);
            w.ok("b3", 1);
        };

        assertThat(safe(schedule).acknowledged).isEmpty();
        AppendHarness jumped = run(new JumpsGaps(), schedule);
        assertThat(jumped.acknowledged).containsExactly("e0", "e1");
        assertThat(jumped.protocol.lastAddConfirmed()).isEqualTo(1);
        assertThat(jumped.allReleased()).isTrue();
    }

    @Test
    void withoutTheFreezeEntriesAreConfirmedOnAListThatIsBeingLeft() { // X2
        Consumer<AppendHarness> schedule = w -> {
            w.append();
            w.lose("b1", 0); // the change starts at entry 0
            w.ok("b2", 0);
            w.ok("b3", 0);
        };

        assertThat(safe(schedule).acknowledged).isEmpty();
        AppendHarness moved = run(new MovesDuringChange(), schedule);
        assertThat(moved.acknowledged).containsExactly("e0");
        assertThatThrownBy(moved::commit).isInstanceOf(BrokenInvariantException.class);
    }

    @Test
    void withoutWaitingForTheCommitEntriesAreAcknowledgedWhereMetadataDoesNotSendReaders() { // X3
        Consumer<AppendHarness> schedule = w -> {
            w.append();
            w.lose("b1", 0);
            if (w.protocol.ensemble().members().contains(id("b4"))) {
                w.ok("b4", 0);
            }
            w.ok("b2", 0);
        };

        assertThat(safe(schedule).acknowledged).isEmpty();
        AppendHarness early = run(new UsesListBeforeCommit(), schedule);
        assertThat(early.acknowledged).containsExactly("e0");
        assertThat(early.protocol.metadata().lastFragment()).isEqualTo(new Fragment(0, ids("b1", "b2", "b3")));
    }

    @Test
    void withoutTheLimitOfTheCloseItSealsEntriesThatOneBookieHas() {
        Consumer<AppendHarness> schedule = w -> {
            w.append();
            w.append();
            w.ok("b1", 0, 1);
            w.ok("b2", 0);
            w.protocol.closeNow();
            w.commit();
        };

        AppendHarness closed = safe(schedule);
        assertThat(closed.protocol.metadata().lastEntry()).isZero();
        assertThat(closed.protocol.metadata().length()).isEqualTo(10);
        assertThat(closed.failures).singleElement().isInstanceOfSatisfying(LedgerException.HandleClosed.class, e -> {
            assertThat(e.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        });
        assertThat(closed.closed).isNotNull();
        assertThat(closed.allReleased()).isTrue();
        AppendHarness tooFar = run(new ClosesAtPushed(), schedule);
        assertThat(tooFar.protocol.metadata().lastEntry()).isEqualTo(1);
        assertThat(tooFar.protocol.metadata().length()).isEqualTo(20);
    }

    @Test
    void withoutTheStateACloseGoesOverARecovery() {
        Consumer<AppendHarness> schedule = w -> {
            w.protocol.close();
            w.protocol.onConflict(w.created.withState(LedgerState.IN_RECOVERY), 1);
        };

        assertThat(safe(schedule).writes).hasSize(1);
        AppendHarness blind = run(new ClosesBlindly(), schedule);
        assertThat(blind.writes).hasSize(2);
        assertThat(blind.expectedVersion).isEqualTo(1);
        blind.commit();
        assertThat(blind.closed).isNotNull();
    }

    @Test
    void withoutTheStateACloseGoesOverASeal() {
        Consumer<AppendHarness> schedule = w -> {
            w.append();
            w.protocol.closeNow();
            w.protocol.onConflict(w.created.withClosed(0, 10), 2);
        };

        AppendHarness told = safe(schedule);
        assertThat(told.writes).hasSize(1);
        assertThat(told.failures)
                .singleElement()
                .satisfies(e -> assertThat(e.outcome()).isEqualTo(Outcome.APPLIED));
        assertThat(run(new ClosesBlindly(), schedule).lastWrite().lastEntry()).isEqualTo(-1);
    }

    @Test
    void withoutTheStateAChangeGoesOverARecoveryButNothingElseDoes() {
        Consumer<AppendHarness> schedule = w -> {
            w.append();
            w.lose("b1", 0);
            w.protocol.onConflict(w.created.withState(LedgerState.IN_RECOVERY), 1);
        };

        assertThat(safe(schedule).protocol.mode()).isEqualTo(Mode.DEAD);
        AppendHarness over = run(new ChangesBlindly(), schedule);
        assertThat(over.lastWrite().state()).isEqualTo(LedgerState.IN_RECOVERY);
        over.commit();
        over.ok("b4", 0);
        over.ok("b2", 0);
        assertThat(over.acknowledged).containsExactly("e0");
        over.protocol.close();
        assertThat(over.closed).isNull(); // R9 stands
        assertThat(over.ended).isNotNull();
    }

    static final class KeepsAcks extends SafeWriterRules {
        @Override
        public boolean withdrawsAcks() {
            return false;
        }
    }

    static final class CountsLateAcks extends SafeWriterRules {
        @Override
        public boolean countsAck(Ensemble ensemble, int slot, BookieId bookie, int tenure) {
            return true;
        }
    }

    static final class JumpsGaps extends SafeWriterRules {
        @Override
        public boolean confirms(long entry, long lowestPending) {
            return true;
        }
    }

    static final class MovesDuringChange extends SafeWriterRules {
        @Override
        public boolean standsStillDuringChange() {
            return false;
        }
    }

    static final class UsesListBeforeCommit extends SafeWriterRules {
        @Override
        public boolean waitsForCommit() {
            return false;
        }
    }

    static final class ClosesAtPushed extends SafeWriterRules {
        @Override
        public long lastEntryOfClose(long lastAddConfirmed, long lastAddPushed) {
            return lastAddPushed;
        }
    }

    static final class ClosesBlindly extends SafeWriterRules {
        @Override
        public boolean mayClose(LedgerState found) {
            return true;
        }
    }

    static final class ChangesBlindly extends SafeWriterRules {
        @Override
        public boolean mayChange(LedgerState found) {
            return true;
        }
    }
}
