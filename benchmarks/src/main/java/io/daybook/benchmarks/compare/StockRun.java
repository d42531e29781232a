package io.daybook.benchmarks.compare;

import io.daybook.base.time.Clock;
import io.daybook.benchmarks.load.LoadPlan;
import io.daybook.benchmarks.load.Usage;
import io.daybook.ledger.Replication;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One load with the stock client, in a JVM of its own, and what came out: the figures that {@code bench write} tells of ours, under the same names.
 *
 * <p>{@link #run} blocks; {@link #close} may come from another thread and ends it.
 */
public final class StockRun implements AutoCloseable {
    private static final String DRIVER = "StockLoad.java";

    private final StockRelease release;
    private final Path folder;
    private final List<String> memory;

    private @Nullable Process process; // guarded by this, as is the next one
    private boolean closed;

    /**
     * A run that has not started.
     *
     * @param folder an existing folder for the driver and its log
     * @param memory options for the JVM that bound its memory
     */
    public StockRun(StockRelease release, Path folder, List<String> memory) {
        this.release = release;
        this.folder = folder;
        this.memory = List.copyOf(memory);
    }

    /**
     * Runs {@code plan} against {@code cluster}, whose metadata is at {@code uri}.
     *
     * @param settings of the stock client
     */
    public Map<String, Object> run(
            StockCluster cluster,
            String uri,
            LoadPlan plan,
            Replication replication,
            Map<String, String> settings,
            Clock clock)
            throws IOException {
        List<String> words = new ArrayList<>(List.of(
                "metadata=" + uri,
                "size=" + plan.size(),
                "window=" + plan.window(),
                "rate=" + Math.round(plan.rate()),
                "ledgers=" + plan.logs(),
                "replication=" + replication,
                "warmup=" + plan.warmup().toMillis(),
                "duration=" + plan.duration().toMillis()));
        settings.forEach((key, value) -> words.add("client." + key + "=" + value));
        Path log = folder.resolve("stock-client.log");
        Process client = spawn(words, log);
        List<Long> clients = List.of(client.pid());
        Usage before = null;
        Usage after = null;
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.equals("begin")) {
                    before = Usage.of(cluster.pids(), clients, clock);
                } else if (line.equals("end")) {
                    after = Usage.of(cluster.pids(), clients, clock);
                } else if (line.startsWith("result ") && before != null && after != null) {
                    Map<String, Object> figures = new LinkedHashMap<>();
                    figures.put("peer", "bookkeeper-" + release.version());
                    figures.put("case", plan.caseName("ledger", "write"));
                    figures.putAll(figures(line));
                    after.put(figures, before, ((Number) figures.getOrDefault("entries", 0)).longValue());
                    return figures;
                }
            }
        } finally {
            client.destroy();
        }
        throw new IOException("the stock client ended without a result: " + lastWords(log));
    }

    private Process spawn(List<String> words, Path log) throws IOException {
        Path driver = folder.resolve(DRIVER);
        try (InputStream source = StockRun.class.getResourceAsStream("/stock/" + DRIVER)) {
            if (source == null) {
                throw new IOException("/stock/%s is missing in the program".formatted(DRIVER));
            }
            Files.write(driver, source.readAllBytes());
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(memory);
        command.addAll(List.of("-cp", release.classPath(List.of(histogram())), driver.toString()));
        command.addAll(words);
        synchronized (this) {
            if (closed) {
                throw new IOException("the run was closed before it started");
            }
            Process started =
                    new ProcessBuilder(command).redirectError(log.toFile()).start();
            process = started;
            return started;
        }
    }

    /** Where the class of histograms comes from, which the driver uses too: the one jar that both sides share. */
    private static Path histogram() throws IOException {
        try {
            return Path.of(Histogram.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException notAFile) {
            throw new IOException("the jar of HdrHistogram cannot be found: " + notAFile.getMessage(), notAFile);
        }
    }

    /** Reads {@code result name=number name=number …}. */
    static Map<String, Object> figures(String line) {
        Map<String, Object> figures = new LinkedHashMap<>();
        for (String word : line.substring(line.indexOf(' ') + 1).split(" ", -1)) {
            int at = word.indexOf('=');
            String value = word.substring(at + 1);
            figures.put(
                    word.substring(0, at), value.contains(".") ? Double.valueOf(value) : (Number) Long.valueOf(value));
        }
        return figures;
    }

    private static String lastWords(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
        return lines.stream()
                .filter(line -> line.contains("Exception") || line.contains("Error"))
                .findFirst()
                .orElse(lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1));
    }

    @Override
    public void close() {
        Process running;
        synchronized (this) {
            closed = true;
            running = process;
        }
        if (running != null) {
            running.destroyForcibly();
        }
    }
}
