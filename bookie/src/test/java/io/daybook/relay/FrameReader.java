package io.daybook.relay;

import io.daybook.ledger.digest.EntryHeader;
import io.daybook.ledger.protocol.EntryGroup;
import io.daybook.ledger.protocol.MalformedFrameException;
import io.daybook.ledger.protocol.Operation;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.RequestDecoder;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.ResponseDecoder;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads what the frames of one connection are, with the codecs of the product. Belongs to the relay's loop. */
final class FrameReader {
    private static final int V2_FIRST_BYTE_MAX = 7;
    private static final int LENGTH_SIZE = 4;

    private final RequestDecoder requests = new RequestDecoder();
    private final ResponseDecoder v2Answers = new ResponseDecoder(false);
    private final ResponseDecoder v3Answers = new ResponseDecoder(true);
    private final Map<Key, Passing> asked = new Remembered();

    /** By what an answer is matched: transaction id, request id, or ledger and entry. */
    private record Key(boolean v3, Operation operation, long a, long b) {}

    /** Requests without an answer; when they are too many, the answers to the oldest are known by what they say themselves. */
    private static final class Remembered extends LinkedHashMap<Key, Passing> {
        private static final long serialVersionUID = 1;
        private static final int SIZE_MAX = 1 << 16;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Passing> eldest) {
            return size() > SIZE_MAX;
        }
    }

    /** What {@code frame} is, which comes with its length. Borrows it. */
    Passing read(Direction direction, ByteBuf frame) {
        int first = frame.getUnsignedByte(frame.readerIndex() + LENGTH_SIZE);
        boolean v3 = first > V2_FIRST_BYTE_MAX;
        ByteBuf content = frame.retainedDuplicate().skipBytes(LENGTH_SIZE);
        try {
            return direction == Direction.TO_BOOKIE
                    ? request(v3, requests.decode(content), frame.readableBytes())
                    : answer(v3, (v3 ? v3Answers : v2Answers).decode(content), frame.readableBytes());
        } catch (MalformedFrameException unreadable) {
            return new Passing(direction, v3, null, 0, Passing.NO_ENTRY, 1, false, false, null, frame.readableBytes());
        }
    }

    private Passing request(boolean v3, Request request, int bytes) {
        long ledger = request.ledgerId();
        long entry = Passing.NO_ENTRY;
        int adds = 1;
        boolean fencing = false;
        boolean recovery = false;
        long a = v3 ? request.tag().txnId() : request.ledgerId();
        long b = 0;
        if (request instanceof Request.Add add) {
            entry = add.entryId();
            recovery = add.recovery();
            b = v3 ? 0 : entry;
        } else if (request instanceof Request.GroupAdd group) {
            ledger = EntryGroup.firstLedger(group.entries()); // the tests' groups have one
            entry = firstEntry(group);
            adds = group.count();
        } else if (request instanceof Request.Read read) {
            entry = read.entryId();
            fencing = read.fence();
            b = v3 ? 0 : entry;
        } else if (request instanceof Request.BatchRead batch) {
            entry = batch.firstEntry();
            fencing = batch.fence();
            a = batch.requestId();
        } else if (request instanceof Request.StridedRead strided) {
            entry = strided.firstEntry();
        }
        Passing passing = new Passing(
                Direction.TO_BOOKIE, v3, request.operation(), ledger, entry, adds, fencing, recovery, null, bytes);
        asked.put(new Key(v3, request.operation(), a, b), passing);
        request.release();
        return passing;
    }

    private static long firstEntry(Request.GroupAdd group) {
        EntryGroup walk = new EntryGroup(group.entries());
        long entry = walk.next() ? EntryHeader.entryId(group.entries()) : Passing.NO_ENTRY;
        walk.rewind();
        return entry;
    }

    private Passing answer(boolean v3, Response answer, int bytes) {
        long entry = Passing.NO_ENTRY;
        long a = v3 ? answer.tag().txnId() : answer.ledgerId();
        long b = 0;
        int adds = 1;
        if (answer instanceof Response.Add add) {
            entry = add.entryId();
            b = v3 ? 0 : entry;
        } else if (answer instanceof Response.Read read) {
            entry = read.entryId();
            b = v3 ? 0 : entry;
        } else if (answer instanceof Response.BatchRead batch) {
            entry = batch.firstEntry();
            a = batch.requestId();
        } else if (answer instanceof Response.StridedRead strided) {
            entry = strided.firstEntry();
        } else if (answer instanceof Response.GroupAdd group) {
            adds = group.outcomes().told();
        }
        Key key = new Key(v3, answer.operation(), a, b);
        Passing question = asked.get(key);
        if (question != null && adds >= question.adds()) {
            asked.remove(key); // else more answers come, or nobody asks: what is remembered is bounded
        }
        Passing passing = new Passing(
                Direction.TO_CLIENT,
                v3,
                answer.operation(),
                question == null ? answer.ledgerId() : question.ledger(),
                question == null ? entry : question.entry(),
                adds,
                question != null && question.fencing(),
                question != null && question.recovery(),
                answer.status(),
                bytes);
        answer.release();
        return passing;
    }
}
