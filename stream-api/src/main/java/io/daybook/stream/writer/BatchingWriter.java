package io.daybook.stream.writer;

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
import io.daybook.stream.metadata.StreamMetadata;
import io.daybook.stream.record.BatchHeader;
import io.daybook.stream.record.ControlRecord;
import io.daybook.stream.record.OpenBatch;
import io.daybook.stream.record.TailState;
import io.daybook.stream.segment.BatchRequests;
import io.daybook.stream.segment.SegmentWriter;
import io.daybook.stream.segment.SentBatch;
import io.daybook.stream.writer.SegmentOpening.Opened;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The writer that applications hold: requests come in, a {@link BatchFiller} gives them their order, a {@link BatchSender} says when a batch goes, and
 * this decides what state the stream is in. So a lone append never waits, and a crowd shares entries.
 *
 * <p><b>Threads.</b> Public methods are safe from any thread; a request reaches the stream's loop with one hand-over, shared by all that arrive
 * meanwhile. All other state belongs to that loop, which is also the loop of the ledgers written to.
 *
 * <p><b>States.</b> RUNNING, REPAIRING (a ledger failed; everything is held), CLOSING, and ENDED for one of several reasons. Rolling is RUNNING with
 * sending held for one round trip. Positions already given to requests are never taken back while this ownership lasts.
 */
final class BatchingWriter implements StreamWriter, SegmentWriter.Owner {
    private static final AtomicLongFieldUpdater<BatchingWriter> COMMITTED_OFFSET =
            AtomicLongFieldUpdater.newUpdater(BatchingWriter.class, "committedOffset");

    private final WriterEnvironment env;
    private final Loop loop;
    private final RequestShape shape;
    private final AppendQueue queue;
    private final BatchFiller filler;
    private final BatchSender sender;
    private final MutationLane lane;
    private final SegmentOpening opening;
    private final SegmentRoller roller;
    private final SegmentRepair repair;
    private final WriterClosing closing;
    private final WriterLoss loss;
    private final Promise<Void> closed;

    private State state = State.RUNNING;
    private boolean unsent; // records have a place in a batch that has not gone, or wait for room in one
    private boolean closeRequested;
    private boolean repairUnproven; // a ledger failed, and nothing was stored since
    private TailState committed;
    private @Nullable Function<Outcome, StreamException> ending; // why appends are refused

    private volatile long committedOffset; // written by the loop

    BatchingWriter(WriterEnvironment env, StreamMetadata record, TailState tail) {
        this.env = env;
        this.loop = env.loop();
        this.shape = new RequestShape(env);
        this.queue = new AppendQueue(loop, env.settings().queueSizeMax().bytes(), this::drain);
        this.filler = new BatchFiller(env, queue, tail);
        this.lane = new MutationLane(env.records(), loop, record, refusal -> refused(refusal));
        LedgerEnding ledgerEnding = new LedgerEnding(env, () -> !hasEnded());
        this.opening = new SegmentOpening(env, this);
        this.roller = new SegmentRoller(env, this, ledgerEnding);
        this.sender = new BatchSender(env, queue, filler, roller, tail, this::pump);
        this.repair = new SegmentRepair(env, this);
        this.closing = new WriterClosing(env, this, ledgerEnding);
        this.loss = new WriterLoss(env, this);
        this.closed = loop.promise();
        this.committed = tail;
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
        StreamException misshapen = shape.refusal(record);
        if (misshapen != null) {
            return CompletableFuture.failedFuture(misshapen);
        }
        return offer(new PendingAppend(record, null, AppendOptions.DEFAULT, OpenBatch.sizeMax(record)));
    }

