package io.daybook.ledger.client;

import static io.daybook.ledger.client.AppendHarness.id;
import static io.daybook.ledger.client.AppendHarness.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.error.BrokenInvariantException;
import io.daybook.ledger.CloseReason;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.RepairHint;
import io.daybook.ledger.Replication;
import io.daybook.ledger.client.AppendProtocol.Mode;
import io.daybook.ledger.protocol.Status;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The writer alone, schedule by schedule; X numbers are the counterexamples of the protocol. */
final class AppendProtocolTest {
    private final AppendHarness w = new AppendHarness(Replication.DEFAULT, "b1", "b2", "b3").spare("b4", "b5", "b6");

    // ---- acknowledging

    @Test
    void sendsEachEntryToItsWriteSetAndAcknowledgesAtTheAckQuorum() {
        AppendHarness striped = new AppendHarness(new Replication(4, 2, 2), "b1", "b2", "b3", "b4");
        striped.append();
        striped.append();
        striped.append();
        striped.append();

        assertThat(striped.sentTo("b1")).containsExactly("e0", "e3");
        assertThat(striped.sentTo("b2")).containsExactly("e0", "e1");
        striped.ok("b1", 0);
        assertThat(striped.acknowledged).isEmpty();
        striped.ok("b2", 0);
        assertThat(striped.acknowledged).containsExactly("e0");
    }

    @Test
    void x1AnEntryIsNeverAcknowledgedBeforeTheOneBelowIt() {
        w.append();
        w.append();

        w.ok("b1", 0);
        w.ok("b2", 1);
        w.ok("b3", 1);
        assertThat(w.acknowledged).isEmpty();
        assertThat(w.protocol.lastAddConfirmed()).isEqualTo(-1);

        w.ok("b3", 0);
        assertThat(w.acknowledged).containsExactly("e0", "e1");
        assertThat(w.allReleased()).isTrue();
    }

    @Test
    void theSameBookieAnsweringTwiceCountsOnce() {
        w.append();

        w.ok("b1", 0);
        w.ok("b1", 0);

        assertThat(w.acknowledged).isEmpty();
    }

    @Test
    void anAppendMadeWhileAnotherIsBeingAcknowledgedGetsTheNextId() {
        w.onAcknowledged = () -> {
            if (w.protocol.nextEntry() < 3) {
                w.append();
            }
        };
        w.append();
        w.ok("b1", 0);
        w.ok("b2", 0);

        assertThat(w.protocol.nextEntry()).isEqualTo(2);
        w.ok("b1", 1);
        w.ok("b3", 1);
        assertThat(w.acknowledged).containsExactly("e0", "e1");
    }

    // ---- ensemble change (R46)

    @Test
    void x2TheLastConfirmedIdStandsStillWhileAChangeIsBeingCommitted() {
        for (int i = 0; i < 7; i++) {
            w.append();
        }
        w.ok("b2", 0, 1, 2, 3, 4);
        w.ok("b3", 0, 1, 2, 3, 4);
        w.lose("b1", 5);
        assertThat(w.protocol.mode()).isEqualTo(Mode.CHANGING);
        assertThat(w.lastWrite().lastFragment()).isEqualTo(new Fragment(5, ids("b4", "b2", "b3")));

        w.ok("b2", 5, 6);
        w.ok("b3", 5, 6);
        assertThat(w.protocol.lastAddConfirmed()).isEqualTo(4);

        w.commit();
        assertThat(w.acknowledged).endsWith("e5", "e6");
        assertThat(w.sentTo("b4")).containsExactly("e5", "e6");
    }

    @Test
    void x3NothingIsSentToABookieThatIsNotInTheCommittedList() {
        w.append();
        w.lose("b1", 0);
        w.lose("b2", 0);
        w.lose("b3", 0);
        w.append();

        assertThat(w.writes).hasSize(1);
        assertThat(w.sends).noneMatch(s -> ids("b4", "b5", "b6").contains(s.bookie()));
        assertThat(w.acknowledged).isEmpty();

        w.commit(); // b1 is replaced; now the other two
        assertThat(w.sentTo("b4")).containsExactly("e0", "e1");
        assertThat(w.lastWrite().lastFragment()).isEqualTo(new Fragment(0, ids("b4", "b5", "b6")));
        w.ok("b4", 0, 1);
        assertThat(w.acknowledged).isEmpty();
        w.commit();
        w.ok("b6", 0, 1);
        assertThat(w.acknowledged).containsExactly("e0", "e1");
    }

