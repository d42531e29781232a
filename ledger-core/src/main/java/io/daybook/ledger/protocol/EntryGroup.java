package io.daybook.ledger.protocol;

import io.netty.buffer.ByteBuf;

/**
 * Packaged entries one after the other, each behind its length (u32, big-endian): what a group add carries. Walks over them by narrowing the buffer
 * to one entry at a time, so that nothing is made per entry.
 *
 * <p>Borrows the buffer, and until {@link #rewind} leaves its indices at the current entry. Every length is checked against what is there.
 */
public final class EntryGroup {
    /** Bytes before each entry. */
    public static final int LENGTH_SIZE = 4;

    /** Most entries of one group; a bookie refuses more. */
    public static final int ENTRIES_MAX = 1024;

    private final ByteBuf group;
    private final int from;
    private final int to;
    private int next;

    /** A walk that begins before the first entry. */
    public EntryGroup(ByteBuf group) {
        this.group = group;
        this.from = group.readerIndex();
        this.to = group.writerIndex();
        this.next = from;
    }

    /**
     * Narrows the buffer to the next entry; false at the end.
     *
     * @throws MalformedFrameException if no whole entry stands there
     */
    public boolean next() {
        if (next == to) {
            return false;
        }
        group.setIndex(from, to);
        int length = to - next < LENGTH_SIZE ? -1 : group.getInt(next);
        if (length < 0 || length > to - next - LENGTH_SIZE) {
            throw new MalformedFrameException("no whole entry stands in a group where one should");
        }
        int body = next + LENGTH_SIZE;
        next = body + length;
        group.setIndex(body, next);
        return true;
    }

    /** The ledger of the first entry of {@code group}, which is borrowed; −1 if it has none. */
    public static long firstLedger(ByteBuf group) {
        return group.readableBytes() < LENGTH_SIZE + Long.BYTES ? -1 : group.getLong(group.readerIndex() + LENGTH_SIZE);
    }

    /** Index of the length of the entry after the current one: where a group of the rest would begin. */
    public int end() {
        return next;
    }

    /** Begins anew; the buffer has its indices back. */
    public void rewind() {
        group.setIndex(from, to);
        next = from;
    }

    /** Whether {@code group}, which is borrowed, is {@code count} whole entries of {@code sizeMin} bytes or more each. */
    public static boolean wellFormed(ByteBuf group, int count, int sizeMin) {
        int at = group.readerIndex();
        int to = group.writerIndex();
        for (int i = 0; i < count; i++) {
            int length = to - at < LENGTH_SIZE ? -1 : group.getInt(at);
            if (length < sizeMin || length > to - at - LENGTH_SIZE) {
                return false;
            }
            at += LENGTH_SIZE + length;
        }
        return at == to;
    }
}
