package io.daybook.stream.metadata;

import io.daybook.ledger.LedgerId;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamException.Outcome;
import io.daybook.stream.StreamOwner;
import io.daybook.stream.metadata.StreamMetadata.LifeState;
import io.daybook.stream.record.TailState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * All changes an owner makes to its stream's record, except the claim each refused unless the record still names this owner and epoch.
 *
 * @param self this process as owner
 * @param epoch the ownership on whose behalf changes are made
 * @param fencedDeleteDelayMillis ledgers whose writer was fenced wait so long for their deletion
 * @param readGraceMillis other ledgers wait so long
 */
public record OwnerMutations(StreamOwner self, long epoch, long fencedDeleteDelayMillis, long readGraceMillis) {

    /** Becomes the owner with an epoch fixed in advance. */
    public Mutation claim() {
        return new Change("claim", true, r -> r.ownedBy(self.instanceId(), epoch), r -> r.withOwner(epoch, self)) {
            @Override
            public @Nullable StreamException refusal(StreamMetadata record) {
                StreamException ended = endedRefusal(record);
                if (ended != null || record.epoch() == epoch - 1) {
                    return ended;
                }
                return lost(record);
            }
        };
    }

    /** Lists a ledger as the segment to continue in, ahead of need. */
    public Mutation addNext(long seq, LedgerId ledger, long nowMillis) {
        return owned(
                "add-next",
                r -> hasSegment(r, seq, ledger),
                r -> r.withSegments(
                        seq + 1, plus(r.segments(), SegmentInfo.next(seq, ledger, epoch, nowMillis)), r.garbage()));
    }

    /** Opens a segment where none is open. */
    public Mutation openSegment(long seq, LedgerId ledger, long startOffset, long nowMillis) {
        return owned(
                "open-segment", r -> hasSegment(r, seq, ledger), r -> opened(r, seq, ledger, startOffset, nowMillis));
    }

    /** The old segment ended and its listed successor is in use. */
    public Mutation completeRoll(SegmentEnding old, long nextSeq, TailState tail, long nowMillis) {
        return owned(
                "complete-roll",
                r -> {
                    @Nullable SegmentInfo next = r.segment(nextSeq);
                    return next != null && next.state() != SegmentInfo.State.NEXT;
                },
                r -> {
                    StreamMetadata ended = r.ended(List.of(old), tail, nowMillis, garbageTime(old, nowMillis));
                    List<SegmentInfo> segments = new ArrayList<>(ended.segments());
                    segments.replaceAll(s -> s.seq() == nextSeq ? s.opened(old.endOffset()) : s);
                    return ended.withSegments(ended.nextSeq(), segments, ended.garbage());
                });
    }

    /** The old segment ended and a new one takes its place in the same write. */
    public Mutation replaceSegment(SegmentEnding old, long seq, LedgerId ledger, TailState tail, long nowMillis) {
        return owned("replace-segment", r -> hasSegment(r, seq, ledger), r -> {
            // added before the old one is ended, so that an empty old one need not be kept
            List<SegmentInfo> segments = new ArrayList<>();
            List<GarbageLedger> garbage = new ArrayList<>(r.garbage());
            for (SegmentInfo segment : r.segments()) {
                if (segment.seq() != old.seq()) {
                    segments.add(segment);
                } else if (old.empty()) {
                    garbage.add(new GarbageLedger(segment.ledger(), garbageTime(old, nowMillis)));
                } else {
                    segments.add(segment.closed(old, nowMillis));
                }
            }
            return opened(
                    r.withSegments(r.nextSeq(), segments, garbage).withTail(tail),
                    seq,
                    ledger,
                    old.endOffset(),
                    nowMillis);
        });
    }

    /** What the owner before left unfinished has been recovered. */
    public Mutation finishRecovery(List<SegmentEnding> endings, TailState tail, long sealedOffset, long nowMillis) {
        return owned(
                "finish-recovery",
                r -> r.unended().isEmpty() && (sealedOffset < 0 || r.state() == LifeState.SEALED),
                r -> {
                    StreamMetadata ended = r.ended(endings, tail, nowMillis, nowMillis + fencedDeleteDelayMillis);
                    return sealedOffset < 0
                            ? ended
                            : ended.withOwner(epoch, null).withState(LifeState.SEALED, sealedOffset);
                });
    }

