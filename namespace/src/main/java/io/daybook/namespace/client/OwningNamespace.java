package io.daybook.namespace.client;

import io.daybook.namespace.Namespace;
import io.daybook.stream.LogStream;
import io.daybook.stream.StartPosition;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamInfo;
import io.daybook.stream.StreamReader;
import io.daybook.stream.StreamWriter;
import io.daybook.stream.WriterOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A namespace that brought its own threads and connections, and ends them with itself. Safe from any thread. */
final class OwningNamespace implements Namespace {
    private final Namespace namespace;
    private final List<Runnable> closeAfter;

    /** Closes {@code namespace} first, then {@code closeAfter} in this order. */
    OwningNamespace(Namespace namespace, List<Runnable> closeAfter) {
        this.namespace = namespace;
        this.closeAfter = List.copyOf(closeAfter);
    }

    @Override
    public CompletableFuture<LogStream> create(String name, StreamConfig config) {
        return namespace.create(name, config);
    }

    @Override
    public CompletableFuture<LogStream> open(String name) {
        return namespace.open(name);
    }

    @Override
    public CompletableFuture<List<String>> list(String prefix) {
        return namespace.list(prefix);
    }

    @Override
    public CompletableFuture<StreamInfo> describe(String name) {
        return namespace.describe(name);
    }

    @Override
    public CompletableFuture<StreamInfo> delete(String name) {
        return namespace.delete(name);
    }

    @Override
    public CompletableFuture<StreamWriter> openWriter(String name, WriterOptions options) {
        return namespace.openWriter(name, options);
    }

    @Override
    public CompletableFuture<StreamReader> openReader(String name, StartPosition start) {
        return namespace.openReader(name, start);
    }

    @Override
    public void close() {
        namespace.close();
        closeAfter.forEach(Runnable::run);
    }
}