    @Test
    void x4TheAckOfAReplacedBookieIsWithdrawn() {
        w.append();
        w.append();
        w.ok("b1", 1);
        w.ok("b2", 1); // acked twice, but behind entry 0
        w.lose("b1", 0);
        w.commit();

        w.ok("b2", 0);
        w.ok("b3", 0);
        assertThat(w.acknowledged).containsExactly("e0");
        assertThat(w.protocol.lastAddConfirmed()).isZero(); // entry 1 is on one listed bookie only

        w.ok("b4", 1);
        assertThat(w.acknowledged).containsExactly("e0", "e1");
    }

    @Test
    void x5AReplacedBookiesLateYesOrNoIsDropped() {
        w.append();
        w.append();
        AppendHarness.Send early = w.newest("b1", 1);
        w.ok("b2", 0);
        w.lose("b1", 0);
        w.commit();

        w.protocol.onAddReply(id("b1"), early.slot(), early.tenure(), 1, Status.OK, null);
        w.protocol.onAddReply(id("b1"), early.slot(), early.tenure(), 0, Status.FENCED, null);
        w.ok("b2", 1);

        assertThat(w.acknowledged).isEmpty();
        assertThat(w.protocol.mode()).isEqualTo(Mode.RUN);
        w.ok("b4", 0, 1);
        assertThat(w.acknowledged).containsExactly("e0", "e1");
    }

    @Test
    void whatABookieSaidInAnEarlierTenureDoesNotCountWhenItComesBack() {
        w.append();
        AppendHarness.Send first = w.newest("b1", 0);
        w.lose("b1", 0);
        w.commit(); // b4 for b1
        w.suspects.clear();
        w.spares.clear();
        w.spare("b1");
        w.lose("b4", 0);
        w.commit(); // b1 for b4

        assertThat(w.protocol.ensemble().members()).isEqualTo(ids("b1", "b2", "b3"));
        w.protocol.onAddReply(id("b1"), first.slot(), first.tenure(), 0, Status.OK, null);
        w.protocol.onAddReply(id("b1"), first.slot(), first.tenure(), 0, Status.IO_ERROR, null);
        w.ok("b2", 0);
        assertThat(w.acknowledged).isEmpty();
        assertThat(w.protocol.mode()).isEqualTo(Mode.RUN);
        w.ok("b1", 0);
        assertThat(w.acknowledged).containsExactly("e0");
    }

    @Test
    void aSecondFailureDuringAChangeIsTheNextRound() {
        w.append();
        w.lose("b1", 0);
        w.lose("b2", 0);
        assertThat(w.writes).hasSize(1);

        w.commit();

        assertThat(w.writes).hasSize(2);
        assertThat(w.lastWrite().lastFragment()).isEqualTo(new Fragment(0, ids("b4", "b5", "b3")));
    }

    @Test
    void aChangeAtTheStartOfTheFragmentReplacesItALaterOneAppends() {
        w.append();
        w.lose("b1", 0);
        w.commit();
        assertThat(w.protocol.metadata().fragments()).containsExactly(new Fragment(0, ids("b4", "b2", "b3")));
        w.ok("b2", 0);
        w.ok("b3", 0);
        w.append();
        w.lose("b2", 1);
        w.commit();

        assertThat(w.protocol.metadata().fragments())
                .containsExactly(new Fragment(0, ids("b4", "b2", "b3")), new Fragment(1, ids("b4", "b5", "b3")));
    }

    @Test
    void confirmedEntriesAreNotSentAgain() {
        for (int i = 0; i < 3; i++) {
            w.append();
        }
        w.ok("b2", 0, 1);
        w.ok("b3", 0, 1);
        w.lose("b1", 0);
        w.commit();

        assertThat(w.sentTo("b4")).containsExactly("e2");
        w.lose("b1", 1);
        assertThat(w.protocol.repairHints()).containsExactly(new RepairHint(0, 0, id("b1"), 0, 1));
    }

