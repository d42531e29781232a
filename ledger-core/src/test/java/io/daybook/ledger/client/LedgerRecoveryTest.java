package io.daybook.ledger.client;

import static io.daybook.ledger.client.AppendHarness.ids;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.CloseReason;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.Replication;
import io.daybook.ledger.client.RecoveryEffects.Pause;
import io.daybook.ledger.protocol.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The recoverer alone, schedule by schedule; X numbers are the counterexamples of the protocol. */
final class LedgerRecoveryTest {
    private final RecoveryHarness r = new RecoveryHarness();
    private final LedgerMetadata open = RecoveryHarness.open(Replication.DEFAULT, "b1", "b2", "b3");

    @AfterEach
    void everyCopyIsReleased() {
        r.recovery.abandon(new LedgerException.RecoveryUndecided("the test is over", null));
        assertThat(r.allReleased()).isTrue();
    }

    /** Claims, fences all three, which have nothing. */
    private void fencedAllEmpty() {
        r.start(open);
        for (int slot = 0; slot < 3; slot++) {
            r.fencedEmpty(slot);
        }
    }

    private void absentEverywhere(long entry) {
        for (int slot = 0; slot < 3; slot++) {
            r.absent(slot, entry);
        }
    }

    // ---- claiming

    @Test
    void aClosedLedgerIsDoneAtOnce() {
        r.start(open.withClosed(4, 50));

        assertThat(r.sealed).isEqualTo(open.withClosed(4, 50));
        assertThat(r.fences).isEmpty();
    }

    @Test
    void anOpenLedgerIsClaimedFirstOneInRecoveryIsJoined() {
        r.recovery.onRecord(open, 5);
        assertThat(r.lastWrite().state()).isEqualTo(LedgerState.IN_RECOVERY);
        assertThat(r.expectedVersion).isEqualTo(5);
        assertThat(r.fences).isEmpty();
        r.commit();
        assertThat(r.fences).containsExactly("b1", "b2", "b3");

        RecoveryHarness second = new RecoveryHarness();
        second.start(open.withState(LedgerState.IN_RECOVERY));
        assertThat(second.writes).isEmpty();
        assertThat(second.fences).containsExactly("b1", "b2", "b3");
    }

    @Test
    void aLostClaimIsReadAgainSoThatTheWritersNewFragmentIsFenced() {
        r.recovery.onRecord(open, 5);

        r.recovery.onConflict(open.withLastFragment(new Fragment(3, ids("b4", "b2", "b3"))), 6);
        assertThat(r.expectedVersion).isEqualTo(6);
        r.commit();

        assertThat(r.fences).containsExactly("b4", "b2", "b3");
    }

    @Test
    void aDeletedLedgerCannotBeRecovered() {
        r.recovery.onRecord(open, 5);

        r.recovery.onDeleted();

        assertThat(r.failure).isInstanceOf(LedgerException.NoSuchLedger.class);
    }

    // ---- fencing (R47, first column)

    @Test
    void readsOnOnceEverySlotIsFenced() {
        r.start(open);
        r.fenced(0, 5, 4);
        r.fenced(1, 6, 3);
        assertThat(r.reads).isEmpty();
        r.fencedEmpty(2);

        assertThat(r.reads).startsWith("b3 e5", "b1 e5", "b2 e5"); // from the best confirmed id on
    }

