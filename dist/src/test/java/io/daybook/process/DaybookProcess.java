package io.daybook.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The program in a JVM of its own, run with the class path of the tests. Its standard error goes to a file. */
final class DaybookProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final Path errors;
    private final String words;

    private DaybookProcess(Process process, Path errors, String words) {
        this.process = process;
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.errors = errors;
        this.words = words;
    }

    /** Starts {@code daybook words…}; {@code errors} collects standard error. */
    static DaybookProcess start(Path errors, List<String> words) throws IOException {
        return start(errors, Map.of(), words);
    }

    /** As {@link #start(Path, List)} with {@code environment} over that of the tests. */
    static DaybookProcess start(Path errors, Map<String, String> environment, List<String> words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:MaxDirectMemorySize=256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-Dio.netty.tryReflectionSetAccessible=true",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "io.daybook.cli.Main"));
        command.addAll(words);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        return new DaybookProcess(process, errors, String.join(" ", words));
    }

    /** Waits for the first line of output, which a server prints when it can be used. */
    String awaitReady() throws IOException {
        String line = out.readLine();
        if (line == null || !line.startsWith("ready ")) {
            throw new IOException("'daybook %s' said '%s' instead of being ready: %s"
                    .formatted(words, line, Files.readString(errors)));
        }
        return line;
    }

    Process process() {
        return process;
    }

    /** The next line it prints; null at its end. */
    @Nullable
    String line() throws IOException {
        return out.readLine();
    }

    /** Puts one line on its standard input. */
    void type(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** What it has said on standard error. */
    String errors() throws IOException {
        return Files.readString(errors);
    }

    /** Waits until it has said {@code words} on standard error, or has ended. */
    void awaitError(String words) throws IOException, InterruptedException {
        while (!errors().contains(words) && !process.waitFor(20, TimeUnit.MILLISECONDS)) {}
        if (!errors().contains(words)) {
            throw new IOException("it ended without '%s': %s".formatted(words, errors()));
        }
    }

    /** What Ctrl-C sends. */
    void interrupt() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    }

    /** Everything it still prints, until it ends. */
    String output() throws IOException {
        StringBuilder all = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            all.append(line).append('\n');
        }
        return all.toString();
    }

    int exitCode() throws InterruptedException {
        return process.waitFor();
    }

    /** kill -9, and waits until it is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Ends it in an orderly way, or not so orderly after a while. */
    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            kill();
        }
    }
}
