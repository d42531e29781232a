package io.daybook.ledger.protocol;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads the hot v3 messages straight from frames: a header and one sub-message, each once, fields in any order, unknown fields among them.
 * Whatever is stranger than that, such as a sub-message in two parts, is left to protobuf-java. Keeps state between calls: one connection.
 */
final class V3Reader {
    private static final int READ = 100;
    private static final int ADD = 101;
    private static final int WRITE_LAC = 103;
    private static final int READ_LAC = 104;
    private static final int FORCE = 107;
    private static final int SUB_MAX = 108;
    private static final int GROUP_ADD = GroupWire.FIELD;
    private static final int STRIDED_READ = StridedWire.FIELD;

    private final ProtoCursor cursor = new ProtoCursor();
    private final KeyCache keys = new KeyCache();

    // where the parts of the current frame are
    private int headerFrom;
    private int headerTo;
    private int sub;
    private int subFrom;
    private int subTo;
    private int outerStatus;

    // the header of the current frame
    private int version;
    private @Nullable Operation operation;
    private long txnId;
    private int priority;

    // fields of the current sub-message; the bit of a number below 32 is set in seen if it was there
    private int seen;
    private final long[] numbers = new long[8];
    private final int[] from = new int[8];
    private final int[] size = new int[8];
    private long flag;

    /** The request in {@code frame} if it is hot and plain, else null with the frame untouched. A body in it is the frame itself or a slice. */
    @Nullable
    Request request(ByteBuf frame) {
        if (!scan(frame, false) || version != 3) {
            return null;
        }
        Operation op = operation;
        Tag tag = new Tag(Tag.V3, txnId, priority);
        if (op == Operation.ADD && sub == ADD) {
            fields(frame, 0b0001_1000, 0b0010_0110);
            need(0b0001_1110);
            byte[] key = keys.read(frame, from[3], size[3]);
            boolean deferred = has(5) && (numbers[5] & 1) != 0;
            return new Request.Add(tag, numbers[1], numbers[2], key, body(frame, 4), flag == 1, deferred);
        }
        if (op == Operation.GROUP_ADD && sub == GROUP_ADD) {
            fields(frame, 0b0000_1010, 0b0000_0100);
            need(0b0000_1110);
            return group(tag, frame);
        }
        if (op == Operation.READ && sub == READ) {
            fields(frame, 0b0000_1000, 0b0011_0110);
            need(0b0000_0110);
            byte[] key = has(3) ? keys.read(frame, from[3], size[3]) : null;
            long timeout = has(5) ? Math.max(0, numbers[5]) : -1;
            long previous = has(4) ? numbers[4] : 0;
            return new Request.Read(tag, numbers[1], numbers[2], flag == 1, key, has(4), previous, timeout, flag == 2);
        }
        if (op == Operation.WRITE_LAC && sub == WRITE_LAC) {
            fields(frame, 0b0001_1000, 0b0000_0110);
            need(0b0001_1110);
            byte[] key = keys.read(frame, from[3], size[3]);
            return new Request.WriteLac(tag, numbers[1], numbers[2], key, body(frame, 4));
        }
        if (op == Operation.READ_LAC && sub == READ_LAC) {
            fields(frame, 0, 0b0000_0010);
            need(0b0000_0010);
            return new Request.ReadLac(tag, numbers[1]);
        }
        if (op == Operation.FORCE && sub == FORCE) {
            fields(frame, 0, 0b0000_0010);
            need(0b0000_0010);
            return new Request.Force(tag, numbers[1]);
        }
        if (op == Operation.STRIDED_READ && sub == STRIDED_READ) {
            fields(frame, 0, 0b0011_1110);
            need(0b0011_1110);
            return strided(tag);
        }
        return null;
    }