    @Test
    void aCoveringSetWaitsAMomentForTheRest() {
        r.start(open);
        r.fenced(0, 5, 4);
        r.fenced(1, 5, 4);
        assertThat(r.pauses).singleElement().satisfies(p -> {
            assertThat(p.kind()).isEqualTo(Pause.FENCE);
            assertThat(p.nanos()).isEqualTo(200_000_000);
        });

        r.pauseOver(Pause.FENCE);

        assertThat(r.reads).startsWith("b3 e5");
        r.fenced(2, 9, 8); // too late to move the start
        assertThat(r.reads).startsWith("b3 e5");
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {"OK", "IO_ERROR", "UNKNOWN_STATE", "BUSY", "READ_ONLY", "BAD_REQUEST", "FENCED"})
    void aReplyWithoutCertaintyDoesNotCoverItsSlot(Status status) {
        r.start(open);
        r.fencedEmpty(0);
        r.fenceFailed(1, status);
        r.fenceFailed(2, status);

        assertThat(r.failure).isInstanceOf(LedgerException.RecoveryUndecided.class);
        assertThat(r.writes).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {"NO_SUCH_ENTRY", "NO_SUCH_LEDGER"})
    void aCertainNegativeCoversItsSlot(Status status) {
        r.start(open);
        r.fenceFailed(0, status);
        r.fenceFailed(1, status);
        r.fenceFailed(2, Status.IO_ERROR);

        assertThat(r.failure).isNull();
        assertThat(r.reads).isNotEmpty();
    }

    @Test
    void aWrongPasswordOrVersionEndsTheRecoveryAtOnce() {
        r.start(open);
        r.fenceFailed(0, Status.UNAUTHORIZED);
        assertThat(r.failure).isInstanceOf(LedgerException.Unauthorized.class);

        RecoveryHarness second = new RecoveryHarness().start(open);
        second.fenceFailed(0, Status.BAD_VERSION);
        assertThat(second.failure).isInstanceOf(LedgerException.ProtocolBroken.class);

        RecoveryHarness third = new RecoveryHarness().start(open);
        third.fencedEmpty(0);
        third.fencedEmpty(1);
        third.fencedEmpty(2);
        third.readFailed(0, 0, Status.UNAUTHORIZED);
        assertThat(third.failure).isInstanceOf(LedgerException.Unauthorized.class);
    }

    @Test
    void oneSilentBookieOfOneAckQuorumIsTooMany() {
        LedgerMetadata fragile = RecoveryHarness.open(new Replication(3, 3, 1), "b1", "b2", "b3");
        r.start(fragile);
        r.fencedEmpty(0);
        r.fencedEmpty(1);
        assertThat(r.pauses).isEmpty();
        r.fenceFailed(2, Status.IO_ERROR);

        assertThat(r.failure).isInstanceOf(LedgerException.RecoveryUndecided.class);
    }

    // ---- reading on (R47, second column)

    @Test
    void anEmptyLedgerIsSealedEmpty() {
        fencedAllEmpty();
        absentEverywhere(0);

        assertThat(r.lastWrite()).isEqualTo(open.withClosed(-1, 0, CloseReason.RECOVERED));
        r.commit();
        assertThat(r.sealed).isEqualTo(open.withClosed(-1, 0, CloseReason.RECOVERED));
    }

    @Test
    void onePositiveBeatsAnyNumberOfNegativesWhileAnyoneMayStillAnswer() {
        fencedAllEmpty();
        r.absent(0, 0);
        r.absent(1, 0);
        assertThat(r.writes).hasSize(1);
        assertThat(r.pauses).extracting(RecoveryHarness.Pause::kind).endsWith(Pause.ABSENCE);

        r.found(2, 0, -1);

        assertThat(r.adds).hasSize(3);
    }

    @Test
    void enoughNegativesAreBelievedWhenTheGraceIsOver() {
        fencedAllEmpty();
        r.absent(0, 0);
        r.absent(1, 0);

        r.pauseOver(Pause.ABSENCE);

        assertThat(r.lastWrite().lastEntry()).isEqualTo(-1);
    }

    @Test
    void oneNegativeIsNotEnough() {
        fencedAllEmpty();
        r.absent(0, 0);
        r.readFailed(1, 0, Status.IO_ERROR);
        r.pauseOver(Pause.ABSENCE);
        assertThat(r.failure).isNull();

        r.readFailed(2, 0, Status.UNKNOWN_STATE);

        assertThat(r.failure)
                .isInstanceOf(LedgerException.RecoveryUndecided.class)
                .hasMessageContaining("entry 0");
        assertThat(r.writes).hasSize(1); // the ledger stays in recovery
    }

