package io.daybook.stream.metadata;

import io.daybook.base.error.Check;
import io.daybook.ledger.LedgerId;

/**
 * One segment of a stream: the offsets {@code startOffset} (included) to {@code endOffset} (excluded), kept in one ledger.
 *
 * @param seq its number; increasing, with gaps, never used again
 * @param ledger where it is kept
 * @param epoch ownership that made it
 * @param state where it is in its life
 * @param startOffset first offset, {@link #UNKNOWN} while NEXT
 * @param endOffset offset after the last record, {@link #UNKNOWN} until closed
 * @param lastEntry last entry of the ledger, {@link #UNKNOWN} until closed
 * @param bytes stored bytes once closed
 * @param startTimestamp of its first batch, ms since the epoch
 * @param maxTimestamp of its last batch
 * @param maxTxid last ordering number in it or before it
 * @param createdMillis when it was listed
 * @param closedMillis when it was closed, 0 until then
 * @param closedByRecovery whether somebody other than its writer decided its end
 */
public record SegmentInfo(
        long seq,
        LedgerId ledger,
        long epoch,
        State state,
        long startOffset,
        long endOffset,
        long lastEntry,
        long bytes,
        long startTimestamp,
        long maxTimestamp,
        long maxTxid,
        long createdMillis,
        long closedMillis,
        boolean closedByRecovery) {

    /** Not known yet. */
    public static final long UNKNOWN = -1;

    public SegmentInfo {
        Check.argument(
                (startOffset >= 0) == (state != State.NEXT),
                "segment %s is %s but starts at %s",
                seq,
                state,
                startOffset);
        Check.argument((endOffset >= 0) == state.ended(), "segment %s is %s but ends at %s", seq, state, endOffset);
        Check.argument(!state.ended() || endOffset >= startOffset, "segment %s ends before it starts", seq);
    }

    /** A segment listed ahead of need. */
    static SegmentInfo next(long seq, LedgerId ledger, long epoch, long nowMillis) {
        return new SegmentInfo(
                seq, ledger, epoch, State.NEXT, UNKNOWN, UNKNOWN, UNKNOWN, 0, 0, 0, 0, nowMillis, 0, false);
    }

    SegmentInfo opened(long startOffset) {
        return new SegmentInfo(
                seq, ledger, epoch, State.OPEN, startOffset, UNKNOWN, UNKNOWN, 0, 0, 0, 0, createdMillis, 0, false);
    }

    SegmentInfo closed(SegmentEnding end, long nowMillis) {
        return new SegmentInfo(
                seq,
                ledger,
                epoch,
                State.CLOSED,
                end.startOffset(),
                end.endOffset(),
                end.lastEntry(),
                end.bytes(),
                end.startTimestamp(),
                end.maxTimestamp(),
                end.maxTxid(),
                createdMillis,
                nowMillis,
                end.byRecovery());
    }

    /** Whether the end is known for good. */
    public boolean ended() {
        return state.ended();
    }

    @Override
    public String toString() {
        return "segment " + seq + " (" + state + ", ledger " + ledger + ", offsets " + startOffset + " to " + endOffset
                + ")";
    }

    /** Where a segment is in its life. */
    public enum State {
        /** Listed ahead of need; has data only if all before it ended. */
        NEXT,
        /** Written now, or left by an owner that vanished. */
        OPEN,
        /** Ended for good. */
        CLOSED,
        /** A range of offsets that is gone; only an operator makes these. */
        LOST;

        boolean ended() {
            return this == CLOSED || this == LOST;
        }
    }
}
