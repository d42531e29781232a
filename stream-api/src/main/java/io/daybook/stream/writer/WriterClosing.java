package io.daybook.stream.writer;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.LedgerException;
import io.daybook.stream.metadata.SegmentEnding;
import io.daybook.stream.metadata.StreamMetadata;
import io.daybook.stream.record.ControlRecord;
import io.daybook.stream.segment.SegmentWriter;
import org.jspecify.annotations.Nullable;

/** Gives a stream back in good order: everything sent, the segment ended and closed, one write of the record. Belongs to the stream's loop. */
final class WriterClosing {
    private final WriterEnvironment env;
    private final BatchingWriter writer;
    private final LedgerEnding ending;
    private @Nullable SegmentWriter ended; // its end marker was sent
    private boolean releasing;

    WriterClosing(WriterEnvironment env, BatchingWriter writer, LedgerEnding ending) {
        this.env = env;
        this.writer = writer;
        this.ending = ending;
    }

    /** Goes on if all that must come before has happened. */
    void advance() {
        if (!writer.isIdle() || releasing || ended != null) {
            return;
        }
        SegmentWriter segment = writer.current();
        if (segment == null) {
            release(null);
            return;
        }
        ended = segment;
        writer.hold(true);
        writer.sendControl(
                segment,
                new ControlRecord.SegmentEnd(writer.sentTail().nextOffset(), null, null),
                header -> onEnded(segment));
    }

    /** Whether the end marker of {@code segment} was acknowledged. */
    boolean endsWith(SegmentWriter segment) {
        return releasing && ended == segment;
    }

    /** The ledger failed before the end marker got there. */
    void cancelEnding() {
        if (ended != null && !releasing) {
            ended = null;
            writer.hold(false);
        }
    }

    private void onEnded(SegmentWriter segment) {
        releasing = true;
        env.probe().reached(CrashPoint.CLOSE_1);
        Futures.whenDone(ending.end(segment), env.loop(), (done, failure) -> {
            if (failure instanceof LedgerException.Fenced || failure instanceof LedgerException.SealedByOther) {
                writer.fence();
            } else if (failure != null) {
                writer.giveUp("the last segment could not be closed", failure);
            } else {
                env.probe().reached(CrashPoint.CLOSE_2);
                release(segment.ending());
            }
        });
    }

    private void release(@Nullable SegmentEnding last) {
        releasing = true;
        Promise<StreamMetadata> released =
                writer.lane().submit(() -> env.mutations().release(last, writer.committed(), false, env.nowMillis()));
        Futures.whenDone(released, env.loop(), (record, refused) -> {
            if (record != null) {
                writer.closedInGoodOrder();
            } else {
                writer.giveUp("the stream could not be given back", refused);
            }
        });
    }
}