    @Test
    void verdictsFallInOrderWhateverOrderTheAnswersComeIn() {
        fencedAllEmpty();
        r.found(0, 1, -1);
        r.found(1, 1, -1);
        assertThat(r.adds).isEmpty(); // entry 0 is not known to exist
        r.found(2, 0, -1);

        assertThat(r.adds).extracting(RecoveryHarness.Add::entry).containsExactly(0L, 0L, 0L, 1L, 1L, 1L);
    }

    @Test
    void aGapEndsTheLedgerWhateverLiesBeyond() {
        fencedAllEmpty();
        r.found(0, 1, -1);
        absentEverywhere(0);

        assertThat(r.lastWrite().lastEntry()).isEqualTo(-1);
        assertThat(r.adds).isEmpty();
    }

    @Test
    void readsAheadTwiceAsFarAsItHasFound() {
        fencedAllEmpty();
        assertThat(r.reads).hasSize(3 * 4);
        for (int entry = 0; entry < 8; entry++) {
            r.found(0, entry, -1);
        }
        assertThat(r.reads).hasSize(3 * (8 + 16));
    }

    @Test
    void readsAheadNoFurtherThanItsWindow() {
        fencedAllEmpty();
        for (int entry = 0; entry < RecoveryReads.WINDOW; entry++) {
            r.found(0, entry, -1);
        }
        assertThat(r.reads).hasSize(3 * RecoveryReads.WINDOW); // all wait to be written back

        r.ok("b1", 0);
        r.ok("b2", 0);

        assertThat(r.reads).hasSize(3 * (RecoveryReads.WINDOW + 1));
    }

    // ---- in bulk

    /** Claims; each bookie shows entry {@code last}, of which none is confirmed. */
    private void fencedAllShow(long last) {
        r.bulk = true;
        r.start(open);
        for (int slot = 0; slot < 3; slot++) {
            r.fenced(slot, last, -1);
        }
    }

    @Test
    void entriesThatBookiesHaveShownComeInBulk() {
        fencedAllShow(9);
        assertThat(r.bulks).extracting(RecoveryHarness.Bulk::toString).containsExactly("b1 e0-9");
        assertThat(r.reads).hasSize(3 * 4); // behind the last one shown
        assertThat(r.reads).startsWith("b2 e10", "b3 e10", "b1 e10");

        r.delivered(10);
        absentEverywhere(10);
        for (int entry = 0; entry < 10; entry++) {
            r.ok("b1", entry);
            r.ok("b3", entry);
        }

        assertThat(r.adds).hasSize(30); // a bulk read is no acknowledgement either
        assertThat(r.lastWrite().lastEntry()).isEqualTo(9);
    }

    @Test
    void anEndIsNeverConcludedFromABulkRead() {
        fencedAllShow(9);
        r.delivered(3); // the answer is full, or b1 has a hole
        assertThat(r.bulks).extracting(RecoveryHarness.Bulk::toString).endsWith("b1 e3-9");
        r.delivered(0);
        assertThat(r.bulks).extracting(RecoveryHarness.Bulk::toString).endsWith("b2 e3-9");
        r.delivered(0);
        r.delivered(0);
        assertThat(r.bulks).hasSize(4);
        assertThat(r.writes).hasSize(1);
        assertThat(r.reads).contains("b1 e3", "b2 e3", "b3 e3", "b1 e9", "b2 e9", "b3 e9");

        absentEverywhere(3);

        for (int entry = 0; entry < 3; entry++) {
            r.ok("b2", entry);
            r.ok("b3", entry);
        }
        assertThat(r.lastWrite().lastEntry()).isEqualTo(2);
    }

