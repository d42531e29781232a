package io.daybook.benchmarks.micro;

import io.daybook.base.config.DataSize;
import io.daybook.bookie.entrylog.EntryIds;
import io.daybook.bookie.entrylog.FileContents;
import io.daybook.bookie.entrylog.Run;
import io.daybook.bookie.index.Indexes;
import io.daybook.bookie.index.StoreIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Where does an entry stand? 200,000 runs of 60 entries, 100 ledgers, 20 files, in the index of production and in the one of the
 * simulator; then the runs of a whole stretch of 1 MiB.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
public class IndexLookupBenchmark {
    private static final int FILES = 20;
    private static final int LEDGERS = 100;
    private static final int RUNS = 100; // of each ledger in each file
    private static final int ENTRIES = 60; // of each run
    private static final int BLOCK = 64 << 10;

    @Param({"rocks", "heap"})
    public String kind = "heap";

    private final SplittableRandom random = new SplittableRandom(7);

    private @Nullable Path folder;
    private StoreIndex index = Indexes.heap();

    @Setup
    public void publish() throws IOException {
        if (kind.equals("rocks")) {
            folder = Files.createTempDirectory("daybook-index");
            index = Indexes.rocks(folder, DataSize.mebibytes(64));
        }
        for (int file = 0; file < FILES; file++) {
            List<Run> runs = new ArrayList<>();
            for (long ledger = 0; ledger < LEDGERS; ledger++) {
                for (int run = 0; run < RUNS; run++) {
                    long first = (long) (file * RUNS + run) * ENTRIES;
                    long[] ids = new long[ENTRIES];
                    for (int i = 0; i < ENTRIES; i++) {
                        ids[i] = first + i;
                    }
                    long offset = (ledger * RUNS + run) * BLOCK;
                    runs.add(new Run(ledger, EntryIds.of(ids, ENTRIES), file + 1, offset, BLOCK, 32, BLOCK - 32));
                }
            }
            index.publish(new FileContents(file + 1, true, List.of(), runs));
        }
    }

    @TearDown
    public void close() throws IOException {
        index.close();
        if (folder != null) {
            List<Path> all;
            try (Stream<Path> found = Files.walk(folder)) {
                all = found.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path each : all) {
                Files.delete(each);
            }
        }
    }

    @Benchmark
    public Run find() {
        return Objects.requireNonNull(index.find(random.nextInt(LEDGERS), random.nextInt(FILES * RUNS * ENTRIES)));
    }

    @Benchmark
    public Object findStretch() {
        return Objects.requireNonNull(
                index.findStretch(random.nextInt(LEDGERS), random.nextInt(FILES * RUNS * ENTRIES), 1 << 20));
    }
}
