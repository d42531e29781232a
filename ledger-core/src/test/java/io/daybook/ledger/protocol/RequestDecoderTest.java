package io.daybook.ledger.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class RequestDecoderTest {
    private static final byte[] V3_READ = HexFormat.of().parseHex("0a06080310011801a20604082a1007");
    private static final byte[] V2_READ = HexFormat.of().parseHex("02020000000000000000002a0000000000000007");

    private final RequestDecoder decoder = new RequestDecoder();

    @Test
    void goesFromV3ToV2OnceAndNeverBack() {
        assertThat(decoder.decode(Messages.frame(V3_READ)).tag().v3()).isTrue();
        assertThat(decoder.decode(Messages.frame(V3_READ)).tag().v3()).isTrue();
        assertThat(decoder.decode(Messages.frame(V2_READ)).tag().v3()).isFalse();

        ByteBuf late = Messages.frame(V3_READ);
        assertThatThrownBy(() -> decoder.decode(late))
                .isInstanceOf(MalformedFrameException.class)
                .hasMessageContaining("had changed to v2");
        assertThat(late.refCnt()).isZero();
    }

    @Test
    void anEmptyFrameIsMalformed() {
        ByteBuf empty = Messages.ALLOCATOR.buffer();
        assertThatThrownBy(() -> decoder.decode(empty)).isInstanceOf(MalformedFrameException.class);
        assertThat(empty.refCnt()).isZero();
    }

    @Test
    void operationsThatDoNotExistInV2AreMalformed() {
        for (int opcode : new int[] {0, 4, 5, 6, 8, 99}) {
            byte[] bytes = V2_READ.clone();
            bytes[1] = (byte) opcode;
            ByteBuf frame = Messages.frame(bytes);
            assertThatThrownBy(() -> decoder.decode(frame)).isInstanceOf(MalformedFrameException.class);
            assertThat(frame.refCnt()).isZero();
        }
    }

    @Test
    void addsWithTheSameKeyShareItsArray() {
        byte[] add = HexFormat.of()
                .parseHex("020100002e2a69d870796fe05c0e77c52a29ce5e4222b758000000000000002a0000000000000007"
                        + "000000000000000600000000000004d2");

        Request.Add first = (Request.Add) decoder.decode(Messages.frame(add));
        Request.Add second = (Request.Add) decoder.decode(Messages.frame(add));

        assertThat(second.masterKey()).isSameAs(first.masterKey());
        first.release();
        second.release();
    }
}
