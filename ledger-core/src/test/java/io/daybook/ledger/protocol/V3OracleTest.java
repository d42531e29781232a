package io.daybook.ledger.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.daybook.ledger.protocol.proto.BKPacketHeader;
import io.daybook.ledger.protocol.proto.OperationType;
import io.daybook.ledger.protocol.proto.ProtocolVersion;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The hand-written v3 codec must agree with protobuf-java about every frame, whole or damaged. */
final class V3OracleTest {

    /** Sub-message fields by operation of a request: number and whether it is bytes. */
    private record Shape(int operation, int sub, int[] numbers, int[] bytes, int flagMax) {}

    private static final List<Shape> REQUESTS = List.of(
            new Shape(1, 100, new int[] {1, 2, 4, 5}, new int[] {3}, 3),
            new Shape(2, 101, new int[] {1, 2, 5}, new int[] {3, 4}, 2),
            new Shape(6, 103, new int[] {1, 2}, new int[] {3, 4}, 0),
            new Shape(7, 104, new int[] {1}, new int[] {}, 0),
            new Shape(10, 107, new int[] {1}, new int[] {}, 0),
            new Shape(8, 105, new int[] {1}, new int[] {}, 0),
            new Shape(11, 108, new int[] {1}, new int[] {}, 0),
            new Shape(5, 102, new int[] {}, new int[] {1, 2}, 0));

    private static final List<Shape> RESPONSES = List.of(
            new Shape(1, 100, new int[] {1, 2, 3, 5, 6}, new int[] {4}, 0),
            new Shape(2, 101, new int[] {1, 2, 3}, new int[] {}, 0),
            new Shape(6, 103, new int[] {1, 2}, new int[] {}, 0),
            new Shape(7, 104, new int[] {1, 2}, new int[] {3, 4}, 0),
            new Shape(10, 107, new int[] {1, 2}, new int[] {}, 0));

    private static final int[] STATUS = {0, 402, 403, 404, 501, 502, 503, 504, 505, 506, 507};

    @Property(tries = 1500)
    void agreesOnMessagesWithFieldsInAnyOrderRepeatedMissingOrUnknown(@ForAll long seed) {
        Random random = new Random(seed);

        sameAsProtobuf(message(random, REQUESTS.get(random.nextInt(REQUESTS.size())), false), true);
        sameAsProtobuf(message(random, RESPONSES.get(random.nextInt(RESPONSES.size())), true), false);
    }

    @Property(tries = 2500)
    void agreesOnDamagedMessages(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] request = message(random, REQUESTS.get(random.nextInt(REQUESTS.size())), false);

        int damages = 1 + random.nextInt(3);
        for (int i = 0; i < damages && request.length > 0; i++) {
            request[random.nextInt(request.length)] = (byte) random.nextInt(256);
        }

