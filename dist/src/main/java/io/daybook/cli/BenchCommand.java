package io.daybook.cli;

import io.daybook.base.config.DataSize;
import io.daybook.benchmarks.load.LoadPlan;
import io.daybook.benchmarks.load.MixedLoad;
import io.daybook.benchmarks.load.ReadLoad;
import io.daybook.benchmarks.load.RecoveryLoad;
import io.daybook.benchmarks.load.TailLoad;
import io.daybook.benchmarks.load.Workload;
import io.daybook.benchmarks.load.WriteLoad;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code daybook bench …}: loads on a cluster, measured and verified. */
@Command(
        name = "bench",
        description = {
            "Loads a cluster, measures it, and compares everything read with what was acknowledged.",
            "Uses the cluster of --metadata, $DAYBOOK_METADATA or the running dev cluster; with none of them, or with --local or --data, a throw-away one of separate processes."
        },
        subcommands = {
            BenchCommand.Write.class,
            BenchCommand.Read.class,
            BenchCommand.Tail.class,
            BenchCommand.Mixed.class,
            BenchCommand.Recovery.class,
            BenchCompare.class,
            BenchMicro.class
        })
final class BenchCommand extends Group {

    /** How fast to append: so many outstanding, or so many a second. */
    static final class Pace {
        @Option(
                names = "--window",
                paramLabel = "N",
                description =
                        "closed loop: appends outstanding, on all ledgers together (default 1000, or what fits into the client)")
        private @Nullable Integer window;

        @Option(
                names = "--rate",
                paramLabel = "N",
                description =
                        "open loop: appends a second, on all ledgers together; latency counts from when each was due")
        private @Nullable Double rate;

        @Nullable
        Integer window() {
            return window;
        }

        @Nullable
        Double rate() {
            return rate;
        }
    }

    /** Loads that append for a while. */
    abstract static class Timed extends BenchLoad {
        @Mixin
        private final LoadTimes times = new LoadTimes();

        LoadPlan timed(@Nullable Integer window, @Nullable Double rate, long volume) {
            return plan(window, rate, volume, times.warmup(), times.duration());
        }
    }

    @Command(
            name = "write",
            description = "Appends for a while; then reads back and compares everything that was acknowledged.",
            footer = {"", "Example: daybook bench write --size 1KiB --window 1000 --html write.html"})
    static final class Write extends Timed {
        @ArgGroup
        private Pace pace = new Pace();

        @Override
        LoadPlan plan() {
            return timed(pace.window, pace.rate, Long.MAX_VALUE);
        }

        @Override
        Workload workload() {
            return new WriteLoad();
        }
    }

    @Command(
            name = "read",
            description = "Writes a volume, restarts the servers if they are its own, and reads the volume back.",
            footer = {"", "Example: daybook bench read --volume 2GiB --size 16KiB"})
    static final class Read extends BenchLoad {
        @Option(
                names = "--volume",
                paramLabel = "SIZE",
                defaultValue = "1GiB",
                description = "how much is written and read back (default ${DEFAULT-VALUE})")
        private DataSize volume = DataSize.gibibytes(1);

        @Option(
                names = "--window",
                paramLabel = "N",
                description = "appends outstanding while the volume is written (default 1000, or what fits)")
        private @Nullable Integer window;

        @Option(
                names = "--warmup",
                paramLabel = "TIME",
                defaultValue = "5s",
                description = "how long other ledgers are read before the volume (default ${DEFAULT-VALUE})")
        private Duration warmup = Duration.ofSeconds(5);

        @Override
        LoadPlan plan() {
            return plan(window, null, volume.bytes(), warmup, Duration.ofSeconds(1));
        }

        @Override
        Workload workload() {
            return new ReadLoad();
        }
    }

    @Command(
            name = "tail",
            description = {
                "Appends at a fixed rate while readers follow; times from when an append was due to when its reader had it.",
                "Then appends for as long again with pauses, and times the last before each of them, which no later one brings along."
            },
            footer = {"", "Example: daybook bench tail --rate 2000 --target stream"})
    static final class Tail extends Timed {
        @Option(
                names = "--rate",
                paramLabel = "N",
                defaultValue = "500",
                description = "appends a second, on all ledgers together (default ${DEFAULT-VALUE})")
        private double rate = 500;

        @Override
        LoadPlan plan() {
            return timed(null, rate, Long.MAX_VALUE);
        }

        @Override
        Workload workload() {
            return new TailLoad();
        }
    }

    @Command(
            name = "mixed",
            description = "Appends to some ledgers while readers catch up on others.",
            footer = {"", "Example: daybook bench mixed --rate 20000 --ledgers 4 --volume 1GiB"})
    static final class Mixed extends Timed {
        @ArgGroup
        private Pace pace = new Pace();

        @Option(
                names = "--volume",
                paramLabel = "SIZE",
                defaultValue = "512MiB",
                description = "how much is written first and read again and again (default ${DEFAULT-VALUE})")
        private DataSize volume = DataSize.mebibytes(512);

        @Override
        LoadPlan plan() {
            return timed(pace.window, pace.rate, volume.bytes());
        }

        @Override
        Workload workload() {
            return new MixedLoad();
        }
    }

    @Command(
            name = "recovery",
            description = "Takes over ledgers whose writers vanished with appends in flight, one after the other.",
            footer = {"", "Example: daybook bench recovery --ledgers 200"})
    static final class Recovery extends BenchLoad {
        @Override
        LoadPlan plan() {
            return plan(Math.max(1, logs()), null, Long.MAX_VALUE, Duration.ZERO, Duration.ofSeconds(1));
        }

        @Override
        int logsUnlessGiven() {
            return 100;
        }

        @Override
        Workload workload() {
            return new RecoveryLoad();
        }
    }
}
