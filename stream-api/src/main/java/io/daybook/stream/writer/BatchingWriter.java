package io.daybook.stream.writer;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.LedgerException;
import io.daybook.stream.AppendOptions;
import io.daybook.stream.AppendResult;
import io.daybook.stream.LogRecord;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamException.Outcome;
import io.daybook.stream.StreamId;
import io.daybook.stream.StreamWriter;
import io.daybook.stream.TxidMode;
import io.daybook.stream.metadata.StreamMetadata;
import io.daybook.stream.record.BatchHeader;
import io.daybook.stream.record.ControlRecord;
import io.daybook.stream.record.OpenBatch;
import io.daybook.stream.record.RecordBatch;
import io.daybook.stream.record.TailState;
import io.daybook.stream.segment.BatchRequests;
import io.daybook.stream.segment.SegmentWriter;
import io.daybook.stream.segment.SentBatch;
import io.daybook.stream.writer.SegmentOpening.Opened;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives each record its order, fills batches, and keeps a few of them in flight: with less than {@code inflightBatchesMin} out, whatever is there goes
 * at once; with more out, batches grow until one comes back. So a lone append never waits, and a crowd shares entries.
 *
 * <p><b>Threads.</b> Public methods are safe from any thread; a request reaches the stream's loop with one hand-over, shared by all that arrive
 * meanwhile. All other state belongs to that loop, which is also the loop of the ledgers written to.
 *
 * <p><b>States.</b> RUNNING, REPAIRING (a ledger failed; everything is held), CLOSING, and ENDED for one of several reasons. Rolling is RUNNING with
 * sending held for one round trip. Positions already given to requests are never taken back while this ownership lasts.
 */
final class BatchingWriter implements StreamWriter, SegmentWriter.Owner {
    private static final Duration OWNER_PATIENCE = Duration.ofSeconds(5);

    private final WriterEnvironment env;
    private final Loop loop;
    private final AppendQueue queue;
    private final MutationLane lane;
    private final SegmentOpening opening;
    private final SegmentRoller roller;
    private final SegmentRepair repair;
    private final WriterClosing closing;
    private final Promise<Void> closed;
    private final boolean ownTxids;
    private final int batchBytesMax;

    private State state = State.RUNNING;
    private boolean closeRequested;
    private boolean held; // an end marker is under way, or the successor is not there yet
    private boolean flushing;
    private boolean lingered;
    private Loop.@Nullable Timer lingering;
    private @Nullable SegmentWriter current;
    private @Nullable OpenBatch open;
    private Requests openRequests = new Requests();
    private Requests newest = openRequests; // of the batch with the highest offsets
    private final ArrayDeque<Filled> ready = new ArrayDeque<>(); // full, not sent
    private int sizeHint = 1 << 10;
    private TailState sent; // state after the last batch sent
    private TailState committed;
    private long assignedTxid;
    private @Nullable Function<Outcome, StreamException> ending; // why appends are refused

    private volatile long assignedOffset; // written by the loop
    private volatile long committedOffset; // written by the loop

    BatchingWriter(WriterEnvironment env, StreamMetadata record, TailState tail) {
        this.env = env;
        this.loop = env.loop();
        this.queue = new AppendQueue(loop, env.settings().queueSizeMax().bytes(), this::drain);
        this.lane = new MutationLane(env.records(), loop, record, refusal -> fence(refusal));
        LedgerEnding ledgerEnding = new LedgerEnding(env, () -> !hasEnded());
        this.opening = new SegmentOpening(env, this);
        this.roller = new SegmentRoller(env, this, ledgerEnding);
        this.repair = new SegmentRepair(env, this);
        this.closing = new WriterClosing(env, this, ledgerEnding);
        this.closed = loop.promise();
        this.ownTxids = env.config().txidMode() == TxidMode.APPLICATION;
        this.batchBytesMax = (int)
                Math.min(env.config().batchSizeMax().bytes(), env.ledgers().payloadBytesMax());
        this.sent = tail;
        this.committed = tail;
        this.assignedTxid = tail.txid();
        this.assignedOffset = tail.nextOffset();
        this.committedOffset = tail.nextOffset();
    }

    private enum State {
        RUNNING,
        REPAIRING,
        CLOSING,
        /** Fenced, and finding out by whom. */
        FENCED,
        ENDED
    }

    // ---- any thread

