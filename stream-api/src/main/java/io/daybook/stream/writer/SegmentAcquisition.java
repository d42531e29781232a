package io.daybook.stream.writer;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.Probe;
import io.daybook.base.time.Deadline;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.OpenOptions;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamException.Outcome;
import io.daybook.stream.StreamOwner;
import io.daybook.stream.WriterOptions;
import io.daybook.stream.metadata.OwnerMutations;
import io.daybook.stream.metadata.Ownership;
import io.daybook.stream.metadata.SegmentEnding;
import io.daybook.stream.metadata.SegmentInfo;
import io.daybook.stream.metadata.StreamMetadata;
import io.daybook.stream.metadata.StreamMetadataFormat;
import io.daybook.stream.metadata.StreamRecords;
import io.daybook.stream.record.TailState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Becomes the owner of a stream: decides whether it may, claims an epoch, fences and recovers what the owner before left open, and records the result.
 * Every step may be repeated, by anyone; only the highest epoch can finish. Belongs to the stream's loop.
 */
final class SegmentAcquisition {
    private static final long LOOK_AGAIN_NANOS = 1_000_000_000;

    private final StreamRecords records;
    private final LedgerClient ledgers;
    private final Ownership ownership;
    private final WriterConfig settings;
    private final WriterOptions options;
    private final Loop loop;
    private final Probe probe;
    private final WatchRecord watchRecord;
    private final Deadline waitUntil;
    private final Promise<Acquired> acquired;

    private Deadline deadline; // of one attempt
    private @Nullable Wait current;

    SegmentAcquisition(
            StreamRecords records,
            LedgerClient ledgers,
            Ownership ownership,
            WriterConfig settings,
            WriterOptions options,
            Loop loop,
            Probe probe,
            WatchRecord watchRecord) {
        this.records = records;
        this.ledgers = ledgers;
        this.ownership = ownership;
        this.settings = settings;
        this.options = options;
        this.loop = loop;
        this.probe = probe;
        this.watchRecord = watchRecord;
        this.waitUntil = Deadline.after(loop.clock(), options.waitMax());
        this.deadline = Deadline.after(loop.clock(), settings.recoveryTimeout());
        this.acquired = loop.promise();
    }

    /** Watches the stream's record. */
    interface WatchRecord {
        MetaStore.Watch watch(Runnable changed);
    }

    /** The stream is ours. */
    record Acquired(StreamMetadata record, TailState tail, OwnerMutations mutations) {}

    /** Fails with Owned, SealedStream, Deleted, Unsupported, Unavailable, Corrupt, OwnershipLost. */
    Promise<Acquired> start() {
        look();
        return acquired;
    }

    private void look() {
        Futures.whenDone(records.read(deadline), loop, (record, failure) -> {
            if (record == null) {
                fail(failure);
                return;
            }
            StreamException refusal = refusal(record);
            StreamOwner owner = record.owner();
            if (refusal != null) {
                fail(refusal);
            } else if (owner == null || options.mode() == WriterOptions.Mode.TAKE_OVER) {
                claim(record);
            } else {
                ask(record, owner);
            }
        });
    }

    private void ask(StreamMetadata record, StreamOwner owner) {
        Futures.whenDone(ownership.isLive(owner, record.id(), loop), loop, (live, failure) -> {
            if (live != null && !live) {
                claim(record);
            } else if (options.mode() == WriterOptions.Mode.WAIT && !waitUntil.expired(loop.clock())) {
                awaitChange(owner);
            } else if (live != null) {
                fail(new StreamException.Owned(
                        owner,
                        "stream %s is owned by %s; wait until it is released, or take it over"
                                .formatted(record.name(), owner)));
            } else {
                fail(failure);
            }
        });
    }

    private void awaitChange(StreamOwner owner) {
        Wait waiting = new Wait();
        current = waiting;
        waiting.watches.add(watchRecord.watch(waiting::over));
        waiting.watches.add(ownership.watch(owner, waiting::over, loop));
        long nanos = Math.max(1, Math.min(LOOK_AGAIN_NANOS, waitUntil.remainingNanos(loop.clock())));
        waiting.timer = loop.schedule(nanos, waiting::over);
    }

    private void claim(StreamMetadata record) {
        StreamOwner self = new StreamOwner(
                ownership.instanceId(), ownership.address(), loop.clock().millis());
        OwnerMutations mutations = new OwnerMutations(
                self,
                record.epoch() + 1,
                settings.fencedDeleteDelay().toMillis(),
                settings.readGrace().toMillis());
        deadline = Deadline.after(loop.clock(), settings.recoveryTimeout());
        Futures.whenDone(records.change(mutations.claim(), deadline, () -> true), loop, (claimed, failure) -> {
            if (claimed != null) {
                probe.reached(CrashPoint.ACQ_1);
                new Recovery(claimed, mutations).next();
            } else if (failure instanceof StreamException.OwnershipLost) {
                look(); // somebody was faster; the mode decides again
            } else {
                fail(failure);
            }
        });
    }

