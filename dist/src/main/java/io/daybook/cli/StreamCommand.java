package io.daybook.cli;

import io.daybook.base.config.DataSize;
import io.daybook.base.error.Advice;
import io.daybook.base.exec.Futures;
import io.daybook.base.time.SystemClock;
import io.daybook.ledger.Replication;
import io.daybook.namespace.Namespace;
import io.daybook.namespace.metadata.NamespaceLayout;
import io.daybook.stream.LogRecord;
import io.daybook.stream.ReadRecord;
import io.daybook.stream.Records;
import io.daybook.stream.StartPosition;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamInfo;
import io.daybook.stream.StreamReader;
import io.daybook.stream.StreamWriter;
import io.daybook.stream.WriterOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code daybook stream …}: named streams, one record per line of text. */
@Command(
        name = "stream",
        description = "Streams: named, ordered sequences of records.",
        subcommands = {
            StreamCommand.Create.class,
            StreamCommand.ListAll.class,
            StreamCommand.Info.class,
            StreamCommand.Append.class,
            StreamCommand.Read.class,
            StreamCommand.Tail.class,
            StreamCommand.Delete.class
        })
final class StreamCommand extends Group {

    /** What every stream command takes. */
    abstract static class Base implements Callable<Integer> {
        @Mixin
        final MetadataOption metadata = new MetadataOption();

        @Mixin
        final OutputOptions output = new OutputOptions();

        @Option(
                names = "--stream-root",
                paramLabel = "PATH",
                defaultValue = "/daybook",
                description = "where streams live in ZooKeeper (default ${DEFAULT-VALUE})")
        private String streamRoot = "/daybook";

        @Option(
                names = "--namespace",
                paramLabel = "NAME",
                defaultValue = "default",
                description = "which namespace (default ${DEFAULT-VALUE})")
        private String namespace = "default";

        @Override
        public Integer call() throws Exception {
            check();
            try (Connection connection = Connection.open(metadata);
                    Namespace opened = connection.namespace(streamRoot, namespace)) {
                return run(opened);
            }
        }

        /** Refuses what the command line says before anything is connected; a usage error. */
        void check() {
            usage(() -> NamespaceLayout.of(streamRoot, namespace));
        }

        abstract int run(Namespace namespace) throws Exception;

        /** Makes a value of words of the command line; what the value refuses is a usage error. */
        static <T> T usage(Supplier<T> value) {
            try {
                return value.get();
            } catch (IllegalArgumentException refused) {
                throw new CommandFailure(ExitCode.USAGE, String.valueOf(refused.getMessage()), refused);
            }
        }
    }

    /** Commands about one stream. */
    abstract static class OnStream extends Base {
        @Parameters(index = "0", paramLabel = "NAME", description = "the stream's name")
        private String name = "";

        String name() {
            return name;
        }
    }

    /** How a stream is made. */
    static final class CreateOptions {
        @Option(
                names = "--replication",
                paramLabel = "E/Qw/Qa",
                defaultValue = "3/3/2",
                description = "bookies, copies, acknowledgements (default ${DEFAULT-VALUE})")
        private Replication replication = Replication.DEFAULT;

        @Option(
                names = "--segment-size",
                paramLabel = "SIZE",
                defaultValue = "1GiB",
                description = "a segment of this size is followed by a new one (default ${DEFAULT-VALUE})")
        private DataSize segmentSize = DataSize.gibibytes(1);

        StreamConfig config() {
            return Base.usage(
                    () -> StreamConfig.DEFAULT.withReplication(replication).withSegmentSizeMax(segmentSize));
        }
    }

    @Command(
            name = "create",
            description = "Makes an empty stream.",
            footer = {"", "Example: daybook stream create orders --replication 3/3/2"})
    static final class Create extends OnStream {
        @Mixin
        private final CreateOptions options = new CreateOptions();

        @Override
        void check() {
            super.check();
            options.config();
        }

        @Override
        int run(Namespace namespace) {
            namespace.create(name(), options.config()).join();
            print(namespace.describe(name()).join(), output.json());
            return ExitCode.OK;
        }
    }