    @Test
    void piecesAreTakenInTurnFromBookiesThatHaveThem() {
        r.bulk = true;
        r.copyBytes = 60 << 10;
        r.start(open);
        r.fenced(0, 3, -1);
        r.fenced(1, 9, -1);
        r.fenced(2, 9, -1);

        assertThat(r.bulks).extracting(RecoveryHarness.Bulk::toString).containsExactly("b1 e0-3", "b2 e4-7", "b3 e8-9");
    }

    @Test
    void withoutBulkReadsEachEntryIsAskedForAlone() {
        r.start(open);
        for (int slot = 0; slot < 3; slot++) {
            r.fenced(slot, 9, -1);
        }

        assertThat(r.reads).hasSize(3 * (10 + 4)); // all that were shown, and a few more
    }

    @Test
    void aStripedLedgerIsNotReadInBulk() {
        r.bulk = true;
        r.start(RecoveryHarness.open(new Replication(4, 3, 2), "b1", "b2", "b3", "b4"));
        for (int slot = 0; slot < 4; slot++) {
            r.fenced(slot, 9, -1);
        }

        assertThat(r.bulks).isEmpty();
        assertThat(r.reads).hasSize(3 * (10 + 4));
    }

    @Test
    void copiesThatComeInBulkAfterTheEndAreReleased() {
        fencedAllShow(9);
        RecoveryHarness.Bulk pending = r.bulks.get(0);
        r.found(0, 0, -1);

        r.recovery.abandon(new LedgerException.RecoveryUndecided("given up", null));
        r.deliver(pending, 10);

        assertThat(r.allReleased()).isTrue();
    }

    // ---- the counterexamples

    @Test
    void x6EveryReadFences() {
        // Reads have no other kind: what asks for an entry is the effect that fences. A late answer that was never
        // certain
        // leaves the entry undecided instead of absent.
        r.start(open);
        r.fencedEmpty(0);
        r.fencedEmpty(1);
        r.fenceFailed(2, Status.IO_ERROR);
        r.absent(0, 0);
        r.readFailed(1, 0, Status.IO_ERROR);
        r.readFailed(2, 0, Status.IO_ERROR);

        assertThat(r.failure).isInstanceOf(LedgerException.RecoveryUndecided.class);
    }

    @Test
    void x10ReadsComeFromTheSnapshotThoughWriteBacksGoElsewhere() {
        r.spares.addAll(ids("b4"));
        fencedAllEmpty();
        r.found(2, 0, -1);
        r.lose("b1", 0);
        assertThat(r.adds).extracting(a -> a.bookie().value()).endsWith("b4");

        for (int entry = 1; entry < 10; entry++) {
            r.found(2, entry, -1);
        }

        assertThat(r.reads).noneMatch(read -> read.startsWith("b4"));
        assertThat(r.writes).hasSize(1); // and nobody learns of b4 before the end (R52)
        absentEverywhere(10);
        for (int entry = 0; entry < 10; entry++) {
            r.ok("b4", entry);
            r.ok("b2", entry);
        }
        assertThat(r.lastWrite().fragments()).containsExactly(new Fragment(0, ids("b4", "b2", "b3")));
    }

    @Test
    void x11NeverStartsBelowTheLastFragment() {
        LedgerMetadata later = open.withLastFragment(new Fragment(2000, ids("b4", "b5", "b6")));
        r.start(later);
        for (int slot = 0; slot < 3; slot++) {
            r.fencedEmpty(slot);
        }

        assertThat(r.reads).allMatch(read -> Integer.parseInt(read.substring(4)) >= 2000);
        absentEverywhere(2000);
        // the length is that of the last sealed entry, from the fragment that has it
        assertThat(r.lengthReads).containsExactly("b2 e1999", "b3 e1999", "b1 e1999");
        r.recovery.onLengthReply(r.attempt, -1);
        r.recovery.onLengthReply(r.attempt, 777);
        assertThat(r.lastWrite())
                .isEqualTo(open.withState(LedgerState.IN_RECOVERY).withClosed(1999, 777, CloseReason.RECOVERED));
    }

