package io.daybook.bookie.journal;

import static io.daybook.bookie.journal.JournalFormat.BLOCK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.config.DataSize;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.DurableLog.Kind;
import io.daybook.bookie.disk.Layout;
import io.daybook.bookie.journal.Records.Key;
import io.daybook.sim.SimDisk.CrashOutcome;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Damage of every kind: what was acknowledged is handed over, or the loss is reported; nothing foreign is ever handed over. */
class JournalReplayTest {
    private static final int FILE = 64 << 10;

    /** A bookie that has appended {@code groups} groups of one to four entries, each acknowledged before the next. */
    private static JournalNode specimen(int groups) {
        var config = new JournalConfig(
                JournalNode.DIRECTORY, DataSize.bytes(FILE), DataSize.kibibytes(16), DataSize.kibibytes(512), true);
        var bookie = new JournalNode(11, config).started();
        for (int group = 0, entry = 0; group < groups; group++) {
            for (int i = 0; i <= group % 4; i++) {
                bookie.append(1, entry++);
            }
            int expected = entry;
            bookie.world.runUntil(() -> bookie.acknowledged.size() == expected, Duration.ofSeconds(1));
        }
        return bookie;
    }

    /** As {@link #specimen}, idle long enough for its marker. */
    private static JournalNode idleSpecimen(int groups) {
        JournalNode bookie = specimen(groups);
        bookie.world.runFor(Duration.ofMillis(200));
        return bookie;
    }

    private static void checkHarmlessOrReported(JournalImage damaged, List<Key> written, String what) {
        var records = new Records();
        Replayed outcome = damaged.replay(records);
        assertThat(outcome).as(what).isNotNull();
        if (!written.containsAll(records.seen)) {
            throw new AssertionError(what + ": foreign records in " + records.seen);
        }
        if (outcome instanceof Replayed.Clean && !records.seen.equals(written)) {
            throw new AssertionError(what
                    + ": counts as clean, but only %s of %s records are there"
                            .formatted(records.seen.size(), written.size()));
        }
    }

    private static void flipEveryBit(int step) {
        JournalNode bookie = idleSpecimen(7);
        JournalImage image = JournalImage.of(bookie);
        var written = List.copyOf(bookie.acknowledged);
        for (byte[] file : List.of(image.file(1), image.mark())) {
            for (int bit = 0; bit < file.length * 8; bit += step) {
                file[bit / 8] ^= (byte) (1 << bit % 8);
                checkHarmlessOrReported(image, written, "bit " + bit + " flipped");
                file[bit / 8] ^= (byte) (1 << bit % 8);
            }
        }
        assertThat(image.file(1)).hasSize(FILE);
    }

    @Test
    void aFlippedBitIsHarmlessOrReported() {
        flipEveryBit(11); // each position in a byte, each field
    }

    @Tag("long")
    @Test
    void everyFlippedBitIsHarmlessOrReported() {
        flipEveryBit(1);
    }

    @Test
    void damageOfManyKindsIsHarmlessOrReported() {
        JournalNode bookie = idleSpecimen(7);
        JournalImage whole = JournalImage.of(bookie);
        var written = List.copyOf(bookie.acknowledged);
        var random = new Random(3);
        for (int i = 0; i < 4_000; i++) {
            JournalImage image = whole.copy();
            byte[] file = image.file(1);
            int block = random.nextInt(FILE / BLOCK) * BLOCK;
            int other = random.nextInt(FILE / BLOCK) * BLOCK;
            String what = "damage " + i;
            switch (i % 5) {
                case 0 -> Arrays.fill(file, block, block + BLOCK, (byte) 0);
                case 1 -> {
                    byte[] kept = Arrays.copyOfRange(file, block, block + BLOCK);
                    System.arraycopy(file, other, file, block, BLOCK);
                    System.arraycopy(kept, 0, file, other, BLOCK);
                }
                case 2 -> System.arraycopy(file, other, file, block, BLOCK);
                case 3 -> {
                    int sector = random.nextInt(FILE / 512) * 512;
                    for (int at = sector; at < sector + 512; at++) {
                        file[at] = (byte) random.nextInt();
                    }
                }
                default -> image.files.put("journal-0000000001.log", Arrays.copyOf(file, random.nextInt(FILE)));
            }
            checkHarmlessOrReported(image, written, what);
        }
    }