    /** A group that says of itself how many entries it has, and has no more than is allowed; whether they are whole is seen later. */
    private Request group(Tag tag, ByteBuf frame) {
        if (numbers[2] < 1 || numbers[2] > EntryGroup.ENTRIES_MAX) {
            throw new MalformedFrameException("a group of %d entries came; from 1 to %d are allowed"
                    .formatted(numbers[2], EntryGroup.ENTRIES_MAX));
        }
        byte[] key = keys.read(frame, from[1], size[1]);
        return new Request.GroupAdd(tag, key, (int) numbers[2], body(frame, 3));
    }

    /** A question for nothing, or backwards, is refused; one for too much is cut to what an int holds. */
    private Request strided(Tag tag) {
        if (numbers[2] < 0 || numbers[3] < 1 || numbers[4] < 1 || numbers[5] < 0) {
            return new Request.Refused(tag, Operation.STRIDED_READ, Status.BAD_REQUEST, numbers[1], numbers[2]);
        }
        int stride = (int) Math.min(Integer.MAX_VALUE, numbers[3]);
        int count = (int) Math.min(Integer.MAX_VALUE, numbers[4]);
        return new Request.StridedRead(tag, numbers[1], numbers[2], stride, count, numbers[5]);
    }

    /** The response in {@code frame} if it is hot and plain, else null with the frame untouched. */
    @Nullable
    Response response(ByteBuf frame) {
        if (!scan(frame, true)) {
            return null;
        }
        Operation op = operation;
        Tag tag = new Tag(Tag.V3, txnId, priority);
        if (op == Operation.ADD && sub == ADD) {
            fields(frame, 0, 0b0000_1110);
            need(0b0000_1110);
            return new Response.Add(tag, status(), numbers[2], numbers[3]);
        }
        if (op == Operation.GROUP_ADD && sub == GROUP_ADD) {
            fields(frame, 0b0000_0100, 0b0000_0010);
            need(0b0000_0110);
            cursor.over(frame, from[2], from[2] + size[2]);
            return new Response.GroupAdd(tag, status(), GroupWire.outcomes(cursor, size[2]));
        }
        if (op == Operation.READ && sub == READ) {
            fields(frame, 0b0001_0000, 0b0110_1110);
            need(0b0000_1110);
            long maxLac = has(5) ? numbers[5] : Response.Read.ABSENT;
            long updated = has(6) ? numbers[6] : Response.Read.ABSENT;
            long ledgerId = numbers[2];
            long entryId = numbers[3];
            Status status = status();
            return new Response.Read(tag, status, ledgerId, entryId, has(4) ? body(frame, 4) : null, maxLac, updated);
        }
        if (op == Operation.WRITE_LAC && sub == WRITE_LAC) {
            fields(frame, 0, 0b0000_0110);
            need(0b0000_0110);
            return new Response.WriteLac(tag, status(), numbers[2]);
        }
        if (op == Operation.READ_LAC && sub == READ_LAC) {
            fields(frame, 0b0001_1000, 0b0000_0110);
            need(0b0000_0110);
            ByteBuf lac = has(3) ? frame.retainedSlice(from[3], size[3]) : null;
            ByteBuf last = has(4) ? frame.retainedSlice(from[4], size[4]) : null;
            return new Response.ReadLac(tag, status(), numbers[2], lac, last);
        }
        if (op == Operation.FORCE && sub == FORCE) {
            fields(frame, 0, 0b0000_0110);
            need(0b0000_0110);
            return new Response.Force(tag, status(), numbers[2]);
        }
        if (op == Operation.STRIDED_READ && sub == STRIDED_READ) {
            fields(frame, 0b0010_0000, 0b0001_1110);
            need(0b0001_1110);
            long first = numbers[3];
            int count = (int) numbers[4];
            return new Response.StridedRead(tag, status(), numbers[2], first, count, has(5) ? body(frame, 5) : null);
        }
        return null;
    }

