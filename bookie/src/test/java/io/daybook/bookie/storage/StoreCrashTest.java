package io.daybook.bookie.storage;

import static io.daybook.bookie.storage.StoreFixture.body;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.config.DataSize;
import io.daybook.bookie.ReadOutcome;
import io.daybook.bookie.entrylog.FileContents;
import io.daybook.bookie.index.Indexes;
import io.daybook.bookie.index.StoreIndex;
import io.daybook.sim.SimDisk.CrashOutcome;
import io.daybook.sim.SimWorld;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Crashes at every step, and damage to every file: nothing acknowledged is lost unnoticed, nothing wrong is served. */
final class StoreCrashTest {
    private static final Path ENTRIES = Path.of("/data/entries");

    /** What may be left of an index that is never synced. */
    private enum IndexLeft {
        ALL,
        NOTHING,
        FIRST_FILES
    }

    /** What was put, by ledger and entry. */
    private final Map<List<Long>, byte[]> expected = new LinkedHashMap<>();

    /** What was put there before, if anything. */
    private final Map<List<Long>, byte[]> earlier = new LinkedHashMap<>();

    private StoreFixture fixture(long seed) {
        expected.clear();
        earlier.clear();
        return new StoreFixture(
                new SimWorld(seed), StoreFixture.config(DataSize.kibibytes(512), DataSize.kibibytes(100)));
    }

    private void put(StoreFixture fixture, long ledgerId, long entryId, int version, int size) {
        byte[] body = body(ledgerId, entryId, version, size);
        fixture.mustPut(ledgerId, entryId, body);
        byte[] before = expected.put(List.of(ledgerId, entryId), body);
        if (before != null) {
            earlier.put(List.of(ledgerId, entryId), before);
        }
    }

    /** One flush that is done, and enough for two more files on the way. */
    private StoreFixture prepared(long seed) {
        StoreFixture fixture = fixture(seed);
        fixture.start();
        for (int entry = 0; entry < 12; entry++) {
            put(fixture, 7, entry, 1, 500);
            put(fixture, 8, entry * 3L, 1, 40);
        }
        fixture.fence(8);
        fixture.flush();
        for (int entry = 8; entry < 20; entry++) {
            put(fixture, 7, entry, 2, 9000);
        }
        put(fixture, 8, 3, 2, 50);
        put(fixture, 9, 0, 2, 0);
        fixture.fence(9);
        return fixture;
    }

    private void verify(StoreFixture fixture) {
        expected.forEach((key, body) -> assertThat(fixture.bytes(key.get(0), key.get(1)))
                .as("entry %s", key)
                .isEqualTo(body));
        assertThat(fixture.load(8).fenced()).isTrue();
        assertThat(fixture.load(9).fenced()).isTrue();
        assertThat(fixture.load(7).fenced()).isFalse();
        assertThat(fixture.load(7).lastEntry()).isEqualTo(19);
        assertThat(fixture.bytes(7, 20)).isNull();
        assertThat(fixture.bytes(8, 4)).isNull();
        assertThat(fixture.load(10)).isNull();
        assertThat(fixture.entries(7)).hasSize(20);
    }

    @Test
    void survivesACrashAtEveryStepOfAFlush() {
        int crashes = 0;
        for (CrashOutcome outcome : CrashOutcome.values()) {
            boolean ended = false;
            for (int step = 0; !ended; step++) {
                StoreFixture fixture = prepared(step * 31L + outcome.ordinal());
                var flushed = fixture.store.flush(fixture.node.loop("main"));
                for (int i = 0; i < step && !flushed.isDone(); i++) {
                    fixture.world.step();
                }
                ended = flushed.isDone();
                fixture.node.disk().nextCrash(outcome);
                fixture.crash();
                leaveOfIndex(fixture, IndexLeft.values()[step % 3]);
                fixture.start();
                verify(fixture);
                crashes++;
            }
        }
        assertThat(crashes).isGreaterThan(150);
    }

