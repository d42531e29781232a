package io.daybook.ledger.protocol;

import com.google.protobuf.InvalidProtocolBufferException;
import io.daybook.ledger.protocol.proto.AuthMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * The fixed binary protocol, versions 0 to 2: adds, reads, batch reads and authentication. Frames are without their length. Encoding takes the
 * message over, decoding takes the frame over; a payload that was decoded is (part of) the frame itself, so it need not start at index 0.
 * Format: docs/formats/wire.md.
 */
public final class WireV2 {

    /** Bytes of an answer without an entry. */
    public static final int ANSWER_SIZE = 24;

    private static final int FENCE = 0x0001;
    private static final int RECOVERY = 0x0002;
    private static final int HIGH_PRIORITY = 0x0004;

    private static final int HEADER_SIZE = 4;
    private static final int READ_SIZE = HEADER_SIZE + 16;
    private static final int ADD_HEAD_SIZE = HEADER_SIZE + KeyCache.KEY_SIZE;
    private static final int BATCH_SIZE = READ_SIZE + 20;
    private static final int BATCH_ANSWER_SIZE = ANSWER_SIZE + 8;

    /** An entry in a batch answer has at least its ids and last confirmed id: bounds the number of entries in a frame. */
    private static final int ENTRY_SIZE_MIN = 24;

    /** In batch answers entries below this size are copied, larger ones go by reference. */
    private static final int COPIED_ENTRY_BYTES = 4096;

    private WireV2() {}

    // ---- requests

    /** The frame of {@code request}, which must exist in v2 (IllegalArgumentException otherwise). */
    public static ByteBuf encode(Request request, ByteBufAllocator allocator) {
        if (request instanceof Request.Add add) {
            return encodeAdd(add, allocator);
        }
        if (request instanceof Request.Read read && !read.longPoll()) {
            byte[] key = read.fence() ? read.masterKey() : null;
            ByteBuf out = allocator.buffer(READ_SIZE + (key == null ? 0 : key.length));
            writeHeader(out, read.tag(), Operation.READ, read.fence() ? FENCE : 0);
            out.writeLong(read.ledgerId()).writeLong(read.entryId());
            return key == null ? out : out.writeBytes(key);
        }
        if (request instanceof Request.BatchRead batch) {
            byte[] key = batch.fence() ? batch.masterKey() : null;
            ByteBuf out = allocator.buffer(BATCH_SIZE + (key == null ? 0 : key.length));
            writeHeader(out, batch.tag(), Operation.BATCH_READ, batch.fence() ? FENCE : 0);
            out.writeLong(batch.ledgerId()).writeLong(batch.firstEntry()).writeLong(batch.requestId());
            out.writeInt(batch.countMax()).writeLong(batch.bytesMax());
            return key == null ? out : out.writeBytes(key);
        }
        if (request instanceof Request.Auth auth) {
            return encodeAuth(auth.tag(), auth.pluginName(), auth.payload(), allocator);
        }
        request.release();
        throw new IllegalArgumentException("a request " + request.operation() + " of this kind does not exist in v2");
    }

    private static ByteBuf encodeAdd(Request.Add add, ByteBufAllocator allocator) {
        int size = add.body().readableBytes();
        ByteBuf out = allocator.buffer(ADD_HEAD_SIZE + size);
        writeAddHead(out, add.tag(), add.masterKey(), add.recovery());
        out.writeBytes(add.body(), add.body().readerIndex(), size);
        add.release();
        return out;
    }

    /**
     * The bytes before the body of an add: the packaged entry follows as it is.
     *
     * @param masterKey exactly 20 bytes
     * @param recovery a recovery add, which is also sent with high priority
     */
    public static ByteBuf encodeAddHead(byte[] masterKey, boolean recovery, ByteBufAllocator allocator) {
        return encodeAddHead(recovery ? Tag.V2_HIGH : Tag.V2, masterKey, recovery, allocator);
    }

    static ByteBuf encodeAddHead(Tag tag, byte[] masterKey, boolean recovery, ByteBufAllocator allocator) {
        ByteBuf out = allocator.directBuffer(ADD_HEAD_SIZE);
        writeAddHead(out, tag, masterKey, recovery);
        return out;
    }