    @Override
    public CompletableFuture<AppendResult> append(LogRecord record) {
        StreamException misshapen = check(record);
        if (misshapen != null) {
            return CompletableFuture.failedFuture(misshapen);
        }
        return offer(new PendingAppend(record, null, AppendOptions.DEFAULT, OpenBatch.sizeMax(record)));
    }

    @Override
    public CompletableFuture<AppendResult> append(List<LogRecord> records, AppendOptions options) {
        if (records.isEmpty()) {
            return CompletableFuture.failedFuture(
                    new StreamException.Invalid("an append to stream %s has no records".formatted(env.name())));
        }
        List<LogRecord> all = List.copyOf(records);
        long size = 0;
        for (LogRecord record : all) {
            StreamException misshapen = check(record);
            if (misshapen != null) {
                return CompletableFuture.failedFuture(misshapen);
            }
            size += OpenBatch.sizeMax(record);
        }
        if (size + io.daybook.stream.record.RecordFormat.HEADER_BYTES > batchBytesMax) {
            return CompletableFuture.failedFuture(new StreamException.TooLarge(
                    "an append of %d bytes to stream %s is over the limit of %d for one batch; append less at once"
                            .formatted(size, env.name(), batchBytesMax)));
        }
        return offer(new PendingAppend(null, all, options, (int) size));
    }

    @Override
    public CompletableFuture<Void> writable() {
        return queue.writable();
    }

    @Override
    public CompletableFuture<Void> flush() {
        return offer(new PendingAppend(null, null, AppendOptions.DEFAULT, 0)).thenApply(done -> null);
    }

    @Override
    public CompletableFuture<Void> roll() {
        Promise<Void> rolled = loop.promise();
        loop.execute(() -> {
            drain();
            Function<Outcome, StreamException> refusal = ending;
            if (refusal != null) {
                rolled.completeExceptionally(refusal.apply(Outcome.NOT_APPLIED));
            } else {
                flushing = true; // what was handed in before belongs to the old segment
                pump();
                roller.request(rolled);
            }
        });
        return rolled;
    }

    @Override
    public StreamId stream() {
        return env.stream();
    }

    @Override
    public long epoch() {
        return env.mutations().epoch();
    }

    @Override
    public long assignedTail() {
        return assignedOffset;
    }

    @Override
    public long committedTail() {
        return committedOffset;
    }

    @Override
    public CompletableFuture<Void> close() {
        loop.execute(() -> {
            drain();
            if (state == State.RUNNING || state == State.REPAIRING) {
                closeRequested = true;
                ending = outcome -> new StreamException.Closed(
                        outcome, "the writer of stream %s was closed; open another".formatted(env.name()));
                if (state == State.RUNNING) {
                    state = State.CLOSING;
                }
                pump();
                progress();
            }
        });
        return closed;
    }

    @Override
    public void abort() {
        loop.execute(() -> {
            if (!hasEnded()) {
                drain();
                end(outcome -> new StreamException.Closed(
                        outcome, "the writer of stream %s was aborted; open another".formatted(env.name())));
                giveBackUnfinished();
                closed.complete(null);
            }
        });
    }

    @Override
    public CompletableFuture<Void> closed() {
        return closed;
    }

    private PendingAppend offer(PendingAppend request) {
        if (!queue.offer(request)) {
            request.completeExceptionally(new StreamException.Throttled(
                    "an append to stream %s was refused: %s are waiting to be sent; await writable() before the next"
                            .formatted(env.name(), env.settings().queueSizeMax())));
        }
        return request;
    }

    private @Nullable StreamException check(LogRecord record) {
        long size = record.contentBytes();
        long max = env.config().recordSizeMax().bytes();
        if (size > max
                || OpenBatch.sizeMax(record) + io.daybook.stream.record.RecordFormat.HEADER_BYTES > batchBytesMax) {
            return new StreamException.TooLarge(
                    "a record of %d bytes for stream %s is over the limit of %d; nothing was sent"
                            .formatted(size, env.name(), max));
        }
        if (ownTxids == (record.txid() == LogRecord.NO_TXID)) {
            return new StreamException.Invalid(
                    ownTxids
                            ? "stream %s wants a txid on every record".formatted(env.name())
                            : "stream %s gives txids itself; append records without".formatted(env.name()));
        }
        return null;
    }

    // ---- the loop: requests to batches