    /** Finds header and sub-message; false if the frame is not of the plain form. */
    private boolean scan(ByteBuf frame, boolean response) {
        headerFrom = -1;
        sub = 0;
        outerStatus = -1;
        cursor.over(frame, frame.readerIndex(), frame.writerIndex());
        while (cursor.more()) {
            int tag = cursor.tag();
            int number = tag >>> 3;
            if (tag == (1 << 3 | ProtoCursor.BYTES)) {
                if (headerFrom >= 0) {
                    return false;
                }
                int length = cursor.size();
                headerFrom = cursor.at();
                headerTo = headerFrom + length;
                cursor.pass(length);
            } else if (response && tag == (2 << 3 | ProtoCursor.VARINT)) {
                outerStatus = (int) cursor.varint();
            } else if (isSub(number) && (tag & 7) == ProtoCursor.BYTES) {
                if (sub != 0) {
                    return false;
                }
                sub = number;
                int length = cursor.size();
                subFrom = cursor.at();
                subTo = subFrom + length;
                cursor.pass(length);
            } else {
                cursor.skip(tag);
            }
        }
        if (headerFrom < 0 || (response && outerStatus < 0)) {
            return false;
        }
        return header(frame);
    }

    private static boolean isSub(int number) {
        return (number >= READ && number <= SUB_MAX) || number == STRIDED_READ || number == GROUP_ADD;
    }

    private boolean header(ByteBuf frame) {
        version = 0;
        operation = null;
        priority = 0;
        boolean hasTxnId = false;
        cursor.over(frame, headerFrom, headerTo);
        while (cursor.more()) {
            int tag = cursor.tag();
            switch (tag) {
                case 1 << 3 -> {
                    int number = (int) cursor.varint();
                    version = number >= 1 && number <= 3 ? number : version;
                }
                case 2 << 3 -> {
                    Operation known = Operation.ofV3((int) cursor.varint());
                    operation = known != null ? known : operation;
                }
                case 3 << 3 -> {
                    txnId = cursor.varint();
                    hasTxnId = true;
                }
                case 4 << 3 -> priority = (int) cursor.varint();
                default -> cursor.skip(tag);
            }
        }
        return version != 0 && operation != null && hasTxnId;
    }

    /** Reads the sub-message: fields in the bit set {@code bytes} are bytes, those in {@code varints} numbers, others are skipped. */
    private void fields(ByteBuf frame, int bytes, int varints) {
        seen = 0;
        flag = 0;
        cursor.over(frame, subFrom, subTo);
        while (cursor.more()) {
            int tag = cursor.tag();
            int number = tag >>> 3;
            int type = tag & 7;
            int bit = number < 8 ? 1 << number : 0;
            if (type == ProtoCursor.VARINT && (varints & bit) != 0) {
                numbers[number] = cursor.varint();
                seen |= bit;
            } else if (type == ProtoCursor.BYTES && (bytes & bit) != 0) {
                size[number] = cursor.size();
                from[number] = cursor.at();
                cursor.pass(size[number]);
                seen |= bit;
            } else if (tag == 100 << 3) {
                int value = (int) cursor.varint();
                flag = knownFlag(value) ? value : flag;
            } else {
                cursor.skip(tag);
            }
        }
        cursor.clear();
    }

    private boolean knownFlag(int value) {
        return value == 1 || (value == 2 && sub == READ);
    }

    private boolean has(int number) {
        return (seen & 1 << number) != 0;
    }

    private void need(int required) {
        if ((seen & required) != required) {
            throw new MalformedFrameException(
                    "a v3 message lacks a required field: has 0x%x, needs 0x%x".formatted(seen, required));
        }
    }

    private Status status() {
        int deciding = outerStatus != 0 ? outerStatus : (int) numbers[1];
        return deciding == 0 ? Status.OK : Status.ofV3(deciding);
    }

    /** The frame itself, narrowed to one field of bytes. */
    private ByteBuf body(ByteBuf frame, int number) {
        return frame.setIndex(from[number], from[number] + size[number]);
    }
}
