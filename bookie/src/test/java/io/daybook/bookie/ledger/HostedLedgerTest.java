package io.daybook.bookie.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.bookie.DurableLog.Kind;
import io.daybook.bookie.StoredLedger;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.protocol.Status;
import io.daybook.sim.ledger.MemoryDurableLog;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class HostedLedgerTest {
    private static final long SEED = 7;
    private static final FirstTouch.Facts SEALED =
            new FirstTouch.Facts(false, true, LedgerBench.KEY, DigestType.CRC32C);
    private static final FirstTouch.Facts ELSEWHERE =
            new FirstTouch.Facts(true, false, LedgerBench.KEY, DigestType.CRC32C);

    private LedgerBench bench = LedgerBench.withFacts(SEED, LedgerBench.OPEN_HERE);

    @AfterEach
    void everyEntryGivenAwayWasReleased() {
        assertThat(bench.given).allSatisfy(entry -> assertThat(entry.refCnt()).isZero());
    }

    // ---- adds

    @Test
    void answersAnAddOnlyWhenEntryAndKeyAreDurable() {
        bench.log.hold(true);
        LedgerBench.Call call = bench.add(7, 0, "a");
        bench.settle();
        assertThat(call.status).isNull();

        bench.log.hold(false);
        bench.settle();

        assertThat(call.status).isEqualTo(Status.OK);
        assertThat(bench.platter.records())
                .extracting(MemoryDurableLog.Record::kind)
                .containsExactly(Kind.KEY, Kind.ENTRY);
    }

    @Test
    void takesEntriesInAnyOrderAndWithHoles() {
        LedgerBench.Call fifth = bench.add(7, 5, "f");
        LedgerBench.Call second = bench.add(7, 2, "c");
        bench.settle();

        LedgerBench.Look last = bench.read(7, -1);
        LedgerBench.Look hole = bench.read(7, 3);
        bench.settle();

        assertThat(List.of(fifth.status, second.status)).containsOnly(Status.OK);
        assertThat(last.payload).isEqualTo("f");
        assertThat(hole.status).isEqualTo(Status.NO_SUCH_ENTRY);
    }

    @Test
    void refusesAnAddWithAnotherKey() {
        bench.add(7, 0, "a");
        bench.settle();

        LedgerBench.Call stranger = bench.add(bench.entry(7, 1, 0, "b"), 7, 1, LedgerBench.OTHER_KEY, false);
        bench.settle();

        assertThat(stranger.status).isEqualTo(Status.UNAUTHORIZED);
    }

    @Test
    void comparesTheKeyAfterARestartToo() {
        bench.add(7, 0, "a");
        bench.settle();
        bench.crashAndRestart();

        LedgerBench.Call stranger = bench.add(bench.entry(7, 1, 0, "b"), 7, 1, LedgerBench.OTHER_KEY, true);
        LedgerBench.Call owner = bench.add(7, 1, "b");
        bench.settle();

        assertThat(stranger.status).isEqualTo(Status.UNAUTHORIZED);
        assertThat(owner.status).isEqualTo(Status.OK);
    }

    @Test
    void refusesANormalAddWhoseLastConfirmedIdIsNotBelowItsOwn() {
        LedgerBench.Call normal = bench.add(bench.entry(7, 3, 3, "a"), 7, 3, LedgerBench.KEY, false);
        LedgerBench.Call recovery = bench.add(bench.entry(7, 3, 9, "a"), 7, 3, LedgerBench.KEY, true);
        bench.settle();

        assertThat(normal.status).isEqualTo(Status.BAD_REQUEST);
        assertThat(recovery.status).isEqualTo(Status.OK);
    }

    @Test
    void refusesAnEntryWhoseChecksumDoesNotHold() {
        ByteBuf damaged = bench.entry(7, 0, -1, "payload");
        damaged.setByte(damaged.writerIndex() - 1, 'X');

        LedgerBench.Call call = bench.add(damaged, 7, 0, LedgerBench.KEY, false);
        bench.settle();

        assertThat(call.status).isEqualTo(Status.BAD_REQUEST);
        assertThat(bench.read(7, 0).status).isNotEqualTo(Status.OK);
    }

    @Test
    void asksLittleOfEntriesOfALedgerItHasNotLookedUp() {
        bench = new LedgerBench(SEED);
        ByteBuf ids = Unpooled.buffer().writeLong(7).writeLong(0).writeLong(50);
        ByteBuf negative = Unpooled.buffer().writeLong(7).writeLong(-1).writeLong(-1);
        ByteBuf tooShort = Unpooled.buffer().writeLong(7).writeLong(0);

        List<LedgerBench.Call> calls = List.of(
                bench.add(ids, 7, 0, LedgerBench.KEY, false),
                bench.add(negative, 7, -1, LedgerBench.KEY, false),
                bench.add(tooShort, 7, 0, LedgerBench.KEY, false));
        bench.settle();

        assertThat(calls)
                .extracting(call -> call.status)
                .containsExactly(Status.OK, Status.BAD_REQUEST, Status.BAD_REQUEST);
    }

    @Test
    void aDuplicateIsAnsweredOnlyWhenTheKeptCopyIsDurable_X12() {
        bench.log.hold(true);
        LedgerBench.Call first = bench.add(7, 3, "d");
        LedgerBench.Call again = bench.add(7, 3, "d");
        bench.settle();
        assertThat(again.status).isNull(); // "already in memory" is not durable

        bench.crashAndRestart();
        LedgerBench.Look look = bench.read(7, 3);
        bench.settle();

        assertThat(first.status).isNull();
        assertThat(look.status).isNotEqualTo(Status.OK);
    }

    @Test
    void aDuplicateOfADurableEntryIsAnsweredOk() {
        for (long entryId : new long[] {2, 3}) { // one read from the cache, one from the disk
            bench.add(7, entryId, "d");
            bench.settle();
            LedgerBench.Call again = bench.add(7, entryId, "d");
            LedgerBench.Call repackaged = bench.add(bench.entry(7, entryId, 9, "d"), 7, entryId, LedgerBench.KEY, true);
            bench.settle();

            assertThat(again.status).isEqualTo(Status.OK);
            assertThat(repackaged.status).isEqualTo(Status.OK);
        }
    }

    @Test
    void keepsTheOldCopyWhenAnotherPayloadComesUnderItsId() {
        for (long entryId : new long[] {2, 3}) {
            bench.add(7, entryId, "old");
            bench.settle();
            LedgerBench.Call other = bench.add(7, entryId, "new");
            LedgerBench.Call recovery = bench.recoveryAdd(7, entryId, "new");
            bench.settle();
            LedgerBench.Look look = bench.read(7, entryId);
            bench.settle();

            assertThat(other.status).isEqualTo(Status.BAD_REQUEST);
            assertThat(recovery.status).isEqualTo(Status.BAD_REQUEST);
            assertThat(look.payload).isEqualTo("old");
        }
        assertThat(bench.registry.counters().conflictingCopies()).isEqualTo(4);
    }

    @Test
    void keepsTheFirstCopyAndSaysOkWhereNobodyKnowsTheDigest() {
        bench = new LedgerBench(SEED);
        bench.add(7, 3, "old");
        bench.settle();

        LedgerBench.Call other = bench.add(7, 3, "newer");
        bench.settle();
        LedgerBench.Look look = bench.read(7, 3);
        bench.crashAndRestart();
        LedgerBench.Look afterwards = bench.read(7, 3);
        bench.settle();

        assertThat(other.status).isEqualTo(Status.OK);
        assertThat(look.payload).isEqualTo("old");
        assertThat(afterwards.payload).isEqualTo("old");
    }

    @Test
    void replacesACopyThatCannotBeRead() {
        bench.add(7, 2, "a");
        bench.settle();
        bench.store.damage(7, 2, "checksum");

        LedgerBench.Look damaged = bench.read(7, 2);
        LedgerBench.Call again = bench.add(7, 2, "a");
        bench.settle();

        assertThat(damaged.status).isEqualTo(Status.IO_ERROR); // never an absence (R27)
        assertThat(again.status).isEqualTo(Status.OK);
    }

    @Test
    void addsWaitForRoomInsteadOfBeingRefused() {
        bench.open(100);
        LedgerBench.Call first = bench.add(7, 0, "0123456789012345678901234567890123456789");
        LedgerBench.Call second = bench.add(7, 1, "0123456789012345678901234567890123456789");
        bench.settle();
        assertThat(first.status).isEqualTo(Status.OK);
        assertThat(second.status).isNull();

        bench.store.flushed();
        bench.settle();

        assertThat(second.status).isEqualTo(Status.OK);
    }

    @Test
    void anAddThatWaitsForRoomMeetsTheFenceThatCameMeanwhile() {
        bench.open(100);
        bench.add(7, 0, "0123456789012345678901234567890123456789");
        LedgerBench.Call late = bench.add(7, 1, "0123456789012345678901234567890123456789");
        bench.settle();

        LedgerBench.Fence fence = bench.fence(7, 1, LedgerBench.KEY);
        bench.store.flushed();
        bench.settle();

        assertThat(fence.look.status).isEqualTo(Status.NO_SUCH_ENTRY);
        assertThat(late.status).isEqualTo(Status.FENCED);
    }

    @Test
    void anAddThatFindsNoRoomForTooLongIsToldSo() {
        bench.open(60);
        bench.add(7, 0, "012345678901234");
        LedgerBench.Call late = bench.add(7, 1, "012345678901234");

        bench.world.runFor(Duration.ofSeconds(5));

        assertThat(late.status).isEqualTo(Status.BUSY);
    }

    @Test
    void refusesEverythingOnceASyncHasFailed() {
        bench.add(7, 0, "a");
        bench.settle();
        bench.log.failNextSync("no space left on device");

        LedgerBench.Call lost = bench.add(7, 1, "b");
        bench.settle();
        LedgerBench.Call later = bench.add(7, 2, "c");
        LedgerBench.Fence fence = bench.fence(7, -1, LedgerBench.KEY);
        bench.settle();

        assertThat(lost.status).isEqualTo(Status.IO_ERROR);
        assertThat(later.status).isEqualTo(Status.IO_ERROR);
        assertThat(fence.durable).isEqualTo(Status.IO_ERROR);
    }

    @Test
    void aReadOnlyBookieTakesRecoveryAddsOfHighPriorityOnly() {
        bench.gate.readOnly(true);

        LedgerBench.Call normal = bench.add(7, 0, "a");
        LedgerBench.Call recovery = bench.recoveryAdd(7, 0, "a");
        LedgerBench.Outcome lac = bench.writeLac(7, 0);
        LedgerBench.Fence fence = bench.fence(7, -1, LedgerBench.KEY);
        bench.settle();

        assertThat(normal.status).isEqualTo(Status.READ_ONLY);
        assertThat(recovery.status).isEqualTo(Status.READ_ONLY);
        assertThat(lac.status).isEqualTo(Status.READ_ONLY);
        assertThat(fence.durable).isEqualTo(Status.OK);
    }

    // ---- fences

    @Test
    void fencesALedgerItHasNeverSeen_X7() {
        LedgerBench.Fence fence = bench.fence(7, -1, LedgerBench.KEY);
        bench.settle();
        LedgerBench.Call late = bench.add(7, 0, "a");
        bench.settle();

        assertThat(fence.look.status).isEqualTo(Status.NO_SUCH_ENTRY);
        assertThat(fence.durable).isEqualTo(Status.OK);
        assertThat(late.status).isEqualTo(Status.FENCED);
        assertThat(bench.read(7, 0).status).isEqualTo(Status.NO_SUCH_ENTRY);
    }

    @Test
    void anAddEitherIsSeenByTheFencingReadOrNeverGetsIn_X8() {
        for (int seed = 0; seed < 200; seed++) {
            bench = LedgerBench.withFacts(seed, LedgerBench.OPEN_HERE);
            bench.add(7, 0, "a");
            if (seed % 2 == 0) {
                bench.settle();
            }
            LedgerBench.Call[] race = new LedgerBench.Call[1];
            LedgerBench.Fence[] fence = new LedgerBench.Fence[1];
            boolean addFirst = seed % 3 == 0;
            bench.world.runFor(Duration.ofNanos(seed * 997L));
            if (addFirst) {
                race[0] = bench.add(7, 1, "b");
            }
            fence[0] = bench.fence(7, 1, LedgerBench.KEY);
            if (!addFirst) {
                race[0] = bench.add(7, 1, "b");
            }
            bench.settle();

            if (race[0].status == Status.OK) {
                assertThat(fence[0].look.status).as("seed %s", seed).isEqualTo(Status.OK);
            } else {
                assertThat(race[0].status).isEqualTo(Status.FENCED);
                assertThat(fence[0].look.status).as("seed %s", seed).isEqualTo(Status.NO_SUCH_ENTRY);
            }
        }
    }

    @Test
    void theFenceHoldsForTheObjectMadeAfterTheOldOneWasForgotten_RG30() {
        bench.add(7, 0, "a");
        bench.settle();
        LedgerBench.Fence fence = bench.fence(7, 1, LedgerBench.KEY);
        bench.loop.enter(() -> bench.registry.forgetIdle()); // must not take a ledger whose fence is on its way
        LedgerBench.Call late = bench.add(7, 1, "b");
        bench.settle();
        bench.loop.enter(() -> bench.registry.forgetIdle());
        LedgerBench.Call later = bench.add(7, 1, "b");
        bench.settle();

        assertThat(fence.durable).isEqualTo(Status.OK);
        assertThat(late.status).isEqualTo(Status.FENCED);
        assertThat(later.status).isEqualTo(Status.FENCED);
    }

    @Test
    void theFenceOutlivesEvictionAndRestart_RG31() {
        bench.add(7, 0, "a");
        LedgerBench.Fence fence = bench.fence(7, -1, LedgerBench.KEY);
        bench.settle();
        bench.loop.enter(() -> bench.registry.forgetIdle());
        LedgerBench.Call afterEviction = bench.add(7, 1, "b");
        bench.settle();
        bench.crashAndRestart();
        LedgerBench.Call afterRestart = bench.add(7, 1, "b");
        bench.settle();

        assertThat(fence.durable).isEqualTo(Status.OK);
        assertThat(afterEviction.status).isEqualTo(Status.FENCED);
        assertThat(afterRestart.status).isEqualTo(Status.FENCED);
    }

    @Test
    void fencingNeedsTheKey_RG32() {
        bench.add(7, 0, "a");
        bench.settle();

        LedgerBench.Fence stranger = bench.fence(7, -1, LedgerBench.OTHER_KEY);
        LedgerBench.Call next = bench.add(7, 1, "b");
        bench.settle();

        assertThat(stranger.refused).isEqualTo(Status.UNAUTHORIZED);
        assertThat(next.status).isEqualTo(Status.OK);
    }

    @Test
    void evenAnAbsenceWaitsForTheDurableFence_X9() {
        bench.add(7, 0, "a");
        bench.settle();
        bench.log.hold(true);
        LedgerBench.Fence fence = bench.fence(7, 1, LedgerBench.KEY);
        bench.settle();

        assertThat(fence.look.status).isEqualTo(Status.NO_SUCH_ENTRY);
        assertThat(fence.durable).isNull(); // so nothing was answered; a crash now may forget the fence
        bench.crashAndRestart();
        LedgerBench.Call writer = bench.add(7, 1, "b");
        bench.settle();
        assertThat(writer.status).isEqualTo(Status.OK);
    }

    @Test
    void concurrentFencesShareOneRecord() {
        bench.add(7, 0, "a");
        bench.settle();
        bench.log.hold(true);
        LedgerBench.Fence first = bench.fence(7, -1, LedgerBench.KEY);
        LedgerBench.Fence second = bench.fence(7, 0, LedgerBench.KEY);
        bench.settle();
        assertThat(second.durable).isNull();

        bench.log.hold(false);
        bench.settle();

        assertThat(first.durable).isEqualTo(Status.OK);
        assertThat(second.durable).isEqualTo(Status.OK);
        assertThat(bench.platter.records())
                .filteredOn(record -> record.kind() == Kind.FENCE)
                .hasSize(1);
    }

    @Test
    void aFencedLedgerTakesRecoveryAddsButNoDuplicateOfTheWriter() {
        bench.add(7, 0, "a");
        bench.settle();
        bench.fence(7, -1, LedgerBench.KEY);
        LedgerBench.Call duplicate = bench.add(7, 0, "a");
        LedgerBench.Call recovery = bench.recoveryAdd(7, 1, "b");
        bench.settle();

        assertThat(duplicate.status).isEqualTo(Status.FENCED);
        assertThat(recovery.status).isEqualTo(Status.OK);
    }

    @Test
    void recoveryAddsDoNotFence() {
        LedgerBench.Call copied = bench.recoveryAdd(7, 0, "a");
        LedgerBench.Call writer = bench.add(7, 1, "b");
        bench.settle();

        assertThat(List.of(copied.status, writer.status)).containsOnly(Status.OK);
    }

    // ---- first touch

    @Test
    void looksALedgerUpOnceBeforeItKeepsAnythingOfIt() {
        LedgerBench.Call first = bench.add(7, 0, "a");
        LedgerBench.Call second = bench.add(7, 1, "b");
        assertThat(bench.store.knows(7)).isFalse();
        bench.settle();
        bench.add(7, 2, "c");
        bench.settle();

        assertThat(List.of(first.status, second.status)).containsOnly(Status.OK);
        assertThat(bench.lookups).isEqualTo(1);
    }

    @Test
    void makesNoRecordOfALedgerThatDoesNotExist() {
        bench = LedgerBench.withFacts(SEED, null);
        LedgerBench.Call add = bench.add(7, 0, "a");
        LedgerBench.Call recovery = bench.recoveryAdd(7, 0, "a");
        LedgerBench.Fence fence = bench.fence(7, -1, LedgerBench.KEY);
        LedgerBench.Outcome lac = bench.writeLac(7, 0);
        bench.settle();

        assertThat(List.of(add.status, recovery.status)).containsOnly(Status.FENCED);
        assertThat(fence.refused).isEqualTo(Status.NO_SUCH_LEDGER);
        assertThat(lac.status).isEqualTo(Status.NO_SUCH_LEDGER);
        assertThat(bench.read(7, 0).status).isNull();
        bench.settle();
        assertThat(bench.store.knows(7)).isFalse();
        assertThat(bench.platter.records()).isEmpty();
        assertThat(bench.registry.resident()).isZero();
    }

    @Test
    void aWriterIsConfirmedByAnOpenRecordThatNamesThisBookie() {
        bench = LedgerBench.withFacts(SEED, SEALED);
        LedgerBench.Call sealed = bench.add(7, 0, "a");
        bench.settle();
        bench = LedgerBench.withFacts(SEED, ELSEWHERE);
        LedgerBench.Call elsewhere = bench.add(7, 0, "a");
        LedgerBench.Call copied = bench.recoveryAdd(7, 0, "a");
        LedgerBench.Call stranger = bench.add(bench.entry(7, 1, 0, "b"), 7, 1, LedgerBench.OTHER_KEY, true);
        bench.settle();

        assertThat(sealed.status).isEqualTo(Status.FENCED);
        assertThat(elsewhere.status).isEqualTo(Status.UNKNOWN_STATE);
        assertThat(copied.status).isEqualTo(Status.OK);
        assertThat(stranger.status).isEqualTo(Status.UNAUTHORIZED);
    }

    @Test
    void remembersTheDigestOfALedgerItLookedUpOnce() {
        bench.add(7, 0, "a");
        bench.settle();
        bench.crashAndRestart();

        LedgerBench.Call bad = bench.add(bench.entry(7, 3, 3, "a"), 7, 3, LedgerBench.KEY, false);
        bench.settle();

        assertThat(bad.status).isEqualTo(Status.BAD_REQUEST);
        assertThat(bench.lookups).isEqualTo(1);
    }

    // ---- limbo

    @Test
    void inLimboNothingIsSaidToBeAbsent() {
        bench.loop.enter(() -> bench.store.putState(7, new StoredLedger(null, false, true, null, -1, -1), bench.loop));
        bench.recoveryAdd(7, 1, "b");
        bench.settle();

        LedgerBench.Look present = bench.read(7, 1);
        LedgerBench.Look absent = bench.read(7, 0);
        LedgerBench.Call writer = bench.add(7, 2, "c");
        LedgerBench.Fence fence = bench.fence(7, 0, LedgerBench.KEY);
        bench.settle();
        LedgerBench.Call fencedWriter = bench.add(7, 2, "c");
        bench.settle();

        assertThat(present.status).isEqualTo(Status.OK);
        assertThat(absent.status).isEqualTo(Status.UNKNOWN_STATE);
        assertThat(writer.status).isEqualTo(Status.UNKNOWN_STATE);
        assertThat(fence.durable).isEqualTo(Status.OK);
        assertThat(fence.look.status).isEqualTo(Status.UNKNOWN_STATE);
        assertThat(fencedWriter.status).isEqualTo(Status.FENCED);
    }

    @Test
    void aFencingLookForTheLastEntryCountsInLimboToo() {
        bench.loop.enter(() -> bench.store.putState(7, new StoredLedger(null, false, true, null, -1, -1), bench.loop));

        LedgerBench.Fence fence = bench.fence(7, -1, LedgerBench.KEY);
        LedgerBench.Look look = bench.read(7, -1);
        bench.settle();

        assertThat(fence.durable).isEqualTo(Status.OK);
        assertThat(fence.look.status).isEqualTo(Status.NO_SUCH_ENTRY);
        assertThat(look.status).isEqualTo(Status.UNKNOWN_STATE);
    }

    // ---- deletion

    @Test
    void aDeletedLedgerTakesNothingAndHasNothingAlsoAfterARestart_X20() {
        bench.add(7, 0, "a");
        bench.settle();
        LedgerBench.Wait wait = bench.poll(7, -1, 5_000, this);
        LedgerBench.Outcome buried = new LedgerBench.Outcome();
        bench.loop.enter(() -> bench.registry.ledger(7).bury(buried));
        bench.settle();
        assertThat(buried.status).isEqualTo(Status.OK);
        assertThat(wait.due).isTrue();

        for (int life = 0; life < 2; life++) {
            LedgerBench.Call add = bench.add(7, 1, "b");
            LedgerBench.Call recovery = bench.recoveryAdd(7, 1, "b");
            LedgerBench.Look look = bench.read(7, 0);
            LedgerBench.Fence fence = bench.fence(7, 0, LedgerBench.KEY);
            LedgerBench.Outcome lac = bench.writeLac(7, 0);
            bench.settle();

            assertThat(List.of(add.status, recovery.status)).containsOnly(Status.FENCED);
            assertThat(List.of(look.status, fence.refused, lac.status)).containsOnly(Status.NO_SUCH_LEDGER);
            bench.crashAndRestart();
        }
    }

    @Test
    void aDeletionIsAnsweredOnlyWhenItIsDurable() {
        bench.add(7, 0, "a");
        bench.settle();
        bench.log.hold(true);
        LedgerBench.Outcome first = new LedgerBench.Outcome();
        LedgerBench.Outcome second = new LedgerBench.Outcome();
        bench.loop.enter(() -> bench.registry.ledger(7).bury(first));
        bench.loop.enter(() -> bench.registry.ledger(7).bury(second));
        bench.settle();
        assertThat(first.status).isNull();

        bench.log.hold(false);
        bench.settle();

        assertThat(List.of(first.status, second.status)).containsOnly(Status.OK);
    }

    @Test
    void nothingIsKeptOfADeletedLedgerThatWasNeverHere() {
        LedgerBench.Outcome buried = new LedgerBench.Outcome();
        bench.loop.enter(() -> bench.registry.ledger(99).bury(buried));
        bench.settle();

        assertThat(buried.status).isEqualTo(Status.NO_SUCH_LEDGER);
        assertThat(bench.registry.resident()).isZero();
        assertThat(bench.platter.records()).isEmpty();
    }

    // ---- last confirmed

    @Test
    void wakesAWaiterWhenAnEntryConfirmsMore() {
        bench.add(7, 0, "a");
        bench.settle();
        LedgerBench.Wait wait = bench.poll(7, -1, 5_000, this);
        bench.settle();
        assertThat(wait.due).isFalse();

        bench.add(7, 1, "b");
        bench.settle();

        assertThat(wait.due).isTrue();
        assertThat(wait.maxLac).isZero();
        assertThat(wait.updateMillis).isNotEqualTo(PollAnswer.NO_UPDATE);
        assertThat(bench.registry.parked()).isZero();
    }

    @Test
    void wakesAWaiterAtOnceWhenALastConfirmedIdComesAlone() {
        bench.add(7, 0, "a");
        bench.settle();
        LedgerBench.Wait wait = bench.poll(7, -1, 5_000, this);
        bench.log.hold(true); // waiters need no sync
        LedgerBench.Outcome written = bench.writeLac(7, 0);
        bench.settle();
        assertThat(wait.due).isTrue();
        assertThat(written.status).isNull();

        bench.log.hold(false);
        bench.settle();

        assertThat(written.status).isEqualTo(Status.OK);
    }

    @Test
    void aWaitEndsWithItsTime() {
        bench.add(7, 0, "a");
        bench.settle();
        LedgerBench.Wait wait = bench.poll(7, -1, 100, this);
        bench.world.runFor(Duration.ofMillis(90));
        assertThat(wait.due).isFalse();

        bench.world.runFor(Duration.ofMillis(20));

        assertThat(wait.due).isTrue();
        assertThat(wait.updateMillis).isEqualTo(PollAnswer.NO_UPDATE);
    }

    @Test
    void aFenceWakesWaitersOnceAndThenTheyMayWaitAgain_RG20() {
        bench.add(7, 0, "a");
        bench.settle();
        LedgerBench.Wait first = bench.poll(7, -1, 5_000, this);
        bench.fence(7, -1, LedgerBench.KEY);
        bench.settle();
        assertThat(first.due).isTrue();

        LedgerBench.Wait second = bench.poll(7, -1, 5_000, this);
        bench.settle();
        bench.fence(7, -1, LedgerBench.KEY);
        bench.settle();

        assertThat(second.due).isFalse(); // no busy loop on a fenced ledger that nobody closes
    }

    @Test
    void waitsAreBoundedAndDieWithTheirConnection() {
        bench.add(7, 0, "a");
        bench.settle();
        Object asker = new Object();
        LedgerBench.Wait[] waits = new LedgerBench.Wait[4];
        for (int i = 0; i < waits.length; i++) {
            waits[i] = bench.poll(7, -1, 5_000, asker);
        }
        bench.settle();
        assertThat(waits[3].refused).isEqualTo(Status.BUSY);
        assertThat(bench.registry.parked()).isEqualTo(3);

        bench.loop.enter(() -> bench.registry.abandon(asker));
        bench.add(7, 1, "b");
        bench.settle();

        assertThat(bench.registry.parked()).isZero();
        assertThat(waits[0].due).isFalse();
    }

    @Test
    void keepsTheHighestLastConfirmedIdAcrossARestart() {
        bench.writeLac(7, 5);
        bench.settle();
        LedgerBench.Outcome lower = bench.writeLac(7, 3);
        bench.settle();
        assertThat(lower.status).isEqualTo(Status.OK);

        bench.crashAndRestart();
        LedgerBench.Wait wait = bench.poll(7, 4, 0, this);
        bench.settle();

        assertThat(wait.maxLac).isEqualTo(5);
    }

    @Test
    void aLastConfirmedIdRidesWithTheNextAdd() {
        bench.add(7, 0, "a");
        bench.settle();
        int before = bench.log.syncs();

        LedgerBench.Outcome lac = bench.writeLac(7, 0);
        LedgerBench.Call next = bench.add(7, 1, "b");
        bench.settle();

        assertThat(lac.status).isEqualTo(Status.OK);
        assertThat(next.status).isEqualTo(Status.OK);
        assertThat(bench.log.syncs()).isEqualTo(before + 1);
    }

    // ---- life

    @Test
    void forgetsIdleLedgersAndFindsThemAgain() {
        for (long ledgerId = 0; ledgerId < 40; ledgerId++) {
            bench.add(ledgerId, 0, "a");
            bench.settle();
        }
        assertThat(bench.registry.resident()).isLessThan(12);

        LedgerBench.Look look = bench.read(3, 0);
        bench.settle();

        assertThat(look.payload).isEqualTo("a");
    }

    @Test
    void aReadOfAnUnknownLedgerLeavesNothingBehind() {
        LedgerBench.Look look = bench.read(99, 0);
        bench.settle();

        assertThat(look.status).isEqualTo(Status.NO_SUCH_LEDGER);
        assertThat(bench.registry.resident()).isZero();
        assertThat(bench.lookups).isZero();
    }
}