    private static @Nullable StreamException refusal(StreamMetadata record) {
        StreamException ended = OwnerMutations.endedRefusal(record);
        if (ended == null && !StreamMetadataFormat.writable(record)) {
            return new StreamException.Unsupported(
                    "stream %s asks something of its writers that this version does not know".formatted(record.name()),
                    null);
        }
        return ended;
    }

    private void fail(@Nullable Throwable failure) {
        if (failure instanceof StreamException known) {
            acquired.completeExceptionally(known);
        } else {
            acquired.completeExceptionally(new StreamException.Unavailable(
                    Outcome.NOT_APPLIED,
                    "the stream could not be acquired: " + (failure == null ? "no answer" : failure.getMessage()),
                    failure));
        }
    }

    /** Waits for a change of the record or of its owner, or for some time. */
    private final class Wait {
        private final List<MetaStore.Watch> watches = new ArrayList<>();
        private Loop.@Nullable Timer timer;

        private void over() {
            if (current != this) {
                return;
            }
            current = null;
            watches.forEach(MetaStore.Watch::close);
            if (timer != null) {
                timer.cancel();
            }
            deadline = Deadline.after(loop.clock(), settings.recoveryTimeout());
            look();
        }
    }

    /** Ends the segments that the owner before left, in order, and finds out where the stream goes on. */
    private final class Recovery {
        private static final long PAUSE_NANOS_MIN = 50_000_000;
        private static final long PAUSE_NANOS_MAX = 2_000_000_000;

        private final StreamMetadata record;
        private final OwnerMutations mutations;
        private final List<SegmentInfo> unended;
        private final List<SegmentEnding> endings = new ArrayList<>();
        private final SegmentRecovery recovery;
        private @Nullable TailState tail; // after the last batch found
        private long end;
        private long sealedOffset = -1;
        private long pauseNanos = PAUSE_NANOS_MIN;

        Recovery(StreamMetadata record, OwnerMutations mutations) {
            this.record = record;
            this.mutations = mutations;
            this.unended = record.unended();
            this.end = record.endOfEnded();
            this.recovery = new SegmentRecovery(ledgers, OpenOptions.DEFAULT.withLoop(loop), loop, record);
        }

        void next() {
            if (endings.size() == unended.size()) {
                findTail();
                return;
            }
            SegmentInfo segment = unended.get(endings.size());
            Futures.whenDone(recovery.recover(segment, end), loop, (found, failure) -> {
                if (found == null) {
                    retry(failure, this::next);
                    return;
                }
                endings.add(found.ending());
                end = found.ending().endOffset();
                if (found.last() != null) {
                    tail = found.last();
                    sealedOffset = found.sealedOffset();
                }
                next();
            });
        }

        private void findTail() {
            if (tail != null) {
                finish(tail);
                return;
            }
            Futures.whenDone(recovery.tailOfEnded(), loop, (found, failure) -> {
                if (found == null) {
                    retry(failure, this::findTail);
                } else {
                    finish(found);
                }
            });
        }

        private void finish(TailState state) {
            if (unended.isEmpty()) {
                acquired.complete(new Acquired(record, state, mutations));
                return;
            }
            probe.reached(CrashPoint.ACQ_2);
            Promise<StreamMetadata> finished = records.change(
                    mutations.finishRecovery(
                            endings, state, sealedOffset, loop.clock().millis()),
                    deadline,
                    () -> true);
            Futures.whenDone(finished, loop, (changed, failure) -> {
                if (changed == null) {
                    fail(failure);
                } else if (sealedOffset >= 0) {
                    fail(OwnerMutations.endedRefusal(changed));
                } else {
                    acquired.complete(new Acquired(changed, state, mutations));
                }
            });
        }

        /** Never skips a segment: tries again until the time is up, then gives the stream back as it is. */
        private void retry(@Nullable Throwable failure, Runnable step) {
            if (failure instanceof StreamException) {
                fail(failure); // Corrupt and the like: the stream stays ours, so that nobody repeats this in a circle
            } else if (deadline.expired(loop.clock())) {
                records.change(
                        mutations.release(
                                null, TailState.initial(0), true, loop.clock().millis()),
                        Deadline.after(loop.clock(), Duration.ofSeconds(5)),
                        () -> true); // if that fails too, the next owner claims it from us
                fail(new StreamException.Unavailable(
                        Outcome.NOT_APPLIED,
                        "stream %s could not be recovered within %s: %s"
                                .formatted(
                                        record.name(),
                                        settings.recoveryTimeout(),
                                        failure == null ? "no answer" : failure.getMessage()),
                        failure));
            } else {
                loop.schedule(pauseNanos, step);
                pauseNanos = Math.min(PAUSE_NANOS_MAX, pauseNanos * 2);
            }
        }
    }
}
