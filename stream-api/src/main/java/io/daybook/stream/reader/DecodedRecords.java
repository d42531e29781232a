package io.daybook.stream.reader;

import io.daybook.stream.ReadRecord;
import io.daybook.stream.StreamException;
import io.daybook.stream.record.RecordBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The records of the batch being delivered, and the place in the stream that delivery has reached. A batch is decoded when its turn comes, since its
 * bytes are smaller than its records.
 *
 * <p><b>Threads.</b> Belongs to the reader's loop, except {@link #offset} and {@link #segment}.
 */
final class DecodedRecords {
    private final ReadAhead readAhead;
    private final Consumer<StreamException> onRefused;
    private List<ReadRecord> records = List.of();
    private int delivered; // of them

    private volatile long offset; // written by the loop
    private volatile long segment; // written by the loop

    /** Continues at {@code offset}; {@code onRefused} is told of a batch that cannot be decoded, before {@link #take} returns what stands before it. */
    DecodedRecords(ReadAhead readAhead, long offset, Consumer<StreamException> onRefused) {
        this.readAhead = readAhead;
        this.offset = offset;
        this.onRefused = onRefused;
    }

    /** The next records that are ready, possibly none: up to {@code maxRecords}, or to the one that reaches {@code maxBytes}. */
    List<ReadRecord> take(int maxRecords, long maxBytes) {
        List<ReadRecord> out = new ArrayList<>();
        long bytes = 0;
        while (out.size() < maxRecords && bytes < maxBytes && (delivered < records.size() || decodeNext())) {
            ReadRecord next = records.get(delivered++);
            out.add(next);
            bytes += next.content().contentBytes();
            offset = next.offset() + 1;
        }
        return out;
    }

    /** Forgets what was decoded and not delivered. */
    void drop() {
        records = List.of();
        delivered = 0;
    }

    private boolean decodeNext() {
        while (true) {
            RecordBatch batch = readAhead.take();
            if (batch == null) {
                return false;
            }
            try (batch) {
                records = batch.records(offset);
                delivered = 0;
                segment = batch.header().seq();
            } catch (StreamException refused) {
                drop();
                onRefused.accept(refused);
                return false;
            }
            if (!records.isEmpty()) {
                return true;
            }
        }
    }

    /** Offset of the next record to be delivered; any thread. */
    long offset() {
        return offset;
    }

    /** Segment of the last record delivered; any thread. */
    long segment() {
        return segment;
    }
}
