package io.daybook.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.config.DataSize;
import io.daybook.base.exec.Awaiting;
import io.daybook.base.seam.HostPort;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.RepairHint;
import io.daybook.ledger.client.ClientConfig;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One bookie that is a hundred times slower than the others, for minutes: writers of 3/3/2 feel nothing of it. Where there is a fourth bookie,
 * it takes the laggard's place; where there is none, every copy that is missing is known.
 */
final class LaggardTest {
    private static final int RATE = 500; // appends a second, per writer
    private static final int PAYLOAD = 2048;
    private static final int FRAME = PAYLOAD + 64; // about
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration HEALTHY = Duration.ofSeconds(20);
    private static final Duration STEP = Duration.ofSeconds(5);
    private static final Duration LATE =
            Duration.ofSeconds(30); // for what is on its way to the laggard when it is well again
    private static final Pace SLOW = new Pace(RATE * FRAME / 100, Duration.ofMillis(100));

    /** How far a bookie may fall behind: what four seconds bring. */
    private static final ClientConfig CONFIG = ClientSession.config(DataSize.mebibytes(4));

    /** In two minutes each of the two writers with a laggard is given 30 times as much as it may hold for it. */
    private static final long BUFFERS_MAX =
            2 * CONFIG.bookieBudget().bytes() + DataSize.mebibytes(4).bytes();

    private static final long GROWTH_MAX = DataSize.mebibytes(4).bytes(); // in two minutes: none to speak of

    @TempDir
    private Path folder;

    @Test
    @Timeout(value = 6, unit = TimeUnit.MINUTES)
    void aBookieSlowForTwoMinutesIsReplacedOrItsMissingCopiesAreKnown() throws Exception {
        run(Duration.ofMinutes(2));
    }

    @Test
    @Tag("long")
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void aBookieSlowForTenMinutesIsReplacedOrItsMissingCopiesAreKnown() throws Exception {
        run(Duration.ofMinutes(10));
    }

