package io.daybook.benchmarks.compare;

import io.daybook.base.time.Clock;
import io.daybook.benchmarks.child.Child;
import io.daybook.benchmarks.child.Children;
import io.daybook.benchmarks.child.EndsWithParent;
import io.daybook.benchmarks.child.JavaCommand;
import io.daybook.benchmarks.load.LoadPlan;
import io.daybook.benchmarks.load.Usage;
import io.daybook.ledger.Replication;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Loads with the stock client, each in a JVM of its own, and what came out: the figures that {@code bench write} tells of ours, under the same names.
 *
 * <p>{@link #run} blocks; {@link #close} may come from another thread and ends it.
 */
public final class StockRun implements AutoCloseable {
    private static final String DRIVER = "StockLoad";

    private final StockRelease release;
    private final Path folder;
    private final List<String> memory;
    private final Children clients = new Children();
    private @Nullable String classPath; // once the driver is compiled; of the thread that runs

    /**
     * Nothing has run yet.
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
        if (classPath == null) {
            classPath = compileDriver();
        }
        Child client = clients.start("the stock client", new JavaCommand(memory, classPath, DRIVER, words), log);
        List<Long> pids = List.of(client.pid());
        Usage before = null;
        Usage after = null;
        try (BufferedReader out = client.output()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.equals("begin")) {
                    before = Usage.of(cluster.pids(), pids, clock);
                } else if (line.equals("end")) {
                    after = Usage.of(cluster.pids(), pids, clock);
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
            clients.stop();
        }
        throw new IOException("the stock client ended without a result: " + complaint(client));
    }

    /** Compiles the driver against the release; gives the class path for it. */
    private String compileDriver() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IOException(
                    "the driver of the stock client has to be compiled, and this Java has no compiler; use a JDK");
        }
        Path source = folder.resolve(DRIVER + ".java");
        try (InputStream own = StockRun.class.getResourceAsStream("/stock/" + source.getFileName())) {
            if (own == null) {
                throw new IOException("/stock/%s is missing in the program".formatted(source.getFileName()));
            }
            Files.write(source, own.readAllBytes());
        }
        Path classes = EndsWithParent.copyTo(folder.resolve("classes"));
        String path = release.classPath(List.of(histogram(), classes));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int code = compiler.run(
                null, said, said, "-proc:none", "-nowarn", "-cp", path, "-d", classes.toString(), source.toString());
        if (code != 0) {
            throw new IOException("the driver of the stock client does not fit its release: "
                    + said.toString(StandardCharsets.UTF_8)
                            .lines()
                            .findFirst()
                            .orElse("the compiler does not say why"));
        }
        return path;
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

    private static String complaint(Child client) throws IOException {
        for (String line : client.log()) {
            if (line.contains("Exception") || line.contains("Error")) {
                return line;
            }
        }
        return client.lastWords();
    }

    @Override
    public void close() {
        clients.close();
    }
}
