package io.daybook.stream;

import java.util.concurrent.CompletableFuture;

/** One stream, found by name once and known by its id from then on. Safe from any thread; futures fail with {@link StreamException}. */
public interface LogStream {

    StreamId id();

    /** The name it was found by. */
    String name();

    /** The stream's record, and its committed tail. */
    CompletableFuture<StreamInfo> describe();

    /** The offset the next committed record will get: a lower bound that needs no owner. */
    CompletableFuture<Long> tail();

    /**
     * Becomes the owner. Recovers what the owner before left unfinished. Fails with Owned, Deleted, SealedStream, Unavailable, Corrupt.
     */
    CompletableFuture<StreamWriter> openWriter(WriterOptions options);

    /** Starts to read. Fails with OffsetTruncated, OffsetBeyondTail, Deleted, Unavailable. */
    CompletableFuture<StreamReader> openReader(StartPosition start);
}
