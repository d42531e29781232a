package io.daybook.benchmarks.child;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One process that this one started. Its output is for one thread at a time; all else is safe from any. */
public final class Child {
    private static final long STOP_SECONDS = 30;

    private final String name;
    private final Process process;
    private final Path log;
    private final BufferedReader output;

    Child(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    /** What it prints, unless that goes to its log. */
    public BufferedReader output() {
        return output;
    }

    /** What it has said on standard error. */
    public List<String> log() throws IOException {
        return Files.readAllLines(log, StandardCharsets.UTF_8);
    }

    /** The last line of its log. */
    public String lastWords() throws IOException {
        List<String> lines = log();
        return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1).replaceFirst("^daybook: ", "");
    }

    /** Whether it has ended by itself within {@code millis}. */
    public boolean ended(long millis) throws IOException {
        try {
            return process.waitFor(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IOException("interrupted while it waited for " + name, e);
        }
    }

    /** Its exit code, once it has ended. */
    public int exitCode() throws IOException {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            throw new IOException("interrupted while it waited for " + name, e);
        }
    }

    /** Asks it to end. Not through {@link Process#destroy}, which closes the pipe that keeps it from ending at once. */
    void tell() {
        process.toHandle().destroy();
    }

    /** Returns when it is gone, which half a minute after {@link #tell} it is in any case. */
    void awaitEnd() {
        boolean gone = false;
        try {
            gone = process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            System.err.println("daybook: interrupted while " + name + " stopped; killing it");
        }
        if (!gone) {
            process.destroyForcibly().onExit().join();
        }
    }
}
