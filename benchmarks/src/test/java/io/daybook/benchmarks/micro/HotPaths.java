package io.daybook.benchmarks.micro;

import io.daybook.base.time.SystemClock;
import io.netty.buffer.ByteBuf;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Measures the hot paths shortly, all in turns: of many short rounds the best counts, so that a busy machine costs time and no truth. Prints a line for
 * each: name, ns and bytes allocated per operation. Runs in a JVM of its own, for {@link HotPathTest}.
 */
final class HotPaths {
    private static final int ROUND = 256; // operations
    private static final int ROUNDS_MIN = 2_000;
    private static final long SPEND = 3_000_000_000L; // ns, at least

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final List<Path> paths = new ArrayList<>();
    private long sink; // keeps results alive

    private HotPaths() {}

    public static void main(String[] arguments) throws Exception {
        LoopThreads threads = new LoopThreads(1, "hot");
        threads.submit(() -> new HotPaths().run()).get();
        threads.shutdown();
    }

    private void run() {
        addCodecs("v2", "V2");
        addCodecs("v3", "V3");
        GroupCodecsBenchmark group = new GroupCodecsBenchmark();
        group.encode();
        add("group-add-decode", GroupCodecsBenchmark.GROUP, group::decodeAdds);
        add("group-answer-encode", GroupCodecsBenchmark.GROUP, group::encodeAnswer);
        add(
                "group-answer-decode",
                GroupCodecsBenchmark.GROUP,
                () -> group.decodeAnswer().status().ordinal());
        DigestsBenchmark digests = new DigestsBenchmark();
        digests.pack();
        add("crc32c", digests::bareCrc32c);
        add("pack", digests::packEntry);
        add("unpack", digests::unpackEntry);
        AppendWindowBenchmark window = new AppendWindowBenchmark();
        window.fill();
        add("append-window", window::appendAndConfirm);
        AppendWindowBenchmark groups = new AppendWindowBenchmark();
        groups.fill();
        add("append-window-group", AppendWindowBenchmark.GROUP, groups::appendAndConfirmGroup);
        JournalGroupBenchmark journal = new JournalGroupBenchmark();
        journal.fill();
        add("journal", JournalGroupBenchmark.GROUP, journal::appendAndSync);
        add("journal-group", JournalGroupBenchmark.GROUP, journal::appendAllAndSync);
        WriteCacheBenchmark cache = new WriteCacheBenchmark();
        cache.fill();
        add("write-cache-put", () -> cache.put() ? 1 : 0);
        BatchBenchmark batch = new BatchBenchmark();
        batch.fill();
        add("batch-encode", BatchBenchmark.RECORDS, batch::encode);
        add("batch-decode", BatchBenchmark.RECORDS, () -> batch.decode().size());
        StreamAppendBenchmark streams = new StreamAppendBenchmark();
        streams.open();
        add("stream-append", StreamAppendBenchmark.AT_ONCE, streams::append);
        addPlanted(digests);
        measure();
    }

    private void addCodecs(String name, String wire) {
        CodecsBenchmark codecs = new CodecsBenchmark();
        codecs.wire = wire;
        codecs.encode();
        add(name + "-add-encode", codecs::encodeAdd);
        add(name + "-add-decode", codecs::decodeAdd);
        add(name + "-answer-encode", codecs::encodeAnswer);
        add(name + "-answer-decode", () -> codecs.decodeAnswer().status().ordinal());
    }

    /** Regressions of the kind that must be noticed: a copy of each entry, and checksums again and again. */
    private void addPlanted(DigestsBenchmark digests) {
        CodecsBenchmark codecs = new CodecsBenchmark();
        codecs.encode();
        ByteBuf body = Bytes.direct(codecs.size);
        add("planted-copy", () -> {
            byte[] copy = new byte[body.readableBytes()];
            body.getBytes(0, copy);
            return codecs.decodeAdd() + copy[7];
        });
        add("planted-checksums", () -> {
            long sum = codecs.decodeAdd();
            for (int i = 0; i < 20; i++) {
                sum += digests.bareCrc32c();
            }
            return sum;
        });
    }

    private void add(String name, LongSupplier work) {
        add(name, 1, work);
    }

    private void add(String name, int operations, LongSupplier work) {
        paths.add(new Path(name, operations, work));
    }

    private void measure() {
        long started = SystemClock.INSTANCE.nanos();
        for (int round = 0; round < ROUNDS_MIN || SystemClock.INSTANCE.nanos() - started < SPEND; round++) {
            for (Path path : paths) {
                sink += path.round();
            }
        }
        for (Path path : paths) {
            System.out.printf("%s %.2f %.2f%n", path.name, path.nanos, path.bytes);
        }
        System.out.println("sink " + sink + " 0");
    }

    private static final class Path {
        private final String name;
        private final int operations; // of one call
        private final LongSupplier work;
        private double nanos = Double.MAX_VALUE;
        private double bytes = Double.MAX_VALUE;

        Path(String name, int operations, LongSupplier work) {
            this.name = name;
            this.operations = operations;
            this.work = work;
        }

        long round() {
            int calls = Math.max(1, ROUND / operations);
            long sum = 0;
            long allocated = THREADS.getCurrentThreadAllocatedBytes();
            long began = SystemClock.INSTANCE.nanos();
            for (int i = 0; i < calls; i++) {
                sum += work.getAsLong();
            }
            long took = SystemClock.INSTANCE.nanos() - began;
            allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
            int all = calls * operations;
            nanos = Math.min(nanos, (double) took / all);
            bytes = Math.min(bytes, (double) allocated / all);
            return sum;
        }
    }
}