    @Override
    public CompletableFuture<AppendResult> append(List<LogRecord> records, AppendOptions options) {
        List<LogRecord> all = List.copyOf(records);
        StreamException misshapen = shape.refusal(all);
        if (misshapen != null) {
            return CompletableFuture.failedFuture(misshapen);
        }
        return offer(new PendingAppend(null, all, options, (int) RequestShape.sizeMax(all)));
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
                sender.flush(); // what was handed in before belongs to the old segment
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
        return filler.assignedOffset();
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
                endUnfinished(
                        outcome -> new StreamException.Closed(
                                outcome, "the writer of stream %s was aborted; open another".formatted(env.name())),
                        null);
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
            sender.flush();
            filler.follow(request, committed);
            return;
        }
        unsent = true;
        if (filler.add(request, committed)) {
            sender.begun();
        }
        if (sender.grown()) {
            pump();
        }
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
        if (state != State.RUNNING && state != State.CLOSING) {
            return;
        }
        if (sender.send(state == State.CLOSING) && !opening.busy()) {
            opening.open(null, committed, successor -> {
                startSegment(successor);
                pump();
            });
        }
        unsent = !filler.isEmpty() || queue.hasWaiting();
    }

    // ---- the loop: what becomes of batches

    @Override
    public void onCommitted(SegmentWriter segment, BatchHeader header) {
        committed = segment.committed();
        COMMITTED_OFFSET.lazySet(this, committed.nextOffset());
        if (repairUnproven && !header.control()) {
            repairUnproven = false;
            repair.onProgress();
        }
        if (hasEnded()) {
            return;
        }
        if (unsent) { // else the ledger tells readers by itself
            pump();
        }
        progress();
    }

    @Override
    public void onFailed(SegmentWriter segment, LedgerException failure) {
        if (hasEnded() || segment != sender.segment()) {
            return;
        }
        if (failure instanceof LedgerException.Fenced || failure instanceof LedgerException.SealedByOther) {
            fence();
        } else {
            state = State.REPAIRING;
            repairUnproven = true;
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
        sender.start(segment);
        segment.start(env.allocator());
        roller.onOpened(segment);
        return segment;
    }

    void sendControl(SegmentWriter segment, ControlRecord what, BatchRequests requests) {
        sender.sendControl(segment, what, requests);
    }

    /** Stops or resumes the sending of records. */
    void hold(boolean on) {
        sender.hold(on);
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
        return sender.segment();
    }

    TailState sentTail() {
        return sender.sent();
    }

    TailState committed() {
        return committed;
    }

    boolean isRunning() {
        return state == State.RUNNING;
    }

    /** Closing, and nothing left to do before the last segment can end. */
    boolean isIdle() {
        SegmentWriter segment = sender.segment();
        return state == State.CLOSING
                && filler.isEmpty()
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
        end(Objects.requireNonNull(ending, "a close that nobody asked for"), null);
    }

    /** Another owner closed our ledger. */
    void fence() {
        if (!hasEnded()) {
            loss.onFenced();
        }
    }

    private void refused(StreamException refusal) {
        if (!hasEnded()) {
            loss.onRefused(refusal);
        }
    }

    /** Nothing helps: gives the stream up. */
    void giveUp(String what, @Nullable Throwable cause) {
        if (!hasEnded()) {
            loss.onGivenUp(what, cause);
        }
    }

    /** Sends and accepts nothing more, while the reason is looked for. */
    void holdForGood(Function<Outcome, StreamException> why) {
        state = State.FENCED;
        stop();
        ending = why;
    }

    /** Ends, and leaves the open segment to the next owner's recovery. */
    void endUnfinished(Function<Outcome, StreamException> why, @Nullable StreamException told) {
        finish(why);
        loss.giveBackUnfinished();
        tellClosed(told);
    }

    /** Ends: requests fail with {@code why}, and {@link #closed} with {@code told} unless that is null. */
    void end(Function<Outcome, StreamException> why, @Nullable StreamException told) {
        finish(why);
        tellClosed(told);
    }

    private void tellClosed(@Nullable StreamException told) {
        if (told == null) {
            closed.complete(null);
        } else {
            closed.completeExceptionally(told);
        }
    }

    private void stop() {
        lane.end();
        sender.stop();
    }

    private void finish(Function<Outcome, StreamException> why) {
        stop();
        state = State.ENDED;
        ending = why;
        Supplier<StreamException> unknown = () -> why.apply(Outcome.UNKNOWN);
        Supplier<StreamException> notApplied = () -> why.apply(Outcome.NOT_APPLIED);
        roller.end(why.apply(Outcome.NOT_APPLIED));
        List<SentBatch> inFlight = new ArrayList<>(repair.takeUnsaved());
        SegmentWriter segment = sender.segment();
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
        filler.dropAll(notApplied);
        drain(); // and whoever waits for room
    }

    private void expel() {
        Function<Outcome, StreamException> why = Objects.requireNonNull(ending, "an end without a reason");
        for (PendingAppend p = queue.expelled(); p != null; p = queue.expelled()) {
            p.completeExceptionally(why.apply(Outcome.NOT_APPLIED));
        }
    }
}