    @Test
    void someReplacedIsEnoughWhenEveryWriteSetKeepsItsQuorum() {
        AppendHarness wide = new AppendHarness(new Replication(4, 3, 1), "b1", "b2", "b3", "b4").spare("b5");
        wide.append();
        wide.lose("b1", 0);
        wide.lose("b2", 0);
        wide.commit();
        assertThat(wide.protocol.ensemble().members()).isEqualTo(ids("b5", "b2", "b3", "b4"));
        assertThat(wide.protocol.mode()).isEqualTo(Mode.RUN);
        assertThat(wide.changeRetries).isEqualTo(1);

        wide.spare("b6");
        wide.protocol.onChangeRetry();
        wide.commit();

        assertThat(wide.protocol.ensemble().members()).isEqualTo(ids("b5", "b6", "b3", "b4"));
    }

    @Test
    void theSlotsThatAreReplacedAreThoseWhoseLackWouldBreakAnAckQuorum() {
        AppendHarness wide = new AppendHarness(new Replication(6, 3, 2), "b1", "b2", "b3", "b4", "b5", "b6");
        wide.append();
        wide.append();
        wide.append();
        wide.append();
        wide.lose("b1", 0); // no write set has both its slot and b4's
        wide.lose("b4", 3);
        assertThat(wide.protocol.mode()).isEqualTo(Mode.RUN);
        wide.spare("b7");
        wide.lose("b2", 1);

        assertThat(wide.lastWrite().lastFragment().bookies()).isEqualTo(ids("b1", "b7", "b3", "b4", "b5", "b6"));
    }

    @Test
    void degradedModeCarriesOnWithoutTheFailedSlotAndTriesAgain() {
        w.spares.clear();
        w.append();
        w.lose("b1", 0);

        assertThat(w.writes).isEmpty();
        assertThat(w.changeRetries).isEqualTo(1);
        w.append();
        assertThat(w.sentTo("b1")).containsExactly("e0");
        w.ok("b2", 0, 1);
        w.ok("b3", 0, 1);
        assertThat(w.acknowledged).containsExactly("e0", "e1");

        w.protocol.onChangeRetry();
        assertThat(w.pauses).hasSize(2);
        assertThat(w.pauses.get(1)).isGreaterThan(w.pauses.get(0));
        w.spare("b9");
        w.protocol.onChangeRetry();
        w.commit();
        assertThat(w.protocol.metadata().lastFragment()).isEqualTo(new Fragment(2, ids("b9", "b2", "b3")));
    }

