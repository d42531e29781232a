package io.daybook.bookie.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class AlignedMemoryTest {
    private static final int HUGE_PAGE = 2 << 20;

    @Test
    void littleMemoryStartsAtAPage() {
        ByteBuffer memory = AlignedMemory.allocate(5000);

        assertThat(memory.capacity()).isEqualTo(8192);
        assertThat(memory.alignmentOffset(0, 4096)).isZero();
    }

    @Test
    void whatIsWrittenInLargePiecesFitsOntoHugePages() {
        for (int size : new int[] {512 << 10, HUGE_PAGE, HUGE_PAGE + 1}) {
            ByteBuffer memory = AlignedMemory.allocate(size);

            assertThat(memory.capacity()).isBetween(size, size + 4095);
            assertThat(memory.alignmentOffset(0, HUGE_PAGE)).isZero();
        }
    }
}
