package io.daybook.benchmarks.load;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * What the records of a run hold: a head of eight bytes that names the log and the place in it, and a piece of one fixed block of random bytes, which no
 * codec makes smaller. Records that follow each other take pieces that follow each other, so no two of them within a batch are alike.
 *
 * <p>Making a record is one copy, checking it one comparison. Safe from any thread, except {@link #matches}, which wants a {@link #checker} per thread.
 */
public final class Payloads {
    /** Bytes of the head; a record is at least so large. */
    public static final int HEAD_BYTES = 8;

    /** Logs a run may have. */
    static final int LOGS_MAX = 1 << 22;

    private static final int SEQUENCE_BITS = 40; // a year at 30,000 a second, and a head still tells the log
    private static final int BLOCK_BYTES =
            1 << 20; // more than a codec looks back for repetitions, less than a processor's cache

    private final int size;
    private final byte[] block;

    /**
     * Payloads of {@code size} bytes, at least {@link #HEAD_BYTES}, at most 4 MiB.
     *
     * @param seed what the block is drawn from; equal seeds make equal records
     */
    public Payloads(int size, long seed) {
        if (size < HEAD_BYTES || size > 4 << 20) {
            throw new IllegalArgumentException(
                    "records of %d bytes are outside 8 bytes, which name a record, and 4 MiB".formatted(size));
        }
        this.size = size;
        this.block = new byte[BLOCK_BYTES + size];
        new Random(seed).nextBytes(block);
    }

    /** Bytes of each record. */
    public int size() {
        return size;
    }

    /** Record {@code sequence} of log {@code number} as a new array. */
    public byte[] array(int number, long sequence) {
        byte[] record = new byte[size];
        ByteBuffer.wrap(record).putLong(head(number, sequence));
        System.arraycopy(block, piece(number, sequence), record, HEAD_BYTES, size - HEAD_BYTES);
        return record;
    }

    /** Writes record {@code sequence} of log {@code number} into {@code record}, which is borrowed and has room. */
    public void write(int number, long sequence, ByteBuf record) {
        record.writeLong(head(number, sequence));
        record.writeBytes(block, piece(number, sequence), size - HEAD_BYTES);
    }

    /** The first eight bytes of a record. */
    static long head(int number, long sequence) {
        return (long) number << SEQUENCE_BITS | sequence;
    }

    /** The log that a head names. */
    static long numberOf(long head) {
        return head >>> SEQUENCE_BITS;
    }

    /** The place in its log that a head names. */
    static long sequenceOf(long head) {
        return head & (1L << SEQUENCE_BITS) - 1;
    }

    private int piece(int number, long sequence) {
        return (int) (sequence * (size - HEAD_BYTES) + number * 7919L & BLOCK_BYTES - 1);
    }

    /** A view of the block for one thread's comparisons. */
    ByteBuffer checker() {
        return ByteBuffer.wrap(block).asReadOnlyBuffer();
    }

    /** Whether what follows the head in {@code content} is what record {@code sequence} of log {@code number} holds; leaves {@code content} as it is. */
    boolean matches(int number, long sequence, ByteBuffer content, ByteBuffer checker) {
        if (content.remaining() != size) {
            return false;
        }
        int piece = piece(number, sequence);
        int from = content.position();
        checker.limit(piece + size - HEAD_BYTES).position(piece);
        boolean same = content.position(from + HEAD_BYTES).mismatch(checker) < 0;
        content.position(from);
        return same;
    }
}
