package io.daybook.stream.segment;

import io.daybook.base.error.Check;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerWriter;
import io.daybook.stream.metadata.SegmentEnding;
import io.daybook.stream.record.BatchHeader;
import io.daybook.stream.record.BatchStamp;
import io.daybook.stream.record.ControlRecord;
import io.daybook.stream.record.RecordBatch;
import io.daybook.stream.record.TailState;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes one segment: one batch = one entry of its ledger, in order, and owns the batches in flight. Belongs to the stream's loop, as the ledger does.
 *
 * <p><b>Failure.</b> The first failed append ends the segment: its owner is told once, batches in flight stay here until {@link #resolve} says what
 * recovery made of them or {@link #giveUp} hands them out.
 */
public final class SegmentWriter {
    private final long streamId;
    private final long seq;
    private final long epoch;
    private final LedgerWriter ledger;
    private final TailState from;
    private final Owner owner;
    private final Loop loop;
    private final long openedNanos;

    private @Nullable SentBatch oldest; // in flight, as a chain
    private @Nullable SentBatch newest;
    private int inFlight;
    private long inFlightBytes;
    private long entries; // sent
    private long bytes; // sent
    private boolean hasData; // sent

    private TailState committed;
    private long lastEntry = -1; // committed
    private long committedBytes;
    private long startTimestamp;
    private boolean failed;
    private boolean recovered;

    /** A segment that continues from {@code from}. */
    public SegmentWriter(
            long streamId, long seq, long epoch, LedgerWriter ledger, TailState from, Loop loop, Owner owner) {
        this.streamId = streamId;
        this.seq = seq;
        this.epoch = epoch;
        this.ledger = ledger;
        this.from = from;
        this.committed = from;
        this.loop = loop;
        this.owner = owner;
        this.openedNanos = loop.clock().nanos();
    }

    /** Told what becomes of batches, on the loop. */
    public interface Owner {

        /** A batch was committed; its requests have been told. */
        void onCommitted(SegmentWriter segment, BatchHeader header);

        /** An append failed; nothing more will be committed without recovery. Once per segment. */
        void onFailed(SegmentWriter segment, LedgerException failure);
    }

    /** Sends the batch that every segment starts with. */
    public void start(ByteBufAllocator allocator) {
        ControlRecord start = new ControlRecord.SegmentStart(streamId, seq, epoch, from, List.of());
        send(new SentBatch(
                ControlRecord.encode(start, from.nextOffset(), stamp(from.timestamp(), from), allocator),
                BatchRequests.NOBODY));
    }

    /** What a batch sent now must carry. */
    public BatchStamp stamp(long timestamp, TailState before) {
        // without producers, the start of the segment is the only snapshot there is
        return new BatchStamp(streamId, seq, epoch, 0, timestamp, before.txid(), before.fence());
    }

    /** Whether one more batch can be taken. */
    public boolean writable() {
        return !failed && ledger.writable();
    }

    /** Sends a batch and takes it over. Only while {@link #writable()}, except for the start and the end of a segment. */
    public void send(SentBatch sent) {
        long entry = entries++;
        int size = sent.batch().size();
        enqueue(sent);
        inFlightBytes += size;
        bytes += size;
        hasData |= !sent.batch().header().control();
        Futures.whenDone(ledger.append(sent.batch().frame()), loop, (id, failure) -> {
            if (failure != null) {
                onFailure(entry, failure);
            } else if (!recovered && inFlight > 0) {
                long stored = id == null ? -1 : id;
                Check.state(
                        stored == entry,
                        "entry %s of ledger %s was stored as %s",
                        entry,
                        ledger.ledger().value(),
                        stored);
                onStored(entry);
            }
        });
    }

    /** What recovery found: everything up to {@code lastEntry} is committed now; the rest is handed out for another segment. */
    public List<SentBatch> resolve(long lastEntry) {
        Check.state(
                lastEntry >= this.lastEntry && lastEntry < entries,
                "ledger %s was recovered up to entry %s; entry %s was acknowledged and %s sent",
                ledger.ledger(),
                lastEntry,
                this.lastEntry,
                entries);
        failed = true;
        recovered = true;
        while (this.lastEntry < lastEntry) {
            onStored(this.lastEntry + 1);
        }
        return giveUp();
    }

    /** Hands out what is in flight; nothing that happens to it is of interest any more. */
    public List<SentBatch> giveUp() {
        failed = true;
        recovered = true;
        List<SentBatch> rest = new ArrayList<>(inFlight);
        while (inFlight > 0) {
            rest.add(dequeue());
        }
        inFlightBytes = 0;
        return rest;
    }

    /** How this segment ended; only once nothing is in flight. */
    public SegmentEnding ending() {
        return new SegmentEnding(
                seq,
                from.nextOffset(),
                committed.nextOffset(),
                lastEntry,
                committedBytes,
                startTimestamp,
                committed.timestamp(),
                committed.txid(),
                recovered);
    }

    /** Says that somebody else than the writer decided the end, without anything having been in flight. */
    public void markRecovered() {
        failed = true;
        recovered = true;
    }

    public boolean recovered() {
        return recovered;
    }

    public LedgerWriter ledger() {
        return ledger;
    }

    public long seq() {
        return seq;
    }

    /** State after the last committed batch. */
    public TailState committed() {
        return committed;
    }

    public int inFlight() {
        return inFlight;
    }

    public long inFlightBytes() {
        return inFlightBytes;
    }

    /** The batch sent last that is still in flight, or null. */
    public @Nullable SentBatch lastInFlight() {
        return newest;
    }

    /** Whether a batch with records was sent. */
    public boolean hasData() {
        return hasData;
    }

    /** Bytes sent. */
    public long bytes() {
        return bytes;
    }

    /** Entries sent. */
    public long entries() {
        return entries;
    }

    public long ageNanos(long nowNanos) {
        return nowNanos - openedNanos;
    }

    /** Lists of bookies the ledger has gone through. */
    public int fragments() {
        return ledger.metadata().fragments().size();
    }

    private void enqueue(SentBatch sent) {
        if (newest == null) {
            oldest = sent;
        } else {
            newest.next = sent;
        }
        newest = sent;
        inFlight++;
    }

    private SentBatch dequeue() {
        SentBatch first = oldest;
        if (first == null) {
            throw new IllegalStateException("nothing is in flight to ledger " + ledger.ledger());
        }
        oldest = first.next;
        first.next = null;
        if (oldest == null) {
            newest = null;
        }
        inFlight--;
        return first;
    }

    private void onStored(long entry) {
        SentBatch sent = dequeue();
        RecordBatch batch = sent.batch();
        BatchHeader header = batch.header();
        inFlightBytes -= batch.size();
        committedBytes += batch.size();
        if (lastEntry < 0) {
            startTimestamp = header.timestamp();
        }
        lastEntry = entry;
        committed = sent.after();
        batch.close();
        sent.requests().onCommitted(header);
        owner.onCommitted(this, header);
    }

    private void onFailure(long entry, Throwable failure) {
        if (failed) {
            return; // told already; later entries of a failed ledger fail as well
        }
        failed = true;
        owner.onFailed(
                this,
                failure instanceof LedgerException known
                        ? known
                        : new LedgerException.ProtocolBroken(
                                LedgerException.Outcome.UNKNOWN,
                                "append of entry %d to ledger %s ended in a bug: %s"
                                        .formatted(entry, ledger.ledger(), failure),
                                failure));
    }
}
