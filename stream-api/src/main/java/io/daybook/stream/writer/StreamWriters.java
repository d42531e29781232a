package io.daybook.stream.writer;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.Probe;
import io.daybook.base.time.Clock;
import io.daybook.ledger.LedgerClient;
import io.daybook.stream.StreamId;
import io.daybook.stream.StreamWriter;
import io.daybook.stream.WriterOptions;
import io.daybook.stream.metadata.Ownership;
import io.daybook.stream.metadata.StreamMetadataStore;
import io.daybook.stream.metadata.StreamRecords;
import io.netty.buffer.ByteBufAllocator;

/** Opens writers of streams. Safe from any thread. */
public final class StreamWriters {
    private final StreamMetadataStore store;
    private final LedgerClient ledgers;
    private final Ownership ownership;
    private final WriterConfig settings;
    private final Loops loops;
    private final Entropy entropy;
    private final Probe probe;
    private final ByteBufAllocator allocator;
    private final RollBudget rollBudget;

    /** Writers on {@code loops}, which must be those of {@code ledgers}. */
    public StreamWriters(
            StreamMetadataStore store,
            LedgerClient ledgers,
            Ownership ownership,
            WriterConfig settings,
            Loops loops,
            Entropy entropy,
            Clock clock,
            Probe probe,
            ByteBufAllocator allocator) {
        this.store = store;
        this.ledgers = ledgers;
        this.ownership = ownership;
        this.settings = settings;
        this.loops = loops;
        this.entropy = entropy;
        this.probe = probe;
        this.allocator = allocator;
        this.rollBudget = new RollBudget(clock);
    }

    /** Becomes the owner of {@code stream}; completes on the stream's loop. */
    public Promise<StreamWriter> open(StreamId stream, WriterOptions options) {
        Loop loop = loops.of(stream.value());
        Promise<StreamWriter> opened = loop.promise();
        loop.execute(() -> {
            StreamRecords records = new StreamRecords(store, stream, loop);
            SegmentAcquisition acquisition = new SegmentAcquisition(
                    records,
                    ledgers,
                    ownership,
                    settings,
                    options,
                    loop,
                    probe,
                    changed -> store.watch(stream, changed, loop));
            Futures.whenDone(acquisition.start(), loop, (acquired, failure) -> {
                if (acquired == null) {
                    opened.completeExceptionally(failure == null ? new IllegalStateException() : failure);
                    return;
                }
                WriterEnvironment env = new WriterEnvironment(
                        stream,
                        acquired.record().name(),
                        acquired.record().config(),
                        settings,
                        ledgers,
                        records,
                        acquired.mutations(),
                        loop,
                        entropy,
                        probe,
                        rollBudget,
                        allocator);
                opened.complete(new BatchingWriter(env, acquired.record(), acquired.tail()));
            });
        });
        return opened;
    }
}
