package io.daybook.ledger.client;

import static io.daybook.ledger.client.AppendHarness.ids;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.Replication;
import io.daybook.ledger.client.AppendProtocol.Mode;
import io.daybook.ledger.protocol.Status;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A writer with deferred sync, schedule by schedule (R106–R110). */
final class DeferredAcksTest {
    private AppendHarness w = deferred(new AppendHarness(Replication.DEFAULT, "b1", "b2", "b3").spare("b4", "b5"));

    private static AppendHarness deferred(AppendHarness harness) {
        harness.protocol.deferSync();
        return harness;
    }

    @BeforeEach
    void twoEntriesInMemory() {
        w.append();
        w.append();
        w.accept("b1", 11, 0, 1);
        w.accept("b2", 12, 0, 1);
    }

    @Test
    void r106AnAnswerFromMemoryCompletesTheAppendAndConfirmsNothing() {
        assertThat(w.acknowledged).containsExactly("e0", "e1");
        assertThat(w.protocol.lastAddAccepted()).isEqualTo(1);
        assertThat(w.protocol.lastAddConfirmed()).isEqualTo(-1);
        assertThat(w.forces).isEmpty();
        assertThat(w.bodies).allMatch(body -> body.refCnt() == 1);
    }

    @Test
    void r106AcceptedEntriesAreToldInOrder() {
        w.append();
        w.append();
        w.accept("b1", 11, 3);
        w.accept("b3", 13, 3);
        assertThat(w.protocol.lastAddAccepted()).isEqualTo(1);

        w.accept("b1", 11, 2);
        w.accept("b2", 12, 2);
        assertThat(w.acknowledged).endsWith("e2", "e3");
    }

    @Test
    void r107AnAnswerOverAnotherConnectionVoidsThoseBefore() {
        w.append();

        w.accept("b1", 21, 2);

        assertThat(w.protocol.mode()).isEqualTo(Mode.CHANGING);
        assertThat(w.lastWrite().lastFragment()).isEqualTo(new Fragment(0, ids("b4", "b2", "b3")));
        w.protocol.force("f");
        assertThat(w.forcesSent()).containsExactly("b2@12");
        w.synced("b2");
        assertThat(w.protocol.lastAddConfirmed()).isEqualTo(-1);
    }

    @Test
    void r107AConnectionThatChangesWhenNothingIsUnsyncedVoidsNothing() {
        w.protocol.force("f");
        w.synced("b1");
        w.synced("b2");
        w.append();

        w.accept("b1", 21, 2);
        w.accept("b2", 22, 2);

        assertThat(w.protocol.mode()).isEqualTo(Mode.RUN);
        assertThat(w.acknowledged).endsWith("e2");
    }

    @Test
    void r108AForceConfirmsWhatAnAckQuorumAcceptedBeforeAndSyncedAfter() {
        w.protocol.force("f");
        assertThat(w.forcesSent()).containsExactly("b1@11", "b2@12");

        w.synced("b1");
        assertThat(w.protocol.lastAddConfirmed()).isEqualTo(-1);
        w.synced("b2");

        assertThat(w.protocol.lastAddConfirmed()).isEqualTo(1);
        assertThat(w.forced).containsExactly("f at 1");
        assertThat(w.allReleased()).isTrue();
        assertThat(w.acknowledged).containsExactly("e0", "e1");
    }

    @Test
    void r108AForceCoversOnlyWhatTheSlotHadAcceptedBeforeIt() {
        w.protocol.force("f");
        w.append();
        w.accept("b1", 11, 2);
        w.accept("b2", 12, 2);

        w.synced("b1");
        w.synced("b2");

        assertThat(w.protocol.lastAddConfirmed()).isEqualTo(1);
        assertThat(w.protocol.lastAddAccepted()).isEqualTo(2);
        assertThat(w.forces).hasSize(2); // nobody wants entry 2 on disk yet
        w.protocol.force("g");
        assertThat(w.forces).hasSize(4);
        w.synced("b1");
        w.synced("b2");
        assertThat(w.forced).containsExactly("f at 1", "g at 2");
    }

