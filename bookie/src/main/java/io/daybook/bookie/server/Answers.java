package io.daybook.bookie.server;

import io.daybook.ledger.protocol.AddOutcomes;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import java.util.List;

/** The answer of the right form to a request that gets nothing but a status. */
final class Answers {
    /** What a bookie without authentication calls it; stock clients know the name. */
    static final String AUTH_DISABLED = "AuthDisabledPlugin";

    private Answers() {}

    /** Releases what {@code request} holds. */
    static Response refusal(Request request, Status status) {
        request.release();
        if (request instanceof Request.Add add) {
            return new Response.Add(add.tag(), status, add.ledgerId(), add.entryId());
        }
        if (request instanceof Request.GroupAdd group) {
            return new Response.GroupAdd(group.tag(), Status.OK, AddOutcomes.all(status, group.count()));
        }
        if (request instanceof Request.Read read) {
            return Response.Read.failed(read.tag(), status, read.ledgerId(), read.entryId());
        }
        if (request instanceof Request.BatchRead batch) {
            return new Response.BatchRead(
                    batch.tag(), status, batch.ledgerId(), batch.firstEntry(), batch.requestId(), List.of());
        }
        if (request instanceof Request.StridedRead strided) {
            return Response.StridedRead.failed(strided.tag(), status, strided.ledgerId(), strided.firstEntry());
        }
        if (request instanceof Request.WriteLac write) {
            return new Response.WriteLac(write.tag(), status, write.ledgerId());
        }
        if (request instanceof Request.ReadLac read) {
            return new Response.ReadLac(read.tag(), status, read.ledgerId(), null, null);
        }
        if (request instanceof Request.Force force) {
            return new Response.Force(force.tag(), status, force.ledgerId());
        }
        if (request instanceof Request.BookieInfo info) {
            return new Response.BookieInfo(info.tag(), status, -1, -1);
        }
        if (request instanceof Request.ListEntries list) {
            return new Response.ListEntries(list.tag(), status, list.ledgerId(), null);
        }
        if (request instanceof Request.Refused refused) {
            return ofForm(refused, status);
        }
        return new Response.Plain(request.tag(), request.operation(), status);
    }

    private static Response ofForm(Request.Refused refused, Status status) {
        return switch (refused.operation()) {
            case ADD -> new Response.Add(refused.tag(), status, refused.ledgerId(), refused.entryId());
            case READ -> Response.Read.failed(refused.tag(), status, refused.ledgerId(), refused.entryId());
            case WRITE_LAC -> new Response.WriteLac(refused.tag(), status, refused.ledgerId());
            case READ_LAC -> new Response.ReadLac(refused.tag(), status, refused.ledgerId(), null, null);
            case FORCE -> new Response.Force(refused.tag(), status, refused.ledgerId());
            case BOOKIE_INFO -> new Response.BookieInfo(refused.tag(), status, -1, -1);
            case LIST_ENTRIES -> new Response.ListEntries(refused.tag(), status, refused.ledgerId(), null);
            case BATCH_READ ->
                refused.tag().v3()
                        ? new Response.Plain(refused.tag(), refused.operation(), status)
                        : new Response.BatchRead(
                                refused.tag(), status, refused.ledgerId(), refused.entryId(), 0, List.of());
            case STRIDED_READ ->
                Response.StridedRead.failed(refused.tag(), status, refused.ledgerId(), refused.entryId());
            case RANGE_READ, RANGE_ADD, GROUP_ADD, AUTH, START_TLS ->
                new Response.Plain(refused.tag(), refused.operation(), status);
        };
    }
}
