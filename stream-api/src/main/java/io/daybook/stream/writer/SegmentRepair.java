package io.daybook.stream.writer;

import io.daybook.base.config.Durations;
import io.daybook.base.exec.Futures;
import io.daybook.base.time.Deadline;
import io.daybook.ledger.LedgerException;
import io.daybook.stream.record.RecordBatch;
import io.daybook.stream.segment.SegmentWriter;
import io.daybook.stream.segment.SentBatch;
import io.daybook.stream.writer.SegmentOpening.Opened;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gets a stream over a failed ledger without its callers noticing more than a delay: recovery decides which batches are in, the others go to a new
 * segment with the same offsets, timestamps and bodies. Belongs to the stream's loop.
 */
final class SegmentRepair {
    private static final long PAUSE_NANOS_MIN = 50_000_000;
    private static final long PAUSE_NANOS_MAX = 5_000_000_000L;

    private final WriterEnvironment env;
    private final BatchingWriter writer;
    private @Nullable Deadline deadline; // of this and all repairs since something was last committed
    private long pauseNanos;
    private List<SentBatch> unsaved = List.of(); // sent once, to be sent again

    SegmentRepair(WriterEnvironment env, BatchingWriter writer) {
        this.env = env;
        this.writer = writer;
    }

    /** The ledger of {@code segment} failed; the writer holds everything until this is done. */
    void start(SegmentWriter segment) {
        Deadline until = deadline;
        if (until == null) {
            until = env.deadline(env.settings().repairGiveUp());
            deadline = until;
            pauseNanos = PAUSE_NANOS_MIN;
            Deadline watched = until;
            env.loop().schedule(env.settings().repairGiveUp().toNanos(), () -> {
                if (deadline == watched) {
                    writer.giveUp(
                            "nothing could be stored for %s"
                                    .formatted(Durations.format(env.settings().repairGiveUp())),
                            null);
                }
            });
            recover(segment, until);
        } else { // the last repair did not help: not at once again
            pauseThenRecover(segment, until, null);
        }
    }

    /** Something with records was committed: storage works. */
    void onProgress() {
        deadline = null;
    }

    /** Batches that were sent and are not in any segment for certain. */
    List<SentBatch> takeUnsaved() {
        List<SentBatch> taken = unsaved;
        unsaved = List.of();
        return taken;
    }

    private void recover(SegmentWriter segment, Deadline until) {
        if (writer.hasEnded()) {
            return;
        }
        Futures.whenDone(
                env.ledgers().openAndRecover(segment.ledger().ledger(), env.openOptions()),
                env.loop(),
                (reader, failure) -> {
                    if (writer.hasEnded()) {
                        if (reader != null) {
                            reader.close();
                        }
                    } else if (reader == null) {
                        if (failure instanceof LedgerException.NoSuchLedger) {
                            writer.fence(); // only a delete of the stream removes a ledger in use
                        } else {
                            pauseThenRecover(segment, until, failure);
                        }
                    } else {
                        long last = reader.lastAddConfirmed();
                        reader.close();
                        onRecovered(segment, last);
                    }
                });
    }

    private void pauseThenRecover(SegmentWriter segment, Deadline until, @Nullable Throwable failure) {
        if (until.expired(env.loop().clock())) {
            writer.giveUp(
                    "ledger %s failed and could not be recovered"
                            .formatted(segment.ledger().ledger()),
                    failure);
            return;
        }
        env.loop().schedule(pauseNanos, () -> recover(segment, until));
        pauseNanos = Math.min(PAUSE_NANOS_MAX, pauseNanos * 2);
    }

    private void onRecovered(SegmentWriter segment, long lastEntry) {
        unsaved = segment.resolve(lastEntry); // tells the requests of what is in
        if (writer.hasEnded()) {
            return;
        }
        if (writer.current() != segment || writer.endsWith(segment)) {
            writer.repaired(); // the end marker was in: the roll or the close goes on
            return;
        }
        writer.cancelEnding();
        writer.whenRollerQuiet(() -> {
            if (!writer.hasEnded()) {
                findSuccessor(segment);
            }
        });
    }

    private void findSuccessor(SegmentWriter old) {
        Opened next = writer.takeNext();
        if (next != null) {
            resume(next);
            writer.completeRoll(old, next.seq());
        } else {
            writer.opening().open(old.ending(), old.committed(), this::resume);
        }
    }

    private void resume(Opened successor) {
        SegmentWriter segment = writer.startSegment(successor);
        for (SentBatch sent : takeUnsaved()) {
            if (!sent.batch().header().control()) {
                RecordBatch moved = sent.batch().movedTo(successor.seq(), 0, env.allocator());
                segment.send(new SentBatch(moved, sent.requests()));
            }
            sent.batch().close();
        }
        writer.repaired();
    }
}
