package io.daybook.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.config.DataSize;
import io.daybook.base.exec.Awaiting;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.HostPort;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.RepairHint;
import io.daybook.relay.LoadProcess.Which;
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
 *
 * <p>What it costs the client is measured in a process that holds nothing but the client and its load.
 */
final class LaggardTest {
    private static final int FRAME = LoadMain.PAYLOAD + 64; // about
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration HEALTHY = Duration.ofSeconds(20);
    private static final Duration FALLING_BACK =
            Duration.ofSeconds(20); // until the client holds for the laggard whatever it will hold
    private static final Duration STEP = Duration.ofSeconds(5);
    private static final Duration LATE =
            Duration.ofSeconds(30); // for what is on its way to the laggard when it is well again
    private static final Pace SLOW = new Pace(LoadMain.RATE * FRAME / 100, Duration.ofMillis(100));

    /** In two minutes the writer with a laggard is given 30 times as much as it may hold for it. */
    private static final long BUFFERS_MAX =
            LoadMain.CONFIG.bookieBudget().bytes() + DataSize.mebibytes(2).bytes();

    /** More objects and buffers than without a laggard: what the budget's adds need. */
    private static final long COST_MAX = DataSize.mebibytes(2).bytes();

    /** More objects at the end than when the client held what it may: five bytes for each entry of a hundred seconds are too many. */
    private static final long GROWTH_MAX = DataSize.kibibytes(256).bytes();

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
            for (Load load : both) {
                load.process.mark();
            }
            four.after(HEALTHY);
            for (Load load : both) {
                load.process.mark();
                load.measureHeap();
                load.beginSlow();
            }
            for (Duration spent = Duration.ZERO; spent.compareTo(slow) < 0; spent = spent.plus(STEP)) {
                if (spent.equals(FALLING_BACK)) {
                    for (Load load : both) {
                        load.measureHeap();
                    }
                }
                four.after(STEP);
                for (Load load : both) {
                    load.measureBuffers();
                }
            }
            for (Load load : both) {
                load.measureHeap();
                load.endSlow();
            }
            for (Load load : both) {
                load.seal();
                load.assertBounded();
            }
            four.assertReplaced();
            three.assertHinted();
            for (Load load : both) {
                load.assertUndisturbed();
            }
        } finally {
            ResourceLeakDetector.setLevel(detection);
        }
    }

    /** One cluster, one writer with a laggard, and one beside it that reaches the same bookies through relays of its own and has none. */
    private static final class Load implements AutoCloseable {
        private final int bookies;
        private final RelayedCluster cluster;
        private final List<BookieRelay> relaysBeside;
        private final LoadProcess process;
        private final ClientSession direct;
        private final BookieId laggard;
        private final List<Long> heap =
                new ArrayList<>(); // healthy, with all that is held for a laggard, and at the end
        private final List<Long> buffers = new ArrayList<>(); // with a laggard, once a step
        private LedgerMetadata closed;

        Load(Path folder, int bookies, Duration slow) throws Exception {
            this.bookies = bookies;
            Duration longest = slow.plus(WARM_UP).plus(HEALTHY).plusMinutes(2);
            cluster = RelayedCluster.start(folder, bookies);
            relaysBeside = cluster.moreRelays();
            process = LoadProcess.start(
                    folder, cluster, relaysBeside, Math.toIntExact(longest.toSeconds()) * LoadMain.RATE);
            direct = cluster.direct(LoadMain.CONFIG);
            closed = Awaiting.real(direct.client().metadata(process.ledger()));
            laggard = closed.lastFragment().bookies().get(1);
        }

        void after(Duration time) throws Exception {
            Loop loop = direct.loops().loops().all().get(0);
            Promise<Boolean> over = loop.promise();
            loop.schedule(time.toNanos(), () -> over.complete(true));
            over.get(time.toSeconds() + 30, TimeUnit.SECONDS);
        }

        void beginSlow() throws Exception {
            process.mark();
            for (Direction direction : Direction.values()) {
                cluster.relay(laggard).pace(direction, SLOW);
            }
        }

        void measureHeap() throws Exception {
            heap.add(process.heapBytes());
        }

        void measureBuffers() throws Exception {
            buffers.add(process.bufferBytes());
        }

        void endSlow() throws Exception {
            process.mark();
            process.stop();
            cluster.relay(laggard).heal();
        }

        void seal() throws Exception {
            process.seal();
            closed = Awaiting.real(direct.client().metadata(process.ledger()));
            System.out.printf(
                    "laggard among %d: p50 %s healthy, %s slow, %s beside; p99 %s healthy, %s slow, %s beside; heap %s, buffers %s; decisions: %s%n",
                    bookies,
                    process.millis(Which.MEASURED, 0, 0.5),
                    process.millis(Which.MEASURED, 2, 0.5),
                    process.millis(Which.BESIDE, 2, 0.5),
                    process.millis(Which.MEASURED, 0, 0.99),
                    process.millis(Which.MEASURED, 2, 0.99),
                    process.millis(Which.BESIDE, 2, 0.99),
                    heap,
                    buffers,
                    Awaiting.real(direct.client().decisions(process.ledger())));
        }

        /** The client holds what the budget allows, and nothing for entries that the laggard was not given or that are settled. */
        void assertBounded() {
            int quarter = Math.max(1, buffers.size() / 4);
            long early = Collections.max(buffers.subList(0, quarter * 2));
            long late = Collections.max(buffers.subList(buffers.size() - quarter, buffers.size()));
            assertThat(Collections.max(buffers)).as("bytes in buffers").isLessThan(BUFFERS_MAX);
            assertThat(late - early)
                    .as("growth of what is in buffers: %s", buffers)
                    .isLessThan(COST_MAX);
            assertThat(heap.get(2) - heap.get(0))
                    .as("bytes of heap that a laggard costs: %s", heap)
                    .isLessThan(COST_MAX);
            assertThat(heap.get(2) - heap.get(1))
                    .as("growth of the heap while there is a laggard: %s", heap)
                    .isLessThan(GROWTH_MAX);
        }

        /** Nobody noticed: every append succeeded, and none of a hundred took more than twice as long as without a laggard. */
        void assertUndisturbed() throws Exception {
            assertThat(process.failures()).isEqualTo("[null, null]");
            double before = process.millis(Which.MEASURED, 0, 0.99);
            double healthyNow = process.millis(Which.BESIDE, 2, 0.99);
            assertThat(process.millis(Which.MEASURED, 2, 0.99))
                    .as("p99 with a laggard among %s", bookies)
                    .isLessThanOrEqualTo(2 * Math.max(before, healthyNow));
        }

        void assertReplaced() throws Exception {
            assertThat(closed.fragments()).hasSize(2);
            assertThat(closed.lastFragment().bookies()).doesNotContain(laggard);
            long deadline = System.nanoTime() + LATE.toNanos();
            Map<BookieId, BitSet> missing = missing();
            while (!missing.isEmpty() && System.nanoTime() < deadline) {
                after(Duration.ofMillis(100));
                missing = missing();
            }
            assertThat(missing).as("copies that metadata promises").isEmpty();
        }

        void assertHinted() throws Exception {
            assertThat(closed.fragments()).hasSize(1);
            after(LATE.dividedBy(10));
            BitSet missing = missing().getOrDefault(laggard, new BitSet());
            assertThat(missing().keySet()).containsExactly(laggard);
            assertThat(missing.cardinality()).isGreaterThan(LoadMain.RATE);
            for (RepairHint hint : Awaiting.real(direct.client().repairHints(process.ledger()))) {
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
                    wanted.getValue().andNot(reader.copies(process.ledger(), last));
                }
            }
            missing.values().removeIf(BitSet::isEmpty);
            return missing;
        }

        @Override
        public void close() throws Exception {
            process.close();
            relaysBeside.forEach(BookieRelay::close);
            direct.close();
            cluster.close();
        }
    }
}
