package io.daybook.benchmarks.micro;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/**
 * What an entry of 1 KiB costs with 1, 64 and 1,000 ledgers in turns, stage by stage, on a bookie and in its writer's client; the best of some rounds, in ns.
 *
 * <p>Between stages it walks over memory, whose size is the first argument in KiB: 0 leaves everything in the processor's caches, more than they hold empties them. On a
 * machine whose processes share caches and write gigabytes a second the latter is nearer to the truth. JMH times whole invocations only, so this is a program of its own.
 */
public final class ManyLedgers {
    /** Bytes of an entry. */
    static final int PAYLOAD = 1024;

    private static final int[] LEDGERS = {1, 64, 1_000};
    private static final int WARM_ENTRIES = 150_000;
    private static final int ENTRIES = 48_000; // of a round: as many as a bookie flushes at once
    private static final int CACHE_LINE = 64;

    private final byte[] memory;
    private long seen;

    private ManyLedgers(int kibibytes) {
        memory = new byte[kibibytes << 10];
    }

    /** A way of entries, in stages that are timed by themselves. */
    interface Path {

        List<String> stages();

        /** Lets at least so many entries go, adds to {@code nanos} what each stage took, and returns how many they were. */
        long run(int entriesMin, long[] nanos);
    }

    /** Words: KiB walked over between stages, 32768 if none is named; rounds, 5 if none. */
    public static void main(String[] words) throws InterruptedException, ExecutionException {
        ManyLedgers run = new ManyLedgers(words.length > 0 ? Integer.parseInt(words[0]) : 32 << 10);
        int rounds = words.length > 1 ? Integer.parseInt(words[1]) : 5;
        LoopThreads threads = new LoopThreads(1, "many-ledgers");
        Callable<Void> all = () -> {
            run.measure(rounds, System.out);
            return null;
        };
        threads.submit(all).get();
        threads.shutdown();
    }

    private void measure(int rounds, PrintStream out) throws IOException {
        java.nio.file.Path folder = Files.createTempDirectory("daybook-many-ledgers");
        List<Path> bookies = new ArrayList<>();
        List<Path> writers = new ArrayList<>();
        for (int ledgers : LEDGERS) {
            bookies.add(new BookiePath(ledgers, folder.resolve("index-" + ledgers), this::emptyCaches));
            writers.add(new WriterPath(ledgers, this::emptyCaches));
        }
        report("bookie", bookies, rounds, out);
        report("writer", writers, rounds, out);
        try (Stream<java.nio.file.Path> files = Files.walk(folder)) {
            for (java.nio.file.Path file :
                    files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void report(String what, List<Path> paths, int rounds, PrintStream out) {
        int stages = paths.get(0).stages().size();
        double[][] best = new double[paths.size()][stages];
        for (int round = -1; round < rounds; round++) { // one to be compiled
            for (int i = 0; i < paths.size(); i++) {
                long[] nanos = new long[stages];
                long entries = paths.get(i).run(round < 0 ? WARM_ENTRIES : ENTRIES, nanos);
                for (int stage = 0; stage < stages; stage++) {
                    double each = (double) nanos[stage] / entries;
                    best[i][stage] = round <= 0 ? each : Math.min(best[i][stage], each);
                }
            }
        }
        for (int i = 0; i < paths.size(); i++) {
            StringBuilder line = new StringBuilder("%s, %,d ledgers:".formatted(what, LEDGERS[i]));
            double sum = 0;
            for (int stage = 0; stage < stages; stage++) {
                line.append(" %s %.0f,".formatted(paths.get(i).stages().get(stage), best[i][stage]));
                sum += best[i][stage];
            }
            out.println(line.append(" together %.0f ns per entry".formatted(sum)));
        }
    }

    /** Walks over memory, so that what was there leaves the processor's caches. */
    private void emptyCaches() {
        for (int at = 0; at < memory.length; at += CACHE_LINE) {
            seen += memory[at]++;
        }
    }
}
