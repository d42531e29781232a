package io.daybook.benchmarks.child;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Processes that were started together and end together. Thread-safe: {@link #close} may come while another thread starts some, which then fails.
 *
 * <p>They run {@link EndsWithParent}: should this process be killed, they end all the same.
 */
public final class Children implements AutoCloseable {
    private final Map<String, String> environment;
    private final Object ending = new Object(); // held while processes end, so that nobody thinks they had
    private final List<Child> running = new ArrayList<>(); // guarded by this, and so is the next one
    private boolean closed;

    public Children() {
        this(Map.of());
    }

    /** With variables that each process gets unless this one has them. */
    public Children(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /** Starts one; what it says on standard error is added to {@code log}, and its output is for the caller to read. Fails once closed. */
    public Child start(String name, JavaCommand command, Path log) throws IOException {
        return start(name, command, log, Redirect.PIPE);
    }

    /** As the other, with its output in {@code log}, too. */
    public Child startLogged(String name, JavaCommand command, Path log) throws IOException {
        return start(name, command, log, Redirect.appendTo(log.toFile()));
    }

    private synchronized Child start(String name, JavaCommand command, Path log, Redirect output) throws IOException {
        if (closed) {
            throw new IOException("%s was closed while it started".formatted(name));
        }
        ProcessBuilder builder = new ProcessBuilder(command.line())
                .redirectError(Redirect.appendTo(log.toFile()))
                .redirectOutput(output);
        environment.forEach(builder.environment()::putIfAbsent);
        Process process = builder.start();
        Child child = new Child(name, process, log);
        running.add(child);
        return child;
    }

    /** Those that were started and not stopped, in that order. */
    public synchronized List<Child> all() {
        return List.copyOf(running);
    }

    public List<Long> pids() {
        return all().stream().map(Child::pid).toList();
    }

    /** Ends all; more can be started after it. When it returns they are gone, whoever ended them first. */
    public void stop() {
        synchronized (ending) {
            List<Child> taken;
            synchronized (this) {
                taken = List.copyOf(running);
                running.clear();
            }
            taken.forEach(Child::tell);
            taken.forEach(Child::awaitEnd);
        }
    }

    /** As {@link #stop}, and no more can be started. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        stop();
    }
}