    private static void writeAddHead(ByteBuf out, Tag tag, byte[] masterKey, boolean recovery) {
        if (masterKey.length != KeyCache.KEY_SIZE) {
            out.release();
            throw new IllegalArgumentException("a master key of v2 has 20 bytes, not " + masterKey.length);
        }
        writeHeader(out, tag, Operation.ADD, recovery ? RECOVERY : 0);
        out.writeBytes(masterKey);
    }

    /** The request in {@code frame}. */
    public static Request decodeRequest(ByteBuf frame) {
        return decodeRequest(frame, new KeyCache());
    }

    static Request decodeRequest(ByteBuf frame, KeyCache keys) {
        boolean passedOn = false;
        try {
            Request request = readRequest(frame, keys);
            passedOn = request instanceof Request.Add;
            return request;
        } finally {
            if (!passedOn) {
                frame.release();
            }
        }
    }

    private static Request readRequest(ByteBuf frame, KeyCache keys) {
        int at = frame.readerIndex();
        need(frame, HEADER_SIZE);
        int header = frame.getInt(at);
        int version = header >>> 24;
        int flags = version == 0 ? 0 : header & 0xFFFF;
        Tag tag = tag(version, (flags & HIGH_PRIORITY) != 0);
        boolean fence = (flags & FENCE) != 0;
        switch (version == 0 ? header : header >>> 16 & 0xFF) {
            case 1 -> {
                need(frame, ADD_HEAD_SIZE + 16);
                long ledgerId = frame.getLong(at + ADD_HEAD_SIZE);
                long entryId = frame.getLong(at + ADD_HEAD_SIZE + 8);
                if (version > 2) {
                    return new Request.Refused(tag, Operation.ADD, Status.BAD_VERSION, ledgerId, entryId);
                }
                byte[] key = keys.read(frame, at + HEADER_SIZE, KeyCache.KEY_SIZE);
                frame.skipBytes(ADD_HEAD_SIZE);
                return new Request.Add(tag, ledgerId, entryId, key, frame, (flags & RECOVERY) != 0, false);
            }
            case 2 -> {
                need(frame, READ_SIZE);
                long ledgerId = frame.getLong(at + 4);
                long entryId = frame.getLong(at + 12);
                if (version > 2) {
                    return new Request.Refused(tag, Operation.READ, Status.BAD_VERSION, ledgerId, entryId);
                }
                byte[] key = fence && version == 2 ? key(frame, READ_SIZE, keys) : null;
                return new Request.Read(tag, ledgerId, entryId, fence, key, false, 0, -1, false);
            }
            case 3 -> {
                AuthMessage auth = authMessage(frame);
                return new Request.Auth(
                        tag, auth.getAuthPluginName(), auth.getPayload().toByteArray());
            }
            case 7 -> {
                need(frame, BATCH_SIZE);
                long ledgerId = frame.getLong(at + 4);
                long first = frame.getLong(at + 12);
                if (version > 2) {
                    return new Request.Refused(tag, Operation.BATCH_READ, Status.BAD_VERSION, ledgerId, first);
                }
                long requestId = frame.getLong(at + 20);
                byte[] key = fence && version == 2 ? key(frame, BATCH_SIZE, keys) : null;
                return new Request.BatchRead(
                        tag, ledgerId, first, requestId, frame.getInt(at + 28), frame.getLong(at + 32), fence, key);
            }
            default ->
                throw new MalformedFrameException(
                        "a v2 request has header 0x%08x, whose operation does not exist in v2".formatted(header));
        }
    }

    private static byte[] key(ByteBuf frame, int offset, KeyCache keys) {
        need(frame, offset + KeyCache.KEY_SIZE);
        return keys.read(frame, frame.readerIndex() + offset, KeyCache.KEY_SIZE);
    }

    // ---- responses

