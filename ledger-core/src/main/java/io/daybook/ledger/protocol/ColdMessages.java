package io.daybook.ledger.protocol;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.daybook.ledger.protocol.proto.AddRequest;
import io.daybook.ledger.protocol.proto.AddResponse;
import io.daybook.ledger.protocol.proto.AuthMessage;
import io.daybook.ledger.protocol.proto.BKPacketHeader;
import io.daybook.ledger.protocol.proto.GetBookieInfoRequest;
import io.daybook.ledger.protocol.proto.GetBookieInfoResponse;
import io.daybook.ledger.protocol.proto.GetListOfEntriesOfLedgerRequest;
import io.daybook.ledger.protocol.proto.GetListOfEntriesOfLedgerResponse;
import io.daybook.ledger.protocol.proto.OperationType;
import io.daybook.ledger.protocol.proto.ProtocolVersion;
import io.daybook.ledger.protocol.proto.ReadLacResponse;
import io.daybook.ledger.protocol.proto.ReadRequest;
import io.daybook.ledger.protocol.proto.ReadResponse;
import io.daybook.ledger.protocol.proto.StartTLSRequest;
import io.daybook.ledger.protocol.proto.StartTLSResponse;
import io.daybook.ledger.protocol.proto.StatusCode;
import io.daybook.ledger.protocol.proto.WriteLacRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * The v3 messages as protobuf-java sees them: all requests and responses from the generated classes, and the cold ones to them. Hot
 * messages come here only in an unusual form, such as a sub-message in two parts.
 */
final class ColdMessages {
    private ColdMessages() {}

    /** Parses without keeping unknown fields, so that a message is never much larger than its bytes. Borrows. */
    static <M extends Message> M parse(Parser<M> parser, ByteBuf bytes) throws InvalidProtocolBufferException {
        CodedInputStream in = bytes.hasArray()
                ? CodedInputStream.newInstance(
                        bytes.array(), bytes.arrayOffset() + bytes.readerIndex(), bytes.readableBytes())
                : CodedInputStream.newInstance(bytes.nioBuffer());
        return DiscardUnknownFieldsParser.wrap(parser).parseFrom(in);
    }

    static AuthMessage auth(String pluginName, byte[] payload) {
        return AuthMessage.newBuilder()
                .setAuthPluginName(pluginName)
                .setPayload(ByteString.copyFrom(payload))
                .build();
    }

    // ---- to values

    /** The request in {@code frame}, whatever it asks. Borrows. */
    static Request decodeRequest(ByteBuf frame) {
        try {
            return request(parse(io.daybook.ledger.protocol.proto.Request.parser(), frame));
        } catch (InvalidProtocolBufferException bad) {
            throw new MalformedFrameException("a v3 request cannot be read: " + bad.getMessage());
        }
    }

    static Request request(io.daybook.ledger.protocol.proto.Request in) {
        BKPacketHeader header = in.getHeader();
        Tag tag = tag(header);
        Operation operation = operation(header.getOperation());
        boolean handled = operation != Operation.AUTH && operation != Operation.START_TLS && known(operation);
        if (handled && header.getVersion() != ProtocolVersion.VERSION_THREE) {
            return refused(tag, operation, Status.BAD_VERSION, in);
        }
        Request request = knownRequest(tag, operation, in);
        return request != null ? request : refused(tag, operation, Status.BAD_REQUEST, in);
    }

    private static boolean known(Operation operation) {
        return operation != Operation.RANGE_READ
                && operation != Operation.RANGE_ADD
                && operation != Operation.BATCH_READ;
    }