    private void drain() {
        for (PendingAppend p = queue.take(); p != null; ) {
            PendingAppend following = p.next;
            p.next = null;
            if (!queue.park(p)) {
                accept(p);
            }
            p = following;
        }
        if (state == State.ENDED) {
            expel();
        }
        pump();
    }

    private void accept(PendingAppend request) {
        Function<Outcome, StreamException> refusal = ending;
        if (refusal != null) {
            queue.release(request.size);
            request.completeExceptionally(refusal.apply(Outcome.NOT_APPLIED));
            return;
        }
        if (request.isFlush()) {
            flushing = true;
            follow(request);
            return;
        }
        request.refusal = violated(request);
        if (request.refusal != null) {
            queue.release(request.size);
            follow(request);
            return;
        }
        OpenBatch batch = open;
        if (batch != null && batch.size() + request.size > batchBytesMax) {
            fill(batch);
            batch = null;
        }
        long offset = assignedOffset;
        if (batch == null) {
            batch = new OpenBatch(env.allocator(), offset, ownTxids, Math.max(sizeHint, request.size + 128));
            open = batch;
            openRequests = new Requests();
            newest = openRequests;
            startLingering();
        }
        for (int i = 0; i < request.count; i++) {
            batch.add(request.record(i));
        }
        if (ownTxids) {
            assignedTxid = request.record(request.count - 1).txid();
        }
        request.encoded(offset);
        assignedOffset = offset + request.count;
        openRequests.add(request);
        openRequests.queuedBytes += request.size;
        if (batch.size() >= env.settings().targetBatchSize().bytes()) {
            pump();
        }
    }

    /** Why the request may not follow those before it, or null. */
    private @Nullable StreamException violated(PendingAppend request) {
        long expected = request.options.expectedOffset();
        if (expected != AppendOptions.ANY_OFFSET && expected != assignedOffset) {
            return new StreamException.ConditionFailed(
                    assignedOffset,
                    "an append to stream %s expected offset %d but would get %d"
                            .formatted(env.name(), expected, assignedOffset));
        }
        if (ownTxids) {
            long last = assignedTxid;
            for (int i = 0; i < request.count; i++) {
                long txid = request.record(i).txid();
                if (txid < last) {
                    return new StreamException.TxidOutOfOrder(
                            "an append to stream %s has txid %d after %d".formatted(env.name(), txid, last));
                }
                last = txid;
            }
        }
        return null;
    }

    /** Answers {@code request} once everything before it is known. */
    private void follow(PendingAppend request) {
        if (committedOffset == assignedOffset) {
            StreamException refusal = request.refusal;
            if (refusal == null) {
                request.complete(new AppendResult(assignedOffset, assignedOffset - 1, committed.timestamp()));
            } else {
                request.completeExceptionally(refusal);
            }
        } else {
            newest.add(request);
        }
    }

    private void fill(OpenBatch batch) {
        ready.add(new Filled(batch, openRequests));
        open = null;
    }

    // ---- the loop: batches to the segment

    private void pump() {
        boolean admitted;
        do {
            send();
            admitted = false;
            for (PendingAppend p = queue.admitted(); p != null; p = queue.admitted()) {
                accept(p);
                admitted = true;
            }
        } while (admitted);
    }

    private void send() {
        if ((state != State.RUNNING && state != State.CLOSING) || held) {
            return;
        }
        if (current == null) {
            if ((open != null || !ready.isEmpty()) && !opening.busy()) {
                opening.open(null, committed, successor -> {
                    startSegment(successor);
                    pump();
                });
            }
            return;
        }
        while (!held && hasRoom(current)) {
            Filled full = ready.poll();
            OpenBatch batch = open;
            if (full != null) {
                dispatch(current, full);
            } else if (batch != null && goesNow(batch, current)) {
                open = null;
                dispatch(current, new Filled(batch, openRequests));
            } else {
                break;
            }
        }
        if (open == null && ready.isEmpty()) {
            flushing = false;
        }
    }

    private boolean hasRoom(SegmentWriter segment) {
        return segment.inFlight() < env.settings().inflightBatchesMax()
                && segment.inFlightBytes() < env.settings().inflightSizeMax().bytes()
                && segment.writable();
    }

    private boolean goesNow(OpenBatch batch, SegmentWriter segment) {
        return segment.inFlight() < env.settings().inflightBatchesMin()
                || batch.size() >= env.settings().targetBatchSize().bytes()
                || flushing
                || lingered
                || state == State.CLOSING;
    }