    /** The frame of {@code response}, which must exist in v2 (IllegalArgumentException otherwise). */
    public static ByteBuf encode(Response response, ByteBufAllocator allocator) {
        if (response instanceof Response.Add add) {
            return encodeAnswer(add.tag(), Operation.ADD, add.status(), add.ledgerId(), add.entryId(), allocator, 0);
        }
        if (response instanceof Response.Read read) {
            ByteBuf body = read.status() == Status.OK ? read.body() : null;
            int size = body == null ? 0 : body.readableBytes();
            ByteBuf out = encodeAnswer(
                    read.tag(), Operation.READ, read.status(), read.ledgerId(), read.entryId(), allocator, size);
            if (body != null) {
                out.writeBytes(body, body.readerIndex(), size);
            }
            read.release();
            return out;
        }
        if (response instanceof Response.BatchRead batch) {
            return encodeBatch(batch, allocator);
        }
        if (response instanceof Response.Auth auth) {
            return encodeAuth(auth.tag(), auth.pluginName(), auth.payload(), allocator);
        }
        response.release();
        throw new IllegalArgumentException(
                "an answer to " + response.operation() + " of this kind does not exist in v2");
    }

    /** The bytes before the entry of the answer to a read; all of the answer if there is no entry. */
    public static ByteBuf encodeReadHead(
            Tag tag, Status status, long ledgerId, long entryId, ByteBufAllocator allocator) {
        return encodeAnswer(tag, Operation.READ, status, ledgerId, entryId, allocator, 0);
    }

    private static ByteBuf encodeAnswer(
            Tag tag,
            Operation operation,
            Status status,
            long ledgerId,
            long entryId,
            ByteBufAllocator allocator,
            int room) {
        ByteBuf out = allocator.directBuffer(ANSWER_SIZE + room);
        writeHeader(out, tag.version(), operation, 0);
        return out.writeInt(status.v2()).writeLong(ledgerId).writeLong(entryId);
    }

    private static ByteBuf encodeBatch(Response.BatchRead batch, ByteBufAllocator allocator) {
        List<ByteBuf> entries = batch.status() == Status.OK ? batch.entries() : List.of();
        int lengths = 4 * entries.size();
        int copied = 0;
        for (ByteBuf entry : entries) {
            copied += entry.readableBytes() < COPIED_ENTRY_BYTES ? entry.readableBytes() : 0;
        }
        ByteBuf own = encodeAnswer(
                batch.tag(),
                Operation.BATCH_READ,
                batch.status(),
                batch.ledgerId(),
                batch.firstEntry(),
                allocator,
                8 + lengths + copied);
        own.writeLong(batch.requestId());
        if (entries.isEmpty()) {
            batch.release();
            return own;
        }
        var whole = allocator.compositeBuffer(2 * entries.size() + 1);
        int from = 0;
        for (ByteBuf entry : entries) {
            int size = entry.readableBytes();
            own.writeInt(size);
            if (size < COPIED_ENTRY_BYTES) {
                own.writeBytes(entry, entry.readerIndex(), size);
                entry.release();
            } else {
                whole.addComponent(true, own.retainedSlice(from, own.writerIndex() - from));
                whole.addComponent(true, entry);
                from = own.writerIndex();
            }
        }
        if (from == 0) {
            whole.release();
            return own;
        }
        if (own.writerIndex() > from) {
            whole.addComponent(true, own.retainedSlice(from, own.writerIndex() - from));
        }
        own.release();
        return whole;
    }

    /** Whether {@code frame} is an answer to an add. Borrows. */
    public static boolean isAddAnswer(ByteBuf frame) {
        return frame.readableBytes() == ANSWER_SIZE && frame.getByte(frame.readerIndex() + 1) == 1;
    }

    /** The status in an answer that {@link #isAddAnswer} recognised. Borrows. */
    public static Status answerStatus(ByteBuf frame) {
        int rc = frame.getInt(frame.readerIndex() + 4);
        return rc == 0 ? Status.OK : Status.ofV2(rc);
    }

    /** The ledger in an answer that {@link #isAddAnswer} recognised. Borrows. */
    public static long answerLedgerId(ByteBuf frame) {
        return frame.getLong(frame.readerIndex() + 8);
    }

    /** The entry in an answer that {@link #isAddAnswer} recognised. Borrows. */
    public static long answerEntryId(ByteBuf frame) {
        return frame.getLong(frame.readerIndex() + 16);
    }

