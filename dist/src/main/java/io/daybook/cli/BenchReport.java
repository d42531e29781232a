package io.daybook.cli;

import io.daybook.benchmarks.load.Environment;
import io.daybook.benchmarks.load.HtmlPage;
import io.daybook.benchmarks.load.LoadPlan;
import io.daybook.benchmarks.load.LoadResult;
import io.daybook.ledger.Replication;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import picocli.CommandLine.ParseResult;

/** The result of a load, told as a table, a line of JSON or a page. */
final class BenchReport {
    private static final String UNKNOWN = "not known";

    private final LoadResult result;
    private final Map<String, Object> figures;
    private final String recordsWord;
    private final String command;
    private final Map<String, String> environment;
    private final Map<String, String> summary = new LinkedHashMap<>();

    BenchReport(
            LoadResult result,
            LoadPlan plan,
            Replication replication,
            BenchCluster cluster,
            String recordsWord,
            ParseResult words) {
        this.result = result;
        this.recordsWord = recordsWord;
        this.command = command(words.originalArgs(), cluster.throwAway());
        this.environment = Environment.of(cluster.folder());
        environment.put("cluster", cluster.words());
        environment.put("Daybook", version());
        environment.put("source", source());
        this.figures = new LinkedHashMap<>(result.figures());
        figures.put("replication", replication.toString());
        figures.put("throwAway", cluster.throwAway());
        figures.put("command", command);
        figures.put("environment", environment);
        summarise(plan, replication);
    }

    LoadResult result() {
        return result;
    }

    void print(boolean json) {
        if (json) {
            System.out.println(Json.line(figures));
            return;
        }
        Table table = new Table("figure", "value");
        summary.forEach(table::row);
        table.print(System.out, false);
    }

    HtmlPage html() {
        Map<String, Object> plain = new LinkedHashMap<>(figures);
        plain.remove("environment");
        plain.remove("command");
        return new HtmlPage(String.valueOf(figures.get("case")), command, summary, plain, environment, result.curves());
    }

    private void summarise(LoadPlan plan, Replication replication) {
        summary.put(
                "load",
                "%s, replication %s, %s".formatted(figures.get("case"), replication, environment.get("cluster")));
        if (has("entriesPerS")) {
            summary.put(
                    "throughput",
                    "%,d %s/s, %s MB/s over %s s"
                            .formatted(number("entriesPerS").longValue(), recordsWord, text("MBs"), text("seconds")));
        }
        if (has("readEntriesPerS")) {
            summary.put(
                    "catching up",
                    "%,d %s/s, %s MB/s".formatted(number("readEntriesPerS").longValue(), recordsWord, text("readMBs")));
        }
        if (has("recoverSerialPerS")) {
            summary.put("takeovers", "%s a second, one after the other".formatted(text("recoverSerialPerS")));
        }
        latency(plan.rate() > 0 ? "append, from due" : "append", "");
        latency("delivery, from due", "e2e");
        latency("last before a pause", "last");
        latency("takeover", "recover");
        if (has("cache")) {
            summary.put("servers", text("cache").equals("cold") ? "restarted before reading" : "read as they were");
        }
        summary.put(
                "CPU",
                "servers %s, client %s, together %s, without compilers %s a piece"
                        .formatted(
                                micros("serverCpuUsPerEntry"),
                                micros("clientCpuUsPerEntry"),
                                micros("cpuUsPerEntry"),
                                micros("cpuNoJitUsPerEntry")));
        summary.put(
                "disk",
                has("diskReadPerByte")
                        ? "%s bytes read for each delivered".formatted(text("diskReadPerByte"))
                        : has("diskWriteBytesPerEntry")
                                ? "%,d bytes written a piece, %s MB/s"
                                        .formatted(
                                                number("diskWriteBytesPerEntry").longValue(), text("diskWriteMBs"))
                                : UNKNOWN);
        summary.put("memory", "servers %s, client %s".formatted(megabytes("serverRssMB"), megabytes("clientRssMB")));
        summary.put(
                result.problem() == null ? "verified" : "DIFFERENT",
                result.problem() == null
                        ? "%,d %s read back: what was acknowledged, in order, every byte"
                                .formatted(result.verified(), recordsWord)
                        : result.problem());
    }

    private void latency(String label, String prefix) {
        if (has(prefix + "P50us")) {
            summary.put(
                    label,
                    "p50 %s, p95 %s, p99 %s, p99.9 %s, max %s"
                            .formatted(
                                    time(prefix + "P50us"),
                                    time(prefix + "P95us"),
                                    time(prefix + "P99us"),
                                    time(prefix + "P999us"),
                                    time(prefix + "MaxUs")));
        }
    }

    private boolean has(String name) {
        return figures.containsKey(name);
    }

    private Number number(String name) {
        return (Number) Objects.requireNonNull(figures.get(name));
    }

    private String text(String name) {
        return String.valueOf(figures.get(name));
    }

    private String micros(String name) {
        return has(name) ? text(name) + " µs" : UNKNOWN;
    }

    private String megabytes(String name) {
        return has(name) ? text(name) + " MB" : UNKNOWN;
    }

    private String time(String name) {
        double micros = number(name).doubleValue();
        return micros >= 10_000
                ? String.format(Locale.ROOT, "%.1f ms", micros / 1000)
                : micros >= 1000
                        ? String.format(Locale.ROOT, "%.2f ms", micros / 1000)
                        : String.format(Locale.ROOT, "%.0f µs", micros);
    }

    private static String version() {
        return Objects.requireNonNullElse(Main.class.getPackage().getImplementationVersion(), "not packaged");
    }

    /** Which commit the source tree is at, where the program runs from one. */
    private static String source() {
        String home = System.getProperty("daybook.home");
        if (home == null) {
            return UNKNOWN;
        }
        try {
            Process git = new ProcessBuilder("git", "-C", home, "describe", "--always", "--dirty")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String word = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor() == 0 && !word.isEmpty() ? word : UNKNOWN;
        } catch (IOException noGit) {
            return UNKNOWN;
        } catch (InterruptedException e) {
            throw new CommandFailure(ExitCode.INTERRUPTED, "interrupted", e);
        }
    }

    /** What repeats it, even if another cluster could be used by then. */
    private static String command(List<String> words, boolean throwAway) {
        List<String> all = new ArrayList<>(words);
        if (throwAway && words.stream().noneMatch(word -> word.equals("--local") || word.startsWith("--data"))) {
            all.add("--local");
        }
        return "./daybook " + all.stream().map(BenchReport::quoted).collect(Collectors.joining(" "));
    }

    private static String quoted(String word) {
        return word.matches("[\\w./:=+,@%-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