        sameAsProtobuf(request, true);
    }

    @Property(tries = 800)
    void agreesOnGarbage(@ForAll byte[] garbage) {
        sameAsProtobuf(garbage, true);
        sameAsProtobuf(garbage, false);
    }

    @Property(tries = 300)
    void whatIsWrittenByHandIsWhatProtobufWrites(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        byte[] body = new byte[random.nextInt(300)];
        random.nextBytes(body);
        byte[] key = new byte[random.nextBoolean() ? 20 : random.nextInt(30)];
        random.nextBytes(key);
        long ledgerId = number(random);
        long entryId = number(random);
        Tag tag = new Tag(Tag.V3, number(random), random.nextBoolean() ? 100 : 0);
        boolean recovery = random.nextBoolean();
        boolean deferred = random.nextBoolean();
        var expected = io.daybook.ledger.protocol.proto.AddRequest.newBuilder()
                .setLedgerId(ledgerId)
                .setEntryId(entryId)
                .setMasterKey(ByteString.copyFrom(key))
                .setBody(ByteString.copyFrom(body));
        if (deferred) {
            expected.setWriteFlags(1);
        }
        if (recovery) {
            expected.setFlag(io.daybook.ledger.protocol.proto.AddRequest.Flag.RECOVERY_ADD);
        }
        var header = BKPacketHeader.newBuilder()
                .setVersion(ProtocolVersion.VERSION_THREE)
                .setOperation(OperationType.ADD_ENTRY)
                .setTxnId(tag.txnId());
        if (tag.priority() != 0) {
            header.setPriority(tag.priority());
        }

        var add = new Request.Add(tag, ledgerId, entryId, key, Messages.frame(body), recovery, deferred);
        String byHand = Messages.hex(WireV3.encode(add, Messages.ALLOCATOR));

        assertThat(byHand)
                .isEqualTo(java.util.HexFormat.of()
                        .formatHex(io.daybook.ledger.protocol.proto.Request.newBuilder()
                                .setHeader(header)
                                .setAddRequest(expected)
                                .build()
                                .toByteArray()));
        assertThat(add.body().refCnt()).isZero();
    }

    /** Decodes by hand and through protobuf-java, and compares values or refusals; checks that nothing leaks. */
    static void sameAsProtobuf(byte[] bytes, boolean request) {
        String byProtobuf = decode(bytes, request, false);
        String byHand = decode(bytes, request, true);

        // An unknown status makes a message unreadable to protobuf, while we take it for an unknown outcome (R93).
        // A number of eleven bytes is malformed; protobuf-java lets it pass when there is enough after it.
        if (!byHand.contains("UNKNOWN_STATE") && !byHand.contains("more than ten bytes")) {
            assertThat(byHand).as(java.util.HexFormat.of().formatHex(bytes)).isEqualTo(byProtobuf);
        }
    }

    private static String decode(byte[] bytes, boolean request, boolean byHand) {
        ByteBuf frame = Messages.frame(bytes);
        try {
            if (request) {
                Request message = byHand ? WireV3.decodeRequest(frame) : ColdMessages.decodeRequest(frame);
                String text = Messages.text(message);
                message.release();
                return text;
            }
            Response message = byHand ? WireV3.decodeResponse(frame) : ColdMessages.decodeResponse(frame);
            String text = Messages.text(message);
            message.release();
            return text;
        } catch (MalformedFrameException malformed) {
            return byHand && malformed.getMessage().contains("ten bytes") ? malformed.getMessage() : "malformed";
        } finally {
            if (!byHand) {
                frame.release();
            }
            assertThat(frame.refCnt()).isZero();
        }
    }

    private static byte[] message(Random random, Shape shape, boolean response) {
        List<byte[]> parts = new ArrayList<>();
        for (int i = rarely(random) ? random.nextInt(3) : 1; i > 0; i--) {
            parts.add(field(1, header(random, shape)));
        }
        if (response) {
            parts.add(field(2, status(random)));
        }
        for (int i = rarely(random) ? random.nextInt(3) : 1; i > 0; i--) {
            parts.add(field(shape.sub, sub(random, shape, response)));
        }
        if (rarely(random)) {
            Shape other = REQUESTS.get(random.nextInt(REQUESTS.size()));
            parts.add(field(other.sub, sub(random, other, response)));
        }
        unknown(random, parts);
        return shuffled(random, parts);
    }

    private static byte[] header(Random random, Shape shape) {
        List<byte[]> parts = new ArrayList<>();
        parts.add(field(1, rarely(random) ? random.nextInt(6) : 3));
        parts.add(field(2, rarely(random) ? random.nextInt(15) : shape.operation));
        parts.add(field(3, number(random)));
        if (random.nextBoolean()) {
            parts.add(field(4, random.nextInt(200)));
        }
        unknown(random, parts);
        return shuffled(random, parts);
    }

    private static byte[] sub(Random random, Shape shape, boolean response) {
        List<byte[]> parts = new ArrayList<>();
        for (int number : shape.numbers) {
            for (int i = rarely(random) ? random.nextInt(3) : 1; i > 0; i--) {
                parts.add(field(number, response && number == 1 ? status(random) : number(random)));
            }
        }
        for (int number : shape.bytes) {
            for (int i = rarely(random) ? random.nextInt(3) : 1; i > 0; i--) {
                byte[] value = new byte[random.nextBoolean() ? 20 : random.nextInt(40)];
                random.nextBytes(value);
                parts.add(field(number, value));
            }
        }
        if (shape.flagMax > 0 && random.nextBoolean()) {
            parts.add(field(100, random.nextInt(shape.flagMax + 2)));
        }
        unknown(random, parts);
        return shuffled(random, parts);
    }

    /** Fields with unknown numbers, with known numbers of another wire type, and groups. */
    private static void unknown(Random random, List<byte[]> parts) {
        while (rarely(random)) {
            int number = random.nextBoolean() ? 1 + random.nextInt(8) : 1 + random.nextInt(300);
            switch (random.nextInt(4)) {
                case 0 -> parts.add(field(500 + number, number(random)));
                case 1 -> parts.add(field(500 + number, new byte[random.nextInt(5)]));
                case 2 -> parts.add(bytes(out -> out.writeFixed64(number, random.nextLong())));
                default ->
                    parts.add(bytes(out -> {
                        out.writeTag(number, 3);
                        out.writeInt64(1 + random.nextInt(9), random.nextLong());
                        out.writeTag(number, 4);
                    }));
            }
        }
    }

    private static boolean rarely(Random random) {
        return random.nextInt(6) == 0;
    }

    private static long number(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> random.nextInt(100);
            case 1 -> -1;
            default -> random.nextLong() >> random.nextInt(64);
        };
    }

    private static long status(Random random) {
        return STATUS[random.nextInt(STATUS.length)];
    }

    private static byte[] shuffled(Random random, List<byte[]> parts) {
        if (random.nextBoolean()) {
            Collections.shuffle(parts, random);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static byte[] field(int number, long value) {
        return bytes(out -> out.writeInt64(number, value));
    }

    private static byte[] field(int number, byte[] value) {
        return bytes(out -> out.writeByteArray(number, value));
    }

    private interface Writer {
        void write(CodedOutputStream out) throws IOException;
    }

    private static byte[] bytes(Writer writer) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            writer.write(out);
            out.flush();
            return bytes.toByteArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
