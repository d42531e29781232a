package io.daybook.bookie.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.bookie.entrylog.EntryIds;
import io.daybook.bookie.entrylog.FileContents;
import io.daybook.bookie.entrylog.LedgerNote;
import io.daybook.bookie.entrylog.Run;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every index must do, whoever keeps its rows. */
abstract class StoreIndexContract {
    private StoreIndex index;

    abstract StoreIndex open();

    @BeforeEach
    void openIndex() {
        index = open();
    }

    @AfterEach
    void closeIndex() {
        index.close();
    }

    static Run run(long ledger, long file, long blockOffset, long... ids) {
        return new Run(ledger, EntryIds.of(ids, ids.length), file, blockOffset, 1000, 40, 100 * ids.length);
    }

    static FileContents contents(long file, Run... runs) {
        TreeMap<Long, LedgerNote> notes = new TreeMap<>();
        for (Run run : runs) {
            notes.merge(
                    run.ledgerId(),
                    LedgerNote.nothing(run.ledgerId()).withIds(run.ids().last(), -1),
                    LedgerNote::then);
        }
        return new FileContents(file, true, List.copyOf(notes.values()), List.of(runs));
    }

    @Test
    void findsNothingWhereNothingWasPublished() {
        assertThat(index.find(7, 0)).isNull();
        assertThat(index.findStretch(7, 0, 1000)).isNull();
        assertThat(index.entries(7)).isEmpty();
        assertThat(index.ledger(7)).isNull();
        assertThat(index.files()).isEmpty();
        assertThat(index.lastIncomplete()).isZero();
    }

    @Test
    void findsTheRunOfAnEntryAndNoneInItsHoles() {
        Run run = run(7, 1, 0, 2, 4, 9);
        index.publish(contents(1, run, run(8, 1, 1000, 3)));

        assertThat(index.find(7, 4)).isEqualTo(run);
        assertThat(index.find(7, 3)).isNull();
        assertThat(index.find(7, 1)).isNull();
        assertThat(index.find(7, 10)).isNull();
        assertThat(index.find(6, 4)).isNull();
        assertThat(index.entries(7)).containsExactly(2, 4, 9);
        assertThat(index.files()).containsExactly(1);
    }