    @Test
    void aTailTornAtAnyByteYieldsAPrefix() {
        JournalNode bookie = specimen(5);
        JournalImage whole = JournalImage.of(bookie);
        var written = List.copyOf(bookie.acknowledged);
        int end = (int) bookie.journal.writtenPosition().offset();
        for (int cut = JournalFormat.FILE_HEADER; cut < end; cut++) {
            byte[] file = whole.file(1);
            byte[] lost = Arrays.copyOfRange(file, cut, end);
            Arrays.fill(file, cut, end, (byte) (cut % 2 == 0 ? 0 : 0xA5)); // zeros, or something stale
            var records = new Records();

            Replayed outcome = whole.replay(records);

            System.arraycopy(lost, 0, file, cut, lost.length);
            if (!(outcome instanceof Replayed.Clean)
                    || !written.subList(0, records.seen.size()).equals(records.seen)) {
                throw new AssertionError("cut at %s: %s with %s".formatted(cut, outcome, records.seen));
            }
        }
        assertThat(whole.replay(new Records()).records()).isEqualTo(written.size());
    }

    @Test
    void everySectorOfTheLastGroupMayBeMissing() {
        JournalNode bookie = specimen(4); // the last one has four entries
        JournalImage whole = JournalImage.of(bookie);
        var written = List.copyOf(bookie.acknowledged);
        int end = (int) bookie.journal.writtenPosition().offset();
        for (int sector = JournalFormat.FILE_HEADER; sector < end; sector += 512) {
            JournalImage image = whole.copy();
            Arrays.fill(image.file(1), sector, sector + 512, (byte) 0);
            var records = new Records();
            boolean inLastGroup = sector >= lastGroup(whole);

            Replayed outcome = image.replay(records);

            assertThat(written).containsAll(records.seen);
            if (inLastGroup) {
                assertThat(outcome).isInstanceOf(Replayed.Clean.class);
                assertThat(records.seen)
                        .isEqualTo(written.subList(0, records.seen.size()))
                        .hasSizeGreaterThanOrEqualTo(6);
            } else if (records.seen.size() < written.size()) {
                assertThat(outcome).isInstanceOf(Replayed.Corrupt.class);
            }
        }
    }

    private static int lastGroup(JournalImage image) {
        var starts = new ArrayList<JournalPosition>();
        image.replay((group, kind, ledger, entry, payload) -> {
            payload.release();
            starts.add(group);
            return null;
        });
        return (int) starts.get(starts.size() - 1).offset();
    }

    @Test
    void saysWhereAndWhyAndStillHandsOverTheRest() {
        JournalNode bookie = idleSpecimen(3);
        JournalImage image = JournalImage.of(bookie);
        image.file(1)[2 * BLOCK + 70] ^= 1; // the second group, which holds entry 1
        var records = new Records();

        Replayed outcome = image.replay(records);

        assertThat(outcome).isInstanceOfSatisfying(Replayed.Corrupt.class, corrupt -> {
            assertThat(corrupt.where()).isEqualTo(new JournalPosition(1, 2 * BLOCK));
            assertThat(corrupt.why()).contains("/journal", "file 1 offset 8192");
            assertThat(corrupt.damagedFiles()).containsExactly(1L);
        });
        assertThat(records.seen).extracting(Key::entry).containsExactly(0L, 2L, 3L, 4L, 5L);
    }

