package io.daybook.sim;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The content of a file, in pages that exist only where something other than zero was written. */
final class SimBytes {
    private static final int PAGE = 4 << 10;

    private byte @Nullable [][] pages = new byte[4][];
    private long size;

    long size() {
        return size;
    }

    void write(long position, byte[] data, int from, int length) {
        int done = 0;
        while (done < length) {
            long at = position + done;
            int inPage = (int) (at % PAGE);
            int n = Math.min(length - done, PAGE - inPage);
            System.arraycopy(data, from + done, page((int) (at / PAGE)), inPage, n);
            done += n;
        }
        size = Math.max(size, position + length);
    }

    /** Appends {@code length} bytes from {@code position}, all below {@link #size}, to {@code into}. */
    void read(long position, int length, ByteBuf into) {
        int done = 0;
        while (done < length) {
            long at = position + done;
            int inPage = (int) (at % PAGE);
            int n = Math.min(length - done, PAGE - inPage);
            int index = (int) (at / PAGE);
            byte[] page = index < pages.length ? pages[index] : null;
            if (page == null) {
                into.writeZero(n);
            } else {
                into.writeBytes(page, inPage, n);
            }
            done += n;
        }
    }

    /** Cuts, or adds zeros. */
    void resize(long newSize) {
        if (newSize < size) {
            int first = (int) (newSize / PAGE);
            for (int i = first; i < pages.length; i++) {
                byte[] page = pages[i];
                if (page != null) {
                    if (i == first) {
                        Arrays.fill(page, (int) (newSize % PAGE), PAGE, (byte) 0);
                    } else {
                        pages[i] = null;
                    }
                }
            }
        }
        size = newSize;
    }

    void flipBit(long position, int bit) {
        page((int) (position / PAGE))[(int) (position % PAGE)] ^= (byte) (1 << bit);
    }

    SimBytes copy() {
        SimBytes copy = new SimBytes();
        copy.pages = new byte[pages.length][];
        for (int i = 0; i < pages.length; i++) {
            byte[] page = pages[i];
            if (page != null) {
                copy.pages[i] = page.clone();
            }
        }
        copy.size = size;
        return copy;
    }

    byte[] toArray() {
        byte[] all = new byte[Math.toIntExact(size)];
        for (int i = 0; i < pages.length && (long) i * PAGE < size; i++) {
            byte[] page = pages[i];
            if (page != null) {
                System.arraycopy(page, 0, all, i * PAGE, (int) Math.min(PAGE, size - (long) i * PAGE));
            }
        }
        return all;
    }

    private byte[] page(int index) {
        if (index >= pages.length) {
            pages = Arrays.copyOf(pages, Math.max(index + 1, pages.length * 2));
        }
        byte[] page = pages[index];
        if (page == null) {
            page = new byte[PAGE];
            pages[index] = page;
        }
        return page;
    }
}