    private void dispatch(SegmentWriter segment, Filled filled) {
        long timestamp = Math.max(sent.timestamp(), env.nowMillis());
        sizeHint = Math.min(filled.batch().size() + 128, 1 << 18);
        lingered = false;
        RecordBatch batch =
                filled.batch().seal(segment.stamp(timestamp, sent), env.config().codec());
        sent = TailState.after(batch.header());
        segment.send(new SentBatch(batch, filled.requests()));
        queue.release(filled.requests().queuedBytes);
        roller.onSent(segment);
    }

    private void startLingering() {
        long nanos = env.settings().linger().toNanos();
        if (nanos == 0 || lingering != null) {
            return;
        }
        lingering = loop.schedule(nanos, () -> {
            lingering = null;
            lingered = open != null;
            pump();
        });
    }

    // ---- the loop: what becomes of batches

    @Override
    public void onCommitted(SegmentWriter segment, BatchHeader header) {
        committed = TailState.after(header);
        committedOffset = header.endOffset();
        if (!header.control()) {
            repair.onProgress();
        }
        if (hasEnded()) {
            return;
        }
        pump();
        if (segment == current && segment.inFlight() == 0 && open == null && ready.isEmpty() && !segment.recovered()) {
            segment.ledger().advanceLastAddConfirmed();
        }
        progress();
    }

    @Override
    public void onFailed(SegmentWriter segment, LedgerException failure) {
        if (hasEnded() || segment != current) {
            return;
        }
        if (failure instanceof LedgerException.Fenced || failure instanceof LedgerException.SealedByOther) {
            fence();
        } else {
            state = State.REPAIRING;
            repair.start(segment);
        }
    }

    /** Lets a close go on that waits for others. */
    void progress() {
        if (state == State.CLOSING) {
            closing.advance();
        }
    }

    // ---- for the parts that change segments

    /** Writes go to {@code successor} from now on. */
    SegmentWriter startSegment(Opened successor) {
        SegmentWriter segment = new SegmentWriter(
                env.stream().value(), successor.seq(), epoch(), successor.ledger(), committed, loop, this);
        successor.ledger().onWritable(this::pump);
        current = segment;
        segment.start(env.allocator());
        roller.onOpened(segment);
        return segment;
    }

    void sendControl(SegmentWriter segment, ControlRecord what, BatchRequests requests) {
        RecordBatch batch =
                ControlRecord.encode(what, sent.nextOffset(), segment.stamp(sent.timestamp(), sent), env.allocator());
        segment.send(new SentBatch(batch, requests));
    }

    /** Stops or resumes the sending of records. */
    void hold(boolean on) {
        held = on;
        if (!on) {
            pump();
        }
    }

    /** The failed segment was left behind. */
    void repaired() {
        if (state == State.REPAIRING) {
            state = closeRequested ? State.CLOSING : State.RUNNING;
        }
        pump();
        progress();
    }

    boolean endsWith(SegmentWriter segment) {
        return closing.endsWith(segment) || roller.switching();
    }

    void cancelEnding() {
        roller.cancelEnding();
        closing.cancelEnding();
    }

    void whenRollerQuiet(Runnable then) {
        roller.whenQuiet(then);
    }

    @Nullable
    Opened takeNext() {
        return roller.takeNext();
    }

    void completeRoll(SegmentWriter old, long nextSeq) {
        roller.complete(old, nextSeq);
    }

    MutationLane lane() {
        return lane;
    }

    SegmentOpening opening() {
        return opening;
    }

    @Nullable
    SegmentWriter current() {
        return current;
    }

    TailState sentTail() {
        return sent;
    }

    TailState committed() {
        return committed;
    }

    boolean isRunning() {
        return state == State.RUNNING;
    }

    /** Closing, and nothing left to do before the last segment can end. */
    boolean isIdle() {
        SegmentWriter segment = current;
        return state == State.CLOSING
                && open == null
                && ready.isEmpty()
                && roller.quiet()
                && !opening.busy()
                && (segment == null || segment.inFlight() == 0);
    }

    boolean hasEnded() {
        return state == State.ENDED || state == State.FENCED;
    }

    // ---- the end

    void closedInGoodOrder() {
        roller.abandonNext();
        end(Objects.requireNonNull(ending, "a close that nobody asked for"));
        closed.complete(null);
    }