    /**
     * Gives the stream back.
     *
     * @param last how the open segment ended, or null if none is open or its end is left to recovery
     * @param keepUnended true to leave OPEN and NEXT as they are, for recovery by the next owner
     */
    public Mutation release(@Nullable SegmentEnding last, TailState tail, boolean keepUnended, long nowMillis) {
        return new Change("release", false, r -> r.epoch() > epoch || r.epoch() == epoch && r.owner() == null, r -> {
            if (keepUnended) {
                return r.withOwner(epoch, null);
            }
            List<SegmentInfo> kept = new ArrayList<>();
            List<GarbageLedger> garbage = new ArrayList<>(r.garbage());
            for (SegmentInfo segment : r.segments()) {
                if (segment.state() == SegmentInfo.State.NEXT) {
                    garbage.add(new GarbageLedger(segment.ledger(), nowMillis + readGraceMillis));
                } else {
                    kept.add(segment);
                }
            }
            StreamMetadata without = r.withSegments(r.nextSeq(), kept, garbage);
            return (last == null
                            ? without
                            : without.ended(List.of(last), tail, nowMillis, garbageTime(last, nowMillis)))
                    .withOwner(epoch, null);
        }) {
            @Override
            public @Nullable StreamException refusal(StreamMetadata record) {
                return done(record) ? null : ownerRefusal(record);
            }
        };
    }

    /** Why this owner may not change {@code record}, or null if it may. */
    public @Nullable StreamException ownerRefusal(StreamMetadata record) {
        if (record.state() == LifeState.DELETING) {
            return new StreamException.Deleted(
                    Outcome.NOT_APPLIED, "stream %s has been deleted".formatted(record.name()));
        }
        return record.ownedBy(self.instanceId(), epoch) ? null : lost(record);
    }

    private StreamException lost(StreamMetadata record) {
        @Nullable StreamOwner owner = record.owner();
        return new StreamException.OwnershipLost(
                Outcome.NOT_APPLIED,
                owner,
                "stream %s: epoch %d of this writer has ended, epoch %d belongs to %s; open a new writer to continue"
                        .formatted(
                                record.name(),
                                epoch,
                                record.epoch(),
                                owner == null ? "a writer that has closed since" : owner));
    }

    /** Why nobody may become the owner any more, or null. */
    public static @Nullable StreamException endedRefusal(StreamMetadata record) {
        return switch (record.state()) {
            case ACTIVE -> null;
            case SEALED ->
                new StreamException.SealedStream(
                        "stream %s is sealed at offset %d".formatted(record.name(), record.sealedOffset()));
            case DELETING ->
                new StreamException.Deleted(Outcome.NOT_APPLIED, "stream %s has been deleted".formatted(record.name()));
        };
    }

    private Mutation owned(String name, Predicate<StreamMetadata> done, UnaryOperator<StreamMetadata> apply) {
        return new Change(name, false, done, apply) {
            @Override
            public @Nullable StreamException refusal(StreamMetadata record) {
                return name.equals("finish-recovery") && record.state() == LifeState.SEALED && done.test(record)
                        ? null
                        : ownerRefusal(record);
            }
        };
    }

    private StreamMetadata opened(StreamMetadata r, long seq, LedgerId ledger, long startOffset, long nowMillis) {
        SegmentInfo open = SegmentInfo.next(seq, ledger, epoch, nowMillis).opened(startOffset);
        return r.withSegments(seq + 1, plus(r.segments(), open), r.garbage());
    }

    private long garbageTime(SegmentEnding ending, long nowMillis) {
        return nowMillis + (ending.byRecovery() ? fencedDeleteDelayMillis : readGraceMillis);
    }

    private static boolean hasSegment(StreamMetadata r, long seq, LedgerId ledger) {
        @Nullable SegmentInfo segment = r.segment(seq);
        return segment != null && segment.ledger().equals(ledger);
    }

    private static List<SegmentInfo> plus(List<SegmentInfo> segments, SegmentInfo one) {
        List<SegmentInfo> next = new ArrayList<>(segments);
        next.add(one);
        return next;
    }

    private abstract static class Change implements Mutation {
        private final String name;
        private final boolean onlyIfAmbiguous;
        private final Predicate<StreamMetadata> done;
        private final UnaryOperator<StreamMetadata> apply;

        Change(
                String name,
                boolean onlyIfAmbiguous,
                Predicate<StreamMetadata> done,
                UnaryOperator<StreamMetadata> apply) {
            this.name = name;
            this.onlyIfAmbiguous = onlyIfAmbiguous;
            this.done = done;
            this.apply = apply;
        }

        @Override
        public final String name() {
            return name;
        }

        @Override
        public final boolean done(StreamMetadata record) {
            return done.test(record);
        }

        @Override
        public final StreamMetadata apply(StreamMetadata record) {
            return apply.apply(record);
        }

        @Override
        public final boolean doneOnlyIfAmbiguous() {
            return onlyIfAmbiguous;
        }
    }
}
