package io.daybook.ledger.transport;

import io.daybook.base.config.Durations;
import io.daybook.base.error.Check;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.Transport;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.protocol.Frames;
import io.daybook.ledger.protocol.MalformedFrameException;
import io.daybook.ledger.protocol.Operation;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.ResponseDecoder;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.Tag;
import io.daybook.ledger.protocol.WireV2;
import io.daybook.ledger.protocol.WireV3;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One bookie over one wire format: opens a connection when first needed and again after it was lost, and matches answers to requests
 * (R94).
 *
 * <p><b>Threads.</b> Belongs to its pool's loop. Failures are told by a task of their own, never inside the call that caused them.
 *
 * <p><b>Matching.</b> Over v3 by transaction id; over v2 by ledger, entry and operation, of which one may be in flight at a time ({@link
 * #taken}), batch reads by request id. An answer that comes too late is dropped; one that fits nothing ever sent closes the
 * connection.
 *
 * <p><b>Time-outs.</b> One timer for the earliest deadline of all requests; when it fires all are looked at. Since requests with equal
 * time-outs are answered long before, it fires about once per time-out, however many requests there were.
 */
final class BookieConnection {
    private static final int ABANDONED_MAX = 10_000;

    /** Less than the usual time-out: the first request that gets no answer ends a connection that has fallen silent (RG-22). */
    private static final Duration SILENCE_MAX = Duration.ofSeconds(4);

    private final BookieId bookie;
    private final boolean v3;
    private final Loop loop;
    private final Transport transport;
    private final BookieResolver resolver;
    private final PoolConfig config;
    private final ByteBufAllocator allocator;
    private final ResponseDecoder decoder;

    private final Silence silence;
    private final PendingTable sent = new PendingTable();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(); // until there is a connection
    private final PendingTable waitingKeys = new PendingTable(); // v2 only: keys that those in waiting will have
    private long waitingBytes;
    private long addBytes;
    private long lastId; // transaction id of v3, request id of batch reads
    private int abandoned; // requests that timed out, adds excepted
    private long
            abandonedBytes; // of adds that timed out; they count as open, since their bytes may still be queued here

    private @Nullable Conn conn;
    private @Nullable String givenUp; // why we close the current connection
    private boolean opening;
    private boolean answering; // the current connection brought an answer
    private int attempt; // counts openings: tells a late one from the current one
    private int failures; // attempts to connect since one was answered
    private long retryAtNanos;
    private @Nullable String trouble; // why the last attempt failed
    private boolean closed;

    private Loop.@Nullable Timer timer;
    private long timerAtNanos;

    /** A request that waits for the connection. Owns the request's buffers. */
    private record Waiting(Pending pending, Request request, int bytes) {}

    BookieConnection(
            BookieId bookie,
            boolean v3,
            Loop loop,
            Transport transport,
            BookieResolver resolver,
            PoolConfig config,
            ByteBufAllocator allocator) {
        this.bookie = bookie;
        this.v3 = v3;
        this.loop = loop;
        this.transport = transport;
        this.resolver = resolver;
        this.config = config;
        this.allocator = allocator;
        this.decoder = new ResponseDecoder(v3);
        this.silence = new Silence(loop);
    }

    /** Whether a v2 request with these ids must not be sent here now, since an answer could be taken for that to another. */
    boolean taken(long ledgerId, long entryId, Operation operation) {
        return sent.has(ledgerId, entryId, operation) || waitingKeys.has(ledgerId, entryId, operation);
    }

    long addBytes() {
        return addBytes;
    }

    // ---- sending

    /** Sends an add. Takes {@code body} over. */
    void add(PendingAdd add, byte[] masterKey, ByteBuf body, boolean recovery) {
        addBytes += add.addBytes();
        Conn open = conn;
        if (open == null) {
            Tag tag = recovery ? Tag.V2_HIGH : Tag.V2;
            wait(
                    add,
                    new Request.Add(tag, add.ledgerId, add.entryId, masterKey, body, recovery, false),
                    add.addBytes());
        } else if (open.queuedBytes() > config.queueSizeMax().bytes()) {
            body.release();
            refuse(add, full());
        } else {
            sendAdd(open, add, masterKey, body, recovery);
        }
    }

    private void sendAdd(Conn open, PendingAdd add, byte[] masterKey, ByteBuf body, boolean recovery) {
        ByteBuf head;
        if (v3) {
            key(add, ++lastId, 0);
            Tag tag = new Tag(Tag.V3, lastId, recovery ? 100 : 0);
            head = WireV3.encodeAddHead(
                    tag, add.ledgerId, add.entryId, masterKey, body.readableBytes(), recovery, false, allocator);
        } else {
            key(add, add.ledgerId, add.entryId);
            head = WireV2.encodeAddHead(masterKey, recovery, allocator);
        }
        awaits(add);
        open.send(head, body);
    }

    /** Sends a request. Takes its buffers over. */
    void call(Pending call, Request request) {
        addBytes += call.addBytes();
        Conn open = conn;
        if (open == null) {
            wait(call, request, call.addBytes() + 64);
        } else if (open.queuedBytes() > config.queueSizeMax().bytes()) {
            request.release();
            refuse(call, full());
        } else {
            send(open, call, request);
        }
    }

    /** As {@link #call}, but only over the connection of this number: fails, with nothing sent, if that one is gone. */
    void callOver(int connection, Pending call, Request request) {
        if (conn != null && attempt == connection) {
            call(call, request);
        } else {
            request.release();
            addBytes += call.addBytes();
            refuse(call, "the connection that brought its earlier answers is lost");
        }
    }

    private void send(Conn open, Pending call, Request request) {
        call.sentOver(attempt);
        int priority = request.tag().priority();
        Request tagged;
        if (v3) {
            key(call, ++lastId, 0);
            tagged = request.tagged(new Tag(Tag.V3, lastId, priority));
        } else if (request instanceof Request.BatchRead batch) {
            key(call, ++lastId, 0);
            tagged = new Request.BatchRead(
                    priority > 0 ? Tag.V2_HIGH : Tag.V2,
                    batch.ledgerId(),
                    batch.firstEntry(),
                    lastId,
                    batch.countMax(),
                    batch.bytesMax(),
                    batch.fence(),
                    batch.masterKey());
        } else {
            key(call, request.ledgerId(), entryId(request));
            tagged = request.tagged(priority > 0 ? Tag.V2_HIGH : Tag.V2);
        }
        awaits(call);
        Frames.send(open, tagged, allocator);
    }

    /** {@code pending}, whose key is set, is being sent. */
    private void awaits(Pending pending) {
        if (sent.size() == 0) {
            silence.begins();
        }
        sent.put(pending);
        watch(pending.deadlineNanos);
    }

    private static void key(Pending pending, long keyA, long keyB) {
        pending.keyA = keyA;
        pending.keyB = keyB;
    }

    private static long entryId(Request request) {
        if (request instanceof Request.Add add) {
            return add.entryId();
        }
        return request instanceof Request.Read read ? read.entryId() : Long.MIN_VALUE;
    }

    private void wait(Pending pending, Request request, int bytes) {
        String problem = null;
        if (closed) {
            problem = "this client is closed";
        } else if (waitingBytes + bytes > config.queueSizeMax().bytes()) {
            problem = full();
        } else if (!opening && failures > 0 && retryAtNanos - loop.clock().nanos() > 0) {
            problem = trouble + "; it is tried again soon";
        }
        if (problem != null) {
            refuse(pending, problem);
            request.release();
            return;
        }
        waiting.add(new Waiting(pending, request, bytes));
        waitingBytes += bytes;
        if (keyed(request)) {
            key(pending, request.ledgerId(), entryId(request));
            waitingKeys.put(pending);
        }
        watch(pending.deadlineNanos);
        open();
    }

    /** Whether {@code request} is matched by its ledger and entry. */
    private boolean keyed(Request request) {
        return !v3 && !(request instanceof Request.BatchRead);
    }

    /** After {@code w} was taken from those waiting. */
    private void waitsNoMore(Waiting w) {
        waitingBytes -= w.bytes;
        if (keyed(w.request)) {
            waitingKeys.remove(w.pending.keyA, w.pending.keyB, w.pending.operation);
        }
    }

    private String full() {
        return config.queueSizeMax() + " wait to be sent already";
    }

    /** Fails a request that certainly did not leave, by a task of its own. */
    private void refuse(Pending pending, String problem) {
        loop.execute(() -> fail(pending, unsent(problem)));
    }

    private void fail(Pending pending, UnreachableException failure) {
        addBytes -= pending.addBytes();
        pending.fail(bookie, failure);
    }

    private UnreachableException unsent(@Nullable String problem) {
        return new UnreachableException(false, "bookie %s was not asked: %s".formatted(bookie, problem), null);
    }

    // ---- opening

    private void open() {
        if (opening) {
            return;
        }
        opening = true;
        int mine = ++attempt;
        long started = loop.clock().nanos();
        Loop.Timer patience = loop.schedule(
                config.connectTimeout().toNanos(),
                () -> openingFailed(mine, "no connection within " + Durations.format(config.connectTimeout())));
        Futures.whenDone(resolver.resolve(bookie, loop), loop, (address, unknown) -> {
            if (mine != attempt || !opening) {
                return;
            }
            if (address == null) {
                patience.cancel();
                openingFailed(mine, message(unknown));
                return;
            }
            long spent = loop.clock().nanos() - started;
            var left = config.connectTimeout().minusNanos(spent);
            connect(mine, address, left.isNegative() ? Duration.ZERO : left, patience);
        });
    }

    private void connect(int mine, HostPort address, Duration timeout, Loop.Timer patience) {
        Attempt handler = new Attempt(mine);
        Futures.whenDone(transport.connect(address, loop, handler, timeout), loop, (opened, failure) -> {
            patience.cancel();
            if (opened == null) {
                openingFailed(mine, message(failure));
            } else if (mine != attempt || !opening || closed) {
                opened.close();
            } else {
                opening = false;
                conn = opened;
                silence.begins();
                answering = false;
                sendWaiting();
            }
        });
    }

    private void openingFailed(int mine, @Nullable String problem) {
        if (mine != attempt || !opening) {
            return;
        }
        opening = false;
        attempt++;
        delayNext();
        trouble = "no connection to it: " + problem;
        failWaiting();
    }

    private void delayNext() {
        long min = config.retryDelayMin().toNanos();
        long max = config.retryDelayMax().toNanos();
        long delay = Math.min(max, min << Math.min(failures, 20));
        failures++;
        retryAtNanos = loop.clock().nanos() + Math.max(delay, min);
    }

    private void failWaiting() {
        List<Waiting> all = new ArrayList<>(waiting);
        waiting.clear();
        all.forEach(this::waitsNoMore);
        for (Waiting w : all) {
            w.request.release();
            fail(w.pending, unsent(trouble));
        }
    }

    private void sendWaiting() {
        for (Waiting w = waiting.poll(); w != null && conn != null; w = waiting.poll()) {
            waitsNoMore(w);
            if (w.pending instanceof PendingAdd add && w.request instanceof Request.Add request) {
                sendAdd(conn, add, request.masterKey(), request.body(), request.recovery());
            } else {
                send(conn, w.pending, w.request);
            }
        }
    }

    private static @Nullable String message(@Nullable Throwable failure) {
        return failure == null ? null : failure.getMessage();
    }

    /** Hears of one connection; one that came too late is closed and of no interest. */
    private final class Attempt implements ConnHandler {
        private final int mine;

        Attempt(int mine) {
            this.mine = mine;
        }

        @Override
        public void onFrame(Conn from, ByteBuf frame) {
            if (mine == attempt) {
                BookieConnection.this.onFrame(frame);
            } else {
                frame.release();
            }
        }

        @Override
        public void onWritable(Conn from, boolean writable) {
            // callers bound what they have in flight by bytes: see addBytes
        }

        @Override
        public void onClosed(Conn from, @Nullable Throwable cause) {
            if (mine == attempt) {
                BookieConnection.this.onClosed(cause);
            }
        }
    }

    // ---- answers

    private void onFrame(ByteBuf frame) {
        failures = 0;
        answering = true;
        silence.heard();
        if (!v3 && WireV2.isAddAnswer(frame)) {
            Status status = WireV2.answerStatus(frame);
            long ledgerId = WireV2.answerLedgerId(frame);
            long entryId = WireV2.answerEntryId(frame);
            frame.release();
            Pending pending = sent.remove(ledgerId, entryId, Operation.ADD);
            if (pending instanceof PendingAdd add && !add.abandoned) {
                addBytes -= add.addBytes();
                add.answer(bookie, status);
            } else {
                answered(pending, new Response.Add(Tag.V2, status, ledgerId, entryId));
            }
            return;
        }
        Response response = decoder.decode(frame);
        Pending pending = find(response);
        if (pending == null && v3 && late(response.tag().txnId())) {
            response.release();
            return;
        }
        answered(pending, response);
    }

    /** Whether {@code txnId} was sent and waits no more: it timed out, and its answer comes too late. */
    private boolean late(long txnId) {
        for (Operation operation : Operation.values()) {
            if (sent.has(txnId, 0, operation)) {
                return false; // answered with another operation
            }
        }
        return txnId > 0 && txnId <= lastId;
    }

    private @Nullable Pending find(Response response) {
        if (v3) {
            return sent.remove(response.tag().txnId(), 0, response.operation());
        }
        if (response instanceof Response.BatchRead batch) {
            return sent.remove(batch.requestId(), 0, Operation.BATCH_READ);
        }
        if (response instanceof Response.Read read) {
            return sent.remove(read.ledgerId(), read.entryId(), Operation.READ);
        }
        return response instanceof Response.Add add ? sent.remove(add.ledgerId(), add.entryId(), Operation.ADD) : null;
    }

    private void answered(@Nullable Pending pending, Response response) {
        if (pending == null) {
            String what = response.operation() + " of ledger " + response.ledgerId();
            response.release();
            throw new MalformedFrameException("bookie %s answered what it was not asked: %s".formatted(bookie, what));
        }
        if (pending.abandoned) {
            if (pending.addBytes() == 0) {
                abandoned--;
            } else {
                addBytes -= pending.addBytes();
                abandonedBytes -= pending.addBytes();
            }
            response.release();
            return;
        }
        if (!pending.fits(response)) {
            sent.put(pending); // fails with the connection, which the exception closes
            String what = response.operation() + " of ledger " + response.ledgerId();
            response.release();
            throw new MalformedFrameException("bookie %s answered %s to %s of ledger %d"
                    .formatted(bookie, what, pending.operation, pending.ledgerId));
        }
        addBytes -= pending.settledBy(response);
        if (!pending.isLast(response)) {
            sent.put(pending); // more is to come
        }
        pending.answer(bookie, response);
    }

    private void onClosed(@Nullable Throwable cause) {
        conn = null;
        attempt++;
        trouble = "the connection was lost: " + why(cause);
        givenUp = null;
        if (!answering) {
            delayNext(); // it brought no answer at all: not to be opened again at once
        }
        abandoned = 0;
        abandonedBytes = 0;
        List<Pending> lost = sent.removeAll();
        for (Pending pending : lost) {
            if (pending.abandoned) {
                addBytes -= pending.addBytes();
            } else {
                fail(
                        pending,
                        new UnreachableException(
                                true, "bookie %s gave no answer: %s".formatted(bookie, trouble), cause));
            }
        }
    }

    private @Nullable String why(@Nullable Throwable cause) {
        if (closed) {
            return "this client is closed";
        }
        if (givenUp != null) {
            return givenUp;
        }
        return cause == null ? "the bookie closed it" : cause.getMessage();
    }

    // ---- time-outs

    private void watch(long deadlineNanos) {
        if (timer != null) {
            if (timerAtNanos - deadlineNanos <= 0) {
                return;
            }
            timer.cancel();
        }
        timerAtNanos = deadlineNanos;
        timer = loop.schedule(Math.max(0, deadlineNanos - loop.clock().nanos()), this::expire);
    }

    private void expire() {
        timer = null;
        long now = loop.clock().nanos();
        List<Pending> late = new ArrayList<>();
        for (Pending pending : sent.removeIf(p -> !p.abandoned && p.deadlineNanos - now <= 0)) {
            late.add(pending);
        }
        for (Pending pending : late) {
            if (pending.addBytes() > 0) {
                pending.abandoned = true;
                abandonedBytes += pending.addBytes();
                sent.put(pending);
            } else if (!v3) {
                pending.abandoned = true;
                abandoned++;
                sent.put(pending);
            }
        }
        List<Waiting> unsent = new ArrayList<>();
        waiting.removeIf(w -> w.pending.deadlineNanos - now <= 0 && unsent.add(w));
        long none = now + Long.MAX_VALUE / 2;
        long next = sent.earliestDeadline(none);
        for (Waiting w : waiting) {
            next = w.pending.deadlineNanos - next < 0 ? w.pending.deadlineNanos : next;
        }
        if (next != none) {
            watch(next);
        }
        unsent.forEach(this::waitsNoMore);
        for (Waiting w : unsent) {
            w.request.release();
            fail(w.pending, unsent("no connection to it in time"));
        }
        for (Pending pending : late) {
            pending.fail(
                    bookie,
                    new UnreachableException(
                            true,
                            "bookie %s gave no answer to %s of ledger %d in time"
                                    .formatted(bookie, pending.operation, pending.ledgerId),
                            null));
        }
        boolean silent = !late.isEmpty() && silence.lasted(SILENCE_MAX.toNanos(), now);
        boolean unanswered = abandoned > ABANDONED_MAX
                || abandonedBytes > config.queueSizeMax().bytes();
        if (conn != null && (silent || unanswered)) {
            givenUp = silent
                    ? "nothing came over it for more than " + Durations.format(SILENCE_MAX)
                    : "too many requests over it were never answered";
            conn.close(); // the other side may be gone for good without a word: a new connection tells
        }
    }

    /** Closes the connection; what is in flight fails. */
    void close() {
        Check.state(loop.inLoop(), "the connection with %s was closed from elsewhere than %s", bookie, loop);
        closed = true;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (opening) {
            openingFailed(attempt, "this client is closed");
        }
        if (conn != null) {
            conn.close();
        }
    }
}
