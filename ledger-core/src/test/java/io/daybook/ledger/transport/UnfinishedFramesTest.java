package io.daybook.ledger.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnfinishedFramesTest {
    private static final int FRAME_SIZE_MAX = 64 << 10;

    private final UnfinishedFrames unfinished = new UnfinishedFrames(100 << 10);
    private final List<Integer> evicted = new ArrayList<>();

    @Test
    void theConnectionThatHasBeenLongestAtOneFrameGivesWay() {
        FrameSplitter slow = splitter(1);
        FrameSplitter slower = splitter(2);
        FrameSplitter quick = splitter(3);
        feed(slow, 40 << 10);
        feed(slower, 40 << 10);

        feed(quick, 40 << 10);

        assertThat(evicted).containsExactly(1);
        assertThat(slow.heldBytes()).isZero();
        assertThat(unfinished.bytes()).isEqualTo((long) slower.heldBytes() + quick.heldBytes());
        slower.close();
        quick.close();
        assertThat(unfinished.bytes()).isZero();
    }

    @Test
    void oneFrameIsLetThroughHoweverLargeItIs() {
        UnfinishedFrames none = new UnfinishedFrames(1);
        FrameSplitter only =
                new FrameSplitter(FRAME_SIZE_MAX, PooledByteBufAllocator.DEFAULT, none, b -> evicted.add(1));
        feed(only, 10 << 10);

        ByteBuf rest = Unpooled.wrappedBuffer(new byte[FRAME_SIZE_MAX - 4 - (10 << 10)]);
        ByteBuf frame = only.next(rest);

        assertThat(frame).isNotNull();
        assertThat(evicted).isEmpty();
        assertThat(none.bytes()).isZero();
        frame.release();
        rest.release();
    }

    private FrameSplitter splitter(int number) {
        return new FrameSplitter(
                FRAME_SIZE_MAX, PooledByteBufAllocator.DEFAULT, unfinished, bytes -> evicted.add(number));
    }

    /** The first bytes of a frame of the largest size. */
    private static void feed(FrameSplitter splitter, int bytes) {
        ByteBuf in = Unpooled.buffer().writeInt(FRAME_SIZE_MAX - 4).writeZero(bytes);
        assertThat(splitter.next(in)).isNull();
        in.release();
    }
}
