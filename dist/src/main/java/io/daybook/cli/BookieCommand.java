package io.daybook.cli;

import io.daybook.base.seam.JvmHost;
import io.daybook.base.seam.SecureEntropy;
import io.daybook.bookie.server.BookieConfig;
import io.daybook.bookie.server.BookieProcess;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.BookieRegistry;
import io.daybook.ledger.metadata.Membership;
import io.daybook.ledger.metadata.RegisteredBookie;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code daybook bookie …}: storage servers. */
@Command(
        name = "bookie",
        description = "Bookies: the servers that store entries.",
        subcommands = {BookieCommand.Start.class, BookieCommand.ListAll.class})
final class BookieCommand extends Group {

    @Command(
            name = "start",
            description = "Runs a bookie until it is interrupted; the first line of output says that it can be used.",
            footer = {"", "Example: daybook bookie start --port 3181 --journal j --data d --set memory=1GiB"})
    static final class Start implements Callable<Integer> {
        @Mixin
        private final MetadataOption metadata = new MetadataOption();

        @Mixin
        private final ConfigOptions config = new ConfigOptions();

        @Mixin
        private final OutputOptions output = new OutputOptions();

        @Option(
                names = "--port",
                paramLabel = "PORT",
                description = "port to listen on, 0 for any free one (default 3181)")
        private @Nullable Integer port;

        @Option(names = "--journal", paramLabel = "DIR", description = "directory of the journal")
        private @Nullable Path journal;

        @Option(names = "--data", paramLabel = "DIR", description = "directory of entry logs and index")
        private @Nullable Path data;

        @Override
        public Integer call() {
            Map<String, String> flags = new LinkedHashMap<>();
            String uri = metadata.given();
            if (uri != null && !config.sets("metadata.uri")) {
                flags.put("metadata.uri", uri);
            }
            if (port != null) {
                flags.put("bookie.port", Integer.toString(Ports.check("--port", port)));
            }
            if (journal != null) {
                flags.put("bookie.journal.directory", journal.toString());
            }
            if (data != null) {
                flags.put("bookie.storage.directories", data.toString());
            }
            BookieConfig settings = config.bookie(flags);
            try (UntilInterrupted running = new UntilInterrupted()) {
                BookieProcess bookie = BookieProcess.start(settings, JvmHost.halting(new SecureEntropy()), "db")
                        .join();
                if (output.json()) {
                    Map<String, Object> line = new LinkedHashMap<>();
                    line.put("ready", true);
                    line.put("bookie", bookie.id().value());
                    line.put("address", bookie.address().toString());
                    line.put("pid", ProcessHandle.current().pid());
                    System.out.println(Json.line(line));
                } else {
                    System.out.println("ready bookie=" + bookie.id() + " address=" + bookie.address());
                }
                running.await();
                bookie.stop().join();
            }
            return ExitCode.OK;
        }
    }

    @Command(
            name = "list",
            description = "Prints the bookies of the cluster: those that are up, and those that are known but gone.",
            footer = {"", "Example: daybook bookie list -o json"})
    static final class ListAll implements Callable<Integer> {
        @Mixin
        private final MetadataOption metadata = new MetadataOption();

        @Mixin
        private final OutputOptions output = new OutputOptions();

        @Override
        public Integer call() {
            try (Connection connection = Connection.open(metadata)) {
                BookieRegistry registry = connection.registry();
                Membership members = registry.follow(connection.loop()).join();
                List<BookieId> known = registry.all(connection.loop()).join();
                registry.close();
                Map<BookieId, RegisteredBookie> registered = new TreeMap<>();
                registered.putAll(members.writable());
                registered.putAll(members.readOnly());
                Table table = new Table("bookie", "state", "address", "labels");
                for (BookieId id : known) {
                    if (!registered.containsKey(id)) {
                        table.row(id, "DOWN", "", "");
                    }
                }
                registered.forEach((id, bookie) -> table.row(
                        id,
                        members.readOnly().containsKey(id) ? "READ_ONLY" : "WRITABLE",
                        bookie.address() == null ? "" : bookie.address().toString(),
                        bookie.labels().toString()));
                table.print(System.out, output.json());
            }
            return ExitCode.OK;
        }
    }
}
