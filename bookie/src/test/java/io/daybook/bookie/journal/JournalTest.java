package io.daybook.bookie.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.config.DataSize;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.DurableLog.Kind;
import io.daybook.bookie.disk.Layout;
import io.daybook.bookie.journal.Records.Key;
import io.daybook.sim.SimDisk.CrashOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JournalTest {
    private final JournalNode bookie = new JournalNode(7, JournalNode.small());

    @AfterEach
    void buffersAreReturned() {
        bookie.checkNothingIsHeld();
    }

    private void appendEntries(long ledger, int from, int to) {
        for (int entry = from; entry < to; entry++) {
            bookie.append(ledger, entry);
        }
    }

    private static List<Key> entries(long ledger, int from, int to) {
        var keys = new ArrayList<Key>();
        for (int entry = from; entry < to; entry++) {
            keys.add(new Key(Kind.ENTRY, ledger, entry));
        }
        return keys;
    }

    private Replayed replayAfterPowerFailure(CrashOutcome outcome) {
        bookie.node.disk().nextCrash(outcome);
        bookie.powerFailure();
        return bookie.replay();
    }

    @Test
    void aNewJournalIsEmptyAndClean() {
        Replayed outcome = bookie.replay();

        assertThat(outcome).isInstanceOf(Replayed.Clean.class);
        assertThat(outcome.records()).isZero();
    }

    @Test
    void acknowledgesInOrderOfAppendingOnTheCallersLoop() {
        bookie.started();

        appendEntries(1, 0, 50);
        bookie.world.runUntilIdle();

        assertThat(bookie.acknowledged).containsExactlyElementsOf(entries(1, 0, 50));
    }

    @Test
    void handsOverAfterAPowerFailureWhatItAcknowledged() {
        bookie.started();
        appendEntries(1, 0, 50);
        bookie.append(Kind.FENCE, 9, -1, bookie.caller());
        bookie.world.runUntilIdle();

        Replayed outcome = replayAfterPowerFailure(CrashOutcome.NONE);

        assertThat(outcome).isInstanceOf(Replayed.Clean.class);
        assertThat(outcome.records()).isEqualTo(51);
        assertThat(bookie.records.seen)
                .containsExactlyElementsOf(bookie.acknowledged)
                .endsWith(new Key(Kind.FENCE, 9, -1));
    }

    @Test
    void acknowledgesNothingBeforeTheSync() {
        bookie.started();
        bookie.node.disk().latency(Duration.ofNanos(10_000), Duration.ofSeconds(10));

        bookie.append(1, 0);
        bookie.world.runFor(Duration.ofSeconds(1));
        boolean before = bookie.acknowledged.isEmpty();
        bookie.world.runFor(Duration.ofSeconds(20));

        assertThat(before).isTrue();
        assertThat(bookie.acknowledged).hasSize(1);
    }

    @Test
    void syncsOncePerGroupNotOncePerEntry() {
        var counter = new SyncCounter();
        var node = new JournalNode(3, config(DataSize.mebibytes(4)));
        node.disk = counter.around(node.node.disk());
        node.started();
        counter.syncs = 0;
        counter.writes = 0;

        for (int entry = 0; entry < 1_000; entry++) {
            node.append(1, entry);
        }
        node.world.runUntilIdle();
        node.world.runFor(Duration.ofSeconds(1));

        int bytes = 0;
        for (int entry = 0; entry < 1_000; entry++) {
            bytes += Records.length(1, entry) + JournalFormat.RECORD_HEADER;
        }
        int fullGroups = bytes / (64 << 10) + 1;
        assertThat(node.acknowledged).hasSize(1_000);
        assertThat(counter.syncs).as("syncs for 1000 entries").isBetween(fullGroups, fullGroups * 3 / 2 + 3);
        assertThat(counter.writes).isEqualTo(counter.syncs);
    }

    @Test
    void anIdleJournalSyncsNothing() {
        var counter = new SyncCounter();
        bookie.disk = counter.around(bookie.node.disk());
        bookie.started();
        bookie.append(1, 0);
        bookie.world.runFor(Duration.ofSeconds(1));
        int before = counter.syncs;

        bookie.world.runFor(Duration.ofMinutes(10));

        assertThat(counter.syncs).isEqualTo(before);
    }

    @Test
    void aBarrierWaitsForWhatWasAppendedBefore() {
        bookie.started();
        var seen = new ArrayList<Integer>();

        appendEntries(1, 0, 30);
        bookie.caller()
                .execute(() -> bookie.journal.barrier(bookie.caller(), failure -> {
                    assertThat(failure).isNull();
                    seen.add(bookie.acknowledged.size());
                }));
        appendEntries(1, 30, 40);
        bookie.world.runUntilIdle();
        bookie.caller()
                .execute(
                        () -> bookie.journal.barrier(bookie.caller(), failure -> seen.add(bookie.acknowledged.size())));
        bookie.world.runUntilIdle();

        assertThat(seen).containsExactly(30, 40);
    }

    @Test
    void refusesEverythingOnceASyncHasFailed() {
        bookie.started();
        bookie.world.runUntilIdle();
        appendEntries(1, 0, 10);
        bookie.world.runUntilIdle();

        bookie.node.disk().failNextSync("no one knows");
        appendEntries(1, 10, 40);
        bookie.world.runUntilIdle();
        appendEntries(1, 40, 50);
        bookie.world.runUntilIdle();
        var barrier = new ArrayList<BookieException>();
        bookie.caller().execute(() -> bookie.journal.barrier(bookie.caller(), barrier::add));
        bookie.world.runFor(Duration.ofMinutes(1));

        assertThat(bookie.acknowledged).containsExactlyElementsOf(entries(1, 0, 10));
        assertThat(bookie.refused.keySet()).containsExactlyElementsOf(entries(1, 10, 50));
        assertThat(bookie.refused.values()).hasOnlyElementsOfType(BookieException.Stopped.class);
        assertThat(barrier).hasOnlyElementsOfType(BookieException.Stopped.class).hasSize(1);
        assertThat(bookie.stops).hasSize(1);
        assertThat(bookie.stops.get(0)).hasMessageContaining("/journal").hasMessageContaining("no one knows");
    }

    @Test
    void losesNothingAcknowledgedWhenASyncHasDroppedPages() {
        bookie.started();
        appendEntries(1, 0, 10);
        bookie.world.runUntilIdle();
        bookie.node.disk().failNextSync("Input/output error");
        appendEntries(1, 10, 20);
        bookie.world.runUntilIdle();
        bookie.node.disk().evict();

        Replayed outcome = replayAfterPowerFailure(CrashOutcome.NONE);

        assertThat(outcome).isInstanceOf(Replayed.Clean.class);
        assertThat(bookie.records.seen).containsExactlyElementsOf(bookie.acknowledged);
    }

    @Test
    void refusesEverythingOnceAWriteHasFailed() {
        bookie.started();

        bookie.node.disk().failNextWrite("Input/output error");
        appendEntries(1, 0, 3);
        bookie.world.runUntilIdle();

        assertThat(bookie.acknowledged).isEmpty();
        assertThat(bookie.refused).hasSize(3);
        assertThat(bookie.stops).hasSize(1);
    }

    @Test
    void failsAtEverySyncWithoutAcknowledgingAnythingAfter() {
        for (int n = 1; n <= 60; n++) {
            var node = new JournalNode(n, JournalNode.small());
            node.started();
            for (int entry = 0; entry < n; entry++) {
                node.append(1, entry);
                node.world.runFor(Duration.ofMillis(entry % 7 == 0 ? 120 : 1));
            }
            node.checkpoint();
            node.world.runUntilIdle();
            node.node.disk().failNextSync("Input/output error");
            int before = node.acknowledged.size();
            for (int entry = n; entry < n + 60 && node.stops.isEmpty(); entry++) {
                before = node.acknowledged.size();
                node.append(1, entry);
                node.world.runUntilIdle();
            }

            int atStop = node.acknowledged.size();
            node.append(1, 10_000);
            node.world.runFor(Duration.ofSeconds(5));
            node.powerFailure();
            node.replay();

            assertThat(node.stops).hasSize(1);
            assertThat(atStop).isEqualTo(before);
            assertThat(node.acknowledged).hasSize(atStop);
            node.checkReplay(node.records.seen);
            node.checkNothingIsHeld();
        }
    }

    @Test
    void refusesWhatIsBeyondTheBoundOfTheQueueButTakesFences() {
        bookie.started();
        bookie.node.disk().latency(Duration.ofNanos(10_000), Duration.ofSeconds(1));
        int tooMany = 2_000; // far more than 512KiB

        appendEntries(1, 0, tooMany);
        bookie.append(Kind.FENCE, 1, -1, bookie.caller());
        bookie.world.runUntilIdle();

        assertThat(bookie.refused).isNotEmpty();
        assertThat(bookie.refused.values()).hasOnlyElementsOfType(BookieException.Overloaded.class);
        assertThat(bookie.refused.size() + bookie.acknowledged.size()).isEqualTo(tooMany + 1);
        assertThat(bookie.acknowledged).contains(new Key(Kind.FENCE, 1, -1));
        bookie.append(1, tooMany);
        bookie.world.runUntilIdle();
        assertThat(bookie.acknowledged).contains(new Key(Kind.ENTRY, 1, tooMany));
    }

    @Test
    void aFullDiskRefusesEntriesTakesFencesAndHealsByItself() {
        bookie.started();
        bookie.node.disk().budget(bookie.node.disk().usedBytes());

        appendEntries(1, 0, 600);
        bookie.world.runFor(Duration.ofSeconds(5));
        int refusedWhileFull = bookie.refused.size();
        bookie.append(Kind.FENCE, 1, -1, bookie.caller());
        bookie.append(Kind.KEY, 2, -1, bookie.caller());
        bookie.world.runFor(Duration.ofSeconds(5));
        boolean fenced = bookie.acknowledged.contains(new Key(Kind.FENCE, 1, -1));
        boolean keyed = bookie.acknowledged.contains(new Key(Kind.KEY, 2, -1));
        bookie.node.disk().budget(Long.MAX_VALUE);
        bookie.world.runFor(Duration.ofSeconds(5));
        bookie.append(1, 600);
        bookie.world.runFor(Duration.ofSeconds(5));

        assertThat(refusedWhileFull).isPositive();
        assertThat(bookie.refused.values()).hasOnlyElementsOfType(BookieException.Overloaded.class);
        assertThat(fenced).isTrue();
        assertThat(keyed).isTrue();
        assertThat(bookie.acknowledged).contains(new Key(Kind.ENTRY, 1, 600));
        assertThat(bookie.stops).isEmpty();
    }

    @Test
    void makesTheNextFileReadyInSmallPiecesAsLongAsItIsFarFromNeeded() {
        JournalNode node = slowly(2);

        long largest = largestGrowth(node, Duration.ofMillis(300));

        assertThat(largest).isBetween(1L, 256L << 10);
    }

    @Test
    void makesTheNextFileReadyAtOnceWhenTheCurrentOneFills() {
        JournalNode node = slowly(2);
        for (int entry = 0; entry < 1_500; entry++) {
            node.append(2, entry);
        }
        node.world.runFor(Duration.ofMillis(20));

        assertThat(largestGrowth(node, Duration.ofSeconds(1))).isZero();
    }

    @Test
    void aDiskThatWasFullIsUsedAtOnceWhenThereIsRoomHoweverSlowlyItFilled() {
        JournalNode node = slowly(2);
        node.world.runFor(Duration.ofSeconds(5)); // file 3 is ready
        node.node.disk().budget(node.node.disk().usedBytes());
        for (int entry = 0; node.refused.isEmpty(); entry++) {
            node.append(2, entry);
            node.world.runFor(Duration.ofMillis(10));
        }

        node.node.disk().budget(Long.MAX_VALUE);
        node.world.runFor(Duration.ofMillis(1_200)); // it looks for room once in a second
        node.append(3, 0);
        node.world.runFor(Duration.ofMillis(100));

        assertThat(node.acknowledged).contains(new Key(Kind.ENTRY, 3, 0));
    }

    @Test
    void aSpareThatFindsNoRoomHalfWayThroughItsGrowthKeepsItsSize() {
        JournalNode small = slowly(6, DataSize.mebibytes(1));
        small.checkpoint();
        small.world.await(small.journal.close(small.caller()));
        var node = new JournalNode(small, config(DataSize.mebibytes(4))).started(); // two spares have grown, at once
        goOnSlowly(node, node.journal.writtenPosition().file() + 1);
        node.world.runFor(Duration.ofMillis(100)); // the third grows

        node.node.disk().budget(node.node.disk().usedBytes());
        for (int entry = 0; entry < 2_000; entry++) {
            node.append(2, entry);
            node.world.runFor(Duration.ofMillis(1));
        }

        assertThat(node.stops).isEmpty();
        assertThat(node.acknowledged).contains(new Key(Kind.ENTRY, 2, 1_200)); // 1,024 blocks are the file before
    }

    @Test
    void aJournalThatClosesWhileItMakesAFileReadyLeavesNoneOpen() {
        JournalNode node = slowly(2);

        node.world.await(node.journal.close(node.caller()));
        node.world.runUntilIdle();

        assertThat(node.node.disk().openFiles()).isZero();
        assertThat(node.stops).isEmpty();
        assertThat(node.world.await(node.node.disk().list(JournalNode.DIRECTORY, node.caller())))
                .allMatch(name -> Layout.journalNumber(name) > 0 || !name.contains("journal-"));
    }

    /** A journal with files of 4 MiB that was written to slowly until it began file {@code number}. */
    private static JournalNode slowly(long number) {
        return slowly(number, DataSize.mebibytes(4));
    }

    private static JournalNode slowly(long number, DataSize fileSize) {
        var node = new JournalNode(4, config(fileSize)).started();
        goOnSlowly(node, number);
        return node;
    }

    private static void goOnSlowly(JournalNode node, long number) {
        for (int entry = 0; node.journal.writtenPosition().file() < number; entry++) {
            node.append(number, entry);
            node.world.runFor(Duration.ofMillis(10));
        }
    }

    private static JournalConfig config(DataSize fileSize) {
        return new JournalConfig(JournalNode.DIRECTORY, fileSize, DataSize.kibibytes(64), DataSize.mebibytes(4), true);
    }

    /** By how much the disk's use grows at most in two milliseconds. */
    private static long largestGrowth(JournalNode node, Duration time) {
        long largest = 0;
        long end = node.world.now() + time.toNanos();
        long before = node.node.disk().usedBytes();
        while (node.world.now() < end) {
            node.world.runFor(Duration.ofMillis(2));
            long now = node.node.disk().usedBytes();
            largest = Math.max(largest, now - before);
            before = now;
        }
        return largest;
    }

    @Test
    void aFullDiskIsWritableAgainOnceFilesAreReleased() {
        bookie.started();
        bookie.node.disk().budget(bookie.node.disk().usedBytes());
        appendEntries(1, 0, 600);
        bookie.world.runFor(Duration.ofSeconds(5));

        bookie.checkpoint();
        bookie.world.runFor(Duration.ofSeconds(5));
        bookie.append(1, 600);
        bookie.world.runFor(Duration.ofSeconds(5));

        assertThat(bookie.acknowledged).contains(new Key(Kind.ENTRY, 1, 600));
    }

    @Test
    void recyclesReleasedFilesAndNeverReplaysWhatTheyHeldBefore() {
        bookie.started();
        for (int round = 0; round < 12; round++) {
            appendEntries(1, round * 200, round * 200 + 200);
            bookie.world.runUntilIdle();
            bookie.checkpoint();
            bookie.world.runUntilIdle();
        }
        List<String> names = bookie.world.await(bookie.node.disk().list(JournalNode.DIRECTORY, bookie.caller()));
        long files =
                names.stream().filter(name -> Layout.journalNumber(name) > 0).count();
        long highest = names.stream().mapToLong(Layout::journalNumber).max().orElseThrow();
        appendEntries(2, 0, 5);
        bookie.world.runUntilIdle();

        Replayed outcome = replayAfterPowerFailure(CrashOutcome.NONE);

        assertThat(highest).as("files written").isGreaterThan(15);
        assertThat(files).as("files there are").isLessThan(8);
        assertThat(outcome).isInstanceOf(Replayed.Clean.class);
        assertThat(bookie.records.seen).containsExactlyElementsOf(entries(2, 0, 5));
    }

    @Test
    void aMarkNeverMovesBackwards() {
        bookie.started();
        JournalPosition first = bookie.journal.writtenPosition();
        appendEntries(1, 0, 100);
        bookie.world.runUntilIdle();
        JournalPosition second = bookie.journal.writtenPosition();
        appendEntries(1, 100, 105);
        bookie.world.runUntilIdle();

        var later = bookie.journal.release(second, bookie.caller());
        var earlier = bookie.journal.release(first, bookie.caller());
        bookie.world.await(later);
        bookie.world.await(earlier);
        replayAfterPowerFailure(CrashOutcome.NONE);

        assertThat(second).isGreaterThan(first);
        assertThat(bookie.records.seen).containsExactlyElementsOf(entries(1, 100, 105));
    }

    @Test
    void cannotBeReleasedBeyondWhatIsWritten() {
        bookie.started();
        JournalPosition written = bookie.journal.writtenPosition();
        var beyond = new JournalPosition(written.file(), written.offset() + 4096);

        assertThatThrownBy(() -> bookie.journal.release(beyond, bookie.caller()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void writesTheMarkerOfAnIdleJournalWithin100Milliseconds() {
        bookie.started();
        bookie.append(1, 0);
        bookie.world.runUntil(() -> bookie.acknowledged.size() == 1, Duration.ofSeconds(1));
        JournalPosition written = bookie.journal.writtenPosition();

        bookie.world.runFor(Duration.ofMillis(100));
        JournalPosition after = bookie.journal.writtenPosition();
        bookie.world.runFor(Duration.ofMinutes(1));

        assertThat(after).isEqualTo(new JournalPosition(written.file(), written.offset() + JournalFormat.BLOCK));
        assertThat(bookie.journal.writtenPosition()).isEqualTo(after);
    }

    @Test
    void takesARecordLargerThanAGroup() {
        var config = new JournalConfig(
                JournalNode.DIRECTORY, DataSize.mebibytes(1), DataSize.kibibytes(4), DataSize.kibibytes(512), false);
        var node = new JournalNode(5, config).started();

        node.append(1, 22); // 9000 bytes
        node.append(1, 23);
        node.append(1, 45); // 9000 bytes
        node.world.runUntilIdle();
        node.powerFailure();
        node.replay();

        assertThat(node.records.seen)
                .containsExactlyElementsOf(node.acknowledged)
                .hasSize(3);
    }

    @Test
    void closesAfterWhatWasQueuedIsDurable() {
        bookie.started();
        appendEntries(1, 0, 300);
        bookie.caller().execute(() -> bookie.journal.close(bookie.caller()));
        bookie.world.runUntilIdle();
        bookie.append(1, 300);
        bookie.world.runUntilIdle();

        assertThat(bookie.acknowledged).containsExactlyElementsOf(entries(1, 0, 300));
        assertThat(bookie.refused.keySet()).containsExactlyElementsOf(entries(1, 300, 301));
        assertThat(bookie.node.disk().openFiles()).isZero();
        assertThat(bookie.stops).isEmpty();
        assertThat(bookie.world.await(bookie.journal.close(bookie.caller()))).isNull();
    }

    @Test
    void closesAfterAFailureAsWell() {
        bookie.started();
        bookie.node.disk().failNextWrite("Input/output error");
        bookie.append(1, 0);
        bookie.world.runUntilIdle();

        bookie.world.await(bookie.journal.close(bookie.caller()));

        assertThat(bookie.node.disk().openFiles()).isZero();
    }

    @Test
    void startsANewFileAfterEachStart() {
        bookie.started();
        bookie.append(1, 0);
        bookie.world.runUntilIdle();
        long first = bookie.journal.writtenPosition().file();
        bookie.powerFailure();

        bookie.started();

        assertThat(bookie.journal.writtenPosition().file()).isGreaterThan(first);
    }
}