    @Test
    void survivesACrashAtEveryStepOfAReplay() {
        boolean ended = false;
        for (int step = 0; !ended; step++) {
            StoreFixture fixture = prepared(step);
            fixture.crash();
            var started = fixture.startLater();
            for (int i = 0; i < step && !started.isDone(); i++) {
                fixture.world.step();
            }
            ended = started.isDone();
            fixture.node.disk().nextCrash(CrashOutcome.values()[step % CrashOutcome.values().length]);
            fixture.crash();
            leaveOfIndex(fixture, IndexLeft.values()[step / 7 % 3]);
            fixture.start();
            verify(fixture);
        }
    }

    @Test
    void aRebuiltIndexIsEqualToTheOneThatWasLost() {
        StoreFixture fixture = prepared(3);
        fixture.flush();
        List<Object> before = contentsOf(fixture.index);
        fixture.crash();
        fixture.loseIndex();
        fixture.start();

        assertThat(contentsOf(fixture.index)).isEqualTo(before);
    }

    @Test
    void aRebuiltIndexIsTheSameWhenEveryFooterIsGone() {
        StoreFixture fixture = prepared(4);
        fixture.flush();
        List<Object> before = contentsOf(fixture.index);
        fixture.crash();
        for (Path file : files(fixture)) {
            int size = fixture.node.disk().content(file).length;
            fixture.node.disk().rot(file, size - 40); // in the trailer
        }
        fixture.loseIndex();
        fixture.start();

        assertThat(contentsOf(fixture.index)).isEqualTo(before);
        assertThat(fixture.store.inDoubt()).isFalse();
        verify(fixture);
    }

    @Test
    void noFlippedBitIsServedOrTakenForAbsence() {
        int damaged = 0;
        int harmless = 0;
        for (String name : List.of("entries-000000000001.log", "entries.manifest-0", "entries.manifest-1")) {
            int size = 1;
            for (int at = 0; at < size; at += 1 + at % 11) {
                StoreFixture fixture = fixture(at);
                fixture.start();
                for (int entry = 0; entry < 6; entry++) {
                    put(fixture, 7, entry, 1, 100);
                }
                put(fixture, 8, 0, 1, 1);
                fixture.fence(8);
                fixture.flush();
                Path file = ENTRIES.resolve(name);
                size = fixture.node.disk().content(file).length;
                fixture.crash();
                fixture.node.disk().rot(file, at);
                if (at % 2 == 0) {
                    fixture.loseIndex();
                }
                fixture.start();
                boolean noticed = readsTheTruth(fixture);
                damaged += noticed ? 1 : 0;
                harmless += noticed ? 0 : 1;
            }
        }
        assertThat(damaged).isGreaterThan(100);
        assertThat(harmless).isGreaterThan(100);
    }

    @Test
    void bothManifestsLostIsDoubtNotAbsence() {
        StoreFixture fixture = prepared(5);
        fixture.flush();
        fixture.crash();
        fixture.node.disk().rot(ENTRIES.resolve("entries.manifest-0"), 20);
        fixture.node.disk().rot(ENTRIES.resolve("entries.manifest-1"), 21);
        fixture.loseIndex();
        fixture.start();

        assertThat(readsTheTruth(fixture)).isTrue();
        expected.forEach(
                (key, body) -> assertThat(fixture.bytes(key.get(0), key.get(1))).isEqualTo(body));
        assertThat(fixture.load(1234).limbo()).isTrue();
        fixture.crash();
        fixture.start();
        assertThat(fixture.load(1234).limbo()).isTrue();
    }

