package io.daybook.relay;

import io.daybook.base.config.DataSize;
import io.daybook.base.exec.Awaiting;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.Transport;
import io.daybook.base.time.SystemClock;
import io.daybook.ledger.protocol.Frames;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.RequestDecoder;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.ResponseDecoder;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.Tag;
import io.daybook.ledger.transport.NettyLoops;
import io.daybook.ledger.transport.NettyTransport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client and a bookie that says OK to everything, at the two ends of a relay; both write down what arrives. */
final class TwoEnds implements AutoCloseable {
    static final long LEDGER = 7;
    static final String CLOSED = "closed";

    private final NettyLoops loops = NettyLoops.start("ends", 2, SystemClock.INSTANCE);
    private final NettyTransport transport = NettyTransport.open(loops, DataSize.mebibytes(5));
    private final Loop loop = loops.loops().all().get(0);
    private final Transport.Listener bookie =
            Awaiting.real(transport.listen(new HostPort("127.0.0.1", 0), this::accepted, loop));
    private final boolean v3;
    private final Map<Direction, BlockingQueue<String>> arrivals = new EnumMap<>(Direction.class);
    private volatile @Nullable Conn bookieSide;

    final BookieRelay relay = BookieRelay.start(bookie.address());
    final boolean inHex; // arrivals as bytes instead of words
    final Conn client;

    TwoEnds(boolean v3, boolean inHex, boolean withRelay) {
        this.v3 = v3;
        this.inHex = inHex;
        for (Direction direction : Direction.values()) {
            arrivals.put(direction, new LinkedBlockingQueue<>());
        }
        ResponseDecoder decoder = new ResponseDecoder(v3);
        HostPort to = withRelay ? relay.address() : bookie.address();
        client = Awaiting.real(transport.connect(
                to,
                loop,
                new End(Direction.TO_CLIENT, (conn, frame) -> {
                    Response response = decoder.decode(frame);
                    String words = response.operation() + words(response);
                    response.release();
                    return words;
                }),
                Duration.ofSeconds(10)));
    }

    private static String words(Response response) {
        return response instanceof Response.Add add
                ? " " + add.entryId()
                : response instanceof Response.Read read ? " " + read.entryId() : "";
    }

    static TwoEnds through(boolean v3) {
        return new TwoEnds(v3, false, true);
    }

    private ConnHandler accepted(Conn conn) {
        bookieSide = conn;
        RequestDecoder decoder = new RequestDecoder();
        return new End(Direction.TO_BOOKIE, (from, frame) -> {
            Request request = decoder.decode(frame);
            String words = request.operation() + words(request);
            Frames.send(from, answer(request), PooledByteBufAllocator.DEFAULT);
            request.release();
            return words;
        });
    }

    private static String words(Request request) {
        return request instanceof Request.Add add
                ? " " + add.entryId()
                : request instanceof Request.Read read ? " " + read.entryId() : "";
    }

    private static Response answer(Request request) {
        Tag tag = request.tag();
        if (request instanceof Request.Read read) {
            int size = read.entryId() < 1000 ? 30 : 1 << 16;
            return new Response.Read(tag, Status.OK, LEDGER, read.entryId(), body(read.entryId(), size), 3, 12345);
        }
        if (request instanceof Request.BatchRead batch) {
            return new Response.BatchRead(
                    tag,
                    Status.OK,
                    LEDGER,
                    batch.firstEntry(),
                    batch.requestId(),
                    List.of(body(batch.firstEntry(), 30), body(batch.firstEntry() + 1, 40)));
        }
        if (request instanceof Request.ReadLac) {
            return new Response.ReadLac(tag, Status.OK, LEDGER, body(1, 30), body(2, 30));
        }
        if (request instanceof Request.ListEntries) {
            return new Response.ListEntries(tag, Status.OK, LEDGER, new byte[64]);
        }
        if (request instanceof Request.Auth auth) {
            return new Response.Auth(tag, Status.OK, auth.pluginName(), new byte[] {1, 2, 3});
        }
        return Response.refusing(request, Status.OK);
    }