    @Test
    void x13ABookieThatWasReadFromMustStillAcknowledgeTheWriteBack() {
        fencedAllEmpty();
        r.found(0, 0, -1);
        absentEverywhere(1);

        assertThat(r.adds).extracting(a -> a.bookie().value()).containsExactly("b1", "b2", "b3");
        r.ok("b2", 0);
        assertThat(r.writes).hasSize(1);
        r.ok("b3", 0);
        assertThat(r.lastWrite().lastEntry()).isZero();
    }

    @Test
    void x14WriteBacksAreTheBytesThatWereRead() {
        fencedAllEmpty();
        r.found(0, 0, -1);
        r.found(1, 1, -1); // the writer's own confirmed id, not the recoverer's
        r.ok("b1", 0);
        r.ok("b2", 0);

        assertThat(r.newest("b1", 1).body()).isSameAs(r.copies.get(1));
        assertThat(r.copies.get(1).getLong(16)).isEqualTo(-1);
    }

    // ---- write-backs and local changes

    @Test
    void aWriteBackIsFinishedAtTheAckQuorumAndTheLengthIsThatOfTheLastEntry() {
        r.start(open);
        r.fenced(0, 4, 3);
        r.fenced(1, 4, 3);
        r.fenced(2, 3, 2);
        r.found(0, 4, 3);
        absentEverywhere(5);
        r.ok("b1", 4);
        assertThat(r.writes).hasSize(1);
        r.ok("b3", 4);

        assertThat(r.lastWrite().lastEntry()).isEqualTo(4);
        assertThat(r.lastWrite().length()).isEqualTo(50);
    }

    @Test
    void theLengthComesFromTheFenceWhenNothingIsWrittenBack() {
        r.start(open);
        r.fenced(0, 4, 3);
        r.fenced(1, 5, 4);
        r.fenced(2, 4, 3);
        absentEverywhere(5);

        assertThat(r.lastWrite().lastEntry()).isEqualTo(4);
        assertThat(r.lastWrite().length()).isEqualTo(50);
        assertThat(r.lengthReads).isEmpty();
    }

    @Test
    void withoutAnyCopyOfTheLastEntryTheRecoveryStops() {
        r.start(open);
        r.fenced(0, 9, 4);
        r.fenced(1, 9, 4);
        r.fenced(2, 9, 4);
        absentEverywhere(5);
        for (int i = 0; i < 3; i++) {
            assertThat(r.failure).isNull();
            r.recovery.onLengthReply(r.attempt, -1);
        }

        assertThat(r.failure).isInstanceOf(LedgerException.RecoveryUndecided.class);
    }

    @Test
    void aFailedSlotIsReplacedLocallyFromTheFirstUnfinishedEntryOn() {
        r.spares.addAll(ids("b4"));
        fencedAllEmpty();
        r.found(0, 0, -1);
        r.found(0, 1, -1);
        absentEverywhere(2);
        r.ok("b1", 0);
        r.ok("b2", 0); // entry 0 is finished
        r.ok("b3", 1);
        r.answer("b3", 0, Status.READ_ONLY); // the slot of b3 fails: its ack for entry 1 is withdrawn
        r.ok("b1", 1);
        assertThat(r.writes).hasSize(1);
        r.ok("b4", 1);

        assertThat(r.lastWrite().fragments())
                .containsExactly(new Fragment(0, ids("b1", "b2", "b3")), new Fragment(1, ids("b1", "b2", "b4")));
    }

    @Test
    void aLateAnswerOfAReplacedBookieCountsForNothing() {
        r.spares.addAll(ids("b4"));
        fencedAllEmpty();
        r.found(0, 0, -1);
        absentEverywhere(1);
        r.lose("b3", 0);
        r.ok("b3", 0);
        r.ok("b1", 0);

        assertThat(r.writes).hasSize(1);
    }