    /** The request, null if its sub-message is missing or the operation has none. */
    private static @Nullable Request knownRequest(
            Tag tag, Operation operation, io.daybook.ledger.protocol.proto.Request in) {
        switch (operation) {
            case READ -> {
                return in.hasReadRequest() ? read(tag, in.getReadRequest()) : null;
            }
            case ADD -> {
                return in.hasAddRequest() ? add(tag, in.getAddRequest()) : null;
            }
            case WRITE_LAC -> {
                WriteLacRequest m = in.getWriteLacRequest();
                return in.hasWriteLacRequest()
                        ? new Request.WriteLac(
                                tag,
                                m.getLedgerId(),
                                m.getLac(),
                                m.getMasterKey().toByteArray(),
                                buffer(m.getBody()))
                        : null;
            }
            case READ_LAC -> {
                return in.hasReadLacRequest()
                        ? new Request.ReadLac(tag, in.getReadLacRequest().getLedgerId())
                        : null;
            }
            case FORCE -> {
                return in.hasForceLedgerRequest()
                        ? new Request.Force(tag, in.getForceLedgerRequest().getLedgerId())
                        : null;
            }
            case BOOKIE_INFO -> {
                return in.hasGetBookieInfoRequest()
                        ? new Request.BookieInfo(
                                tag, in.getGetBookieInfoRequest().getRequested())
                        : null;
            }
            case LIST_ENTRIES -> {
                return in.hasGetListOfEntriesOfLedgerRequest()
                        ? new Request.ListEntries(
                                tag, in.getGetListOfEntriesOfLedgerRequest().getLedgerId())
                        : null;
            }
            case START_TLS -> {
                return in.hasStartTLSRequest() ? new Request.StartTls(tag) : null;
            }
            case AUTH -> {
                // Without a sub-message it names no plugin, and is answered as one that names a plugin nobody has.
                AuthMessage m = in.getAuthRequest();
                return new Request.Auth(
                        tag, m.getAuthPluginName(), m.getPayload().toByteArray());
            }
            default -> {
                return null;
            }
        }
    }

    private static Request refused(
            Tag tag, Operation operation, Status status, io.daybook.ledger.protocol.proto.Request in) {
        return switch (operation) {
            case READ ->
                new Request.Refused(
                        tag,
                        operation,
                        status,
                        in.getReadRequest().getLedgerId(),
                        in.getReadRequest().getEntryId());
            case ADD ->
                new Request.Refused(
                        tag,
                        operation,
                        status,
                        in.getAddRequest().getLedgerId(),
                        in.getAddRequest().getEntryId());
            case WRITE_LAC ->
                new Request.Refused(
                        tag, operation, status, in.getWriteLacRequest().getLedgerId(), 0);
            case READ_LAC ->
                new Request.Refused(
                        tag, operation, status, in.getReadLacRequest().getLedgerId(), 0);
            case FORCE ->
                new Request.Refused(
                        tag, operation, status, in.getForceLedgerRequest().getLedgerId(), 0);
            case LIST_ENTRIES ->
                new Request.Refused(
                        tag,
                        operation,
                        status,
                        in.getGetListOfEntriesOfLedgerRequest().getLedgerId(),
                        0);
            default -> new Request.Refused(tag, operation, status, 0, 0);
        };
    }

    private static Request.Read read(Tag tag, ReadRequest m) {
        return new Request.Read(
                tag,
                m.getLedgerId(),
                m.getEntryId(),
                m.hasFlag() && m.getFlag() == ReadRequest.Flag.FENCE_LEDGER,
                m.hasMasterKey() ? m.getMasterKey().toByteArray() : null,
                m.hasPreviousLAC(),
                m.getPreviousLAC(),
                m.hasTimeOut() ? Math.max(0, m.getTimeOut()) : -1,
                m.hasFlag() && m.getFlag() == ReadRequest.Flag.ENTRY_PIGGYBACK);
    }

    private static Request.Add add(Tag tag, AddRequest m) {
        return new Request.Add(
                tag,
                m.getLedgerId(),
                m.getEntryId(),
                m.getMasterKey().toByteArray(),
                buffer(m.getBody()),
                m.hasFlag() && m.getFlag() == AddRequest.Flag.RECOVERY_ADD,
                (m.getWriteFlags() & 1) != 0);
    }