    @Test
    void findsEntriesWithTheLargestPossibleIds() {
        Run run = run(Long.MAX_VALUE, 1, 0, Long.MAX_VALUE - 1, Long.MAX_VALUE);
        index.publish(contents(1, run));

        assertThat(index.find(Long.MAX_VALUE, Long.MAX_VALUE)).isEqualTo(run);
        assertThat(index.findStretch(Long.MAX_VALUE, Long.MAX_VALUE, 10_000).lastEntry())
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void preferTheNewestFileWhereRunsOverlap() {
        index.publish(contents(1, run(7, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7)));
        index.publish(contents(2, run(7, 2, 0, 3)));
        index.publish(contents(3, run(7, 3, 0, 2, 5)));

        assertThat(index.find(7, 0).file()).isEqualTo(1);
        assertThat(index.find(7, 2).file()).isEqualTo(3);
        assertThat(index.find(7, 3).file()).isEqualTo(2);
        assertThat(index.find(7, 4).file()).isEqualTo(1);
        assertThat(index.find(7, 5).file()).isEqualTo(3);
        assertThat(index.find(7, 7).file()).isEqualTo(1);
        assertThat(index.entries(7)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    }

    @Test
    void stretchesOverNeighbouringBlocksUpToTheBytes() {
        index.publish(
                contents(1, run(7, 1, 0, 0, 1), run(7, 1, 1000, 2, 3), run(7, 1, 2000, 4, 5), run(7, 1, 9000, 6)));

        assertThat(index.findStretch(7, 1, 2000).runs()).hasSize(2);
        assertThat(index.findStretch(7, 1, 2000).lastEntry()).isEqualTo(3);
        assertThat(index.findStretch(7, 2, 100_000).runs()).hasSize(2);
        assertThat(index.findStretch(7, 2, 1).runs()).hasSize(1);
        assertThat(index.findStretch(7, 1, 2000).length()).isEqualTo(2000);
    }

    @Test
    void joinsNotesAndKeepsFences() {
        index.publish(new FileContents(1, true, List.of(LedgerNote.fence(7)), List.of()));
        index.publish(new FileContents(2, true, List.of(LedgerNote.key(7, new byte[] {1})), List.of()));

        assertThat(index.ledger(7).fenced()).isTrue();
        assertThat(index.ledger(7).masterKey()).containsExactly(1);
    }

    @Test
    void forgetsALedgerButNotWhatTheSameFileSaysAfterwards() {
        index.publish(contents(1, run(7, 1, 0, 0, 1), run(8, 1, 1000, 0)));
        index.publish(new FileContents(2, true, List.of(LedgerNote.forget(7).withIds(5, 4)), List.of(run(7, 2, 0, 5))));
        index.publish(new FileContents(3, true, List.of(LedgerNote.forget(8)), List.of()));

        assertThat(index.entries(7)).containsExactly(5);
        assertThat(index.ledger(7).lastEntry()).isEqualTo(5);
        assertThat(index.ledger(7).forgotten()).isFalse();
        assertThat(index.ledger(8)).isNull();
        assertThat(index.entries(8)).isEmpty();
    }

    @Test
    void tellsThatAFileIsNotCompletelyKnown() {
        index.publish(contents(1, run(7, 1, 0, 0)));
        index.publish(FileContents.lost(2));

        assertThat(index.lastIncomplete()).isPositive();
        assertThat(index.files()).containsExactly(1, 2);
        index.clear();
        assertThat(index.lastIncomplete()).isZero();
        assertThat(index.files()).isEmpty();
        assertThat(index.find(7, 0)).isNull();
    }

    /** Random runs with many overlaps, against a map from entry to file. */
    @Test
    void agreesWithAMapWhateverOverlaps() {
        for (int seed = 0; seed < 60; seed++) {
            index.clear();
            agreesWithAMap(new Random(seed));
        }
    }

    private void agreesWithAMap(Random random) {
        TreeMap<Long, Long> fileOf = new TreeMap<>();
        int files = 1 + random.nextInt(12);
        for (long file = 1; file <= files; file++) {
            TreeSet<Long> ids = new TreeSet<>();
            int dense = random.nextInt(3);
            long base = random.nextInt(60);
            for (int i = 0; i < 30; i++) {
                if (dense > 0 || random.nextInt(4) == 0) {
                    ids.add(base + (dense == 2 ? i * 3L : i));
                }
            }
            List<Run> runs = new ArrayList<>();
            long block = 0;
            for (long[] part : parts(ids, random)) {
                runs.add(run(7, file, block, part));
                block += random.nextInt(5) == 0 ? 5000 : 1000;
            }
            for (long id : ids) {
                fileOf.put(id, file);
            }
            index.publish(contents(file, runs.toArray(Run[]::new)));
        }

        assertThat(index.entries(7))
                .isEqualTo(fileOf.keySet().stream().mapToLong(Long::longValue).toArray());
        for (long id = 0; id < 200; id++) {
            Run found = index.find(7, id);
            assertThat(found == null ? null : found.file()).as("entry %d", id).isEqualTo(fileOf.get(id));
            Stretch stretch = index.findStretch(7, id, 3500);
            assertThat(stretch == null).isEqualTo(found == null);
            if (stretch != null) {
                assertThat(stretch.length()).isLessThanOrEqualTo(3500);
                assertThat(stretch.firstEntry()).isLessThanOrEqualTo(id);
                assertThat(stretch.lastEntry()).isGreaterThanOrEqualTo(id);
                for (Run part : stretch.runs()) {
                    part.ids().forEach(each -> {
                        if (each >= stretch.firstEntry() && each <= stretch.lastEntry()) {
                            assertThat(fileOf.get(each)).as("entry %d", each).isEqualTo(stretch.file());
                        }
                    });
                }
            }
        }
    }

    private static List<long[]> parts(TreeSet<Long> ids, Random random) {
        long[] all = ids.stream().mapToLong(Long::longValue).toArray();
        List<long[]> parts = new ArrayList<>();
        for (int at = 0; at < all.length; ) {
            int end = Math.min(all.length, at + 1 + random.nextInt(10));
            parts.add(Arrays.copyOfRange(all, at, end));
            at = end;
        }
        return parts;
    }
}
