package io.daybook.relay;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A main class of the tests in a JVM of its own, without the leak detection of tests: what is measured there counts. */
final class JvmProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final Path errors;

    private JvmProcess(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Runs {@code main}, which ends when its standard input does; standard error goes to a file in {@code folder}. */
    static JvmProcess start(Path folder, Class<?> main, List<String> arguments) throws IOException {
        Path errors = Files.createTempFile(folder, main.getSimpleName(), ".log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx768m",
                "-XX:MaxDirectMemorySize=1g",
                "-XX:+UseSerialGC",
                "-Dio.netty.tryReflectionSetAccessible=true",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-Djava.io.tmpdir=" + folder,
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        command.addAll(arguments);
        return new JvmProcess(
                new ProcessBuilder(command).redirectError(errors.toFile()).start(), errors);
    }

    /** What it prints after {@code word} on its next line. */
    String answer(String word) throws IOException {
        String line = out.readLine();
        if (line == null || !line.startsWith(word)) {
            throw new IOException("said '%s' instead of '%s': %s".formatted(line, word, Files.readString(errors)));
        }
        return line.substring(word.length()).strip();
    }

    /** Gives it a line that begins with a word, and returns what it prints after that word on its next line. */
    String ask(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        return answer(line.split(" ", 2)[0]);
    }

    /** kill -9, and waits until it is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.getOutputStream().close();
        process.waitFor();
    }
}
