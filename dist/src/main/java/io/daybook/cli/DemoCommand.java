package io.daybook.cli;

import io.daybook.base.config.DataSize;
import io.daybook.base.time.SystemClock;
import io.daybook.bookie.embedded.EmbeddedBookies;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerId;
import io.daybook.namespace.Namespace;
import io.daybook.stream.Codec;
import io.daybook.stream.LogRecord;
import io.daybook.stream.ReadRecord;
import io.daybook.stream.StartPosition;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamInfo;
import io.daybook.stream.StreamReader;
import io.daybook.stream.StreamWriter;
import io.daybook.stream.WriterOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code daybook demo}: the main job on a throw-away cluster. Writes real lines to a stream, tails them while they are written, stops a
 * bookie abruptly in the middle, and compares what went in with what came out.
 */
@Command(
        name = "demo",
        description =
                "Starts a throw-away cluster, writes and tails 300,000 records, stops a bookie in the middle, verifies.",
        footer = {"", "Example: daybook demo"})
final class DemoCommand implements Callable<Integer> {
    private static final int BOOKIES = 4;
    private static final int RECORDS = 300_000;
    private static final DataSize SEGMENT_SIZE = DataSize.mebibytes(8);
    private static final String STREAM = "demo";

    @Mixin
    private final OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws Exception {
        DemoRecords input = DemoRecords.find();
        try (EmbeddedBookies cluster = EmbeddedBookies.start(BOOKIES);
                Connection connection = Connection.open(cluster.uri().toString());
                Namespace namespace = connection.namespace("/daybook", "default")) {
            say("%d bookies and ZooKeeper run in this process; records are %s".formatted(BOOKIES, input.source()));
            Result result = run(cluster, connection, namespace, input);
            print(result);
            return result.verified() ? ExitCode.OK : ExitCode.PROBLEMS;
        }
    }

    private Result run(EmbeddedBookies cluster, Connection connection, Namespace namespace, DemoRecords input)
            throws Exception {
        // records stay as they are, so that segments fill at the rate of the input
        StreamConfig config =
                StreamConfig.DEFAULT.withSegmentSizeMax(SEGMENT_SIZE).withCodec(Codec.NONE);
        namespace.create(STREAM, config).join();
        StreamWriter writer =
                namespace.openWriter(STREAM, WriterOptions.DEFAULT).join();
        StreamReader reader = namespace.openReader(STREAM, StartPosition.head()).join();
        RecordDigest out = new RecordDigest();
        CompletableFuture<Long> readNanos = new CompletableFuture<>();
        long start = SystemClock.INSTANCE.nanos();
        follow(reader, out, start, readNanos);

        RecordDigest in = new RecordDigest();
        InFlight inFlight = new InFlight();
        List<byte[]> lines = input.lines();
        String stopped = "";
        try (Progress progress = new Progress("writing", "records", RECORDS, SystemClock.INSTANCE)) {
            for (int i = 0; i < RECORDS; i++) {
                byte[] line = lines.get(i % lines.size());
                inFlight.awaitRoom(line.length);
                in.add(line);
                inFlight.add(line.length, writer.append(LogRecord.of(line)));
                progress.step(1);
                if (i == RECORDS / 2) {
                    stopped = stopOne(cluster, connection, namespace);
                }
            }
            inFlight.drain();
        }
        double writeSeconds = (SystemClock.INSTANCE.nanos() - start) / 1e9;
        writer.close().join();
        double readSeconds = readNanos.join() / 1e9;
        reader.close();
        StreamInfo info = namespace.describe(STREAM).join();

        return new Result(
                in.records(),
                out.records(),
                in.bytes(),
                info.segments().size(),
                stopped,
                writeSeconds,
                readSeconds,
                in.finish(),
                out.finish());
    }

    /** What went in, what came out, and how fast. */
    private record Result(
            long recordsIn,
            long recordsOut,
            long bytes,
            int segments,
            String stoppedBookie,
            double writeSeconds,
            double readSeconds,
            String digestIn,
            String digestOut) {

        boolean verified() {
            return recordsIn == recordsOut && digestIn.equals(digestOut);
        }

        Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("verified", verified());
            fields.put("recordsIn", recordsIn);
            fields.put("recordsOut", recordsOut);
            fields.put("bytes", bytes);
            fields.put("segments", segments);
            fields.put("stoppedBookie", stoppedBookie);
            fields.put("writeSeconds", writeSeconds);
            fields.put("readSeconds", readSeconds);
            fields.put("digestIn", digestIn);
            fields.put("digestOut", digestOut);
            return fields;
        }
    }

    /** Stops a bookie that the open segment is being written to, the hard way: nothing flushed, connections reset. */
    private String stopOne(EmbeddedBookies cluster, Connection connection, Namespace namespace) {
        List<StreamInfo.Segment> segments = namespace.describe(STREAM).join().segments();
        LedgerId open = new LedgerId(segments.get(segments.size() - 1).ledger());
        BookieId bookie = connection
                .ledgers()
                .metadata(open)
                .join()
                .lastFragment()
                .bookies()
                .get(0);
        cluster.crash(cluster.numberOf(bookie));
        say("stopped bookie %s abruptly, one of those that segment %s was being written to".formatted(bookie, open));
        return bookie.value();
    }

    /** Takes records on the stream's loop until all have come. */
    private static void follow(StreamReader reader, RecordDigest out, long start, CompletableFuture<Long> done) {
        reader.next(10_000, 1 << 20, Duration.ofMinutes(1)).whenComplete((records, failure) -> {
            if (failure != null) {
                done.completeExceptionally(failure);
                return;
            }
            for (ReadRecord record : records) {
                out.add(record.value());
            }
            if (out.records() >= RECORDS) {
                done.complete(SystemClock.INSTANCE.nanos() - start);
            } else {
                follow(reader, out, start, done);
            }
        });
    }

    private void print(Result result) {
        if (output.json()) {
            System.out.println(Json.line(result.fields()));
            return;
        }
        double megabytes = result.bytes() / 1e6;
        System.out.printf(
                "wrote  %,d records, %.1f MB, in %.2f s: %,.0f records/s, %.1f MB/s%n",
                result.recordsIn(),
                megabytes,
                result.writeSeconds(),
                result.recordsIn() / result.writeSeconds(),
                megabytes / result.writeSeconds());
        System.out.printf(
                "tailed %,d records meanwhile, the last one after %.2f s%n", result.recordsOut(), result.readSeconds());
        System.out.printf(
                "%s: %,d records in, %,d records out, %d segments, bookie %s stopped halfway, sha256 %s%n",
                result.verified() ? "verified" : "DIFFERENT",
                result.recordsIn(),
                result.recordsOut(),
                result.segments(),
                result.stoppedBookie(),
                result.digestOut());
    }

    private void say(String sentence) {
        System.err.println(sentence);
    }
}
