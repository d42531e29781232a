package io.daybook.ledger.protocol;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Which entries of a ledger a bookie has, in the form of the entry-list answer: groups of runs of equal size at equal distance. Immutable.
 * Format: docs/formats/wire.md.
 */
public final class AvailabilityOfEntries {
    private static final int HEADER_SIZE = 64;
    private static final int GROUP_SIZE = 24;

    private final ByteBuffer groups; // firstStart, lastStart, size, period of each, ascending
    private final int count;

    private AvailabilityOfEntries(ByteBuffer groups, int count) {
        this.groups = groups;
        this.count = count;
    }

    /** Reads the encoded form; MalformedFrameException if it is not one. Keeps {@code encoded}. */
    public static AvailabilityOfEntries decode(byte[] encoded) {
        ByteBuffer in = ByteBuffer.wrap(encoded).asReadOnlyBuffer();
        if (encoded.length < HEADER_SIZE) {
            throw new MalformedFrameException("a list of entries of %d bytes is cut short".formatted(encoded.length));
        }
        int version = in.getInt(0);
        int count = in.getInt(4);
        if (version > 0) {
            throw new MalformedFrameException("a list of entries has version %d, only 0 is known".formatted(version));
        }
        if (count < 0 || count > (encoded.length - HEADER_SIZE) / GROUP_SIZE) {
            throw new MalformedFrameException(
                    "a list of entries announces %d groups in %d bytes".formatted(count, encoded.length));
        }
        AvailabilityOfEntries list = new AvailabilityOfEntries(in.slice(HEADER_SIZE, count * GROUP_SIZE), count);
        long end = 0;
        for (int i = 0; i < count; i++) {
            list.check(i, end);
            end = list.lastStart(i) + list.size(i);
        }
        return list;
    }

    private void check(int group, long earliest) {
        long first = firstStart(group);
        long last = lastStart(group);
        int size = size(group);
        int period = period(group);
        boolean ok = first >= earliest
                && last >= first
                && size > 0
                && last <= Long.MAX_VALUE - size
                && (last == first || (period >= size && (last - first) % period == 0));
        if (!ok) {
            throw new MalformedFrameException("a list of entries has a group from %d to %d of size %d and period %d"
                    .formatted(first, last, size, period));
        }
    }

    /** Whether {@code entryId} is there. */
    public boolean contains(long entryId) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (firstStart(middle) > entryId) {
                high = middle - 1;
            } else {
                low = middle + 1;
            }
        }
        if (high < 0 || entryId - lastStart(high) >= size(high)) {
            return false;
        }
        long offset = entryId - firstStart(high);
        return (lastStart(high) == firstStart(high) ? offset : offset % period(high)) < size(high);
    }

    /** How many entries are there. */
    public long size() {
        long total = 0;
        for (int i = 0; i < count; i++) {
            total += runs(i) * size(i);
        }
        return total;
    }

    /** Names all entries in ascending order. */
    public void forEach(LongConsumer each) {
        for (int i = 0; i < count; i++) {
            long runs = runs(i);
            for (long run = 0; run < runs; run++) {
                long start = firstStart(i) + run * period(i);
                for (int k = 0; k < size(i); k++) {
                    each.accept(start + k);
                }
            }
        }
    }

    private long runs(int group) {
        long span = lastStart(group) - firstStart(group);
        return span == 0 ? 1 : span / period(group) + 1;
    }

    private long firstStart(int group) {
        return groups.getLong(group * GROUP_SIZE);
    }

    private long lastStart(int group) {
        return groups.getLong(group * GROUP_SIZE + 8);
    }

    private int size(int group) {
        return groups.getInt(group * GROUP_SIZE + 16);
    }

    private int period(int group) {
        return groups.getInt(group * GROUP_SIZE + 20);
    }

    /** Collects entry ids in ascending order (a repeated id is harmless) and encodes them. */
    public static final class Encoder {
        private final boolean grouping;
        private byte[] out = new byte[HEADER_SIZE + GROUP_SIZE];
        private int count;

        private long first; // of the group being collected
        private long last;
        private int size;
        private int period;

        private long runStart = -1; // of the run being collected, −1 before the first entry
        private int runSize;

        /** @param grouping whether equal runs at equal distances share a group; stock bookies never do this but understand it */
        public Encoder(boolean grouping) {
            this.grouping = grouping;
        }

        /** Adds one entry, 0 or more and not below those added before. */
        public void add(long entryId) {
            long next = runStart + runSize;
            if (runStart < 0 && entryId >= 0) {
                runStart = entryId;
                runSize = 1;
            } else if (entryId == next && runSize < Integer.MAX_VALUE) {
                runSize++;
            } else if (entryId >= next) {
                endRun();
                runStart = entryId;
                runSize = 1;
            } else if (entryId != next - 1) {
                throw new IllegalArgumentException("entry %d comes after entry %d".formatted(entryId, next - 1));
            }
        }

        /** The encoded form of all that was added; nothing may be added afterwards. */
        public byte[] encode() {
            if (runStart >= 0) {
                endRun();
                endGroup();
            }
            byte[] encoded = Arrays.copyOf(out, HEADER_SIZE + count * GROUP_SIZE);
            ByteBuffer.wrap(encoded).putInt(4, count);
            return encoded;
        }

        private void endRun() {
            long distance = runStart - last;
            boolean joins =
                    grouping && size == runSize && (period == 0 ? distance <= Integer.MAX_VALUE : distance == period);
            if (joins) {
                period = (int) distance;
                last = runStart;
                return;
            }
            if (size > 0) {
                endGroup();
            }
            first = runStart;
            last = runStart;
            size = runSize;
            period = 0;
        }

        private void endGroup() {
            int at = HEADER_SIZE + count * GROUP_SIZE;
            if (at + GROUP_SIZE > out.length) {
                out = Arrays.copyOf(out, out.length * 2);
            }
            ByteBuffer.wrap(out)
                    .putLong(at, first)
                    .putLong(at + 8, last)
                    .putInt(at + 16, size)
                    .putInt(at + 20, period);
            count++;
        }
    }
}