    /** The response in {@code frame}, whatever it answers. Borrows. */
    static Response decodeResponse(ByteBuf frame) {
        try {
            return response(parse(io.daybook.ledger.protocol.proto.Response.parser(), frame));
        } catch (InvalidProtocolBufferException bad) {
            throw new MalformedFrameException("a v3 response cannot be read: " + bad.getMessage());
        }
    }

    static Response response(io.daybook.ledger.protocol.proto.Response in) {
        Tag tag = tag(in.getHeader());
        Operation operation = operation(in.getHeader().getOperation());
        Status outer = status(in.getStatus());
        switch (operation) {
            case READ -> {
                if (in.hasReadResponse()) {
                    ReadResponse m = in.getReadResponse();
                    return new Response.Read(
                            tag,
                            either(outer, m.getStatus()),
                            m.getLedgerId(),
                            m.getEntryId(),
                            m.hasBody() ? buffer(m.getBody()) : null,
                            m.hasMaxLAC() ? m.getMaxLAC() : Response.Read.ABSENT,
                            m.hasLacUpdateTimestamp() ? m.getLacUpdateTimestamp() : Response.Read.ABSENT);
                }
            }
            case ADD -> {
                if (in.hasAddResponse()) {
                    AddResponse m = in.getAddResponse();
                    return new Response.Add(tag, either(outer, m.getStatus()), m.getLedgerId(), m.getEntryId());
                }
            }
            case WRITE_LAC -> {
                if (in.hasWriteLacResponse()) {
                    return new Response.WriteLac(
                            tag,
                            either(outer, in.getWriteLacResponse().getStatus()),
                            in.getWriteLacResponse().getLedgerId());
                }
            }
            case READ_LAC -> {
                if (in.hasReadLacResponse()) {
                    ReadLacResponse m = in.getReadLacResponse();
                    return new Response.ReadLac(
                            tag,
                            either(outer, m.getStatus()),
                            m.getLedgerId(),
                            m.hasLacBody() ? buffer(m.getLacBody()) : null,
                            m.hasLastEntryBody() ? buffer(m.getLastEntryBody()) : null);
                }
            }
            case FORCE -> {
                if (in.hasForceLedgerResponse()) {
                    return new Response.Force(
                            tag,
                            either(outer, in.getForceLedgerResponse().getStatus()),
                            in.getForceLedgerResponse().getLedgerId());
                }
            }
            case BOOKIE_INFO -> {
                if (in.hasGetBookieInfoResponse()) {
                    GetBookieInfoResponse m = in.getGetBookieInfoResponse();
                    return new Response.BookieInfo(
                            tag,
                            either(outer, m.getStatus()),
                            m.hasTotalDiskCapacity() ? m.getTotalDiskCapacity() : -1,
                            m.hasFreeDiskSpace() ? m.getFreeDiskSpace() : -1);
                }
            }
            case LIST_ENTRIES -> {
                if (in.hasGetListOfEntriesOfLedgerResponse()) {
                    GetListOfEntriesOfLedgerResponse m = in.getGetListOfEntriesOfLedgerResponse();
                    return new Response.ListEntries(
                            tag,
                            either(outer, m.getStatus()),
                            m.getLedgerId(),
                            m.hasAvailabilityOfEntriesOfLedger()
                                    ? m.getAvailabilityOfEntriesOfLedger().toByteArray()
                                    : null);
                }
            }
            case AUTH -> {
                if (in.hasAuthResponse()) {
                    AuthMessage m = in.getAuthResponse();
                    return new Response.Auth(
                            tag, outer, m.getAuthPluginName(), m.getPayload().toByteArray());
                }
            }
            default -> {}
        }
        return new Response.Plain(tag, operation, outer);
    }

    // ---- from values

