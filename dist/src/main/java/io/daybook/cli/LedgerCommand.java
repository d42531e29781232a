package io.daybook.cli;

import io.daybook.base.time.SystemClock;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.CloseReason;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Password;
import io.daybook.ledger.RepairHint;
import io.daybook.ledger.Replication;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code daybook ledger …}: ledgers below the streams, one entry per line of text. */
@Command(
        name = "ledger",
        description = "Ledgers: append-only sequences of entries, written once.",
        subcommands = {
            LedgerCommand.Create.class,
            LedgerCommand.Append.class,
            LedgerCommand.Read.class,
            LedgerCommand.Info.class,
            LedgerCommand.ListAll.class,
            LedgerCommand.Recover.class,
            LedgerCommand.Trace.class,
            LedgerCommand.Delete.class
        })
final class LedgerCommand extends Group {

    /** What every ledger command takes. */
    abstract static class Base implements Callable<Integer> {
        @Mixin
        final MetadataOption metadata = new MetadataOption();

        @Mixin
        final OutputOptions output = new OutputOptions();

        @Option(
                names = "--password-file",
                paramLabel = "FILE",
                description = "file that holds the ledger's password, all its bytes")
        private @Nullable Path passwordFile;

        Password password() {
            if (passwordFile == null) {
                return Password.EMPTY;
            }
            try {
                return Password.of(Files.readAllBytes(passwordFile));
            } catch (IOException e) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "cannot read the password file %s; check the path and its permissions".formatted(passwordFile),
                        e);
            }
        }

        OpenOptions open() {
            return OpenOptions.DEFAULT.withPassword(password());
        }

        @Override
        public Integer call() throws Exception {
            check();
            try (Connection connection = Connection.open(metadata)) {
                return run(connection);
            }
        }

        /** Refuses what the command line says before anything is connected; a usage error. */
        void check() {}

        abstract int run(Connection connection) throws Exception;
    }

    /** What commands that make a ledger take. */
    abstract static class Maker extends Base {
        @Option(
                names = "--replication",
                paramLabel = "E/Qw/Qa",
                defaultValue = "3/3/2",
                description = "bookies, copies, acknowledgements (default ${DEFAULT-VALUE})")
        private Replication replication = Replication.DEFAULT;

        @Option(
                names = "--digest",
                paramLabel = "TYPE",
                defaultValue = "CRC32C",
                description = "CRC32C (default), CRC32, HMAC or DUMMY")
        private DigestType digest = DigestType.CRC32C;

        LedgerWriter create(Connection connection) {
            return connection
                    .ledgers()
                    .create(LedgerOptions.DEFAULT
                            .withReplication(replication)
                            .withDigestType(digest)
                            .withPassword(password()))
                    .join();
        }

        void printId(LedgerWriter writer, @Nullable LedgerMetadata closed) {
            if (output.json()) {
                Map<String, Object> result = new LinkedHashMap<>();
                result.put("ledger", writer.ledger().value());
                result.put("state", closed == null ? "OPEN" : "CLOSED");
                result.put("lastEntry", closed == null ? writer.lastAddConfirmed() : closed.lastEntry());
                System.out.println(Json.line(result));
            } else {
                System.out.println(writer.ledger());
            }
        }
    }

    @Command(
            name = "create",
            description = "Makes an empty, closed ledger and prints its id.",
            footer = {"", "Example: daybook ledger create --replication 3/3/2"})
    static final class Create extends Maker {
        @Override
        int run(Connection connection) {
            LedgerWriter writer = create(connection);
            printId(writer, writer.close().join());
            return ExitCode.OK;
        }
    }

    @Command(
            name = "append",
            description = "Makes a ledger, writes one entry per line of standard input, closes it and prints its id.",
            footer = {"", "Example: seq 1 1000 | daybook ledger append"})
    static final class Append extends Maker {
        @Option(names = "--no-close", description = "leave the ledger open, as a writer that vanished would")
        private boolean noClose;

        @Override
        int run(Connection connection) throws Exception {
            LedgerWriter writer = create(connection);
            InFlight inFlight = new InFlight();
            LineReader lines = new LineReader(System.in, connection.ledgers().payloadBytesMax());
            try (Progress progress = new Progress("appending", "entries", -1, SystemClock.INSTANCE)) {
                for (byte[] line = lines.next(); line != null; line = lines.next()) {
                    inFlight.awaitRoom(line.length);
                    inFlight.add(line.length, writer.append(Unpooled.wrappedBuffer(line)));
                    progress.step(1);
                }
                inFlight.drain();
            }
            printId(writer, noClose ? null : writer.close().join());
            return ExitCode.OK;
        }
    }

    /** Commands about one existing ledger. */
    abstract static class OnLedger extends Base {
        @Parameters(index = "0", paramLabel = "LEDGER", description = "the ledger's id")
        private LedgerId ledger = new LedgerId(0);

        LedgerId ledger() {
            return ledger;
        }
    }

    @Command(
            name = "read",
            description = "Prints the entries of a ledger, one per line.",
            footer = {"", "Example: daybook ledger read 12 --from 100 --to 199"})
    static final class Read extends OnLedger {
        private static final int ENTRIES_PER_READ = 500;
        private static final long BYTES_PER_READ = 4 << 20;

        @Option(names = "--from", paramLabel = "ENTRY", description = "first entry (default 0)")
        private @Nullable Long first;

        @Option(names = "--to", paramLabel = "ENTRY", description = "last entry (default: the last confirmed one)")
        private @Nullable Long to;

        @Override
        void check() {
            long from = first == null ? 0 : first;
            if (from < 0 || (to != null && to < from)) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "there are no entries %d to %s: ids count from 0 upwards; correct --from or --to"
                                .formatted(from, to == null ? "the last" : to.toString()));
            }
        }

        @Override
        int run(Connection connection) {
            try (LedgerReader reader =
                    connection.ledgers().open(ledger(), open()).join()) {
                long from = first == null ? 0 : first;
                long last = reader.closed()
                        ? reader.lastAddConfirmed()
                        : reader.readLastAddConfirmed().join();
                long asked = to != null ? to : first != null ? first : -1;
                if (asked > last) {
                    throw new CommandFailure(
                            ExitCode.NOT_FOUND,
                            "ledger %s has no confirmed entry %d%s"
                                    .formatted(
                                            ledger(), asked, last < 0 ? ": it has none" : "; the last one is " + last));
                }
                long end = to != null ? to : last;
                Results out = new Results(System.out);
                long next = from;
                while (next <= end) {
                    int count = (int) Math.min(ENTRIES_PER_READ, end - next + 1);
                    try (LedgerEntries entries =
                            reader.readBatch(next, count, BYTES_PER_READ).join()) {
                        for (LedgerEntry entry : entries) {
                            print(out, entry);
                        }
                        next += entries.size();
                    }
                }
                out.flush();
                return ExitCode.OK;
            }
        }

        private void print(Results out, LedgerEntry entry) {
            if (output.json()) {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("entry", entry.entryId());
                Results.putBytes(row, "value", entry.bytes());
                out.line(Json.line(row));
            } else {
                out.line(entry.bytes());
            }
        }
    }

    @Command(
            name = "info",
            description = "Prints the metadata record of a ledger.",
            footer = {"", "Example: daybook ledger info 12 -o json"})
    static final class Info extends OnLedger {
        @Override
        int run(Connection connection) {
            LedgerMetadata record = connection.ledgers().metadata(ledger()).join();
            List<RepairHint> hints = connection.ledgers().repairHints(ledger()).join();
            print(System.out, ledger(), record, hints, output.json());
            return ExitCode.OK;
        }
    }

    private static Map<String, Object> fields(LedgerId ledger, LedgerMetadata record, List<RepairHint> hints) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("ledger", ledger.value());
        fields.put("state", record.state().name());
        CloseReason close = record.closeReason();
        if (close != null) {
            fields.put("close", close.toString());
        }
        fields.put("replication", record.replication().toString());
        fields.put("digest", record.digestType().name());
        fields.put("lastEntry", record.lastEntry());
        fields.put("length", record.length());
        fields.put("created", Instant.ofEpochMilli(record.createdMillis()).toString());
        List<Object> fragments = new ArrayList<>();
        for (Fragment fragment : record.fragments()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("firstEntry", fragment.firstEntry());
            one.put("bookies", fragment.bookies().stream().map(BookieId::value).toList());
            fragments.add(one);
        }
        fields.put("fragments", fragments);
        List<Object> ranges = new ArrayList<>();
        for (RepairHint hint : hints) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("fragment", hint.fragment());
            one.put("slot", hint.slot());
            one.put("bookie", hint.bookie().value());
            one.put("firstEntry", hint.firstEntry());
            one.put("lastEntry", hint.lastEntry());
            ranges.add(one);
        }
        fields.put("repairHints", ranges);
        return fields;
    }

    private static void print(
            java.io.PrintStream out, LedgerId ledger, LedgerMetadata record, List<RepairHint> hints, boolean json) {
        Map<String, Object> fields = fields(ledger, record, hints);
        if (json) {
            out.println(Json.line(fields));
        } else {
            fields.forEach((name, value) -> {
                if (!(value instanceof List)) {
                    out.printf("%-12s %s%n", name, value);
                }
            });
            for (Fragment fragment : record.fragments()) {
                out.printf("%-12s from entry %d on %s%n", "fragment", fragment.firstEntry(), fragment.bookies());
            }
            for (RepairHint hint : hints) {
                out.printf(
                        "%-12s entries %d to %d may lack their copy on %s, slot %d of the fragment from entry %d%n",
                        "to repair", hint.firstEntry(), hint.lastEntry(), hint.bookie(), hint.slot(), hint.fragment());
            }
        }
    }

    @Command(
            name = "list",
            description = "Prints the ids of all ledgers.",
            footer = {"", "Example: daybook ledger list -o json"})
    static final class ListAll extends Base {
        @Override
        int run(Connection connection) {
            List<LedgerId> ids = connection.ledgers().list().join();
            Table table = new Table("ledger", "state", "lastEntry", "length");
            List<CompletableFuture<LedgerMetadata>> records = new ArrayList<>();
            for (LedgerId id : ids) {
                records.add(connection.ledgers().metadata(id));
            }
            for (int i = 0; i < ids.size(); i++) {
                LedgerMetadata record = Connection.unlessGone(records.get(i));
                if (record != null) { // deleted since it was listed
                    table.row(ids.get(i).value(), record.state().name(), record.lastEntry(), record.length());
                }
            }
            table.print(System.out, output.json());
            return ExitCode.OK;
        }
    }

    @Command(
            name = "recover",
            description = "Takes a ledger over: fences its writer, decides its end and closes it.",
            footer = {"", "Example: daybook ledger recover 12"})
    static final class Recover extends OnLedger {
        @Override
        int run(Connection connection) {
            try (LedgerReader reader =
                    connection.ledgers().openAndRecover(ledger(), open()).join()) {
                connection.ledgers().decisions(ledger()).join(); // kept for 'ledger trace' before this process ends
                List<RepairHint> hints =
                        connection.ledgers().repairHints(ledger()).join();
                print(System.out, ledger(), reader.metadata(), hints, output.json());
                return ExitCode.OK;
            }
        }
    }

    @Command(
            name = "trace",
            description =
                    "Prints how a ledger came to its bookies and its end: decisions of recoveries, and of writers that met trouble.",
            footer = {"", "Example: daybook ledger trace 12"})
    static final class Trace extends OnLedger {
        @Override
        int run(Connection connection) {
            LedgerMetadata record = connection.ledgers().metadata(ledger()).join();
            List<RepairHint> hints = connection.ledgers().repairHints(ledger()).join();
            List<String> decisions = connection.ledgers().decisions(ledger()).join();
            if (output.json()) {
                Map<String, Object> fields = fields(ledger(), record, hints);
                fields.put("decisions", decisions);
                System.out.println(Json.line(fields));
                return ExitCode.OK;
            }
            print(System.out, ledger(), record, hints, false);
            System.out.println();
            if (decisions.isEmpty()) {
                System.out.println("no decisions were kept: its writer met no trouble, and nobody recovered it");
            }
            decisions.forEach(System.out::println);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a ledger for ever, sealing it first if it is open.",
            footer = {"", "Example: daybook ledger delete 12 --yes"})
    static final class Delete extends OnLedger {
        @Option(
                names = "--force",
                description = "delete it also if it cannot be sealed because too many of its bookies are gone")
        private boolean force;

        @Mixin
        private final ConfirmOptions confirm = new ConfirmOptions();

        @Override
        int run(Connection connection) {
            LedgerMetadata record = connection.ledgers().metadata(ledger()).join();
            String what = "ledger %s (%s, last entry %d, %d bytes)"
                    .formatted(ledger(), record.state(), record.lastEntry(), record.length());
            boolean proceed = confirm.proceed("delete " + what);
            if (proceed) {
                LedgerClient ledgers = connection.ledgers();
                (force ? ledgers.deleteUnrecoverable(ledger(), open()) : ledgers.delete(ledger(), open())).join();
                System.err.println("deleted " + what);
            }
            output.deleted("ledger", ledger().value(), proceed);
            return ExitCode.OK;
        }
    }
}