    @Test
    void tooFewBookiesEndTheWriterWithUnknownOutcomes() {
        w.spares.clear();
        w.append();
        w.append();
        w.lose("b1", 0);
        w.lose("b2", 0);

        assertThat(w.failures).hasSize(2).allSatisfy(e -> {
            assertThat(e).isInstanceOf(LedgerException.NotEnoughBookies.class);
            assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN);
        });
        assertThat(w.protocol.accepts()).isFalse();
        assertThat(w.allReleased()).isTrue();
        assertThatThrownBy(w::append).isInstanceOf(BrokenInvariantException.class);
    }

    @Test
    void afterSoManyChangesTheWriterSealsInsteadOfChangingAgain() {
        AppendHarness few = new AppendHarness(Replication.DEFAULT, 1, "b1", "b2", "b3").spare("b4", "b5");
        few.append();
        few.append();
        few.lose("b1", 0);
        few.commit();
        few.ok("b2", 0);
        few.ok("b4", 0);
        few.lose("b2", 1);

        assertThat(few.lastWrite().state()).isEqualTo(LedgerState.CLOSED);
        assertThat(few.lastWrite().lastEntry()).isZero();
        few.commit();
        assertThat(few.failures)
                .singleElement()
                .satisfies(e -> assertThat(e.outcome()).isEqualTo(Outcome.NOT_APPLIED));
        assertThat(few.ended).isNotNull();
    }

    // ---- a bookie that is too far behind

    @Test
    void aBookieTooFarBehindTheOthersIsReplaced() {
        w.outstanding.put(id("b3"), AppendHarness.BUDGET + 1);

        w.append();
        w.append();

        assertThat(w.lastWrite().lastFragment()).isEqualTo(new Fragment(0, ids("b1", "b2", "b4")));
        assertThat(w.suspects).containsExactly(id("b3"));
    }

    @Test
    void whenAllAreSlowAlikeNobodyIsTooFarBehind() {
        for (String bookie : List.of("b1", "b2", "b3")) {
            w.outstanding.put(id(bookie), 1000L);
        }

        w.append();
        w.append();

        assertThat(w.writes).isEmpty();
    }

    @Test
    void aLaggardWithoutReplacementGetsNoMoreAndItsMissingCopiesAreHints() {
        w.spares.clear();
        w.append();
        w.outstanding.put(id("b3"), AppendHarness.BUDGET + 1);
        w.append();
        for (int i = 0; i < 3; i++) {
            w.append();
        }
        w.ok("b1", 0, 1, 2, 3, 4);
        w.ok("b2", 0, 1, 2, 3, 4);

        assertThat(w.sentTo("b3")).containsExactly("e0", "e1");
        assertThat(w.acknowledged).hasSize(5);
        assertThat(w.allReleased()).isTrue();
        w.protocol.close();
        w.commit();
        w.ok("b3", 0); // late, but there
        assertThat(w.protocol.copiesSettled()).isFalse();
        w.lose("b3", 1);
        assertThat(w.protocol.copiesSettled()).isTrue();
        assertThat(w.protocol.repairHints()).containsExactly(new RepairHint(0, 2, id("b3"), 1, 4));
    }

    @Test
    void aLaggardThatAWriteSetCannotDoWithoutStays() {
        w.spares.clear();
        w.append();
        w.lose("b1", 0);
        w.outstanding.put(id("b3"), AppendHarness.BUDGET + 1);

        w.append();

        assertThat(w.ended).isNull();
        assertThat(w.protocol.failed(2)).isFalse();
    }

    @Test
    void whatAReplacedBookieStillStoresOfConfirmedEntriesIsACopyTheRestAreHints() {
        for (int i = 0; i < 5; i++) {
            w.append();
        }
        w.ok("b1", 0, 1, 2, 3);
        w.ok("b2", 0, 1, 2, 3);
        w.lose("b3", 4);
        w.commit(); // b4 for b3 from entry 4 on
        assertThat(w.protocol.repairHints()).isEmpty();

        w.ok("b3", 0, 1);
        w.lose("b3", 2);
        assertThat(w.protocol.repairHints()).containsExactly(new RepairHint(0, 2, id("b3"), 2, 2));
        w.protocol.abandon("left");
        assertThat(w.protocol.copiesSettled()).isFalse();
        w.protocol.giveUpCopies();

        assertThat(w.protocol.copiesSettled()).isTrue();
        assertThat(w.protocol.repairHints()).containsExactly(new RepairHint(0, 2, id("b3"), 2, 3));
    }

    // ---- conflicts (R46b, R9, R10)

    @Test
    void aRepairOfASealedFragmentIsNoReasonToGiveUp() {
        w.append();
        w.ok("b1", 0);
        w.ok("b2", 0);
        w.append();
        w.lose("b1", 1);
        w.commit(); // fragments 0 and 1
        w.append();
        w.lose("b2", 2);
        LedgerMetadata repaired = w.protocol
                .metadata()
                .withFragments(List.of(
                        new Fragment(0, ids("b9", "b2", "b3")),
                        w.protocol.metadata().lastFragment()));

        w.protocol.onConflict(repaired, 9);

        assertThat(w.expectedVersion).isEqualTo(9);
        assertThat(w.lastWrite().fragments().get(0)).isEqualTo(new Fragment(0, ids("b9", "b2", "b3")));
        assertThat(w.lastWrite().lastFragment()).isEqualTo(new Fragment(1, ids("b4", "b5", "b3")));
        w.commit();
        assertThat(w.protocol.mode()).isEqualTo(Mode.RUN);
    }

    @Test
    void x24AConflictWithOurOwnWriteIsSuccess() {
        w.append();
        w.lose("b1", 0);

        w.protocol.onConflict(w.lastWrite(), 1);

        assertThat(w.protocol.mode()).isEqualTo(Mode.RUN);
        assertThat(w.sentTo("b4")).containsExactly("e0");
    }

    @Test
    void aChangeThatMeetsARecoveryStopsTheWriter() {
        w.append();
        w.lose("b1", 0);

        w.protocol.onConflict(w.created.withState(LedgerState.IN_RECOVERY), 1);

        assertThat(w.failures)
                .singleElement()
                .isInstanceOfSatisfying(
                        LedgerException.Fenced.class,
                        e -> assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN));
    }

    @Test
    void aChangeThatMeetsASealTellsEachAppendWhatBecameOfIt() {
        w.append();
        w.append();
        w.lose("b1", 0);

        w.protocol.onConflict(w.created.withClosed(0, 10), 2);

        assertThat(w.failures)
                .extracting(LedgerException::outcome)
                .containsExactly(Outcome.APPLIED, Outcome.NOT_APPLIED);
        assertThat(w.failures).allMatch(e -> e instanceof LedgerException.SealedByOther);
        assertThat(w.protocol.metadata().lastEntry()).isZero();
    }

    @Test
    void aForeignLastFragmentIsABug() {
        w.append();
        w.lose("b1", 0);

        w.protocol.onConflict(w.created.withLastFragment(new Fragment(0, ids("x", "y", "z"))), 1);

        assertThat(w.failures).singleElement().isInstanceOf(LedgerException.ProtocolBroken.class);
    }

    @Test
    void aDeletedLedgerStopsTheWriter() {
        w.append();
        w.lose("b1", 0);

        w.protocol.onDeleted();

        assertThat(w.failures).singleElement().isInstanceOf(LedgerException.Fenced.class);
    }

    @Test
    void metadataThatCannotBeWrittenEndsTheWriter() {
        w.append();
        w.lose("b1", 0);

        w.protocol.onMetadataRefused("closed", null);

        assertThat(w.failures)
                .singleElement()
                .isInstanceOfSatisfying(
                        LedgerException.MetadataFailed.class,
                        e -> assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN));
    }

    // ---- refusals

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {"FENCED", "UNAUTHORIZED", "BAD_REQUEST", "BAD_VERSION"})
    void aFatalAnswerEndsTheWriterAtOnce(Status status) {
        w.append();
        w.append();

        w.answer("b2", 0, status);

        assertThat(w.failures)
                .hasSize(2)
                .allSatisfy(e -> assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN));
        int sent = w.sends.size();
        w.ok("b1", 0);
        w.ok("b3", 0);
        assertThat(w.acknowledged).isEmpty();
        assertThat(w.sends).hasSize(sent);
        assertThat(w.allReleased()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {"IO_ERROR", "READ_ONLY", "UNKNOWN_STATE", "NO_SUCH_LEDGER", "NO_SUCH_ENTRY"})
    void anyOtherRefusalReplacesTheBookie(Status status) {
        w.append();

        w.answer("b2", 0, status);

        assertThat(w.lastWrite().lastFragment().bookies()).isEqualTo(ids("b1", "b4", "b3"));
    }

    @Test
    void aBusyBookieIsAskedAgainAfterPausesThatGrowAndThenReplaced() {
        w.append();
        for (int round = 0; round < 7; round++) {
            w.answer("b1", 0, Status.BUSY);
            assertThat(w.pauses).hasSize(round + 1);
            w.protocol.onSlotRetry(0, 0);
            assertThat(w.sentTo("b1")).hasSize(round + 2);
        }
        assertThat(w.pauses).isSorted();
        assertThat(w.writes).isEmpty();

        w.answer("b1", 0, Status.BUSY);

        assertThat(w.lastWrite().lastFragment().bookies()).isEqualTo(ids("b4", "b2", "b3"));
    }

    @Test
    void onePauseServesEverythingABusyBookieRefused() {
        w.append();
        w.append();
        w.answer("b1", 0, Status.BUSY);
        w.answer("b1", 1, Status.BUSY);
        assertThat(w.pauses).hasSize(1);

        w.protocol.onSlotRetry(0, 0);

        assertThat(w.sentTo("b1")).containsExactly("e0", "e1", "e0", "e1");
    }

    @Test
    void anIdleWriterReplacesAMemberThatIsGoneABusyOneWaitsForItsAnswers() {
        w.append();
        w.protocol.onMemberGone(id("b1"));
        assertThat(w.writes).isEmpty();
        w.ok("b1", 0);
        w.ok("b2", 0);

        w.protocol.onMemberGone(id("b1"));

        assertThat(w.lastWrite().lastFragment()).isEqualTo(new Fragment(1, ids("b4", "b2", "b3")));
    }

    // ---- closing (R57)

    @Test
    void closesAtTheLastConfirmedEntryOnceNothingIsPending() {
        w.append();
        w.append();
        w.protocol.close();
        assertThat(w.writes).isEmpty();
        w.ok("b1", 0, 1);
        w.ok("b2", 0, 1);

        assertThat(w.lastWrite().lastEntry()).isEqualTo(1);
        assertThat(w.lastWrite().length()).isEqualTo(20);
        w.commit();
        assertThat(w.closed).isEqualTo(w.lastWrite());
    }

    @Test
    void closesAnEmptyLedgerAtMinusOneAndDropsATrailingEmptyFragment() {
        w.append();
        w.ok("b1", 0);
        w.ok("b2", 0);
        w.protocol.onMemberGone(id("b1"));
        w.commit(); // a fragment at 1 without entries
        w.protocol.close();
        assertThat(w.lastWrite().fragments()).hasSize(1);

        AppendHarness empty = new AppendHarness(Replication.DEFAULT, "b1", "b2", "b3");
        empty.protocol.close();
        empty.commit();
        assertThat(empty.closed).isEqualTo(empty.created.withClosed(-1, 0, CloseReason.CLEAN));
    }

    @Test
    void aCloseThatFindsTheSameEndSucceedsAnotherEndDoesNot() {
        w.append();
        w.ok("b1", 0);
        w.ok("b2", 0);
        w.protocol.close();
        w.protocol.onConflict(w.created.withClosed(0, 10), 3);
        assertThat(w.closed).isNotNull();

        AppendHarness other = new AppendHarness(Replication.DEFAULT, "b1", "b2", "b3");
        other.protocol.close();
        other.protocol.onConflict(other.created.withClosed(0, 10), 3);
        assertThat(other.closed).isNull();
        assertThat(other.ended).isNotNull();
        assertThat(other.protocol.metadata().lastEntry()).isZero();
    }

    @Test
    void aCloseThatMeetsARecoveryDoesNotOverwriteIt() {
        w.protocol.close();

        w.protocol.onConflict(w.created.withState(LedgerState.IN_RECOVERY), 1);

        assertThat(w.writes).hasSize(1);
        assertThat(w.ended).isNotNull();
    }

    @Test
    void aSealBelowAnAcknowledgedEntryIsABug() {
        w.append();
        w.ok("b1", 0);
        w.ok("b2", 0);
        w.protocol.close();

        assertThatThrownBy(() -> w.protocol.onConflict(w.created.withClosed(-1, 0), 1))
                .isInstanceOf(BrokenInvariantException.class);
    }

    @Test
    void aCloseWaitsForTheChangeThatIsUnderWay() {
        w.append();
        w.protocol.close();
        w.lose("b1", 0);
        w.ok("b2", 0);
        w.ok("b3", 0);
        assertThat(w.writes).hasSize(1);

        w.commit();

        assertThat(w.lastWrite().state()).isEqualTo(LedgerState.CLOSED);
        assertThat(w.lastWrite().lastEntry()).isZero();
    }

    @Test
    void abandoningLeavesOutcomesUnknown() {
        w.append();

        w.protocol.abandon("left");

        assertThat(w.failures)
                .singleElement()
                .isInstanceOfSatisfying(
                        LedgerException.HandleClosed.class,
                        e -> assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN));
        assertThat(w.allReleased()).isTrue();
    }

    // ---- what is left to repair (R45), and the trace (R98)

    @Test
    void aCopyThatArrivesLateIsNoHintAMissingOneIs() {
        for (int i = 0; i < 10; i++) {
            long entry = w.append();
            w.ok("b1", entry);
            w.ok("b2", entry);
        }
        w.ok("b3", 0, 1, 2, 3, 5, 6, 7, 8, 9); // all confirmed by then

        w.protocol.close();
        w.commit();
        w.lose("b3", 4);

        assertThat(w.protocol.repairHints()).containsExactly(new RepairHint(0, 2, id("b3"), 4, 4));
        assertThat(w.protocol.copiesSettled()).isTrue();
    }

    @Test
    void theTraceTellsTheStoryOfTheLedger() {
        w.append();
        w.lose("b1", 0);
        w.commit();
        w.ok("b2", 0);
        w.ok("b3", 0);
        w.protocol.close();
        w.commit();

        assertThat(w.trace.toString())
                .contains("slot 0: b1 timed out")
                .contains("change from entry 0: [b1, b2, b3] to [b4, b2, b3]")
                .contains("committed [b4, b2, b3] from entry 0")
                .contains("closed at entry 0, 10 bytes");
    }
}