    /** A request that is not hot; IllegalArgumentException if it does not exist in v3. */
    static Message message(Request request) {
        var out = io.daybook.ledger.protocol.proto.Request.newBuilder()
                .setHeader(header(request.tag(), request.operation(), true));
        if (request instanceof Request.BookieInfo m) {
            return out.setGetBookieInfoRequest(GetBookieInfoRequest.newBuilder().setRequested(m.requested()))
                    .build();
        }
        if (request instanceof Request.ListEntries m) {
            return out.setGetListOfEntriesOfLedgerRequest(
                            GetListOfEntriesOfLedgerRequest.newBuilder().setLedgerId(m.ledgerId()))
                    .build();
        }
        if (request instanceof Request.Auth m) {
            return out.setAuthRequest(auth(m.pluginName(), m.payload())).build();
        }
        if (request instanceof Request.StartTls) {
            return out.setStartTLSRequest(StartTLSRequest.getDefaultInstance()).build();
        }
        if (request instanceof Request.Refused) {
            return out.build(); // a header alone: what a bookie refuses
        }
        request.release();
        throw new IllegalArgumentException("a request " + request.operation() + " of this kind does not exist in v3");
    }

    /** A response that is not hot; IllegalArgumentException if it does not exist in v3. */
    static Message message(Response response) {
        var out = io.daybook.ledger.protocol.proto.Response.newBuilder()
                .setHeader(header(response.tag(), response.operation(), response instanceof Response.Plain))
                .setStatus(code(response.status()));
        if (response instanceof Response.BookieInfo m) {
            var info = GetBookieInfoResponse.newBuilder().setStatus(code(m.status()));
            if (m.totalBytes() >= 0) {
                info.setTotalDiskCapacity(m.totalBytes());
            }
            if (m.freeBytes() >= 0) {
                info.setFreeDiskSpace(m.freeBytes());
            }
            return out.setGetBookieInfoResponse(info).build();
        }
        if (response instanceof Response.ListEntries m) {
            var list = GetListOfEntriesOfLedgerResponse.newBuilder()
                    .setStatus(code(m.status()))
                    .setLedgerId(m.ledgerId());
            if (m.availability() != null) {
                list.setAvailabilityOfEntriesOfLedger(ByteString.copyFrom(m.availability()));
            }
            return out.setGetListOfEntriesOfLedgerResponse(list).build();
        }
        if (response instanceof Response.Auth m) {
            return out.setAuthResponse(auth(m.pluginName(), m.payload())).build();
        }
        if (response instanceof Response.Plain m) {
            if (m.operation() == Operation.START_TLS && m.status() == Status.OK) {
                out.setStartTLSResponse(StartTLSResponse.getDefaultInstance());
            }
            return out.build();
        }
        response.release();
        throw new IllegalArgumentException(
                "an answer to " + response.operation() + " of this kind does not exist in v3");
    }

    private static BKPacketHeader header(Tag tag, Operation operation, boolean withPriority) {
        var header = BKPacketHeader.newBuilder()
                .setVersion(ProtocolVersion.VERSION_THREE)
                .setOperation(OperationType.forNumber(operation.v3()))
                .setTxnId(tag.txnId());
        if (withPriority && tag.priority() != 0) {
            header.setPriority(tag.priority());
        }
        return header.build();
    }

    private static Tag tag(BKPacketHeader header) {
        return new Tag(Tag.V3, header.getTxnId(), header.getPriority());
    }

    private static Operation operation(OperationType type) {
        Operation operation = Operation.ofV3(type.getNumber());
        if (operation == null) {
            throw new MalformedFrameException("a v3 message has operation " + type.getNumber() + ", which is unknown");
        }
        return operation;
    }

    private static Status either(Status outer, StatusCode inner) {
        return outer != Status.OK ? outer : status(inner);
    }

    private static Status status(StatusCode code) {
        return Status.ofV3(code.getNumber());
    }

    private static StatusCode code(Status status) {
        return StatusCode.forNumber(status.v3());
    }

    private static ByteBuf buffer(ByteString bytes) {
        return Unpooled.wrappedBuffer(bytes.toByteArray());
    }
}
