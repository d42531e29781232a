package io.daybook.sim.ledger;

import io.daybook.base.exec.Loop;
import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.Transport;
import io.daybook.ledger.digest.EntryHeader;
import io.daybook.ledger.protocol.AddOutcomes;
import io.daybook.ledger.protocol.EntryGroup;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.RequestDecoder;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.WireV2;
import io.daybook.ledger.protocol.WireV3;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Listens in on the connections of a bookie, and lets a {@link Mutant} forge its requests. */
final class BookieTap implements Transport.Acceptor {
    private static final int V2_FIRST_BYTE_MAX = 7;

    private final Transport.Acceptor inside;
    private final BookieWitness witness;
    private final @Nullable Forger forger;

    /** Changes what arrives; takes the request over. */
    @FunctionalInterface
    interface Forger {
        Request forged(Request request);
    }

    BookieTap(Transport.Acceptor inside, BookieWitness witness, @Nullable Forger forger) {
        this.inside = inside;
        this.witness = witness;
        this.forger = forger;
    }

    @Override
    public ConnHandler accept(Conn conn) {
        return new Tapped(conn);
    }

    /**
     * A request on its way; what it held is released.
     *
     * @param held of a read: whether the bookie had acknowledged that entry before
     * @param entries of a group: the ids in it
     */
    private record Asked(Request request, boolean held, List<Ids> entries, AtomicInteger open) {
        Asked(Request request, boolean held) {
            this(request, held, List.of(), new AtomicInteger());
        }
    }

    /** An entry of a group. */
    private record Ids(long ledgerId, long entryId) {}

    private final class Tapped implements Conn, ConnHandler {
        private final Conn conn;
        private final RequestDecoder decoder = new RequestDecoder();
        private final List<Asked> asked = new ArrayList<>(); // adds and reads that are not answered yet
        private final ConnHandler handler;

        Tapped(Conn conn) {
            this.conn = conn;
            this.handler = inside.accept(this);
        }

        // ---- in

        @Override
        public void onFrame(Conn from, ByteBuf frame) {
            ByteBuf arriving = frame;
            Request request = decoder.decode(frame.retainedDuplicate());
            arrived(request);
            if (forger != null) {
                request = forger.forged(request);
                frame.release();
                UnpooledByteBufAllocator heap = UnpooledByteBufAllocator.DEFAULT;
                arriving = request.tag().v3() ? WireV3.encode(request, heap) : WireV2.encode(request, heap);
            } else {
                request.release();
            }
            handler.onFrame(this, arriving);
        }

        @Override
        public void onWritable(Conn from, boolean writable) {
            handler.onWritable(this, writable);
        }

        @Override
        public void onClosed(Conn from, @Nullable Throwable cause) {
            handler.onClosed(this, cause);
        }

        private void arrived(Request request) {
            String client = conn.peer().host();
            if (request instanceof Request.Add add) {
                if (add.recovery()) {
                    witness.recoveryAdd(add.ledgerId(), add.entryId());
                }
                if (witness.watches(add.ledgerId())) {
                    witness.moment(add.recovery() ? Moment.WRITE_BACK_ARRIVES : Moment.ADD_ARRIVES, client);
                }
                asked.add(new Asked(request, false));
            } else if (request instanceof Request.GroupAdd group) {
                List<Ids> entries = ids(group);
                if (watched(entries)) {
                    witness.moment(Moment.ADD_ARRIVES, client);
                }
                asked.add(new Asked(group, false, entries, new AtomicInteger(group.count())));
            } else if (request instanceof Request.Read read) {
                if (read.fence()) {
                    witness.moment(read.entryId() < 0 ? Moment.FENCE_ARRIVES : Moment.FENCING_READ_ARRIVES, client);
                }
                asked.add(new Asked(request, witness.acknowledged(read.ledgerId(), read.entryId())));
            } else if (request instanceof Request.StridedRead read) {
                asked.add(new Asked(request, witness.acknowledged(read.ledgerId(), read.firstEntry())));
            } else if (request instanceof Request.WriteLac lac) {
                witness.explicitLac(lac.ledgerId(), lac.lac());
            }
        }

        private boolean watched(List<Ids> entries) {
            return entries.stream().anyMatch(entry -> witness.watches(entry.ledgerId()));
        }

        private static List<Ids> ids(Request.GroupAdd group) {
            List<Ids> ids = new ArrayList<>();
            EntryGroup walk = new EntryGroup(group.entries());
            while (walk.next()) {
                ids.add(new Ids(EntryHeader.ledgerId(group.entries()), EntryHeader.entryId(group.entries())));
            }
            walk.rewind();
            return ids;
        }

        // ---- out