    private void run(Duration slow) throws Exception {
        var detection = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE); // as in production: this is a measurement
        try (Load four = new Load(folder, 4, slow);
                Load three = new Load(folder, 3, slow)) {
            List<Load> both = List.of(four, three);
            four.after(WARM_UP);
            both.forEach(Load::mark);
            four.after(HEALTHY);
            both.forEach(Load::mark);
            long heapBefore = heapAfterCollection();
            both.forEach(Load::beginSlow);
            List<Long> direct = new ArrayList<>();
            for (Duration spent = Duration.ZERO; spent.compareTo(slow) < 0; spent = spent.plus(STEP)) {
                four.after(STEP);
                direct.add(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory());
            }
            both.forEach(Load::endSlow);
            long heapAfter = heapAfterCollection();
            System.out.println("laggard: heap " + heapBefore + " then " + heapAfter + ", buffers " + direct);

            assertFlat(direct);
            assertThat(heapAfter - heapBefore).as("growth of the heap").isLessThan(GROWTH_MAX);
            both.forEach(Load::seal);
            four.assertReplaced();
            three.assertHinted();
            both.forEach(Load::assertUndisturbed);
        } finally {
            ResourceLeakDetector.setLevel(detection);
        }
    }

    private static void assertFlat(List<Long> samples) {
        int quarter = Math.max(1, samples.size() / 4);
        long early = Collections.max(samples.subList(0, quarter * 2));
        long late = Collections.max(samples.subList(samples.size() - quarter, samples.size()));
        assertThat(Collections.max(samples)).as("bytes in buffers").isLessThan(BUFFERS_MAX);
        assertThat(late - early).as("growth of what is in buffers: %s", samples).isLessThan(GROWTH_MAX);
    }

    private static long heapAfterCollection() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /**
     * One cluster, one writer with a laggard, and one beside it that has none: other work on this machine, which changes from minute to
     * minute, slows both.
     */
    private static final class Load implements AutoCloseable {
        private final int bookies;
        private final RelayedCluster cluster;
        private final ClientSession session;
        private final ClientSession direct;
        private final LedgerWriter writer;
        private final OpenLoop load;
        private final OpenLoop beside;
        private final BookieId laggard;
        private final List<Integer> marks = new ArrayList<>(); // entries at the borders of healthy and slow
        private final List<Integer> marksBeside = new ArrayList<>();
        private LedgerMetadata closed;

        Load(Path folder, int bookies, Duration slow) throws Exception {
            this.bookies = bookies;
            cluster = RelayedCluster.start(folder, bookies);
            session = cluster.relayed(CONFIG);
            direct = cluster.direct(CONFIG);
            writer = Awaiting.real(session.client().create(LedgerOptions.DEFAULT));
            laggard = writer.metadata().lastFragment().bookies().get(1);
            closed = writer.metadata();
            Duration longest = slow.plus(WARM_UP).plus(HEALTHY).plusMinutes(2);
            int entriesMax = Math.toIntExact(longest.toSeconds()) * RATE;
            load = new OpenLoop(writer, RATE, PAYLOAD, entriesMax);
            beside = new OpenLoop(
                    Awaiting.real(direct.client().create(LedgerOptions.DEFAULT)), RATE, PAYLOAD, entriesMax);
        }

        int after(Duration time) {
            return load.after(time);
        }

        /** The next border of a phase: healthy from the first to the second, slow from the third to the fourth. */
        void mark() {
            marks.add(load.after(Duration.ZERO));
            marksBeside.add(beside.after(Duration.ZERO));
        }

        void beginSlow() {
            mark();
            for (Direction direction : Direction.values()) {
                cluster.relay(laggard).pace(direction, SLOW);
            }
        }

        void endSlow() {
            mark();
            load.stop();
            beside.stop();
            cluster.relay(laggard).heal();
        }

        void seal() {
            closed = Awaiting.real(writer.close());
            System.out.printf(
                    "laggard among %d: p50 %s healthy, %s slow, %s beside; p99 %s healthy, %s slow, %s beside; decisions: %s%n",
                    bookies,
                    millis(load, marks, 0, 0.5),
                    millis(load, marks, 2, 0.5),
                    millis(beside, marksBeside, 2, 0.5),
                    millis(load, marks, 0, 0.99),
                    millis(load, marks, 2, 0.99),
                    millis(beside, marksBeside, 2, 0.99),
                    Awaiting.real(writer.decisions()));
        }

        private static double millis(OpenLoop load, List<Integer> marks, int from, double share) {
            return load.quantile(marks.get(from), marks.get(from + 1), share).toNanos() / 1e6;
        }

        /** Nobody noticed: every append succeeded, and none of a hundred took more than twice as long as without a laggard. */
        void assertUndisturbed() {
            assertThat(load.failure()).isNull();
            assertThat(beside.failure()).isNull();
            double before = millis(load, marks, 0, 0.99);
            double healthyNow = millis(beside, marksBeside, 2, 0.99);
            assertThat(millis(load, marks, 2, 0.99))
                    .as("p99 with a laggard among %s", bookies)
                    .isLessThanOrEqualTo(2 * Math.max(before, healthyNow));
        }

        void assertReplaced() {
            assertThat(closed.fragments()).hasSize(2);
            assertThat(closed.lastFragment().bookies()).doesNotContain(laggard);
            long deadline = System.nanoTime() + LATE.toNanos();
            Map<BookieId, BitSet> missing = missing();
            while (!missing.isEmpty() && System.nanoTime() < deadline) {
                load.after(Duration.ofMillis(100));
                missing = missing();
            }
            assertThat(missing).as("copies that metadata promises").isEmpty();
        }

        void assertHinted() {
            assertThat(closed.fragments()).hasSize(1);
            load.after(LATE.dividedBy(10));
            BitSet missing = missing().getOrDefault(laggard, new BitSet());
            assertThat(missing().keySet()).containsExactly(laggard);
            assertThat(missing.cardinality()).isGreaterThan(RATE);
            for (RepairHint hint : Awaiting.real(direct.client().repairHints(writer.ledger()))) {
                assertThat(hint.bookie()).isEqualTo(laggard);
                missing.clear(Math.toIntExact(hint.firstEntry()), Math.toIntExact(hint.lastEntry()) + 1);
            }
            assertThat(missing).as("missing copies without a hint").isEqualTo(new BitSet());
        }

        /** Entries that bookies lack although metadata says they have them; asked of each bookie by itself. */
        private Map<BookieId, BitSet> missing() {
            Map<BookieId, BitSet> missing = new LinkedHashMap<>();
            int last = Math.toIntExact(closed.lastEntry());
            List<Fragment> fragments = closed.fragments();
            for (int i = 0; i < fragments.size(); i++) {
                int from = Math.toIntExact(fragments.get(i).firstEntry());
                int end = i + 1 < fragments.size()
                        ? Math.toIntExact(fragments.get(i + 1).firstEntry())
                        : last + 1;
                for (BookieId bookie : fragments.get(i).bookies()) {
                    missing.computeIfAbsent(bookie, b -> new BitSet()).set(from, end); // 3/3: all have all
                }
            }
            for (Map.Entry<BookieId, BitSet> wanted : missing.entrySet()) {
                try (CopyReader reader = new CopyReader(
                        direct.transport(),
                        direct.loops().loops().all().get(0),
                        HostPort.parse(wanted.getKey().value()))) {
                    wanted.getValue().andNot(reader.copies(writer.ledger(), last));
                }
            }
            missing.values().removeIf(BitSet::isEmpty);
            return missing;
        }

        @Override
        public void close() throws Exception {
            load.close();
            beside.close();
            session.close();
            direct.close();
            cluster.close();
        }
    }
}
