package io.daybook.bookie.server;

import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.ledger.protocol.MalformedFrameException;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.RequestDecoder;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.WireV2;
import io.daybook.ledger.protocol.WireV3;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a bookie: decodes its requests, lets as many begin as its byte budget allows, sends the answers.
 *
 * <p>When the budget is used up, or the peer does not take its answers, nothing more is read from the connection; the few requests that
 * were read already wait here. A frame that makes no sense closes the connection. Belongs to the connection's loop; {@link #answer} is for
 * any lane's loop.
 */
final class Session implements ConnHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private static final int REQUEST_BYTES = 256; // objects and buffers of a request without payload
    private static final int GROUP_ENTRY_BYTES = 192; // objects of each entry of a group, if each is of another ledger
    private static final int READ_BYTES_MIN = 4 << 10;
    private static final int READ_BYTES_FIRST = 64 << 10;
    private static final int SHARED_BODY_MIN = 1 << 10; // smaller entries are cheaper copied than sent by reference

    private final Conn conn;
    private final Lane lane;
    private final RequestDispatcher dispatcher;
    private final ServerLimits limits;
    private final RequestDecoder decoder = new RequestDecoder();
    private final ArrayDeque<Request> parked = new ArrayDeque<>(); // read but not begun, since there is no room

    private long bytes; // charged for what is under way
    private int readBytes = READ_BYTES_FIRST; // what an entry read here may weigh: the largest lately
    private int polls; // parked or on their way
    private boolean polled; // ever: then other lanes may hold waits
    private boolean reading = true;
    private boolean resuming;
    private boolean closed;
    private volatile boolean congested; // the peer does not take its answers

    Session(Conn conn, Lane lane, RequestDispatcher dispatcher, ServerLimits limits) {
        this.conn = conn;
        this.lane = lane;
        this.dispatcher = dispatcher;
        this.limits = limits;
    }

    Lane lane() {
        return lane;
    }

    /** True while the peer does not take what it asked for; safe from any loop, and may be out of date. */
    boolean congested() {
        return congested;
    }

    // ---- frames in

    @Override
    public void onFrame(Conn from, ByteBuf frame) {
        if (closed) {
            frame.release();
            return;
        }
        Request request;
        try {
            request = decoder.decode(frame);
        } catch (MalformedFrameException malformed) {
            LOG.info("closed a connection: {} peer={}", malformed.getMessage(), conn.peer());
            conn.close();
            return;
        }
        if (parked.isEmpty() && admits()) {
            begin(request);
        } else {
            parked.add(request);
            readOn(false);
        }
    }

    private boolean admits() {
        return bytes < limits.connectionBytes().bytes() && conn.writable() && lane.admits(this);
    }

    private void begin(Request request) {
        int charge = charge(request);
        if (isPoll(request)) {
            if (polls >= limits.pollsPerConnection()) {
                send(Answers.refusal(request, Status.BUSY));
                return;
            }
            polls++;
            polled = true;
        }
        bytes += charge;
        lane.took(charge);
        dispatcher.dispatch(this, request, charge);
    }

    private int charge(Request request) {
        if (request instanceof Request.Add add) {
            return REQUEST_BYTES + add.body().readableBytes();
        }
        if (request instanceof Request.GroupAdd group) {
            return REQUEST_BYTES
                    + group.count() * GROUP_ENTRY_BYTES
                    + group.entries().readableBytes();
        }
        if (isPoll(request)) {
            return ServerLimits.POLL_BYTES;
        }
        if (request instanceof Request.StridedRead strided) {
            long bytes = Math.min(limits.batchBytes().bytes(), strided.bytesMax());
            return REQUEST_BYTES + Math.max(readBytes, (int) bytes);
        }
        return switch (request.operation()) {
            case READ, READ_LAC -> REQUEST_BYTES + readBytes;
            case BATCH_READ -> REQUEST_BYTES + limits.batchBytes().intBytes();
            default -> REQUEST_BYTES;
        };
    }

    private static boolean isPoll(Request request) {
        return request instanceof Request.Read read && read.longPoll() && !read.fence() && read.timeoutMillis() > 0;
    }

    // ---- answers out

    /** Sends {@code response}, which is taken over, and gives back what its request was charged. On any lane's loop. */
    void answer(Lane from, Request request, Response response, int charge) {
        if (from == lane) {
            settle(request, response, charge);
        } else {
            from.mailTo(lane).post(new LoopMail.Letter() {
                @Override
                public void deliver() {
                    settle(request, response, charge);
                }

                @Override
                public void returned() {
                    response.release();
                }
            });
        }
    }

    /** Sends an answer, which is taken over, and gives back what the request was charged for it. */
    void settle(Request request, Response response, int charge) {
        bytes -= charge;
        if (isPoll(request)) {
            polls--;
        }
        send(response);
        lane.gave(charge);
        if (!parked.isEmpty() || !reading) {
            resumeSoon();
        }
    }

    private void send(Response response) {
        if (closed) {
            response.release();
            return;
        }
        if (response instanceof Response.Read read && read.body() != null) {
            sendEntry(read, read.body());
            return;
        }
        ByteBufAllocator allocator = dispatcher.allocator();
        if (response instanceof Response.StridedRead strided && strided.records() != null) {
            conn.send(WireV3.encodeStridedHead(strided, allocator), strided.records());
            return;
        }
        conn.send(response.tag().v3() ? WireV3.encode(response, allocator) : WireV2.encode(response, allocator));
    }

    private void sendEntry(Response.Read read, ByteBuf body) {
        int size = body.readableBytes();
        readBytes = Math.max(Math.max(size, READ_BYTES_MIN), readBytes - readBytes / 16);
        ByteBufAllocator allocator = dispatcher.allocator();
        boolean v3 = read.tag().v3();
        if (size < SHARED_BODY_MIN) {
            conn.send(v3 ? WireV3.encode(read, allocator) : WireV2.encode(read, allocator));
            return;
        }
        ByteBuf head = v3
                ? WireV3.encodeReadHead(read, allocator)
                : WireV2.encodeReadHead(read.tag(), read.status(), read.ledgerId(), read.entryId(), allocator);
        conn.send(head, body);
    }

    // ---- pressure

    @Override
    public void onWritable(Conn from, boolean writable) {
        congested = !writable;
        if (writable) {
            resumeSoon();
        } else {
            readOn(false);
        }
    }

    /** There may be room again: goes on in a task of its own, so that answers do not pile up calls. */
    void resumeSoon() {
        if (!resuming && !closed) {
            resuming = true;
            conn.loop().execute(() -> {
                resuming = false;
                resume();
            });
        }
    }

    private void resume() {
        while (!closed && !parked.isEmpty()) {
            if (!admits()) {
                return;
            }
            begin(parked.remove());
        }
        if (!closed && conn.writable()) {
            readOn(true);
        }
    }

    private void readOn(boolean on) {
        if (reading != on) {
            reading = on;
            conn.reading(on);
        }
    }

    // ---- end

    @Override
    public void onClosed(Conn from, @Nullable Throwable cause) {
        closed = true;
        parked.forEach(Request::release);
        parked.clear();
        lane.sessions(-1);
        if (polled) {
            dispatcher.abandon(this);
        }
    }

    /** Closes the connection from any thread. */
    void close() {
        conn.close();
    }
}
