package io.daybook.stream.metadata;

import io.daybook.base.error.Check;
import io.daybook.ledger.LedgerId;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamId;
import io.daybook.stream.StreamOwner;
import io.daybook.stream.metadata.SegmentInfo.State;
import io.daybook.stream.metadata.proto.StreamRecord;
import io.daybook.stream.record.TailState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shared record of one stream. Immutable; {@link OwnerMutations} says who may change what.
 *
 * @param id identity
 * @param name informational
 * @param createdMillis ms since the epoch
 * @param config how the stream is kept
 * @param state whether it lives
 * @param epoch number of the last ownership, 0 if never owned
 * @param owner the owner of that epoch, or null when released
 * @param nextSeq number of the next segment
 * @param segments ascending; at most one OPEN and one NEXT, in this order, at the end
 * @param head oldest readable offset
 * @param tail state after the last segment that was closed; a cross-check, not the truth
 * @param garbage ledgers waiting for deletion
 * @param sealedOffset offset after the last record of a sealed stream, else −1
 * @param stored the message this was read from: fields this version does not know are written back from it
 */
public record StreamMetadata(
        StreamId id,
        String name,
        long createdMillis,
        StreamConfig config,
        LifeState state,
        long epoch,
        @Nullable StreamOwner owner,
        long nextSeq,
        List<SegmentInfo> segments,
        long head,
        TailState tail,
        List<GarbageLedger> garbage,
        long sealedOffset,
        StreamRecord stored) {

    public StreamMetadata {
        segments = List.copyOf(segments);
        garbage = List.copyOf(garbage);
        check(segments);
    }

    /** The record of a new stream. */
    public static StreamMetadata created(StreamId id, String name, StreamConfig config, long nowMillis) {
        return new StreamMetadata(
                id,
                name,
                nowMillis,
                config,
                LifeState.ACTIVE,
                0,
                null,
                1,
                List.of(),
                config.initialOffset(),
                TailState.initial(config.initialOffset()),
                List.of(),
                -1,
                StreamRecord.getDefaultInstance());
    }

    /** Whether {@code instance} owns the stream in {@code epoch}. */
    public boolean ownedBy(String instance, long ownedEpoch) {
        return epoch == ownedEpoch && owner != null && owner.instanceId().equals(instance);
    }

    public @Nullable SegmentInfo segment(long seq) {
        for (SegmentInfo segment : segments) {
            if (segment.seq() == seq) {
                return segment;
            }
        }
        return null;
    }

    /** Segments whose end is not known: OPEN and NEXT. */
    public List<SegmentInfo> unended() {
        return segments.stream().filter(segment -> !segment.ended()).toList();
    }

    /** Offset after the last segment that ended. */
    public long endOfEnded() {
        long end = config.initialOffset();
        for (SegmentInfo segment : segments) {
            if (segment.ended()) {
                end = segment.endOffset();
            }
        }
        return end;
    }

    /** Whether some segment or garbage entry names {@code ledger}. */
    public boolean references(LedgerId ledger) {
        return segments.stream().anyMatch(segment -> segment.ledger().equals(ledger))
                || garbage.stream().anyMatch(entry -> entry.ledger().equals(ledger));
    }

    StreamMetadata withOwner(long nextEpoch, @Nullable StreamOwner nextOwner) {
        return new StreamMetadata(
                id,
                name,
                createdMillis,
                config,
                state,
                nextEpoch,
                nextOwner,
                nextSeq,
                segments,
                head,
                tail,
                garbage,
                sealedOffset,
                stored);
    }

    StreamMetadata withState(LifeState next, long nextSealedOffset) {
        return new StreamMetadata(
                id,
                name,
                createdMillis,
                config,
                next,
                epoch,
                owner,
                nextSeq,
                segments,
                head,
                tail,
                garbage,
                nextSealedOffset,
                stored);
    }

    StreamMetadata withSegments(long seq, List<SegmentInfo> nextSegments, List<GarbageLedger> nextGarbage) {
        return new StreamMetadata(
                id,
                name,
                createdMillis,
                config,
                state,
                epoch,
                owner,
                seq,
                nextSegments,
                head,
                tail,
                nextGarbage,
                sealedOffset,
                stored);
    }

    StreamMetadata withTail(TailState next) {
        return new StreamMetadata(
                id,
                name,
                createdMillis,
                config,
                state,
                epoch,
                owner,
                nextSeq,
                segments,
                head,
                next,
                garbage,
                sealedOffset,
                stored);
    }

    StreamMetadata withStored(StreamRecord next) {
        return new StreamMetadata(
                id,
                name,
                createdMillis,
                config,
                state,
                epoch,
                owner,
                nextSeq,
                segments,
                head,
                tail,
                garbage,
                sealedOffset,
                next);
    }

    /** The record as a delete leaves it: nobody owns it, and whoever did is fenced by the new epoch. */
    public StreamMetadata deleting() {
        return withOwner(epoch + 1, null).withState(LifeState.DELETING, sealedOffset);
    }

    /**
     * Ends the segments named by {@code endings}: those with records become CLOSED, empty ones are removed into garbage, unless the list would
     * become empty.
     */
    StreamMetadata ended(List<SegmentEnding> endings, TailState nextTail, long nowMillis, long garbageNotBefore) {
        List<SegmentInfo> kept = new ArrayList<>(segments);
        List<GarbageLedger> dropped = new ArrayList<>(garbage);
        for (SegmentEnding ending : endings) {
            for (int i = 0; i < kept.size(); i++) {
                SegmentInfo segment = kept.get(i);
                if (segment.seq() != ending.seq() || segment.ended()) {
                    continue;
                }
                if (ending.empty() && kept.size() > 1) {
                    kept.remove(i);
                    dropped.add(new GarbageLedger(segment.ledger(), garbageNotBefore));
                } else {
                    kept.set(i, segment.closed(ending, nowMillis));
                }
                break;
            }
        }
        return withSegments(nextSeq, kept, dropped).withTail(nextTail);
    }

    /** Invariants 19 and 20 of docs/formats/stream-metadata.md: one order, no gap, no overlap. */
    private static void check(List<SegmentInfo> segments) {
        long end = SegmentInfo.UNKNOWN;
        State last = State.CLOSED;
        long seq = -1;
        for (SegmentInfo segment : segments) {
            Check.state(segment.seq() > seq, "segment %s follows segment %s", segment.seq(), seq);
            Check.state(
                    last.ended() || (last == State.OPEN && segment.state() == State.NEXT),
                    "%s follows one that is %s",
                    segment,
                    last);
            Check.state(
                    end == SegmentInfo.UNKNOWN || segment.state() == State.NEXT || segment.startOffset() == end,
                    "%s does not start where the one before ends, %s",
                    segment,
                    end);
            seq = segment.seq();
            last = segment.state();
            end = segment.ended() ? segment.endOffset() : SegmentInfo.UNKNOWN;
        }
    }

    /** Whether a stream lives. */
    public enum LifeState {
        ACTIVE,
        /** Ended for good; can be read. */
        SEALED,
        /** Its name is gone; what is left of it waits for removal. */
        DELETING
    }
}
