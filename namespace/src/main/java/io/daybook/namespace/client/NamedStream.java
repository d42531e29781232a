package io.daybook.namespace.client;

import io.daybook.stream.LogStream;
import io.daybook.stream.StartPosition;
import io.daybook.stream.StreamId;
import io.daybook.stream.StreamInfo;
import io.daybook.stream.StreamReader;
import io.daybook.stream.StreamWriter;
import io.daybook.stream.WriterOptions;
import java.util.concurrent.CompletableFuture;

/** A stream that was found by name. */
record NamedStream(StoredNamespace namespace, String name, StreamId id) implements LogStream {

    @Override
    public CompletableFuture<StreamInfo> describe() {
        return namespace.describe(id);
    }

    @Override
    public CompletableFuture<Long> tail() {
        return namespace.tail(id);
    }

    @Override
    public CompletableFuture<StreamWriter> openWriter(WriterOptions options) {
        return namespace.openWriter(id, options);
    }

    @Override
    public CompletableFuture<StreamReader> openReader(StartPosition start) {
        return namespace.openReader(id, start);
    }

    @Override
    public String toString() {
        return "stream '" + name + "' (" + id + ")";
    }
}
