package io.daybook.cli;

import io.daybook.base.config.DataSize;
import io.daybook.base.exec.Futures;
import io.daybook.base.time.SystemClock;
import io.daybook.benchmarks.load.LedgerLoad;
import io.daybook.benchmarks.load.LoadPlan;
import io.daybook.benchmarks.load.LoadResult;
import io.daybook.benchmarks.load.LoadRun;
import io.daybook.benchmarks.load.LoadTarget;
import io.daybook.benchmarks.load.RemovalException;
import io.daybook.benchmarks.load.StreamLoad;
import io.daybook.benchmarks.load.VerificationException;
import io.daybook.benchmarks.load.Workload;
import io.daybook.ledger.LedgerClient;
import io.daybook.namespace.Namespace;
import io.daybook.stream.StreamConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every load takes, and how it is run: on a cluster that is there or a throw-away one, watched, reported, and tidied up after. */
abstract class BenchLoad implements Callable<Integer> {
    private static final int WINDOW = 1000;
    private static final long BYTES_OF_STREAMS = 512 << 20; // beyond that streams only queue
    private static final long SEED = 1;

    /** What is loaded. */
    enum Target {
        LEDGER,
        STREAM
    }

    @Mixin
    private final MetadataOption metadata = new MetadataOption();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    @Mixin
    private final LoadOptions load = new LoadOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
    private CommandSpec spec;

    @Option(
            names = "--target",
            paramLabel = "TARGET",
            defaultValue = "ledger",
            description = "ledger (default): entries of ledgers; or stream: records of streams")
    private Target target = Target.LEDGER;

    @Option(
            names = "--local",
            description = "start a throw-away cluster of processes, though another one could be used")
    private boolean local;

    @Option(
            names = {"--ledgers", "--streams"},
            paramLabel = "N",
            description = "how many ledgers or streams (default 1; 100 for recovery)")
    private @Nullable Integer logs;

    @Option(names = "--html", paramLabel = "FILE", description = "write the result as one self-contained page, too")
    private @Nullable Path html;

    @Option(
            names = "--server-pids",
            paramLabel = "PID,…",
            split = ",",
            description = "processes of this machine that are the servers of --metadata, to count what they use")
    private List<Long> serverPids = List.of();

    @Option(names = "--keep", description = "leave what was written in the cluster")
    private boolean keep;

    abstract LoadPlan plan();

    abstract Workload workload();

    int logsUnlessGiven() {
        return 1;
    }

    int logs() {
        return logs == null ? logsUnlessGiven() : logs;
    }

    /** A plan from options; what no client can do is refused as wrong usage. */
    LoadPlan plan(@Nullable Integer window, @Nullable Double rate, long volume, Duration warmup, Duration duration) {
        DataSize size = load.size();
        if (size.bytes() > 4 << 20) {
            throw new IllegalArgumentException(
                    "a size of %s is more than the 4MiB that one append may have".formatted(size));
        }
        if (rate != null && !(rate > 0)) {
            throw new IllegalArgumentException(
                    "a rate of %s appends nothing; give more than 0 a second".formatted(rate));
        }
        long fits = fits(Math.max(1, size.bytes()), Math.max(1, logs()));
        if (window != null && window > fits) {
            throw new IllegalArgumentException(
                    "a window of %,d appends of %s is more than clients keep in flight for %d %ss; give at most %,d, or more of them"
                            .formatted(window, size, logs(), word(), fits));
        }
        long chosen = window != null ? window : rate != null ? fits : Math.min(fits, Math.max(WINDOW, logs()));
        return new LoadPlan(
                (int) size.bytes(), (int) chosen, rate == null ? 0 : rate, logs(), volume, warmup, duration);
    }

    private long fits(long bytes, long count) {
        long most = target == Target.LEDGER ? LedgerLoad.inFlightMax(count, bytes) : BYTES_OF_STREAMS / bytes;
        return Math.max(1, Math.min(most, 1_000_000));
    }

    private String word() {
        return target == Target.LEDGER ? "ledger" : "stream";
    }

