package io.daybook.ledger.transport;

import io.daybook.base.error.Check;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Transport;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.protocol.Operation;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Tag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one loop to all bookies: up to two for each, one per wire format.
 *
 * <p>Where v2 cannot tell two requests apart (the same operation on the same entry), the second goes over the bookie's v3 connection.
 */
public final class ConnectionPool implements Bookies, AutoCloseable {
    private final Transport transport;
    private final Loop loop;
    private final BookieResolver resolver;
    private final PoolConfig config;
    private final ByteBufAllocator allocator = Buffers.POOL;

    private final Map<BookieId, Lanes> bookies = new LinkedHashMap<>(); // this and below: the loop only
    private @Nullable Lanes last; // the bookie asked last, often the next one too
    private long nowNanos;
    private boolean nowKnown;
    private boolean closed;
    private final Runnable forgetNow = this::forgetNow;

    /** A pool of {@code loop}, which opens connections through {@code transport} as they are needed. */
    public ConnectionPool(Transport transport, Loop loop, BookieResolver resolver, PoolConfig config) {
        this.transport = transport;
        this.loop = loop;
        this.resolver = resolver;
        this.config = config;
    }

    /** The connections to one bookie. */
    private final class Lanes {
        private final BookieId bookie;
        private final BookieConnection v2;
        private final BookieConnection v3;

        Lanes(BookieId bookie) {
            this.bookie = bookie;
            this.v2 = connection(bookie, false);
            this.v3 = connection(bookie, true);
        }
    }

    private BookieConnection connection(BookieId bookie, boolean v3) {
        return new BookieConnection(bookie, v3, loop, transport, resolver, config, allocator);
    }

    @Override
    public <R extends Response> Promise<R> call(BookieId bookie, Request request, Class<R> answer, Duration timeout) {
        checkLoop();
        Lanes lanes = lanes(bookie);
        Promise<R> promise = loop.promise();
        var call = new PendingCall<>(request, answer, promise, now() + timeout.toNanos());
        boolean v3 = config.wire().v3(request) || ambiguous(lanes.v2, request);
        (v3 ? lanes.v3 : lanes.v2).call(call, request);
        return promise;
    }

    /** Whether an answer over v2 to {@code request} could be taken for that to another. */
    private static boolean ambiguous(BookieConnection v2, Request request) {
        if (request instanceof Request.Read read) {
            return v2.taken(read.ledgerId(), read.entryId(), Operation.READ);
        }
        return request instanceof Request.Add add && v2.taken(add.ledgerId(), add.entryId(), Operation.ADD);
    }

    @Override
    public void add(
            BookieId bookie,
            long ledgerId,
            long entryId,
            byte[] masterKey,
            ByteBuf body,
            boolean recovery,
            Duration timeout,
            int slot,
            int token,
            AddListener listener) {
        checkLoop();
        Lanes lanes = lanes(bookie);
        var add = new PendingAdd(
                ledgerId, entryId, body.readableBytes(), now() + timeout.toNanos(), slot, token, listener);
        boolean v3 = config.wire() == WireChoice.V3 || lanes.v2.taken(ledgerId, entryId, Operation.ADD);
        (v3 ? lanes.v3 : lanes.v2).add(add, masterKey, body, recovery);
    }

    @Override
    public void addGroup(BookieId bookie, Request.GroupAdd group, Duration timeout, GroupListener listener) {
        checkLoop();
        lanes(bookie).v3.call(new PendingGroup(group, now() + timeout.toNanos(), listener), group);
    }

    @Override
    public void addDeferred(
            BookieId bookie,
            long ledgerId,
            long entryId,
            byte[] masterKey,
            ByteBuf body,
            Duration timeout,
            int slot,
            int token,
            DeferredListener listener) {
        checkLoop();
        var add = new PendingDeferred(
                ledgerId, entryId, body.readableBytes(), now() + timeout.toNanos(), slot, token, listener);
        lanes(bookie).v3.call(add, new Request.Add(Tag.V2, ledgerId, entryId, masterKey, body, false, true));
    }

    @Override
    public Promise<TracedRead> readTraced(BookieId bookie, Request.Read request, Duration timeout) {
        checkLoop();
        Promise<Response.Read> answered = loop.promise();
        var call = new PendingCall<>(request, Response.Read.class, answered, now() + timeout.toNanos());
        lanes(bookie).v3.call(call, request);
        return (Promise<TracedRead>) answered.thenApply(answer -> new TracedRead(answer, call.connection()));
    }

    @Override
    public Promise<Response.Force> force(BookieId bookie, long ledgerId, int connection, Duration timeout) {
        checkLoop();
        Promise<Response.Force> promise = loop.promise();
        Request request = new Request.Force(Tag.V2, ledgerId);
        var call = new PendingCall<>(request, Response.Force.class, promise, now() + timeout.toNanos());
        lanes(bookie).v3.callOver(connection, call, request);
        return promise;
    }

    @Override
    public long outstandingBytes(BookieId bookie) {
        Lanes lanes = bookies.get(bookie);
        return lanes == null ? 0 : lanes.v2.addBytes() + lanes.v3.addBytes();
    }

    /** Closes all connections; what is in flight fails, later calls fail as not sent. */
    @Override
    public void close() {
        loop.run(() -> {
            closed = true;
            for (Lanes lanes : bookies.values()) {
                lanes.v2.close();
                lanes.v3.close();
            }
        });
    }

    private Lanes lanes(BookieId bookie) {
        Lanes known = last;
        if (known != null && known.bookie.equals(bookie)) {
            return known;
        }
        known = bookies.get(bookie);
        if (known == null) {
            known = new Lanes(bookie);
            bookies.put(bookie, known);
            if (closed) {
                known.v2.close();
                known.v3.close();
            }
        }
        last = known;
        return known;
    }

    /** The clock, read once per pass. */
    private long now() {
        if (!nowKnown) {
            nowNanos = loop.clock().nanos();
            nowKnown = true;
            loop.afterPass(forgetNow);
        }
        return nowNanos;
    }

    private void forgetNow() {
        nowKnown = false;
    }

    private void checkLoop() {
        Check.state(loop.inLoop(), "the bookies of %s were called from elsewhere", loop.name());
    }
}
