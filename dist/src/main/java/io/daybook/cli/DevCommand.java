package io.daybook.cli;

import io.daybook.base.error.FileReason;
import io.daybook.base.seam.HostPort;
import io.daybook.bookie.embedded.EmbeddedBookies;
import io.daybook.bookie.server.BookieConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code daybook dev}: a local cluster in one process. */
@Command(
        name = "dev",
        description =
                "Runs ZooKeeper and bookies in one process until it is interrupted; other commands find it by themselves.",
        footer = {"", "Example: daybook dev --data data --bookies 4"})
final class DevCommand implements Callable<Integer> {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "where everything is kept (default: a folder that is deleted at the end)")
    private @Nullable Path data;

    @Option(
            names = "--bookies",
            paramLabel = "N",
            defaultValue = "3",
            description = "how many bookies, 1 to 16 (default ${DEFAULT-VALUE})")
    private int bookies;

    @Option(
            names = "--zookeeper-port",
            paramLabel = "P",
            defaultValue = "0",
            description = "port of ZooKeeper, 0 for any free one (default)")
    private int zooKeeperPort;

    @Option(
            names = "--bookie-port",
            paramLabel = "P0",
            defaultValue = "0",
            description = "bookie k = 0, 1, … listens on P0 + k; 0 for any free ports (default)")
    private int bookiePort;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "one setting for every bookie, such as memory=256MiB; may be repeated")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws Exception {
        if (bookies < 1 || bookies > 16) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--bookies is %d; one process runs 1 to 16 bookies".formatted(bookies));
        }
        Ports.check("--zookeeper-port", zooKeeperPort);
        Ports.check("--bookie-port", bookiePort == 0 ? 0 : bookiePort + bookies - 1);
        boolean temporary = data == null;
        Path folder = data == null ? Files.createTempDirectory("daybook-dev-") : data.toAbsolutePath();
        try (UntilInterrupted running = new UntilInterrupted()) {
            try {
                run(running, folder);
            } finally {
                if (temporary) {
                    Trees.delete(folder);
                }
            }
        }
        return ExitCode.OK;
    }

    private void run(UntilInterrupted running, Path folder) throws Exception {
        EmbeddedBookies.Options options = EmbeddedBookies.Options.of(bookies)
                .in(folder)
                .ports(zooKeeperPort, bookiePort)
                .tuned(this::tune);
        try (EmbeddedBookies cluster = EmbeddedBookies.start(options)) {
            List<String> addresses =
                    cluster.addresses().stream().map(HostPort::toString).toList();
            String uri = cluster.uri().toString();
            boolean noted = note(folder, uri, addresses);
            output.ready(uri, addresses);
            running.await();
            if (noted) {
                DevNote.remove(folder);
            }
        }
    }

    /** Without the note the cluster can be used all the same: its URI has to be named then. */
    private static boolean note(Path folder, String uri, List<String> addresses) {
        try {
            DevNote.write(folder, uri, addresses);
            return true;
        } catch (IOException e) {
            System.err.println(
                    "cannot note this cluster for other commands at %s (%s); give them --metadata %s or set XDG_RUNTIME_DIR to a folder of yours"
                            .formatted(DevNote.file(), FileReason.of(e), uri));
            return false;
        }
    }

    /** What was set on the command line over what the embedded cluster chose. */
    private BookieConfig tune(BookieConfig chosen) {
        Map<String, String> flags = new LinkedHashMap<>();
        flags.put("bookie.port", Integer.toString(chosen.bind().port()));
        flags.put("bookie.journal.directory", chosen.journal().directory().toString());
        flags.put(
                "bookie.storage.directories",
                chosen.storage().directories().get(0).toString());
        flags.put("metadata.uri", chosen.metadata().toString());
        flags.put("memory", chosen.memory().toString());
        flags.putAll(settings);
        return new ConfigOptions().bookie(flags);
    }
}