    @Command(
            name = "list",
            description = "Prints the names of all streams.",
            footer = {"", "Example: daybook stream list -o json"})
    static final class ListAll extends Base {
        @Override
        int run(Namespace namespace) {
            Results out = new Results(System.out);
            for (String name : namespace.list("").join()) {
                out.line(output.json() ? Json.line(Map.of("name", name)) : name);
            }
            out.flush();
            return ExitCode.OK;
        }
    }

    @Command(
            name = "info",
            description = "Prints what is known of a stream: owner, offsets, segments.",
            footer = {"", "Example: daybook stream info orders"})
    static final class Info extends OnStream {
        @Override
        int run(Namespace namespace) {
            print(namespace.describe(name()).join(), output.json());
            return ExitCode.OK;
        }
    }

    private static void print(StreamInfo info, boolean json) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", info.name());
        fields.put("id", info.id().toString());
        fields.put("head", info.head());
        fields.put("tail", info.tail());
        fields.put("replication", info.config().replication().toString());
        fields.put("epoch", info.epoch());
        fields.put("owner", info.owner() == null ? "none" : info.owner().toString());
        fields.put("sealed", info.sealed());
        fields.put("created", Instant.ofEpochMilli(info.createdMillis()).toString());
        Table table = new Table("segment", "ledger", "state", "start", "end", "bytes");
        List<Object> segments = new ArrayList<>();
        for (StreamInfo.Segment segment : info.segments()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("sequence", segment.sequence());
            one.put("ledger", segment.ledger());
            one.put("state", segment.state());
            one.put("start", segment.startOffset());
            one.put("end", segment.endOffset());
            one.put("bytes", segment.bytes());
            segments.add(one);
            table.row(one.values().toArray());
        }
        if (json) {
            fields.put("segments", segments);
            System.out.println(Json.line(fields));
        } else {
            fields.forEach((name, value) -> System.out.printf("%-12s %s%n", name, value));
            if (!segments.isEmpty()) {
                System.out.println();
                table.print(System.out, false);
            }
        }
    }

    @Command(
            name = "append",
            description = "Appends each line of standard input as one record; says how many on standard error.",
            footer = {"", "Example: seq 1 1000 | daybook stream append numbers --create"})
    static final class Append extends OnStream {
        private static final Duration OWNER_WAIT = Duration.ofSeconds(30);

        @Mixin
        private final CreateOptions options = new CreateOptions();

        @Option(names = "--create", description = "make the stream if there is none")
        private boolean create;

        @Option(
                names = "--take-over",
                description =
                        "end the rights of whoever owns the stream now, instead of waiting up to 30 s for it to go")
        private boolean takeOver;

        @Override
        void check() {
            super.check();
            options.config();
        }

        @Override
        int run(Namespace namespace) throws Exception {
            if (create) {
                makeUnlessThere(namespace);
            }
            StreamWriter writer = namespace
                    .openWriter(name(), takeOver ? WriterOptions.takingOver() : WriterOptions.waiting(OWNER_WAIT))
                    .join();
            InFlight inFlight = new InFlight();
            LineReader lines = new LineReader(
                    System.in, StreamConfig.DEFAULT.recordSizeMax().intBytes());
            long count = 0;
            try (Progress progress = new Progress("appending", "records", -1, SystemClock.INSTANCE)) {
                for (byte[] line = lines.next(); line != null; line = lines.next()) {
                    inFlight.awaitRoom(line.length);
                    inFlight.add(line.length, writer.append(LogRecord.of(line)));
                    progress.step(1);
                    count++;
                }
                inFlight.drain();
            } catch (RuntimeException failed) {
                // what had been acknowledged stays; the stream is given back as far as that goes, and the first failure
                // is the one to report
                writer.close().handle((closed, alsoFailed) -> null).join();
                throw failed;
            }
            writer.close().join();
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("stream", name());
            result.put("records", count);
            result.put("tail", writer.committedTail());
            if (output.json()) {
                System.out.println(Json.line(result));
            } else {
                System.err.printf(
                        "appended %,d records to %s; its tail is %d%n", count, name(), writer.committedTail());
            }
            return ExitCode.OK;
        }

        private void makeUnlessThere(Namespace namespace) {
            try {
                namespace.create(name(), options.config()).join();
            } catch (CompletionException e) {
                if (!(Futures.cause(e) instanceof StreamException.AlreadyExists)) {
                    throw e;
                }
            }
        }
    }

    /** Prints records. */
    abstract static class Printer extends OnStream {
        final void print(Results out, ReadRecord record) {
            if (output.json()) {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("offset", record.offset());
                row.put("timestamp", record.timestamp());
                Results.putBytes(row, "value", record.value());
                out.line(Json.line(row));
            } else {
                out.line(record.value());
            }
        }
    }

    @Command(
            name = "read",
            description = "Prints the records of a stream up to its present tail, one per line.",
            footer = {"", "Example: daybook stream read numbers --from 1000 --count 10"})
    static final class Read extends Printer {
        @Option(
                names = "--from",
                paramLabel = "POSITION",
                defaultValue = "head",
                description = "head (default), tail or an offset")
        private StartPosition from = StartPosition.head();

        @Option(names = "--count", paramLabel = "N", description = "stop after so many records")
        private @Nullable Long count;

        @Override
        void check() {
            super.check();
            if (count != null && count < 0) {
                throw new CommandFailure(ExitCode.USAGE, "--count is %d; give 0 or more".formatted(count));
            }
        }

        @Override
        int run(Namespace namespace) {
            long tail = namespace.open(name()).join().tail().join();
            Results out = new Results(System.out);
            try (StreamReader reader = namespace.openReader(name(), from).join()) {
                long end = count == null ? tail : count > tail ? tail : Math.min(tail, reader.offset() + count);
                while (reader.offset() < end) {
                    int most = (int) Math.min(10_000, end - reader.offset());
                    for (ReadRecord record :
                            reader.next(most, 4 << 20, Duration.ofSeconds(30)).join()) {
                        print(out, record);
                    }
                }
            }
            out.flush();
            return ExitCode.OK;
        }
    }

    @Command(
            name = "tail",
            description =
                    "Prints what is appended to a stream from now on, until it is interrupted or the stream is sealed.",
            footer = {"", "Example: daybook stream tail numbers --from head"})
    static final class Tail extends Printer {
        private static final long RETRY_MILLIS = 500;

        @Option(
                names = "--from",
                paramLabel = "POSITION",
                defaultValue = "tail",
                description = "tail (default), head or an offset")
        private StartPosition from = StartPosition.tail();

        @Override
        int run(Namespace namespace) {
            Results out = new Results(System.out);
            StartPosition position = from;
            boolean interrupted = false;
            while (true) {
                try (StreamReader reader =
                        namespace.openReader(name(), position).join()) {
                    if (interrupted) {
                        interrupted = false;
                        System.err.println("the cluster answers again; going on at offset " + reader.offset());
                    }
                    while (true) {
                        position = StartPosition.offset(reader.offset());
                        Records records = reader.next().join();
                        records.forEach(record -> print(out, record));
                        out.flush();
                        if (records.endOfStream()) {
                            return ExitCode.OK;
                        }
                    }
                } catch (CompletionException e) {
                    if (!(Futures.cause(e) instanceof StreamException problem) || !worthWaiting(problem.advice())) {
                        throw e;
                    }
                    if (!interrupted) {
                        interrupted = true;
                        System.err.println(problem.getMessage() + "; waiting for it to come back");
                    }
                    new CompletableFuture<@Nullable Void>()
                            .completeOnTimeout(null, RETRY_MILLIS, TimeUnit.MILLISECONDS)
                            .join();
                }
            }
        }

        private static boolean worthWaiting(Advice advice) {
            return advice == Advice.RETRY || advice == Advice.RETRY_ELSEWHERE || advice == Advice.REOPEN;
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a stream: its name is free at once, its writer is fenced.",
            footer = {"", "Example: daybook stream delete numbers --yes"})
    static final class Delete extends OnStream {
        @Mixin
        private final ConfirmOptions confirm = new ConfirmOptions();

        @Override
        int run(Namespace namespace) {
            StreamInfo info = namespace.describe(name()).join();
            String what = "stream %s (%d records)".formatted(name(), info.recordCount());
            boolean proceed = confirm.proceed("delete " + what);
            if (proceed) {
                namespace.delete(name()).join();
                System.err.println("deleted " + what);
            }
            output.deleted("stream", name(), proceed);
            return ExitCode.OK;
        }
    }
}