    /** Random damage, no cap: what is answered is right or an error. */
    @Test
    void damagedDisksNeverMakeItAnswerWrongly() {
        for (int seed = 0; seed < 60; seed++) {
            StoreFixture fixture = prepared(seed);
            var random = fixture.world.random("damage");
            switch (seed % 4) {
                case 0 -> fixture.node.disk().loseNextWrite();
                case 1 -> fixture.node.disk().misdirectNextWrite(4096);
                case 2 -> fixture.node.disk().shortNextWrite();
                default -> fixture.node.disk().failNextWrite("no space left on device");
            }
            var flushed = fixture.store.flush(fixture.node.loop("main"));
            fixture.world.runFor(Duration.ofSeconds(5));
            assertThat(flushed.isDone()).isTrue();
            boolean stopped = flushed.isCompletedExceptionally();
            assertThat(fixture.failures).hasSize(stopped ? 1 : 0);
            fixture.crash();
            fixture.node.disk().evict();
            if (random.flip()) {
                fixture.loseIndex();
            }
            fixture.start();
            if (stopped) {
                verify(fixture);
            } else {
                readsTheTruth(fixture);
            }
        }
    }

    /** Fails if anything wrong is served, or an entry or fence is taken for absent; true if damage was noticed. */
    private boolean readsTheTruth(StoreFixture fixture) {
        boolean noticed = fixture.store.inDoubt();
        for (Map.Entry<List<Long>, byte[]> entry : expected.entrySet()) {
            ReadOutcome outcome =
                    fixture.read(entry.getKey().get(0), entry.getKey().get(1));
            if (outcome instanceof ReadOutcome.Found found) {
                byte[] body = StoreFixture.take(found.body());
                byte[] before = earlier.get(entry.getKey());
                // Where the file with the newer copy is known to be lost, the older copy is all there is.
                boolean older = fixture.store.inDoubt() && before != null && Arrays.equals(body, before);
                assertThat(older || Arrays.equals(body, entry.getValue()))
                        .as("entry %s", entry.getKey())
                        .isTrue();
            } else {
                assertThat(outcome).as("entry %s", entry.getKey()).isInstanceOf(ReadOutcome.Damaged.class);
                noticed = true;
            }
        }
        var state = fixture.load(8);
        assertThat(state).isNotNull();
        assertThat(state.fenced() || state.limbo()).isTrue();
        return noticed;
    }

    private static List<Path> files(StoreFixture fixture) {
        List<Path> files = new ArrayList<>();
        for (long number : fixture.index.files()) {
            files.add(ENTRIES.resolve("entries-%012d.log".formatted(number)));
        }
        return files;
    }

    private static List<Object> contentsOf(StoreIndex index) {
        List<Object> all = new ArrayList<>();
        for (long ledger = 0; ledger < 12; ledger++) {
            all.add(String.valueOf(index.ledger(ledger)));
            for (long entry : index.entries(ledger)) {
                all.add(index.findStretch(ledger, entry, 100_000));
            }
        }
        return all;
    }

    private void leaveOfIndex(StoreFixture fixture, IndexLeft left) {
        StoreIndex kept = fixture.index;
        if (left == IndexLeft.NOTHING) {
            fixture.loseIndex();
        } else if (left == IndexLeft.FIRST_FILES) {
            fixture.index = firstFiles(kept);
        }
    }

    /** An index that knows all but the last file. */
    private static StoreIndex firstFiles(StoreIndex kept) {
        StoreIndex first = Indexes.heap();
        long[] files = kept.files();
        for (int i = 0; i < files.length - 1; i++) {
            first.publish(contentsOf(kept, files[i]));
        }
        return first;
    }

    private static FileContents contentsOf(StoreIndex index, long file) {
        TreeMap<Long, io.daybook.bookie.entrylog.LedgerNote> notes = new TreeMap<>();
        List<io.daybook.bookie.entrylog.Run> runs = new ArrayList<>();
        for (long ledger = 0; ledger < 12; ledger++) {
            io.daybook.bookie.entrylog.@Nullable LedgerNote note = index.ledger(ledger);
            if (note != null) {
                notes.put(ledger, note);
            }
            io.daybook.bookie.entrylog.Run last = null;
            for (long entry : index.entries(ledger)) {
                var run = index.find(ledger, entry);
                if (run.file() == file && !run.equals(last)) {
                    runs.add(run);
                    last = run;
                }
            }
        }
        return new FileContents(file, true, List.copyOf(notes.values()), runs);
    }
}
