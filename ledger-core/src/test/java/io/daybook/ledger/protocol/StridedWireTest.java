package io.daybook.ledger.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The worked example of docs/protocol.md, byte by byte, and what is not whole. */
final class StridedWireTest {
    private static final Tag TAG = new Tag(Tag.V3, 7, 0);
    private static final String REQUEST = "0a07080310e80718" + "07c23e0c0805100a18032064" + "28808004";
    private static final String RECORDS = "10000002" + "0000000000000005" + "000000000000000a" + "aabb" // entry 10
            + "10000001" + "0000000000000005" + "000000000000000d" + "cc"; // entry 13
    private static final String RESPONSE = "0a07080310e80718" + "071000c23e35" + "08001005180a20022a2b" + RECORDS;

    @Test
    void aRequestIsTheseBytes() {
        var request = new Request.StridedRead(TAG, 5, 10, 3, 100, 65536);

        assertThat(hex(WireV3.encode(request, ByteBufAllocator.DEFAULT))).isEqualTo(REQUEST);
        assertThat(WireV3.decodeRequest(bytes(REQUEST))).isEqualTo(request);
    }

    @Test
    void anAnswerIsTheseBytes() {
        var whole = new Response.StridedRead(TAG, Status.OK, 5, 10, 2, bytes(RECORDS));
        var inTwoParts = new Response.StridedRead(TAG, Status.OK, 5, 10, 2, bytes(RECORDS));

        assertThat(hex(WireV3.encode(whole, ByteBufAllocator.DEFAULT))).isEqualTo(RESPONSE);
        assertThat(hex(WireV3.encodeStridedHead(inTwoParts, ByteBufAllocator.DEFAULT)) + RECORDS)
                .isEqualTo(RESPONSE);
        assertThat(whole.records().refCnt()).isZero();
        inTwoParts.release();
    }

    @Test
    void anAnswerIsReadWithoutACopy() {
        ByteBuf frame = bytes(RESPONSE);

        var answer = (Response.StridedRead) WireV3.decodeResponse(frame);

        assertThat(answer.records()).isSameAs(frame);
        Records walk = new Records(answer.records());
        assertThat(walk.next()).isTrue();
        assertThat(walk.ledgerId()).isEqualTo(5);
        assertThat(walk.entryId()).isEqualTo(10);
        assertThat(hex(walk.body())).isEqualTo("aabb");
        assertThat(walk.next()).isTrue();
        assertThat(walk.entryId()).isEqualTo(13);
        assertThat(walk.length()).isEqualTo(1);
        assertThat(walk.next()).isFalse();
        answer.release();
        assertThat(frame.refCnt()).isZero();
    }

    @Test
    void aRefusalHasNoRecords() {
        var refused = Response.StridedRead.failed(TAG, Status.NO_SUCH_ENTRY, 5, 10);

        ByteBuf frame = WireV3.encode(refused, ByteBufAllocator.DEFAULT);

        assertThat(WireV3.decodeResponse(frame)).isEqualTo(refused);
    }

    @Test
    void frames_tornAtAnyByte_areRefusedOrSaidToBeMalformed() {
        for (int length = 1; length < REQUEST.length() / 2; length++) {
            ByteBuf torn = bytes(REQUEST.substring(0, 2 * length));
            assertThatThrownBy(() -> WireV3.decodeRequest(torn)).isInstanceOf(MalformedFrameException.class);
            assertThat(torn.refCnt()).isZero();
        }
        for (int length = 1; length < RESPONSE.length() / 2; length++) {
            ByteBuf torn = bytes(RESPONSE.substring(0, 2 * length));
            assertThatThrownBy(() -> WireV3.decodeResponse(torn)).isInstanceOf(MalformedFrameException.class);
            assertThat(torn.refCnt()).isZero();
        }
    }

    @Test
    void records_tornAtAnyByte_endWithAnException() {
        for (int length = 1; length < RECORDS.length() / 2; length++) {
            ByteBuf torn = bytes(RECORDS.substring(0, 2 * length));
            Records walk = new Records(torn);
            if (length == 22) {
                assertThat(walk.next()).isTrue(); // the first is whole, and nothing says that another follows
                assertThat(walk.next()).isFalse();
            } else {
                assertThatThrownBy(() -> {
                            walk.next();
                            walk.next();
                        })
                        .isInstanceOf(MalformedFrameException.class);
            }
            torn.release();
        }
    }

    @Test
    void aQuestionForNothingOrBackwardsIsRefusedAndOneForTooMuchIsCut() {
        assertThat(decoded(-1, 1, 1, 1)).isInstanceOf(Request.Refused.class);
        assertThat(decoded(0, 0, 1, 1)).isInstanceOf(Request.Refused.class);
        assertThat(decoded(0, -3, 1, 1)).isInstanceOf(Request.Refused.class);
        assertThat(decoded(0, 1, 0, 1)).isInstanceOf(Request.Refused.class);
        assertThat(decoded(0, 1, 1, -1)).isInstanceOf(Request.Refused.class);
        assertThat(decoded(3, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE))
                .isEqualTo(new Request.StridedRead(TAG, 5, 3, Integer.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE));
    }

    private static Request decoded(long first, long stride, long count, long bytes) {
        int sub = ProtoOut.number(1, 5)
                + ProtoOut.number(2, first)
                + ProtoOut.number(3, stride)
                + ProtoOut.number(4, count)
                + ProtoOut.number(5, bytes);
        ByteBuf out = bytes("0a07080310e8071807");
        ProtoOut.bytesHead(out, StridedWire.FIELD, sub);
        ProtoOut.number(out, 1, 5);
        ProtoOut.number(out, 2, first);
        ProtoOut.number(out, 3, stride);
        ProtoOut.number(out, 4, count);
        ProtoOut.number(out, 5, bytes);
        return WireV3.decodeRequest(out);
    }

    private static ByteBuf bytes(String hex) {
        return Unpooled.buffer().writeBytes(HexFormat.of().parseHex(hex));
    }

    private static String hex(ByteBuf bytes) {
        String hex = ByteBufUtil.hexDump(bytes);
        bytes.release();
        return hex;
    }
}
