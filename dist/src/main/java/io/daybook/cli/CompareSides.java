package io.daybook.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.daybook.base.error.FileReason;
import io.daybook.base.exec.Threads;
import io.daybook.base.time.SystemClock;
import io.daybook.benchmarks.child.Child;
import io.daybook.benchmarks.child.Children;
import io.daybook.benchmarks.child.JavaCommand;
import io.daybook.benchmarks.compare.Comparison;
import io.daybook.benchmarks.compare.StockCluster;
import io.daybook.benchmarks.compare.StockRelease;
import io.daybook.benchmarks.compare.StockRun;
import io.daybook.benchmarks.load.LedgerLoad;
import io.daybook.benchmarks.load.LoadPlan;
import io.daybook.benchmarks.load.LocalCluster;
import io.daybook.benchmarks.load.Servers;
import io.daybook.ledger.Replication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs one load on either side. Each run has a cluster of its own, in a folder that goes with it; ZooKeeper is ours on both sides, so that it makes no
 * difference. Both sides have the same limits of memory, and else the options with which their own launchers start them.
 */
final class CompareSides {
    private static final List<String> SERVER_MEMORY =
            List.of("-Xmx1g", "-XX:MaxDirectMemorySize=2g"); // the stock launcher's
    private static final List<String> CLIENT_MEMORY = List.of("-Xmx1g", "-XX:MaxDirectMemorySize=1g");
    private static final List<String> THEIRS = List.of(
            "-Xms1g",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=10",
            "-XX:+ParallelRefProcEnabled",
            "-XX:+DisableExplicitGC",
            "-Dio.netty.leakDetection.level=disabled");

    private final LoadPlan plan;
    private final boolean half;
    private final Replication replication;
    private final int bookies;
    private final StockRelease release;
    private final Map<String, String> stockSettings;
    private final Map<String, String> stockClientSettings;
    private final @Nullable Path parent;
    private final UntilInterrupted ending;

    private final StopsOnExit stops = new StopsOnExit(); // of the run that is going on

    /** @param half whether each side runs {@code plan}, a closed loop, only to find what half of its rate is, and then is measured at that */
    CompareSides(
            LoadPlan plan,
            boolean half,
            LoadOptions load,
            StockRelease release,
            Map<String, String> stockSettings,
            Map<String, String> stockClientSettings,
            UntilInterrupted ending) {
        this.plan = plan;
        this.half = half;
        this.replication = load.replication();
        this.bookies = BenchCluster.bookies(replication);
        this.parent = load.data();
        this.release = release;
        this.stockSettings = Map.copyOf(stockSettings);
        this.stockClientSettings = Map.copyOf(stockClientSettings);
        this.ending = ending;
        Threads.onExit(stops::run);
    }

    /** One run on Daybook; its figures by name. */
    Map<String, Object> ours(int rep) throws IOException {
        return in("daybook", rep, folder -> {
            try (LocalCluster cluster = new LocalCluster(folder, Main.class.getName(), bookies, SERVER_MEMORY);
                    Children clients = new Children()) {
                stops.add(cluster::giveUp);
                stops.add(clients::close);
                cluster.start(CompareSides::init);
                return measured(load -> ourClient(load, cluster, clients, folder));
            }
        });
    }

    /** One run on stock BookKeeper; its figures by the same names. */
    Map<String, Object> theirs(int rep) throws IOException {
        return in("bookkeeper " + release.version(), rep, folder -> {
            try (LocalCluster metadata = new LocalCluster(folder, Main.class.getName(), 0);
                    StockCluster cluster =
                            new StockCluster(release, folder, together(unpacksIn(folder), SERVER_MEMORY, THEIRS));
                    StockRun run = new StockRun(release, folder, together(unpacksIn(folder), CLIENT_MEMORY))) {
                stops.add(metadata::giveUp);
                stops.add(cluster::close);
                stops.add(run::close);
                metadata.start(CompareSides::init);
                cluster.start(metadata.uri(), bookies, stockSettings);
                return measured(load ->
                        run.run(cluster, metadata.uri(), load, replication, stockClientSettings, SystemClock.INSTANCE));
            }
        });
    }