    /** Another owner closed our ledger: finds out who, then ends. */
    void fence() {
        if (hasEnded()) {
            return;
        }
        state = State.FENCED;
        stop();
        ending = outcome -> lost(outcome, null);
        Futures.whenDone(env.records().read(env.deadline(OWNER_PATIENCE)), loop, (record, failure) -> {
            StreamException refusal = record != null
                    ? env.mutations().ownerRefusal(record)
                    : failure instanceof StreamException.Deleted deleted ? deleted : null;
            endAs(refusal == null ? lost(Outcome.NOT_APPLIED, null) : refusal);
        });
    }

    /** The record is another's. */
    private void fence(StreamException refusal) {
        if (!hasEnded()) {
            stop();
            endAs(refusal);
        }
    }

    /** Nothing helps: gives the stream up without closing it, so that the next owner recovers the end. */
    void giveUp(String what, @Nullable Throwable cause) {
        if (hasEnded()) {
            return;
        }
        Function<Outcome, StreamException> why = outcome -> new StreamException.Unavailable(
                outcome,
                "the writer of stream %s gave up, since %s%s; open another"
                        .formatted(env.name(), what, cause == null ? "" : ": " + cause.getMessage()),
                cause);
        end(why);
        giveBackUnfinished();
        closed.completeExceptionally(why.apply(Outcome.UNKNOWN));
    }

    private void endAs(StreamException refusal) {
        Function<Outcome, StreamException> why = outcome -> {
            String message = Objects.requireNonNull(refusal.getMessage());
            if (refusal instanceof StreamException.OwnershipLost lost) {
                return new StreamException.OwnershipLost(outcome, lost.owner(), message);
            }
            return refusal instanceof StreamException.Deleted ? new StreamException.Deleted(outcome, message) : refusal;
        };
        end(why);
        closed.completeExceptionally(why.apply(Outcome.NOT_APPLIED));
    }

    private StreamException lost(Outcome outcome, io.daybook.stream.@Nullable StreamOwner owner) {
        return new StreamException.OwnershipLost(
                outcome,
                owner,
                "stream %s: another process closed the ledger of epoch %d; open a new writer to continue"
                        .formatted(env.name(), epoch()));
    }

    private void stop() {
        lane.end();
        if (lingering != null) {
            lingering.cancel();
        }
    }

    private void end(Function<Outcome, StreamException> why) {
        stop();
        state = State.ENDED;
        ending = why;
        Supplier<StreamException> unknown = () -> why.apply(Outcome.UNKNOWN);
        Supplier<StreamException> notApplied = () -> why.apply(Outcome.NOT_APPLIED);
        roller.end(why.apply(Outcome.NOT_APPLIED));
        List<SentBatch> inFlight = new ArrayList<>(repair.takeUnsaved());
        SegmentWriter segment = current;
        if (segment != null) {
            inFlight.addAll(segment.giveUp());
            segment.ledger().onWritable(null);
            segment.ledger().abandon();
        }
        for (SentBatch sentBatch : inFlight) {
            sentBatch.batch().close();
            if (sentBatch.requests() instanceof Requests requests) {
                requests.fail(unknown, notApplied);
            }
        }
        for (Filled full = ready.poll(); full != null; full = ready.poll()) {
            drop(full, notApplied);
        }
        OpenBatch batch = open;
        open = null;
        if (batch != null) {
            drop(new Filled(batch, openRequests), notApplied);
        }
        drain(); // and whoever waits for room
    }

    private void expel() {
        Function<Outcome, StreamException> why = Objects.requireNonNull(ending, "an end without a reason");
        for (PendingAppend p = queue.expelled(); p != null; p = queue.expelled()) {
            p.completeExceptionally(why.apply(Outcome.NOT_APPLIED));
        }
    }

    private void drop(Filled full, Supplier<StreamException> notApplied) {
        full.batch().release();
        queue.release(full.requests().queuedBytes);
        full.requests().fail(notApplied, notApplied);
    }

    /** Takes our name off the record, so that others need not wait for this process to end. */
    private void giveBackUnfinished() {
        env.records()
                .change(
                        env.mutations().release(null, committed, true, env.nowMillis()),
                        env.deadline(OWNER_PATIENCE),
                        () -> true);
    }

    private record Filled(OpenBatch batch, Requests requests) {}
}
