package io.daybook.bookie.disk;

import java.nio.ByteBuffer;

/**
 * Direct memory that files opened for direct access are written from.
 *
 * <p>The device is handed such memory in pieces of what is contiguous physically, which is a page of 4 KiB unless it lies on huge pages. So larger memory has
 * addresses at which the kernel can put huge pages, where it was asked to; the launcher sees to that (decision 0019).
 */
public final class AlignedMemory {
    /** The page size of the machines that matter; no device asks for more. */
    private static final int PAGE = 4 << 10;

    private static final int HUGE_PAGE = 2 << 20;
    private static final int HUGE_FROM = HUGE_PAGE / 8; // for less than this a huge page would be a waste

    private AlignedMemory() {}

    /** Zeroed memory of {@code size} bytes, rounded up to whole pages; the collector frees it. */
    public static ByteBuffer allocate(int size) {
        int capacity = up(size, PAGE);
        int page = capacity < HUGE_FROM ? PAGE : HUGE_PAGE;
        return ByteBuffer.allocateDirect(Math.addExact(up(capacity, page), page))
                .alignedSlice(page)
                .limit(capacity)
                .slice();
    }

    private static int up(int size, int page) {
        return Math.toIntExact((size + page - 1L) / page * page);
    }
}
