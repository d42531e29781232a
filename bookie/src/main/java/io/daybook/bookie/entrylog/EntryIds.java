package io.daybook.bookie.entrylog;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A few ascending entry ids in few bytes: without holes only the first and the count, else one variable-length gap per id. Immutable.
 */
public final class EntryIds {
    /** More ids than any block can hold. */
    private static final int COUNT_MAX = 1 << 24;

    private final long first;
    private final long last;
    private final int count;
    private final byte @Nullable [] gaps; // null without holes; else (id − previous id − 1) for each id but the first

    private EntryIds(long first, long last, int count, byte @Nullable [] gaps) {
        this.first = first;
        this.last = last;
        this.count = count;
        this.gaps = gaps;
    }

    /** The first {@code count} of {@code ids}, which ascend strictly from 0 or more; at least one. */
    public static EntryIds of(long[] ids, int count) {
        long first = ids[0];
        long last = ids[count - 1];
        if (last - first == count - 1) {
            return new EntryIds(first, last, count, null);
        }
        ByteBuf packed = Unpooled.buffer(count + 8);
        for (int i = 1; i < count; i++) {
            Varint.write(packed, ids[i] - ids[i - 1] - 1);
        }
        return new EntryIds(first, last, count, Arrays.copyOf(packed.array(), packed.writerIndex()));
    }

    public long first() {
        return first;
    }

    public long last() {
        return last;
    }

    public int count() {
        return count;
    }

    public boolean contains(long entryId) {
        if (entryId < first || entryId > last) {
            return false;
        }
        if (gaps == null) {
            return true;
        }
        ByteBuf packed = Unpooled.wrappedBuffer(gaps);
        long id = first;
        while (id < entryId) {
            id += Varint.read(packed) + 1;
        }
        return id == entryId;
    }

    /** Hands out each id, ascending. */
    public void forEach(LongConsumer receiver) {
        long id = first;
        receiver.accept(id);
        ByteBuf packed = gaps == null ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(gaps);
        for (int i = 1; i < count; i++) {
            id += 1 + (gaps == null ? 0 : Varint.read(packed));
            receiver.accept(id);
        }
    }

    /** {@code first (count << 1 | has holes) gaps}. */
    public void writeTo(ByteBuf into) {
        Varint.write(into, first);
        Varint.write(into, (long) count << 1 | (gaps == null ? 0 : 1));
        if (gaps != null) {
            into.writeBytes(gaps);
        }
    }

    public static EntryIds readFrom(ByteBuf from) {
        long first = Varint.read(from);
        int word = Varint.readInt(from, COUNT_MAX << 1 | 1);
        int count = word >>> 1;
        if (count == 0) {
            throw new MalformedLogException("a run of no entries");
        }
        if ((word & 1) == 0) {
            return checked(first, first + count - 1, count, null);
        }
        int start = from.readerIndex();
        long last = first;
        for (int i = 1; i < count; i++) {
            last += Varint.read(from) + 1;
        }
        byte[] gaps = new byte[from.readerIndex() - start];
        from.getBytes(start, gaps);
        return checked(first, last, count, gaps);
    }

    private static EntryIds checked(long first, long last, int count, byte @Nullable [] gaps) {
        if (last < first) {
            throw new MalformedLogException("entry ids beyond the largest possible");
        }
        return new EntryIds(first, last, count, gaps);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EntryIds ids
                && ids.first == first
                && ids.last == last
                && ids.count == count
                && Arrays.equals(ids.gaps, gaps);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(first * 31 + last) * 31 + count;
    }

    @Override
    public String toString() {
        return count == 1 ? "" + first : "%d…%d (%d)".formatted(first, last, count);
    }
}