    /** The response in {@code frame}. */
    public static Response decodeResponse(ByteBuf frame) {
        boolean passedOn = false;
        try {
            Response response = readResponse(frame);
            passedOn = response instanceof Response.Read read && read.body() != null;
            return response;
        } finally {
            if (!passedOn) {
                frame.release();
            }
        }
    }

    private static Response readResponse(ByteBuf frame) {
        need(frame, HEADER_SIZE);
        int at = frame.readerIndex();
        int header = frame.getInt(at);
        int version = header >>> 24;
        Tag tag = tag(version, false);
        int operation = version == 0 ? header : header >>> 16 & 0xFF;
        if (operation == 3) {
            AuthMessage auth = authMessage(frame);
            return new Response.Auth(
                    tag, Status.OK, auth.getAuthPluginName(), auth.getPayload().toByteArray());
        }
        if (operation != 1 && operation != 2 && operation != 7) {
            throw new MalformedFrameException(
                    "a v2 answer has header 0x%08x, whose operation does not exist in v2".formatted(header));
        }
        need(frame, operation == 7 ? BATCH_ANSWER_SIZE : ANSWER_SIZE);
        Status status = Status.ofV2(frame.getInt(at + 4));
        long ledgerId = frame.getLong(at + 8);
        long entryId = frame.getLong(at + 16);
        if (operation == 1) {
            return new Response.Add(tag, status, ledgerId, entryId);
        }
        if (operation == 7) {
            long requestId = frame.getLong(at + 24);
            List<ByteBuf> entries = status == Status.OK ? entries(frame.skipBytes(BATCH_ANSWER_SIZE)) : List.of();
            return new Response.BatchRead(tag, status, ledgerId, entryId, requestId, entries);
        }
        if (status == Status.OK) {
            return new Response.Read(
                    tag,
                    status,
                    ledgerId,
                    entryId,
                    frame.skipBytes(ANSWER_SIZE),
                    Response.Read.ABSENT,
                    Response.Read.ABSENT);
        }
        return Response.Read.failed(tag, status, ledgerId, entryId);
    }

    private static List<ByteBuf> entries(ByteBuf rest) {
        List<ByteBuf> entries = new ArrayList<>();
        while (rest.isReadable()) {
            int size = rest.readableBytes() < 4 ? -1 : rest.readInt();
            if (size < ENTRY_SIZE_MIN || size > rest.readableBytes()) {
                entries.forEach(ByteBuf::release);
                throw new MalformedFrameException(
                        "a v2 batch answer is cut short after %d entries".formatted(entries.size()));
            }
            entries.add(rest.readRetainedSlice(size));
        }
        return entries;
    }

    // ---- both

    private static ByteBuf encodeAuth(Tag tag, String pluginName, byte[] payload, ByteBufAllocator allocator) {
        byte[] message = ColdMessages.auth(pluginName, payload).toByteArray();
        ByteBuf out = allocator.buffer(HEADER_SIZE + message.length);
        writeHeader(out, tag.version(), Operation.AUTH, 0);
        return out.writeBytes(message);
    }

    private static AuthMessage authMessage(ByteBuf frame) {
        try {
            return ColdMessages.parse(AuthMessage.parser(), frame.skipBytes(HEADER_SIZE));
        } catch (InvalidProtocolBufferException bad) {
            throw new MalformedFrameException("a v2 AUTH message cannot be read: " + bad.getMessage());
        }
    }

    private static Tag tag(int version, boolean high) {
        if (version == 2) {
            return high ? Tag.V2_HIGH : Tag.V2;
        }
        return new Tag(version, 0, high ? 100 : 0);
    }

    private static void writeHeader(ByteBuf out, Tag tag, Operation operation, int flags) {
        writeHeader(out, tag.version(), operation, flags | (tag.highPriority() ? HIGH_PRIORITY : 0));
    }

    private static void writeHeader(ByteBuf out, int version, Operation operation, int flags) {
        out.writeInt(version == 0 ? operation.v2() : version << 24 | operation.v2() << 16 | flags);
    }

    private static void need(ByteBuf frame, int bytes) {
        if (frame.readableBytes() < bytes) {
            throw new MalformedFrameException(
                    "a v2 frame of %d bytes is cut short, %d are needed".formatted(frame.readableBytes(), bytes));
        }
    }
}