    @Test
    void aLostMarkerIsNoLoss() {
        JournalNode bookie = idleSpecimen(3);
        JournalImage image = JournalImage.of(bookie);
        int marker = (int) bookie.journal.writtenPosition().offset() - BLOCK;
        Arrays.fill(image.file(1), marker, marker + BLOCK, (byte) 0);
        var records = new Records();

        Replayed outcome = image.replay(records);

        assertThat(outcome).isInstanceOf(Replayed.Clean.class);
        assertThat(records.seen).containsExactlyElementsOf(bookie.acknowledged);
    }

    @Test
    void aMissingFileIsReported() {
        JournalNode bookie = idleSpecimen(40); // several files
        JournalImage whole = JournalImage.of(bookie);
        assertThat(bookie.journal.writtenPosition().file()).isGreaterThan(3);
        for (long missing = 1; missing < bookie.journal.writtenPosition().file(); missing++) {
            JournalImage image = whole.copy();
            image.files.remove("journal-000000000%s.log".formatted(missing));

            Replayed outcome = image.replay(new Records());

            long number = missing;
            assertThat(outcome)
                    .isInstanceOfSatisfying(
                            Replayed.Corrupt.class,
                            corrupt -> assertThat(corrupt.where()).isEqualTo(new JournalPosition(number, 0)));
        }
    }

    @Test
    void theMarkNamesTheFilesThatMustBeThere() {
        JournalNode bookie = idleSpecimen(40);
        bookie.checkpoint();
        bookie.world.runUntilIdle();
        JournalImage image = JournalImage.of(bookie);
        image.files.keySet().removeIf(name -> Layout.journalNumber(name) > 0);

        Replayed outcome = image.replay(new Records());

        assertThat(outcome).isInstanceOf(Replayed.Corrupt.class);
    }

