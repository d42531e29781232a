package io.daybook.stream.writer;

import io.daybook.stream.Codec;
import io.daybook.stream.record.ControlRecord;
import io.daybook.stream.record.OpenBatch;
import io.daybook.stream.record.RecordBatch;
import io.daybook.stream.record.TailState;
import io.daybook.stream.segment.BatchRequests;
import io.daybook.stream.segment.SegmentWriter;
import io.daybook.stream.segment.SentBatch;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a batch goes, stamps it and gives it to the segment that is written: with less than {@code inflightBatchesMin} out, whatever is there goes
 * at once; with more out, batches grow until one comes back. Belongs to the stream's loop.
 */
final class BatchSender {
    private final WriterEnvironment env;
    private final AppendQueue queue;
    private final BatchFiller filler;
    private final SegmentRoller roller;
    private final CompressionTrial compression;
    private final @Nullable Linger linger; // null if batches wait for nobody
    private final int inflightMin;
    private final int inflightMax;
    private final long inflightBytesMax;
    private final int targetBytes;

    private @Nullable SegmentWriter segment;
    private TailState sent; // state after the last batch sent
    private boolean held; // an end marker is under way, or the successor is not there yet
    private boolean flushing; // until all that is there has gone

    /** Sends what {@code filler} has, behind {@code tail}; calls {@code onLingered} when a batch has waited for company as long as was asked for. */
    BatchSender(
            WriterEnvironment env,
            AppendQueue queue,
            BatchFiller filler,
            SegmentRoller roller,
            TailState tail,
            Runnable onLingered) {
        WriterConfig settings = env.settings();
        this.env = env;
        this.queue = queue;
        this.filler = filler;
        this.roller = roller;
        this.compression = new CompressionTrial(env.config().codec());
        this.linger = settings.linger().isZero() ? null : new Linger(env.loop(), settings.linger(), onLingered);
        this.inflightMin = settings.inflightBatchesMin();
        this.inflightMax = settings.inflightBatchesMax();
        this.inflightBytesMax = settings.inflightSizeMax().bytes();
        this.targetBytes = (int) settings.targetBatchSize().bytes();
        this.sent = tail;
    }

    /** Batches go to {@code successor} from now on. */
    void start(SegmentWriter successor) {
        segment = successor;
    }

    /** The segment that is written, or null before the first. */
    @Nullable
    SegmentWriter segment() {
        return segment;
    }

    /** State after the last batch that was sent. */
    TailState sent() {
        return sent;
    }

    /** Stops or allows the sending of records. */
    void hold(boolean on) {
        held = on;
    }

    /** Nothing that is there now waits for company. */
    void flush() {
        flushing = true;
    }

    /** A batch was begun. */
    void begun() {
        if (linger != null) {
            linger.begin();
        }
    }

    /** Whether the open batch need not grow any more. */
    boolean grown() {
        OpenBatch batch = filler.open();
        return batch != null && batch.size() >= targetBytes;
    }

    /** Sends what may go now; true if all there is waits for a first segment. */
    boolean send(boolean closing) {
        while (!held && !filler.isEmpty()) {
            SegmentWriter to = segment;
            if (to == null) {
                return true;
            }
            if (!hasRoom(to)) {
                return false;
            }
            Requests full = filler.takeFull();
            if (full != null) {
                dispatch(to, full);
            } else if (closing || goesNow(to)) {
                dispatch(to, filler.takeOpen());
            } else {
                return false;
            }
        }
        if (!held) {
            flushing = false;
            lingersNoMore();
        }
        return false;
    }

    /** Sends a batch without records to {@code to}. */
    void sendControl(SegmentWriter to, ControlRecord what, BatchRequests requests) {
        to.send(new SentBatch(
                ControlRecord.encode(what, sent.nextOffset(), to.stamp(sent.timestamp(), sent), env.allocator()),
                requests));
    }

    void stop() {
        if (linger != null) {
            linger.stop();
        }
    }

    private boolean hasRoom(SegmentWriter to) {
        return to.inFlight() < inflightMax && to.inFlightBytes() < inflightBytesMax && to.writable();
    }

    private void lingersNoMore() {
        if (linger != null) {
            linger.reset();
        }
    }

    private boolean goesNow(SegmentWriter to) {
        return to.inFlight() < inflightMin || grown() || flushing || linger != null && linger.over();
    }

    private void dispatch(SegmentWriter to, Requests requests) {
        long timestamp = Math.max(sent.timestamp(), env.nowMillis());
        lingersNoMore();
        OpenBatch filled = requests.batch;
        Codec codec = filled.compressible() ? compression.next() : Codec.NONE;
        RecordBatch batch = filled.seal(to.stamp(timestamp, sent), codec);
        if (codec != Codec.NONE) {
            compression.tried(batch.header().codec() != Codec.NONE);
        }
        SentBatch leaving = new SentBatch(batch, requests);
        sent = leaving.after();
        to.send(leaving);
        queue.release(requests.queuedBytes);
        roller.onSent(to);
    }
}