    /** What is done in a folder. */
    private interface Run {
        Map<String, Object> in(Path folder) throws IOException;
    }

    private Map<String, Object> in(String side, int rep, Run run) throws IOException {
        checkNotTold();
        System.err.printf("run %d of %s …%n", rep, side);
        Path folder = parent == null
                ? Files.createTempDirectory("daybook-compare-")
                : Files.createTempDirectory(parent, "daybook-compare-");
        try {
            return run.in(folder);
        } catch (IOException | RuntimeException failed) {
            checkNotTold(); // and so the processes were, whatever else failed then
            throw failed;
        } finally {
            stops.clear();
            try {
                Trees.delete(folder);
            } catch (IOException e) {
                System.err.println(
                        "daybook: cannot remove %s (%s); remove it by hand".formatted(folder, FileReason.of(e)));
            }
        }
    }

    private void checkNotTold() {
        if (ending.told() || stops.told()) {
            String told = "interrupted; there is no result";
            System.err.println("daybook: " + told); // before the process may end
            throw CommandFailure.quiet(ExitCode.INTERRUPTED, told);
        }
    }

    private static void init(String metadata) {
        try (Connection connection = Connection.open(metadata)) {
            connection.init();
        }
    }

    /** A client of a cluster that runs. */
    private interface Client {
        Map<String, Object> run(LoadPlan load) throws IOException;
    }

    private Map<String, Object> measured(Client client) throws IOException {
        Map<String, Object> figures = client.run(plan);
        if (!half || !(figures.get("entriesPerS") instanceof Number most)) {
            return figures;
        }
        System.err.printf("  it takes %,d a second; now half of that …%n", most.longValue());
        int outstandingMax = (int) LedgerLoad.inFlightMax(plan.logs(), plan.size());
        figures = client.run(plan.atRate(Math.max(1, most.longValue() / 2), outstandingMax));
        figures.put(Comparison.MOST_KEY, most);
        return figures;
    }

    private Map<String, Object> ourClient(LoadPlan load, LocalCluster cluster, Children clients, Path folder)
            throws IOException {
        List<String> words = new ArrayList<>(
                List.of("bench", "write", "-o", "json", "--keep", "--metadata", cluster.uri(), "--server-pids"));
        words.add(pids(cluster));
        words.addAll(List.of("--size", load.size() + "B", "--ledgers", Integer.toString(load.logs())));
        words.addAll(
                load.rate() > 0
                        ? List.of("--rate", Double.toString(load.rate()))
                        : List.of("--window", Integer.toString(load.window())));
        words.addAll(List.of("--replication", replication.toString()));
        words.addAll(List.of("--warmup", load.warmup().toMillis() + "ms"));
        words.addAll(List.of("--duration", load.duration().toMillis() + "ms"));
        Child client = clients.start(
                "the client",
                JavaCommand.ours(CLIENT_MEMORY, Main.class.getName(), words),
                folder.resolve("client.log"));
        Map<String, Object> figures = null;
        for (String line = client.output().readLine();
                line != null;
                line = client.output().readLine()) {
            figures = figures(line);
        }
        if (figures == null || client.exitCode() != 0) {
            throw new IOException("the client ended without a result: " + client.lastWords());
        }
        return figures;
    }

    /** The numbers and words of one line of JSON; what is nested is left out. */
    static Map<String, Object> figures(String line) throws IOException {
        Map<String, Object> figures = new LinkedHashMap<>();
        try (JsonParser json = new JsonFactory().createParser(line)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (value.isNumeric()) {
                    figures.put(name, json.getNumberValue());
                } else if (value == JsonToken.VALUE_STRING) {
                    figures.put(name, json.getText());
                } else {
                    json.skipChildren();
                }
            }
        }
        return figures;
    }

    private static String pids(Servers servers) {
        return servers.pids().stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** Stock processes leave their native libraries behind when they are killed; so let them do it where all goes in the end. */
    private static List<String> unpacksIn(Path folder) {
        return List.of("-Djava.io.tmpdir=" + folder.toAbsolutePath());
    }

    @SafeVarargs
    private static List<String> together(List<String>... lists) {
        return Arrays.stream(lists).flatMap(List::stream).toList();
    }
}