    @Test
    void r108AForceWantedWhileOneIsInFlightFollowsIt() {
        w.protocol.force("f");
        w.append();
        w.accept("b1", 11, 2);
        w.accept("b2", 12, 2);
        w.protocol.force("g");
        assertThat(w.forces).hasSize(2);

        w.synced("b1");
        w.synced("b2");
        assertThat(w.forced).containsExactly("f at 1");
        assertThat(w.forces).hasSize(4);
        w.synced("b1");
        w.synced("b2");
        assertThat(w.forced).containsExactly("f at 1", "g at 2");
    }

    @Test
    void r108ASlotThatAcceptsLateIsForcedLate() {
        w.accept("b3", 13, 0);
        w.protocol.force("f");
        w.synced("b1");
        w.synced("b3");
        assertThat(w.protocol.lastAddConfirmed()).isZero();

        w.accept("b3", 13, 1);
        w.synced("b3");
        assertThat(w.protocol.lastAddConfirmed()).isEqualTo(1);
    }

    @Test
    void aForceOfWhatIsConfirmedCompletesAtOnceAndAsksNobody() {
        w.protocol.force("f");
        w.synced("b1");
        w.synced("b2");
        int sent = w.forces.size();

        w.protocol.force("g");

        assertThat(w.forced).containsExactly("f at 1", "g at 1");
        assertThat(w.forces).hasSize(sent);
    }

    @Test
    void x23AForceThatFindsTheConnectionGoneCountsNothingAndReplacesTheBookie() {
        w.protocol.force("f");
        w.synced("b2");
        w.loseForce("b1");
        assertThat(w.protocol.lastAddConfirmed()).isEqualTo(-1);
        assertThat(w.lastWrite().lastFragment()).isEqualTo(new Fragment(0, ids("b4", "b2", "b3")));

        w.commit();
        assertThat(w.sentTo("b4")).containsExactly("e0", "e1");
        w.accept("b4", 14, 0, 1);
        w.synced("b4");
        w.synced("b4");
        assertThat(w.forced).containsExactly("f at 1");
    }

    @Test
    void r109AChangeStartsAboveTheLastConfirmedIdAndSendsEverythingAboveAgain() {
        w.protocol.force("f");
        w.synced("b1");
        w.synced("b2");
        w.append();
        w.append();
        w.accept("b1", 11, 2, 3);
        w.accept("b2", 12, 2, 3);

        w.lose("b2", 3);
        assertThat(w.lastWrite().lastFragment()).isEqualTo(new Fragment(2, ids("b1", "b4", "b3")));
        w.commit();

        assertThat(w.sentTo("b4")).containsExactly("e2", "e3");
        w.protocol.force("g");
        w.synced("b1");
        assertThat(w.protocol.lastAddConfirmed()).isEqualTo(1);
        w.accept("b4", 14, 2, 3);
        w.synced("b4");
        w.synced("b4");
        assertThat(w.protocol.lastAddConfirmed()).isEqualTo(3);
        assertThat(w.acknowledged).containsExactly("e0", "e1", "e2", "e3");
    }

    @Test
    void r42AForceOfAReplacedBookieAnsweredLateCountsForNobody() {
        w.protocol.force("f");
        AppendHarness.Force late = w.forces.get(0);
        w.lose("b1", 1);
        w.commit();
        w.accept("b4", 14, 0, 1);

        w.protocol.onForceReply(late.slot(), late.tenure(), Status.OK, null);
        w.synced("b2");

        assertThat(w.protocol.lastAddConfirmed()).isEqualTo(-1);
        w.synced("b4");
        w.synced("b4");
        assertThat(w.forced).containsExactly("f at 1");
    }