    @Test
    void aMissingMarkIsReportedAndEverythingHandedOver() {
        JournalNode bookie = idleSpecimen(40);
        JournalImage image = JournalImage.of(bookie);
        image.files.remove("journal.mark");
        var records = new Records();

        Replayed outcome = image.replay(records);

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Replayed.Corrupt.class,
                        corrupt -> assertThat(corrupt.why()).contains("mark is missing"));
        assertThat(records.seen).containsExactlyElementsOf(bookie.acknowledged);
    }

    @Test
    void oneTornSlotOfTheMarkIsHarmless() {
        JournalNode bookie = idleSpecimen(3);
        bookie.checkpoint();
        bookie.world.runUntilIdle();
        bookie.append(1, 100);
        bookie.world.runFor(Duration.ofMillis(200));
        JournalImage whole = JournalImage.of(bookie);
        for (int slot = 0; slot < 2; slot++) {
            JournalImage image = whole.copy();
            Arrays.fill(image.mark(), slot * BLOCK, slot * BLOCK + 512, (byte) 0);
            var records = new Records();

            Replayed outcome = image.replay(records);

            assertThat(outcome).isInstanceOf(Replayed.Clean.class);
            assertThat(records.seen).contains(new Key(Kind.ENTRY, 1, 100));
        }
    }

    @Test
    void refusesAJournalOfANewerVersion() {
        JournalImage image = JournalImage.of(idleSpecimen(3));
        ByteBuffer file = ByteBuffer.wrap(image.file(1));
        file.putInt(8, 2);
        var crc = new CRC32C();
        crc.update(image.file(1), 8, 56);
        file.putInt(4, (int) crc.getValue());

        assertThatThrownBy(() -> image.replay(new Records()))
                .isInstanceOf(BookieException.Refused.class)
                .hasMessageContaining("version 2");
    }

    @Test
    void groupsOfAnotherJournalAreNotReplayed() {
        JournalNode bookie = idleSpecimen(3);
        var foreign = new JournalNode(12, bookie.config).started();
        for (int entry = 0; entry < 12; entry++) {
            foreign.append(5, entry);
            foreign.world.runUntilIdle();
        }
        JournalImage image = JournalImage.of(bookie);
        int end = (int) bookie.journal.writtenPosition().offset();
        System.arraycopy(JournalImage.of(foreign).file(1), end, image.file(1), end, FILE - end);
        var records = new Records();

        Replayed outcome = image.replay(records);

        assertThat(outcome).isInstanceOf(Replayed.Clean.class);
        assertThat(records.seen).containsExactlyElementsOf(bookie.acknowledged);
    }

    @Test
    void aTornTailStaysOneWhenItIsReadAgainAfterAnotherStart() {
        JournalNode bookie = specimen(5);
        bookie.node.disk().latency(Duration.ofNanos(1_000), Duration.ofSeconds(1));
        for (int entry = 100; entry < 108; entry++) {
            bookie.append(1, entry);
        }
        bookie.world.runFor(Duration.ofMillis(100)); // written, not synced
        bookie.node.disk().nextCrash(CrashOutcome.SECTORS);
        bookie.powerFailure();
        bookie.node.disk().latency(Duration.ofNanos(1_000), Duration.ofNanos(1_000));
        bookie.started();
        Replayed first = bookie.replayed;
        bookie.append(1, 200);
        bookie.world.runUntilIdle();
        bookie.powerFailure();

        Replayed second = bookie.replay();

        assertThat(first).isInstanceOf(Replayed.Clean.class);
        assertThat(second).isInstanceOf(Replayed.Clean.class);
        bookie.checkReplay(bookie.records.seen);
    }

    @Test
    void corruptionIsReportedUntilItIsReleasedAndTheFileIsKept() {
        JournalNode bookie = idleSpecimen(5);
        bookie.powerFailure();
        bookie.node.disk().rot(Layout.journalFile(JournalNode.DIRECTORY, 1), 2 * BLOCK + 70);
        Replayed first = bookie.replay();
        bookie.started();
        bookie.append(1, 500);
        bookie.world.runFor(Duration.ofSeconds(1));
        bookie.powerFailure();
        Replayed again = bookie.replay();
        bookie.started();
        bookie.checkpoint();
        bookie.world.runUntilIdle();
        bookie.powerFailure();

        Replayed last = bookie.replay();

        assertThat(first).isInstanceOf(Replayed.Corrupt.class);
        assertThat(again).isInstanceOf(Replayed.Corrupt.class);
        assertThat(last).isInstanceOf(Replayed.Clean.class);
        assertThat(bookie.world.await(bookie.node.disk().list(JournalNode.DIRECTORY, bookie.caller())))
                .contains("journal-0000000001.damaged");
    }

    @Test
    void waitsForTheVisitor() {
        JournalNode bookie = idleSpecimen(5);
        bookie.powerFailure();
        var waits = new ArrayList<CompletableFuture<Void>>();
        var outcome =
                JournalReplay.run(bookie.config, bookie.disk, bookie.loop(), (group, kind, ledger, entry, payload) -> {
                    payload.release();
                    var wait = new CompletableFuture<Void>();
                    waits.add(wait);
                    return wait;
                });
        for (int i = 0; i < 5; i++) {
            bookie.world.runUntilIdle();
            assertThat(waits).hasSize(i + 1);
            waits.get(i).complete(null);
        }
        bookie.world.runUntilIdle();

        waits.get(5).completeExceptionally(new BookieException.Stopped("no room", null));

        assertThatThrownBy(() -> bookie.world.await(outcome)).hasMessage("no room");
        bookie.world.runUntilIdle();
        assertThat(bookie.node.disk().openFiles()).isZero();
    }

    @Test
    void aReadErrorIsNoCleanJournal() {
        JournalNode bookie = idleSpecimen(5);
        bookie.powerFailure();
        bookie.node.disk().failNextRead("Input/output error");

        assertThatThrownBy(bookie::replay).hasMessageContaining("Input/output error");
    }
}
