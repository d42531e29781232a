package io.daybook.stream.segment;

import io.daybook.base.seam.Entropy;
import io.daybook.stream.StreamConfig;

/**
 * When a segment has grown enough to be followed by another, and when to prepare that one.
 *
 * @param bytesMax stored bytes
 * @param ageNanosMax age, spread by a tenth up or down so that streams do not roll together
 * @param fragmentsMax changes of a ledger's bookies that are tolerated
 */
public record RollPolicy(long bytesMax, long ageNanosMax, int fragmentsMax) {
    private static final int FRAGMENTS_MAX = 16;
    private static final long ENTRIES_MAX = (1L << 31) - (1 << 16);

    /** The policy of one segment of a stream. */
    public static RollPolicy of(StreamConfig config, Entropy entropy) {
        long age = config.segmentAgeMax().toNanos();
        long tenth = age / 10;
        long spread = tenth == 0 ? 0 : Long.remainderUnsigned(entropy.nextLong(), 2 * tenth) - tenth;
        return new RollPolicy(config.segmentSizeMax().bytes(), age + spread, FRAGMENTS_MAX);
    }

    /** Whether the next segment should be made ready. */
    public boolean prepare(SegmentWriter segment, long nowNanos) {
        return segment.hasData() && (segment.bytes() >= bytesMax / 2 || segment.ageNanos(nowNanos) >= ageNanosMax / 2);
    }

    /** Whether the segment should end. */
    public boolean due(SegmentWriter segment, long nowNanos) {
        return segment.hasData()
                && (segment.bytes() >= bytesMax
                        || segment.ageNanos(nowNanos) >= ageNanosMax
                        || segment.entries() >= ENTRIES_MAX
                        || segment.fragments() > fragmentsMax);
    }
}