    @Test
    void theLastConfirmedIdStandsStillWhileAChangeIsCommitted() {
        w.protocol.force("f");
        w.lose("b3", 1);
        w.synced("b1");
        w.synced("b2");
        assertThat(w.protocol.lastAddConfirmed()).isEqualTo(-1);

        w.commit();
        assertThat(w.protocol.lastAddConfirmed()).isEqualTo(1);
        assertThat(w.forced).containsExactly("f at 1");
    }

    @Test
    void r110CloseForcesFirst() {
        w.protocol.close();
        assertThat(w.writes).isEmpty();
        assertThat(w.forcesSent()).containsExactly("b1@11", "b2@12");

        w.synced("b1");
        w.synced("b2");
        assertThat(w.lastWrite().lastEntry()).isEqualTo(1);
        w.commit();
        assertThat(w.closed).isNotNull();
    }

    @Test
    void r110CloseForcesWhatIsAcceptedAfterIt() {
        w.append();
        w.protocol.close();
        w.accept("b1", 11, 2);
        w.accept("b2", 12, 2);
        w.synced("b1");
        w.synced("b2");
        assertThat(w.writes).isEmpty();
        w.synced("b1");
        w.synced("b2");
        assertThat(w.lastWrite().lastEntry()).isEqualTo(2);
    }

    @Test
    void r110ACloseThatDoesNotWaitStillForcesWhatWasAccepted() {
        w.append();
        w.protocol.closeNow();
        assertThat(w.writes).isEmpty();

        w.synced("b1");
        w.synced("b2");
        assertThat(w.lastWrite().lastEntry()).isEqualTo(1);
        w.commit();
        assertThat(w.failures)
                .singleElement()
                .satisfies(f -> assertThat(f.outcome()).isEqualTo(Outcome.NOT_APPLIED));
    }

    @Test
    void rg13ACloseWhoseForceCannotSucceedFailsAndDoesNotSeal() {
        w.spares.clear();
        w.protocol.close();
        w.loseForce("b1");
        w.loseForce("b2");

        assertThat(w.writes).isEmpty();
        assertThat(w.ended).isNotNull();
        assertThat(w.ended.with(Outcome.UNKNOWN)).isInstanceOf(LedgerException.NotEnoughBookies.class);
        assertThat(w.allReleased()).isTrue();
    }

    @Test
    void rg13TooManyChangesDoNotSealBelowWhatWasAccepted() {
        w = deferred(new AppendHarness(Replication.DEFAULT, 0, "b1", "b2", "b3").spare("b4"));
        twoEntriesInMemory();

        w.lose("b3", 0);

        assertThat(w.writes).isEmpty();
        assertThat(w.ended).isNotNull();
    }

    @Test
    void aForceFailsWithTheHandleAndItsOutcomeIsUnknown() {
        w.protocol.force("f");
        w.append();
        w.answer("b3", 0, Status.FENCED);

        assertThat(w.failures).hasSize(2); // entry 2, and the force; 0 and 1 were told already
        assertThat(w.failures).allMatch(f -> f instanceof LedgerException.Fenced && f.outcome() == Outcome.UNKNOWN);
        w.protocol.force("g");
        assertThat(w.failures).hasSize(3);
        assertThat(w.allReleased()).isTrue();
    }

    @Test
    void confirmedEntriesOutliveTheWindowTheyWereIn() {
        for (int round = 0;
                round < 20;
                round++) { // past the places of a window that has never grown, and past one that has
            int burst = round % 3 == 0 ? 300 : 50;
            for (int i = 0; i < burst; i++) {
                long entry = w.append();
                w.accept("b1", 11, entry);
                w.accept("b2", 12, entry);
                w.accept("b3", 13, entry);
            }
            w.protocol.force("f");
            w.synced("b1");
            w.synced("b3");
            w.synced("b2");
            assertThat(w.protocol.lastAddConfirmed()).isEqualTo(w.protocol.nextEntry() - 1);
        }
        assertThat(w.protocol.repairHints()).allMatch(hint -> hint.lastEntry() <= 1); // b3 never got to accept these
        assertThat(w.allReleased()).isTrue();
    }
}
