package io.daybook.ledger.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.seam.TransportException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class FrameSplitterTest {
    private static final int FRAME_SIZE_MAX = 5 << 20;

    private final FrameSplitter splitter = new FrameSplitter(
            FRAME_SIZE_MAX, PooledByteBufAllocator.DEFAULT, new UnfinishedFrames(Long.MAX_VALUE), bytes -> {});

    @Property(tries = 80)
    void cutsTheSameFramesHoweverTheBytesCome(
            @ForAll @Size(min = 1, max = 10) List<@IntRange(min = 1, max = 3_000) Integer> sizes, @ForAll long seed) {
        var whole = Unpooled.buffer();
        for (int size : sizes) {
            whole.writeInt(size);
            for (int i = 0; i < size; i++) {
                whole.writeByte(size ^ i);
            }
        }
        var random = new Random(seed);
        List<ByteBuf> frames = new ArrayList<>();
        List<ByteBuf> pieces = new ArrayList<>();

        while (whole.isReadable()) {
            int most = random.nextBoolean() ? 8 : 4_000;
            ByteBuf piece =
                    Unpooled.buffer().writeBytes(whole, Math.min(whole.readableBytes(), 1 + random.nextInt(most)));
            for (ByteBuf frame = splitter.next(piece); frame != null; frame = splitter.next(piece)) {
                frames.add(frame);
            }
            assertThat(piece.isReadable()).isFalse();
            piece.release();
            pieces.add(piece);
        }

        assertThat(frames).extracting(ByteBuf::readableBytes).isEqualTo(sizes);
        for (ByteBuf frame : frames) {
            int size = frame.readableBytes();
            for (int i = 0; i < size; i++) {
                assertThat(frame.readByte()).isEqualTo((byte) (size ^ i));
            }
            frame.release();
        }
        assertThat(frames).allMatch(frame -> frame.refCnt() == 0);
        assertThat(pieces).allMatch(piece -> piece.refCnt() == 0);
        assertThat(splitter.heldBytes()).isZero();
    }

    @Test
    void holdsWhatCameAndNotWhatWasAnnounced() {
        ByteBuf start = Unpooled.buffer().writeInt(FRAME_SIZE_MAX - 4).writeByte(1);

        assertThat(splitter.next(start)).isNull();

        assertThat(splitter.heldBytes()).isLessThan(1024);
        splitter.close();
        assertThat(splitter.heldBytes()).isZero();
    }

    @Test
    void makesRoomForAllOfAFrameOnceAnEighthOfItHasCome() {
        ByteBuf whole = Unpooled.buffer().writeInt(1 << 20).writeZero(1 << 20);
        int size = whole.readableBytes();
        ByteBuf frame = null;

        while (frame == null) {
            ByteBuf piece = whole.readRetainedSlice(Math.min(100_000, whole.readableBytes()));
            frame = splitter.next(piece);
            piece.release();
            int came = size - whole.readableBytes();
            assertThat(splitter.heldBytes()).isEqualTo(frame != null ? 0 : came == 100_000 ? came : size);
        }

        assertThat(frame.readableBytes()).isEqualTo(1 << 20);
        frame.release();
        whole.release();
        assertThat(frame.refCnt()).isZero();
        assertThat(whole.refCnt()).isZero();
    }

    @Test
    void growsWithWhatCameWhereMemoryIsScarce() {
        FrameSplitter scarce = new FrameSplitter(
                FRAME_SIZE_MAX, PooledByteBufAllocator.DEFAULT, new UnfinishedFrames(1 << 20), bytes -> {});
        int length = FRAME_SIZE_MAX - 4;
        ByteBuf whole = Unpooled.buffer(FRAME_SIZE_MAX).writeInt(length).writeZero(length);
        int came = 0;
        ByteBuf frame = null;

        while (frame == null) {
            ByteBuf piece = whole.readRetainedSlice(Math.min(100_000, whole.readableBytes()));
            came += piece.readableBytes();
            frame = scarce.next(piece);
            piece.release();
            assertThat(scarce.heldBytes()).isLessThanOrEqualTo(2 * came);
        }

        assertThat(frame.readableBytes()).isEqualTo(length);
        frame.release();
        whole.release();
        assertThat(frame.refCnt()).isZero();
        assertThat(whole.refCnt()).isZero();
    }

    @Test
    void refusesALengthAsSoonAsItIsKnown() {
        for (int length : new int[] {0, -1, FRAME_SIZE_MAX - 3, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            ByteBuf whole = Unpooled.buffer().writeInt(length);
            assertThatThrownBy(() -> splitter.next(whole)).isInstanceOf(TransportException.class);

            ByteBuf start = Unpooled.buffer().writeMedium(length >>> 8);
            assertThat(splitter.next(start)).isNull();
            assertThatThrownBy(() -> splitter.next(Unpooled.buffer().writeByte(length)))
                    .isInstanceOf(TransportException.class);
            splitter.close();
        }
    }
}
