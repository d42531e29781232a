package io.daybook.ledger.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.daybook.vectors.Vector;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WireV3Test {
    private static final Vector FILE = Vector.file("v3-frames");
    private static final TextFormat.Parser TEXT =
            TextFormat.Parser.newBuilder().setAllowUnknownFields(true).build();

    @Test
    void readsAndWritesTheRequestsOfStock() throws Exception {
        for (Vector v : FILE.objects("requests")) {
            byte[] bytes = Messages.withoutLength(v.hex("frameHex"));
            var expected = io.daybook.ledger.protocol.proto.Request.newBuilder();
            TEXT.merge(v.text("textFormat"), expected);
            ByteBuf frame = Messages.frame(bytes);

            Request request = WireV3.decodeRequest(frame);

            assertThat(Messages.text(request)).isEqualTo(Messages.text(ColdMessages.request(expected.build())));
            assertThat(request.operation().v3())
                    .isEqualTo(expected.getHeader().getOperation().getNumber());
            assertThat(request.tag().txnId()).isEqualTo(expected.getHeader().getTxnId());
            String encoded = Messages.hex(WireV3.encode(request, Messages.ALLOCATOR));
            boolean contextDropped = v.text("name").equals("add-entry-with-request-context");
            byte[] wanted = contextDropped ? expected.build().toByteArray() : bytes;
            assertThat(encoded).as(v.text("name")).isEqualTo(HexFormat.of().formatHex(wanted));
            assertThat(frame.refCnt()).as(v.text("name")).isZero();
        }
    }

    @Test
    void readsAndWritesTheResponsesOfStock() throws Exception {
        for (Vector v : FILE.objects("responses")) {
            byte[] bytes = Messages.withoutLength(v.hex("frameHex"));
            var expected = io.daybook.ledger.protocol.proto.Response.newBuilder();
            TEXT.merge(v.text("textFormat"), expected);
            ByteBuf frame = Messages.frame(bytes);

            Response response = WireV3.decodeResponse(frame);

            assertThat(Messages.text(response)).isEqualTo(Messages.text(ColdMessages.response(expected.build())));
            assertThat(WireV2Test.stockName(response.status())).isEqualTo(v.text("status"));
            assertThat(response.status().v3()).isEqualTo(v.integer("statusNumber"));
            String encoded = Messages.hex(WireV3.encode(response, Messages.ALLOCATOR));
            assertThat(encoded).as(v.text("name")).isEqualTo(HexFormat.of().formatHex(bytes));
            assertThat(frame.refCnt()).as(v.text("name")).isZero();
        }
    }

    @Test
    void everyFrameOfARealConversationIsReadAndWrittenAsItWas() {
        int frames = 0;
        for (Vector capture : Vector.file("wire-captures").objects("captures")) {
            for (Vector v : capture.objects("frames")) {
                byte[] bytes = Messages.withoutLength(v.hex("frameHex"));
                boolean request = v.text("direction").equals("client->bookie");
                boolean v3 = v.text("decoded").startsWith("v3");
                ByteBuf frame = Messages.frame(bytes);

                ByteBuf encoded;
                if (request) {
                    Request read = new RequestDecoder().decode(frame);
                    assertThat(read).isNotInstanceOf(Request.Refused.class);
                    assertThat(read.tag().v3()).isEqualTo(v3);
                    encoded = v3 ? WireV3.encode(read, Messages.ALLOCATOR) : WireV2.encode(read, Messages.ALLOCATOR);
                } else {
                    Response read = new ResponseDecoder(v3).decode(frame);
                    assertThat(read).isNotInstanceOf(Response.Plain.class);
                    encoded = v3 ? WireV3.encode(read, Messages.ALLOCATOR) : WireV2.encode(read, Messages.ALLOCATOR);
                }

                assertThat(Messages.hex(encoded))
                        .as(v.text("decoded"))
                        .isEqualTo(HexFormat.of().formatHex(bytes));
                assertThat(frame.refCnt()).isZero();
                frames++;
            }
        }
        assertThat(frames).isGreaterThan(100);
    }

    @Test
    void aMessageInTwoPartsMeansTheSameAsOneInOne() {
        byte[] key = Vector.payload(20);
        byte[] body = Vector.payload(300);
        Tag tag = new Tag(Tag.V3, 77, 100);
        var add = new Request.Add(tag, 5, 6, key, Unpooled.wrappedBuffer(body), true, true);
        ByteBuf addHead = WireV3.encodeAddHead(tag, 5, 6, key, body.length, true, true, Messages.ALLOCATOR);
        var read = new Response.Read(new Tag(Tag.V3, 78, 0), Status.OK, 5, 6, Unpooled.wrappedBuffer(body), 9, 10);
        ByteBuf readHead = WireV3.encodeReadHead(read, Messages.ALLOCATOR);

        Request addAgain = WireV3.decodeRequest(addHead.writeBytes(body));
        Response readAgain = WireV3.decodeResponse(readHead.writeBytes(body));

        assertThat(Messages.text(addAgain)).isEqualTo(Messages.text(add));
        assertThat(Messages.text(readAgain)).isEqualTo(Messages.text(read));
        addAgain.release();
        readAgain.release();
    }

    @Test
    void aMissingSubMessageAndAnUnhandledOperationAreRefused() {
        refused("0a070803100318" + "9209", Operation.RANGE_READ, Status.BAD_REQUEST, "0a0708031003189209109403");
        refused("0a070803100c189409", Operation.BATCH_READ, Status.BAD_REQUEST, "0a070803100c189409109403");
        refused("0a0708031009189b09", Operation.START_TLS, Status.BAD_REQUEST, "0a0708031009189b09109403");
        refused(
                "0a0708031002189609",
                Operation.ADD,
                Status.BAD_REQUEST,
                "0a0708031002189609109403aa060708940310001800");
        refused(
                "0a0708031006189909",
                Operation.WRITE_LAC,
                Status.BAD_REQUEST,
                "0a0708031006189909109403ba06050894031000");
    }

    @Test
    void aLowerVersionIsRefusedWithItsIds() {
        refused(
                "0a0708021001189d09a2060608a0ac4f1000",
                Operation.READ,
                Status.BAD_VERSION,
                "0a0708031001189d0910f703a2060908f70310a0ac4f1800");
    }

    private static void refused(String frameHex, Operation operation, Status status, String answerHex) {
        Request request = WireV3.decodeRequest(Messages.frame(HexFormat.of().parseHex(frameHex)));
        assertThat(request).isInstanceOf(Request.Refused.class);
        assertThat(request.operation()).isEqualTo(operation);
        assertThat(((Request.Refused) request).status()).isEqualTo(status);
        Response answer = Response.refusing(request, status);
        assertThat(Messages.hex(WireV3.encode(answer, Messages.ALLOCATOR))).isEqualTo(answerHex);
    }

    @Test
    void anUnknownVersionOrOperationIsMalformed() {
        for (String hex : List.of("0a0608031063" + "1801", "0a06080910011801", "0a04080310011801", "12021801")) {
            ByteBuf frame = Messages.frame(HexFormat.of().parseHex(hex));
            assertThatThrownBy(() -> WireV3.decodeRequest(frame)).isInstanceOf(MalformedFrameException.class);
            assertThat(frame.refCnt()).isZero();
        }
    }

    @Test
    void anUnknownStatusIsNeverSuccessOrAbsence() {
        // outer and inner status 999
        byte[] add = HexFormat.of().parseHex("0a060803100218081" + "0e707aa060708e707102a1807");

        Response response = WireV3.decodeResponse(Messages.frame(add));

        assertThat(response.status()).isEqualTo(Status.UNKNOWN_STATE);
    }

    @Test
    void theInnerStatusCountsWhenTheOuterIsOk() {
        byte[] add = HexFormat.of().parseHex("0a060803100218081000aa060708f803102a1807");

        assertThat(WireV3.decodeResponse(Messages.frame(add)).status()).isEqualTo(Status.FENCED);
    }

    @Test
    void aBatchReadDoesNotExistInV3() {
        var batch = new Request.BatchRead(new Tag(Tag.V3, 1, 0), 1, 2, 3, 4, 5, false, null);

        assertThatThrownBy(() -> WireV3.encode(batch, Messages.ALLOCATOR))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("BATCH_READ");
    }

    @Test
    void thousandsOfContextPairsCostNothing() throws Exception {
        byte[] pair = HexFormat.of().parseHex("c20c060a01611201" + "62");
        byte[] start = HexFormat.of().parseHex("0a06080310071801" + "c20602082a");
        ByteBuf frame = Messages.ALLOCATOR.buffer();
        frame.writeBytes(start);
        for (int i = 0; i < 20_000; i++) {
            frame.writeBytes(pair);
        }

        assertThat(WireV3.decodeRequest(frame.retainedDuplicate())).isInstanceOf(Request.ReadLac.class);
        Message kept = ColdMessages.parse(io.daybook.ledger.protocol.proto.Request.parser(), frame);
        assertThat(kept.getUnknownFields().getSerializedSize()).isZero();
        frame.release();
        assertThat(frame.refCnt()).isZero();
    }

    @Test
    void everyFrameCutAnywhereIsEitherReadOrMalformedAndNeverLeaks() {
        for (String part : List.of("requests", "responses")) {
            for (Vector v : FILE.objects(part)) {
                byte[] bytes = Messages.withoutLength(v.hex("frameHex"));
                for (int cut = 0; cut < bytes.length; cut++) {
                    V3OracleTest.sameAsProtobuf(Arrays.copyOf(bytes, cut), part.equals("requests"));
                }
            }
        }
    }
}
