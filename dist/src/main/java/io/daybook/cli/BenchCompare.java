package io.daybook.cli;

import io.daybook.base.config.DataSize;
import io.daybook.benchmarks.compare.Comparison;
import io.daybook.benchmarks.compare.StockRelease;
import io.daybook.benchmarks.load.Environment;
import io.daybook.benchmarks.load.LedgerLoad;
import io.daybook.benchmarks.load.LoadPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code daybook bench compare}: one load on a throw-away Daybook cluster and on a stock one, in turns. */
@Command(
        name = "compare",
        description = {
            "Appends to ledgers of a throw-away Daybook cluster and of a stock BookKeeper cluster, in turns, and tells the ratios.",
            "Servers and clients of both are processes of their own with the same limits of memory; the stock release is fetched on first use."
        },
        footer = {
            "",
            "Examples: daybook bench compare --size 1KiB --window 1000 --reps 3",
            "          daybook bench compare --rate half --warmup 30s"
        })
final class BenchCompare implements Callable<Integer> {
    private static final int WINDOW = 1000;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    @Mixin
    private final LoadOptions load = new LoadOptions();

    @Mixin
    private final LoadTimes times = new LoadTimes();

    @ArgGroup
    private Pace pace = new Pace();

    @Option(
            names = "--ledgers",
            paramLabel = "N",
            defaultValue = "1",
            description = "how many ledgers (default ${DEFAULT-VALUE})")
    private int ledgers = 1;

    @Option(
            names = "--reps",
            paramLabel = "N",
            defaultValue = "3",
            description = "how often each side runs, in turns (default ${DEFAULT-VALUE})")
    private int reps = 3;

    @Option(
            names = "--stock-class-path",
            paramLabel = "PATH",
            description = "jars of another BookKeeper release and all it needs, such as '/opt/bookkeeper/lib/*'")
    private @Nullable String stockClassPath;

    @Option(
            names = "--stock-set",
            paramLabel = "KEY=VALUE",
            description = "a setting of the stock bookies, such as journalMaxGroupWaitMSec=1; may be repeated")
    private Map<String, String> stockSettings = new LinkedHashMap<>();

    @Option(
            names = "--stock-client-set",
            paramLabel = "KEY=VALUE",
            description = "a setting of the stock client, such as useV2WireProtocol=true; may be repeated")
    private Map<String, String> stockClientSettings = new LinkedHashMap<>();

    /** How fast to append on both sides. */
    static final class Pace {
        @Option(
                names = "--window",
                paramLabel = "N",
                description =
                        "closed loop: appends outstanding, on all ledgers together (default 1000, or what fits into our client)")
        private @Nullable Integer window;

        @Option(
                names = "--rate",
                paramLabel = "N|half",
                description =
                        "open loop: appends a second, on all ledgers together; with half, each side first runs the closed loop, and then gets half of what it reached there")
        private @Nullable String rate;
    }

    @Override
    public Integer call() throws IOException {
        LoadPlan plan = plan();
        StockRelease release = release();
        load.checkData();
        Comparison comparison = new Comparison();
        try (UntilInterrupted ending = new UntilInterrupted()) {
            CompareSides sides =
                    new CompareSides(plan, half(), load, release, stockSettings, stockClientSettings, ending);
            for (int rep = 1; rep <= reps; rep++) {
                Map<String, Object> ours = told(rep, sides.ours(rep));
                Map<String, Object> theirs = told(rep, sides.theirs(rep));
                comparison.add(ours, theirs);
            }
        }
        print(comparison, plan, release);
        return ExitCode.OK;
    }

    private LoadPlan plan() {
        if (reps < 1 || reps > 100) {
            throw new CommandFailure(ExitCode.USAGE, "--reps %d is outside 1 and 100".formatted(reps));
        }
        DataSize size = load.size();
        if (size.bytes() > 1 << 20) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--size %s is more than the 1MiB that both kinds of client take".formatted(size));
        }
        double rate = half() ? 0 : rate();
        long fits = LedgerLoad.inFlightMax(ledgers, Math.max(1, size.bytes()));
        long window = pace.window != null ? pace.window : rate > 0 ? fits : Math.min(fits, Math.max(ledgers, WINDOW));
        if (window > fits) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--window %,d is more appends of %s than our client keeps in flight for %d ledgers; give at most %,d"
                            .formatted(window, size, ledgers, fits));
        }
        try {
            return new LoadPlan(
                    (int) size.bytes(), (int) window, rate, ledgers, Long.MAX_VALUE, times.warmup(), times.duration());
        } catch (IllegalArgumentException refused) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(refused.getMessage()), refused);
        }
    }

    /** Whether each side gets half of what it can take. */
    private boolean half() {
        return "half".equals(pace.rate);
    }

    /** Appends a second, 0 for a closed loop. */
    private double rate() {
        if (pace.rate == null) {
            return 0;
        }
        double rate;
        try {
            rate = Double.parseDouble(pace.rate);
        } catch (NumberFormatException word) {
            rate = 0;
        }
        if (!(rate > 0)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--rate %s is neither a number of appends a second, above 0, nor half".formatted(pace.rate));
        }
        return rate;
    }

    private StockRelease release() {
        String path = stockClassPath;
        if (path == null) {
            String home = System.getProperty("daybook.home");
            if (home == null) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "the program does not know where its source tree is; name a stock release with --stock-class-path");
            }
            path = Path.of(home, "bookie", "target", "stock-lib", "*").toString();
        }
        try {
            return StockRelease.on(path);
        } catch (IllegalArgumentException none) {
            throw new CommandFailure(
                    stockClassPath == null ? ExitCode.FAILED : ExitCode.USAGE,
                    none.getMessage() + "; name a stock release with --stock-class-path",
                    none);
        }
    }

    private Map<String, Object> told(int rep, Map<String, Object> figures) {
        figures.put("rep", rep);
        if (output.json()) {
            System.out.println(Json.line(figures));
        }
        return figures;
    }

    private void print(Comparison comparison, LoadPlan plan, StockRelease release) {
        String name = plan.caseName("ledger", "write") + (half() ? "/half" : "");
        if (output.json()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("case", name);
            line.put("replication", load.replication().toString());
            line.put("reps", comparison.pairs());
            line.put("stock", release.version());
            line.put("environment", Environment.of(load.data()));
            Map<String, Object> ratios = new LinkedHashMap<>();
            for (Comparison.Row row : comparison.rows()) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("daybook", row.ours());
                one.put("bookkeeper", row.theirs());
                one.put("ratio", row.ratio());
                one.put("ratioMin", row.least());
                one.put("ratioMax", row.most());
                ratios.put(row.figure().key(), one);
            }
            line.put("ratios", ratios);
            System.out.println(Json.line(line));
            return;
        }
        System.out.printf(
                Locale.ROOT,
                "%s, replication %s, %d of each, medians; BookKeeper %s%n",
                name,
                load.replication(),
                comparison.pairs(),
                release.version());
        Table table = new Table("figure", "unit", "daybook", "bookkeeper", "ratio", "from", "to", "better");
        for (Comparison.Row row : comparison.rows()) {
            table.row(
                    row.figure().words(),
                    row.figure().unit(),
                    number(row.ours()),
                    number(row.theirs()),
                    ratio(row.ratio()),
                    ratio(row.least()),
                    ratio(row.most()),
                    row.figure().moreIsBetter() ? "more" : "less");
        }
        table.print(System.out, false);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : "%.2f", value);
    }

    private static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
