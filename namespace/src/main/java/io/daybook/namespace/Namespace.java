package io.daybook.namespace;

import io.daybook.stream.LogStream;
import io.daybook.stream.StartPosition;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamInfo;
import io.daybook.stream.StreamReader;
import io.daybook.stream.StreamWriter;
import io.daybook.stream.WriterOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A set of named streams. The same name may mean another stream after a delete; a {@link LogStream} keeps meaning the one it was opened for.
 *
 * <p><b>Threads.</b> Safe from any thread. Futures complete on a loop and fail with {@link StreamException}; names that break the rules of {@link
 * StreamName} fail with Invalid.
 */
public interface Namespace extends AutoCloseable {

    /** Makes a stream. Fails with AlreadyExists. */
    CompletableFuture<LogStream> create(String name, StreamConfig config);

    /** Finds a stream. Fails with NotFound. */
    CompletableFuture<LogStream> open(String name);

    /** Names that start with {@code prefix}, sorted; an empty prefix lists all. */
    CompletableFuture<List<String>> list(String prefix);

    /** The stream's record and its committed tail. Fails with NotFound. */
    CompletableFuture<StreamInfo> describe(String name);

    /**
     * Takes the name away, ends the owner's rights and fences the segments that are still open. Completes with the stream as it was. Its ledgers keep
     * their space until a janitor removes them: see docs/formats/stream-metadata.md. Fails with NotFound.
     */
    CompletableFuture<StreamInfo> delete(String name);

    /** Becomes the owner of a stream: {@link LogStream#openWriter}. */
    CompletableFuture<StreamWriter> openWriter(String name, WriterOptions options);

    /** As the other, failing if a live process owns the stream. */
    default CompletableFuture<StreamWriter> openWriter(String name) {
        return openWriter(name, WriterOptions.DEFAULT);
    }

    /** Reads a stream: {@link LogStream#openReader}. */
    CompletableFuture<StreamReader> openReader(String name, StartPosition start);

    /** Closes writers and readers and waits for them, at most some seconds; not from a loop. */
    @Override
    void close();
}
