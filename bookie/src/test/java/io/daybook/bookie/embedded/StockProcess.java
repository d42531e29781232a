package io.daybook.bookie.embedded;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * A JVM of its own with stock BookKeeper 4.17.3 on its class path and nothing of ours but one small driver, compiled against it here. The
 * stock jars are fetched by the build into {@code target/stock-lib}.
 */
final class StockProcess implements AutoCloseable {
    private static final Path MODULE = Path.of(System.getProperty("basedir", ""));
    private static final Path JARS = MODULE.resolve("target/stock-lib");
    private static final Path SOURCES = MODULE.resolve("src/test/stock");
    private static final String PACKAGE = "io/daybook/stock";

    private final Process process;
    private final BufferedReader out;
    private final Writer in;
    private final Path errors;

    private StockProcess(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    }

    /** Runs the driver class {@code main}; compiled classes and what it says on standard error go to {@code folder}. */
    static StockProcess start(Path folder, String main, List<String> arguments) throws IOException {
        Path classes = Files.createDirectories(folder.resolve("classes"));
        compile(main, classes);
        Path errors = Files.createTempFile(folder, main, ".log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:MaxDirectMemorySize=256m",
                "-XX:+UseSerialGC",
                "-cp",
                classes + File.pathSeparator + JARS.toAbsolutePath() + File.separator + "*",
                PACKAGE.replace('/', '.') + "." + main));
        command.addAll(arguments);
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        return new StockProcess(process, errors);
    }

    private static void compile(String main, Path into) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        String jars;
        try (Stream<Path> all = Files.list(JARS)) {
            jars = String.join(
                    File.pathSeparator, all.map(Path::toString).sorted().toList());
        }
        int status = compiler.run(
                null,
                null,
                null,
                "-d",
                into.toString(),
                "-cp",
                jars,
                SOURCES.resolve(PACKAGE).resolve(main + ".java").toString());
        if (status != 0) {
            throw new IllegalStateException(main + " does not compile against the stock release");
        }
    }

    /** The next line it says; null when it has ended. */
    @Nullable
    String line() throws IOException {
        return out.readLine();
    }

    void say(String line) throws IOException {
        in.write(line + "\n");
        in.flush();
    }

    boolean running() {
        return process.isAlive();
    }

    /** What it said on standard error. */
    String errors() throws IOException {
        return Files.readString(errors);
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        in.close();
        out.close();
    }
}