    @Test
    void withNobodyToStepInTwoOfThreeAreEnoughButNotOne() {
        fencedAllEmpty();
        r.found(0, 0, -1);
        r.found(0, 1, -1);
        absentEverywhere(2);
        r.lose("b3", 0);
        r.ok("b1", 0);
        r.ok("b2", 0);
        assertThat(r.failure).isNull();

        r.lose("b2", 1);

        assertThat(r.failure)
                .isInstanceOf(LedgerException.RecoveryUndecided.class)
                .hasMessageContaining("b2");
    }

    @Test
    void aBusyBookieIsAskedAgain() {
        fencedAllEmpty();
        r.found(0, 0, -1);
        r.answer("b1", 0, Status.BUSY);
        int before = r.adds.size();

        r.pauseOver(Pause.BUSY);

        assertThat(r.adds).hasSize(before + 1);
        assertThat(r.suspects).isEmpty();
    }

    @Test
    void aBookieThatRefusesTheKeyEndsTheRecovery() {
        fencedAllEmpty();
        r.found(0, 0, -1);

        r.answer("b2", 0, Status.UNAUTHORIZED);

        assertThat(r.failure).isInstanceOf(LedgerException.Unauthorized.class);
    }

    // ---- closing (R48 steps 9 and 10)

    @Test
    void somebodyElsesSealIsAdopted() {
        fencedAllEmpty();
        absentEverywhere(0);

        r.recovery.onConflict(open.withClosed(3, 40), 9);

        assertThat(r.sealed).isEqualTo(open.withClosed(3, 40));
    }

    @Test
    void aRepairedSealedFragmentIsKeptWhenTheCloseIsTriedAgain() {
        LedgerMetadata two =
                open.withLastFragment(new Fragment(10, ids("b4", "b2", "b3"))).withState(LedgerState.IN_RECOVERY);
        r.start(two);
        r.fenced(0, 10, 9);
        r.fenced(1, 10, 9);
        r.fenced(2, 10, 9);
        r.found(0, 10, 9);
        absentEverywhere(11);
        r.ok("b2", 10);
        r.ok("b3", 10);
        LedgerMetadata repaired =
                two.withFragments(java.util.List.of(new Fragment(0, ids("b9", "b2", "b3")), two.lastFragment()));

        r.recovery.onConflict(repaired, 12);

        assertThat(r.expectedVersion).isEqualTo(12);
        assertThat(r.lastWrite()).isEqualTo(repaired.withClosed(10, 110, CloseReason.RECOVERED));
        r.commit();
        assertThat(r.sealed).isNotNull();
    }

    @Test
    void aChangedLastFragmentMeansStartingOver() {
        fencedAllEmpty();
        absentEverywhere(0);
        LedgerMetadata other =
                open.withLastFragment(new Fragment(0, ids("b7", "b2", "b3"))).withState(LedgerState.IN_RECOVERY);

        r.recovery.onConflict(other, 9);

        assertThat(r.fences).endsWith("b7", "b2", "b3");
        assertThat(r.attempt).isEqualTo(2);
        r.recovery.onFenceReply(1, 0, Evidence.NEGATIVE, Status.NO_SUCH_ENTRY, null); // of the first attempt: nothing
        r.fencedEmpty(1);
        assertThat(r.pauses).noneMatch(p -> p.attempt() == 2);
    }

    @Test
    void aRecordThatIsOpenAgainIsNeverOverwritten() {
        fencedAllEmpty();
        absentEverywhere(0);

        r.recovery.onConflict(open, 9);

        assertThat(r.failure).isInstanceOf(LedgerException.RecoveryUndecided.class);
        assertThat(r.writes).hasSize(2);
    }

    @Test
    void theTraceTellsEachVerdict() {
        fencedAllEmpty();
        r.found(0, 0, -1);
        absentEverywhere(1);
        r.ok("b1", 0);
        r.ok("b2", 0);
        r.commit();

        assertThat(r.trace.toString())
                .contains(
                        "entry 0 is recovered",
                        "entry 1 is certainly absent (3 of 3 bookies said no, 0 gave no certain answer), the end is 0",
                        "closed at entry 0, 10 bytes");
    }
}