        @Override
        public void send(ByteBuf frame) {
            if (!asked.isEmpty()) {
                leaving(frame.retainedDuplicate());
            }
            conn.send(frame);
        }

        @Override
        public void send(ByteBuf head, ByteBuf body) {
            if (!asked.isEmpty()) {
                leaving(Unpooled.wrappedBuffer(head.retainedDuplicate(), body.retainedDuplicate()));
            }
            conn.send(head, witness.garbled() && body.isReadable() ? spoilt(body) : body);
        }

        private static ByteBuf spoilt(ByteBuf body) {
            ByteBuf copy = UnpooledByteBufAllocator.DEFAULT.buffer(body.readableBytes());
            copy.writeBytes(body);
            body.release();
            copy.setByte(copy.writerIndex() - 1, copy.getByte(copy.writerIndex() - 1) ^ 1);
            return copy;
        }

        private void leaving(ByteBuf frame) {
            boolean v2 = frame.getUnsignedByte(frame.readerIndex()) <= V2_FIRST_BYTE_MAX;
            Response response = v2 ? WireV2.decodeResponse(frame) : WireV3.decodeResponse(frame);
            for (int i = 0; i < asked.size(); i++) {
                if (answers(response, asked.get(i).request)) {
                    answered(asked.get(i), response);
                    if (asked.get(i).open.get() == 0) {
                        asked.remove(i);
                    }
                    break;
                }
            }
            response.release();
        }

        private static boolean answers(Response response, Request request) {
            if (request.tag().v3() != response.tag().v3()) {
                return false;
            }
            if (response instanceof Response.Add added && request instanceof Request.Add add) {
                return add.tag().v3()
                        ? add.tag().txnId() == added.tag().txnId()
                        : add.ledgerId() == added.ledgerId() && add.entryId() == added.entryId();
            }
            if (response instanceof Response.GroupAdd added && request instanceof Request.GroupAdd group) {
                return group.tag().txnId() == added.tag().txnId();
            }
            if (response instanceof Response.Read found && request instanceof Request.Read read) {
                return read.tag().v3()
                        ? read.tag().txnId() == found.tag().txnId()
                        : read.ledgerId() == found.ledgerId() && read.entryId() == found.entryId();
            }
            return response instanceof Response.StridedRead
                    && request instanceof Request.StridedRead
                    && request.tag().txnId() == response.tag().txnId();
        }

        private void answered(Asked question, Response response) {
            Request request = question.request;
            String client = conn.peer().host();
            if (request instanceof Request.Add add && response instanceof Response.Add answer) {
                if (!add.deferredSync()) { // else it promises nothing before it is forced
                    witness.answersAdd(add.ledgerId(), add.entryId(), answer.status());
                }
                if (witness.watches(add.ledgerId())) {
                    witness.moment(add.recovery() ? Moment.WRITE_BACK_ANSWERED : Moment.ADD_ANSWERED, client);
                }
            } else if (request instanceof Request.GroupAdd && response instanceof Response.GroupAdd answer) {
                answered(question, answer.outcomes());
                if (watched(question.entries)) {
                    witness.moment(Moment.ADD_ANSWERED, client);
                }
            } else if (request instanceof Request.Read read && response instanceof Response.Read answer) {
                boolean fencing = read.fence() || witness.scans(client, read.ledgerId(), read.entryId());
                witness.answersRead(read.ledgerId(), read.entryId(), fencing, question.held, answer.status());
                if (read.fence()) {
                    witness.moment(read.entryId() < 0 ? Moment.FENCE_ANSWERED : Moment.FENCING_READ_ANSWERED, client);
                }
            } else if (request instanceof Request.StridedRead read && response instanceof Response.StridedRead answer) {
                witness.answersRead(read.ledgerId(), read.firstEntry(), false, question.held, answer.status());
            }
        }

        private void answered(Asked group, AddOutcomes outcomes) {
            int at = 0;
            for (int run = 0; run < outcomes.runs(); run++) {
                Status status = outcomes.status(run);
                for (; at < outcomes.end(run); at++) {
                    if (status != null) {
                        Ids entry = group.entries.get(at);
                        witness.answersAdd(entry.ledgerId(), entry.entryId(), status);
                        group.open.decrementAndGet();
                    }
                }
            }
        }

        // ---- as it is

        @Override
        public Loop loop() {
            return conn.loop();
        }

        @Override
        public HostPort peer() {
            return conn.peer();
        }

        @Override
        public boolean writable() {
            return conn.writable();
        }

        @Override
        public long queuedBytes() {
            return conn.queuedBytes();
        }

        @Override
        public void reading(boolean on) {
            conn.reading(on);
        }

        @Override
        public void close() {
            conn.close();
        }
    }
}
