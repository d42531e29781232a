package io.daybook.peers;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import peers.Cluster;

/** ZooKeeper and three Daybook bookies, each in its own JVM, started with the program's own commands. */
public final class DaybookCluster implements Cluster {
    private static final int BOOKIES = 3;

    /** What the launcher gives a bookie. */
    private static final List<String> BOOKIE_JVM =
            List.of("-XX:+UseSerialGC", "-Xms112m", "-Xmn48m", "-XX:MetaspaceSize=64m", "-XX:+ExitOnOutOfMemoryError");

    private final Map<String, Process> processes = new LinkedHashMap<>();
    private final Map<String, Long> readyLines = new LinkedHashMap<>(); // seen in each log, which restarts append to

    private Path dir;
    private int portBase;
    private Map<String, String> params;

    @Override
    public void start(Path dir, int portBase, Map<String, String> params) throws Exception {
        this.dir = dir;
        this.portBase = portBase;
        this.params = params;
        Files.createDirectories(dir);
        spawn("zk", List.of("-Xmx384m", "-XX:+UseSerialGC"), "zookeeper", "--data", dir.resolve("zk").toString(), "--port", "" + portBase);
        awaitReady("zk");
        int code = spawn("init", List.of("-Xmx256m"), "cluster", "init", "--metadata", uri()).waitFor();
        processes.remove("init");
        if (code != 0) {
            throw new IOException("cluster init ended with " + code + "; see " + dir.resolve("init.log"));
        }
        startBookies();
    }

    private void startBookies() throws Exception {
        for (int i = 0; i < BOOKIES; i++) {
            List<String> words = new ArrayList<>(List.of(
                    "bookie", "start", "--metadata", uri(), "--port", "" + port(i),
                    "--journal", dir.resolve("bk" + i + "/journal").toString(), "--data", dir.resolve("bk" + i + "/data").toString()));
            params.forEach((key, value) -> {
                if (key.startsWith("server.")) {
                    words.add("--set");
                    words.add(key.substring("server.".length()) + "=" + value);
                }
            });
            spawn("server" + i, BOOKIE_JVM, words.toArray(String[]::new));
        }
        for (int i = 0; i < BOOKIES; i++) {
            awaitReady("server" + i);
        }
    }

    private String uri() {
        return "zk+hierarchical://127.0.0.1:" + portBase + "/ledgers";
    }

    private int port(int i) {
        return portBase + 1 + i;
    }

    private Process spawn(String name, List<String> jvm, String... words) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.add("-Dio.netty.leakDetection.level=disabled");
        String more = params.get("serverJvm");
        if (more != null && !more.isBlank()) {
            command.addAll(List.of(more.trim().split("\\s+")));
        }
        command.add("--add-opens=java.base/java.nio=ALL-UNNAMED");
        command.add("-Dio.netty.tryReflectionSetAccessible=true");
        command.add("-cp");
        command.add(classPath());
        command.add("io.daybook.cli.Main");
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(dir.resolve(name + ".log").toFile()));
        if (words[0].equals("bookie")) {
            builder.environment().putIfAbsent("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1"); // as the launcher does
        }
        Process child = builder.start();
        processes.put(name, child);
        Runtime.getRuntime().addShutdownHook(new Thread(child::destroyForcibly));
        return child;
    }

    /** The jars this adapter was loaded with. */
    private String classPath() {
        StringJoiner path = new StringJoiner(":");
        for (URL url : ((URLClassLoader) getClass().getClassLoader()).getURLs()) {
            path.add(url.getPath());
        }
        return path.toString();
    }

    /** A server says when it can be used; its port is open earlier. */
    private void awaitReady(String name) throws Exception {
        Path log = dir.resolve(name + ".log");
        Process process = processes.get(name);
        long from = readyLines.getOrDefault(name, 0L);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (readyLines(log) <= from) {
            if (System.nanoTime() > end || !process.isAlive()) {
                throw new IOException(name + " did not become ready; see " + log);
            }
            Thread.sleep(50);
        }
        readyLines.put(name, from + 1);
    }

    private static long readyLines(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.startsWith("ready ")).count();
        }
    }

    private void stop(String name) throws InterruptedException {
        Process process = processes.remove(name);
        if (process != null) {
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    @Override
    public String connect() {
        return uri();
    }

    @Override
    public List<Long> pids() {
        return processes.entrySet().stream()
                .filter(process -> process.getKey().startsWith("server"))
                .map(process -> process.getValue().pid())
                .toList();
    }

    @Override
    public void restart() throws Exception {
        for (int i = 0; i < BOOKIES; i++) {
            stop("server" + i);
        }
        startBookies();
    }

    @Override
    public void close() throws Exception {
        for (int i = 0; i < BOOKIES; i++) {
            stop("server" + i);
        }
        stop("zk");
    }
}