    @Override
    public Integer call() throws Exception {
        LoadPlan plan;
        try {
            plan = plan();
        } catch (IllegalArgumentException refused) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(refused.getMessage()), refused);
        }
        checkWhatIsNamed();
        if (throwAway() && metadata.onCommandLine()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "%s starts a cluster and --metadata names one; give one of them"
                            .formatted(local ? "--local" : "--data"));
        }
        try (UntilInterrupted ending = new UntilInterrupted()) {
            try {
                return call(plan, ending);
            } catch (IOException | RuntimeException failure) {
                if (ending.told()) { // and so the servers were, whatever else failed then
                    System.err.println("daybook: interrupted; there is no result"); // before the process may end
                    throw CommandFailure.quiet(ExitCode.INTERRUPTED, String.valueOf(failure.getMessage()));
                }
                throw failure;
            }
        }
    }

    private int call(LoadPlan plan, UntilInterrupted ending) throws IOException {
        String uri = throwAway() ? null : metadata.find();
        if (uri == null) {
            refuseWhatNeedsARunningCluster();
        }
        long volume = plan.volume() == Long.MAX_VALUE ? 0 : plan.volume();
        try (BenchCluster cluster = BenchCluster.open(uri, serverPids, load.data(), load.replication(), volume);
                BenchWatch watch = new BenchWatch(ending)) {
            BenchReport report = run(plan, cluster, watch);
            watch.close(); // its bar, before the result
            report.print(output.json());
            List<String> ended = cluster.servers().ended();
            if (!ended.isEmpty()) {
                System.err.printf(
                        "daybook: %s ended while the load ran, which these figures show; their logs went with the cluster%n",
                        String.join(" and ", ended));
            }
            if (html != null) {
                Files.writeString(html, report.html().text(), StandardCharsets.UTF_8);
                System.err.println("wrote " + html);
            }
            String problem = report.result().problem();
            if (problem != null) {
                throw new CommandFailure(ExitCode.PROBLEMS, "what was read is not what was acknowledged: " + problem);
            }
            return ExitCode.OK;
        }
    }

    private void refuseWhatNeedsARunningCluster() {
        String option = !serverPids.isEmpty() ? "--server-pids" : keep ? "--keep" : null;
        if (option != null) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "%s is about a cluster that runs already, and here a throw-away one would be started; leave it out, or name the cluster with --metadata"
                            .formatted(option));
        }
    }

    /** Whether the options want a cluster of their own; without them one is made if there is no other. */
    private boolean throwAway() {
        return local || load.data() != null;
    }

    private void checkWhatIsNamed() {
        if (html != null) {
            Path folder = html.toAbsolutePath().getParent();
            if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder) || Files.isDirectory(html)) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "--html %s cannot be written; name a file in a folder of yours".formatted(html));
            }
        }
        load.checkData();
        for (long pid : serverPids) {
            if (ProcessHandle.of(pid).isEmpty()) {
                throw new CommandFailure(
                        ExitCode.USAGE, "--server-pids names %d, which is no process of this machine".formatted(pid));
            }
        }
    }

    private BenchReport run(LoadPlan plan, BenchCluster cluster, BenchWatch watch) {
        try (Connection connection = Connection.open(cluster.uri());
                Connection other = Connection.open(cluster.uri())) {
            if (target == Target.LEDGER) {
                try (LoadTarget ledgers = new LedgerLoad(connection.ledgers(), other.ledgers(), load.replication())) {
                    return run(ledgers, plan, cluster, watch);
                }
            }
            try (Namespace mine = connection.namespace("/daybook", "bench");
                    Namespace theirs = other.namespace("/daybook", "bench");
                    LoadTarget streams = streams(connection, mine, theirs)) {
                return run(streams, plan, cluster, watch);
            }
        }
    }

    private LoadTarget streams(Connection connection, Namespace mine, Namespace theirs) {
        LedgerClient ledgers = connection.ledgers();
        String prefix = "bench-%x-%d-"
                .formatted(
                        SystemClock.INSTANCE.millis(), ProcessHandle.current().pid());
        StreamConfig config = StreamConfig.DEFAULT.withReplication(load.replication());
        return new StreamLoad(mine, theirs, ledgers, connection.loop(), config, prefix);
    }

    private BenchReport run(LoadTarget loaded, LoadPlan plan, BenchCluster cluster, BenchWatch watch) {
        LoadRun run = new LoadRun(loaded, cluster.servers(), plan, watch, SystemClock.INSTANCE, SEED);
        try {
            LoadResult result = workload().run(run);
            return new BenchReport(
                    result,
                    plan,
                    load.replication(),
                    cluster,
                    loaded.recordsWord(),
                    spec.root().commandLine().getParseResult());
        } catch (VerificationException broken) {
            throw new CommandFailure(ExitCode.PROBLEMS, String.valueOf(broken.getMessage()), broken);
        } catch (CompletionException failed) {
            if (Futures.cause(failed) instanceof VerificationException broken) {
                throw new CommandFailure(ExitCode.PROBLEMS, String.valueOf(broken.getMessage()), broken);
            }
            throw failed;
        } catch (CancellationException told) {
            throw new CommandFailure(ExitCode.INTERRUPTED, "interrupted; there is no result", told);
        } finally {
            if (!keep && !cluster.throwAway()) {
                tidy(run, watch);
            }
        }
    }

    private static void tidy(LoadRun run, BenchWatch watch) {
        try {
            run.removeAll(watch.untold());
        } catch (RemovalException some) {
            System.err.println("daybook: " + some.getMessage());
        }
    }
}
