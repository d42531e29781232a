package io.daybook.bookie.server;

import io.daybook.bookie.ledger.AddCall;
import io.daybook.ledger.digest.EntryHeader;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** Adds and explicit last confirmed ids: what they are about stands in their bodies, not in the fields beside them. */
final class AppendHandler {
    private static final int LAC_PACKET_MIN = 16; // ledger id, last confirmed id
    private static final int LAC_PACKET_MAX = 64; // the longest digest has 20 bytes
    private static final int LAC_AT = 8;

    private AppendHandler() {}

    /** The ledger whose loop must have the request; −1 if its body is too short to say. */
    static long ledgerOf(Request.Add add) {
        return add.body().readableBytes() < EntryHeader.IDS_SIZE ? -1 : EntryHeader.ledgerId(add.body());
    }

    /** As {@link #ledgerOf(Request.Add)}. */
    static long ledgerOf(Request.WriteLac write) {
        int size = write.body().readableBytes();
        return size < LAC_PACKET_MIN || size > LAC_PACKET_MAX ? -1 : EntryHeader.ledgerId(write.body());
    }

    /** Gives an add with a body of sufficient length to its ledger. */
    static void add(Exchange exchange, Request.Add add) {
        long ledgerId = EntryHeader.ledgerId(add.body());
        exchange.lane().ledgers().ledger(ledgerId).add(new Append(exchange, add));
    }

    /** Gives a packet of sufficient length to its ledger. */
    static void writeLac(Exchange exchange, Request.WriteLac write) {
        ByteBuf body = write.body();
        long ledgerId = EntryHeader.ledgerId(body);
        long lac = body.getLong(body.readerIndex() + LAC_AT);
        byte[] packet = ByteBufUtil.getBytes(body);
        write.release();
        if (lac < -1) {
            exchange.answer(new Response.WriteLac(write.tag(), Status.BAD_REQUEST, write.ledgerId()));
            return;
        }
        exchange.lane()
                .ledgers()
                .ledger(ledgerId)
                .writeLac(
                        write.masterKey(),
                        lac,
                        packet,
                        status -> exchange.answer(new Response.WriteLac(write.tag(), status, write.ledgerId())));
    }

    /** One add; echoes the fields of its request. */
    private static final class Append extends AddCall {
        private final Exchange exchange;
        private final Request.Add request;

        Append(Exchange exchange, Request.Add request) {
            super(
                    request.body(),
                    EntryHeader.entryId(request.body()),
                    request.masterKey(),
                    request.recovery(),
                    request.tag().highPriority());
            this.exchange = exchange;
            this.request = request;
        }

        @Override
        protected boolean deferred() {
            return request.deferredSync() && !request.recovery();
        }

        @Override
        protected void answered(Status status) {
            exchange.answer(new Response.Add(request.tag(), status, request.ledgerId(), request.entryId()));
        }
    }
}