    /** An entry with ids where bookies look for them. */
    static ByteBuf body(long entry, int size) {
        ByteBuf body = PooledByteBufAllocator.DEFAULT.buffer(size);
        body.writeLong(LEDGER).writeLong(entry).writeLong(entry - 1);
        return body.writeZero(size - body.readableBytes());
    }

    Tag tag(long id) {
        return v3 ? new Tag(Tag.V3, id, 0) : Tag.V2;
    }

    Request add(long entry, int size, boolean recovery) {
        return new Request.Add(tag(1000 + entry), LEDGER, entry, new byte[20], body(entry, size), recovery, false);
    }

    Request read(long entry) {
        return Request.Read.plain(tag(2000 + entry), LEDGER, entry);
    }

    /** One request of each type there is in this wire format. */
    List<Request> everyType() {
        byte[] key = new byte[20];
        List<Request> all = new ArrayList<>(List.of(
                add(0, 60, false),
                add(1, 60, true),
                read(2),
                Request.Read.fencing(tag(3), LEDGER, 3, key),
                new Request.Auth(tag(4), "plugin", new byte[] {9, 8})));
        if (v3) {
            all.add(Request.Read.poll(tag(10), LEDGER, 5, 100));
            all.add(new Request.WriteLac(tag(11), LEDGER, 6, key, Unpooled.copiedBuffer(new byte[40])));
            all.add(new Request.ReadLac(tag(12), LEDGER));
            all.add(new Request.Force(tag(13), LEDGER));
            all.add(new Request.BookieInfo(tag(14), 3));
            all.add(new Request.ListEntries(tag(15), LEDGER));
            all.add(new Request.StartTls(tag(16)));
        } else {
            all.add(new Request.BatchRead(Tag.V2, LEDGER, 8, 77, 2, 4096, false, null));
        }
        return all;
    }

    void send(Request request) {
        loop.execute(() -> Frames.send(client, request, PooledByteBufAllocator.DEFAULT));
    }

    /** The next {@code count} frames, or ends of connections, that arrive from {@code direction}. */
    List<String> arrivals(Direction direction, int count) throws InterruptedException {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String next = arrivals.get(direction).poll(30, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("after %s nothing more came in 30 s".formatted(all));
            }
            all.add(next);
        }
        return all;
    }

    /** What arrives from {@code direction} before the connection ends. */
    List<String> arrivalsUntilClosed(Direction direction) throws InterruptedException {
        List<String> all = new ArrayList<>();
        for (String next = arrivals(direction, 1).get(0);
                !next.equals(CLOSED);
                next = arrivals(direction, 1).get(0)) {
            all.add(next);
        }
        return all;
    }

    /** Whether the sender of {@code direction} has to wait for its receiver. */
    boolean stopped(Direction direction) {
        Conn sender = direction == Direction.TO_BOOKIE ? client : bookieSide;
        return sender != null && !Awaiting.real(asked(sender));
    }

    private static Promise<Boolean> asked(Conn sender) {
        Promise<Boolean> writable = sender.loop().promise();
        sender.loop().execute(() -> writable.complete(sender.writable()));
        return writable;
    }

    /** Reads a frame, which it takes over, and answers it. */
    private interface Reading {
        String read(Conn conn, ByteBuf frame);
    }

    private final class End implements ConnHandler {
        private final Direction direction;
        private final Reading reading;

        End(Direction direction, Reading reading) {
            this.direction = direction;
            this.reading = reading;
        }

        @Override
        public void onFrame(Conn conn, ByteBuf frame) {
            String hex = inHex ? ByteBufUtil.hexDump(frame) : "";
            String words = reading.read(conn, frame);
            arrivals.get(direction).add(inHex ? hex : words);
        }

        @Override
        public void onWritable(Conn conn, boolean writable) {}

        @Override
        public void onClosed(Conn conn, @Nullable Throwable cause) {
            arrivals.get(direction).add(CLOSED);
        }
    }

    @Override
    public void close() {
        transport.close();
        relay.close();
        loops.close();
    }
}
