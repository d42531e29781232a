package io.daybook.cli;

import io.daybook.bookie.embedded.EmbeddedZooKeeper;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code daybook zookeeper}: one server, for small set-ups. */
@Command(
        name = "zookeeper",
        description = "Runs a single ZooKeeper server on this machine until it is interrupted.",
        footer = {"", "Example: daybook zookeeper --data zk --port 2181"})
final class ZooKeeperCommand implements Callable<Integer> {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            required = true,
            description = "where it keeps its data; made if missing")
    private Path data = Path.of("");

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "2181",
            description = "port to listen on, 0 for any free one (default ${DEFAULT-VALUE})")
    private int port;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    @Override
    public Integer call() {
        try (UntilInterrupted running = new UntilInterrupted();
                EmbeddedZooKeeper server = EmbeddedZooKeeper.start(data, Ports.check("--port", port))) {
            output.ready(server.uri().toString(), List.of());
            running.await();
        }
        return ExitCode.OK;
    }
}
