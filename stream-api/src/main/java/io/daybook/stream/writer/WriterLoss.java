package io.daybook.stream.writer;

import io.daybook.base.exec.Futures;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamException.Outcome;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a writer ends against its will: somebody else owns the stream, or nothing helps any more. Finds the reason that callers are told. Belongs to the
 * stream's loop.
 */
final class WriterLoss {
    private static final Duration OWNER_PATIENCE = Duration.ofSeconds(5);

    private final WriterEnvironment env;
    private final BatchingWriter writer;

    WriterLoss(WriterEnvironment env, BatchingWriter writer) {
        this.env = env;
        this.writer = writer;
    }

    /** Another owner closed our ledger: finds out who, then ends. */
    void onFenced() {
        writer.holdForGood(this::lost);
        Futures.whenDone(env.records().read(env.deadline(OWNER_PATIENCE)), env.loop(), (record, failure) -> {
            StreamException refusal = record != null
                    ? env.mutations().ownerRefusal(record)
                    : failure instanceof StreamException.Deleted deleted ? deleted : null;
            onRefused(refusal == null ? lost(Outcome.NOT_APPLIED) : refusal);
        });
    }

    /** The record is another's, sealed or deleted. */
    void onRefused(StreamException refusal) {
        Function<Outcome, StreamException> why = outcome -> {
            String message = String.valueOf(refusal.getMessage());
            if (refusal instanceof StreamException.OwnershipLost lost) {
                return new StreamException.OwnershipLost(outcome, lost.owner(), message);
            }
            return refusal instanceof StreamException.Deleted ? new StreamException.Deleted(outcome, message) : refusal;
        };
        writer.end(why, why.apply(Outcome.NOT_APPLIED));
    }

    /** Nothing helps: the stream is given up without being closed, so that the next owner recovers the end. */
    void onGivenUp(String what, @Nullable Throwable cause) {
        Function<Outcome, StreamException> why = outcome -> new StreamException.Unavailable(
                outcome,
                "the writer of stream %s gave up, since %s%s; open another"
                        .formatted(env.name(), what, cause == null ? "" : ": " + cause.getMessage()),
                cause);
        writer.endUnfinished(why, why.apply(Outcome.UNKNOWN));
    }

    /** Takes our name off the record, so that others need not wait for this process to end. */
    void giveBackUnfinished() {
        env.records()
                .change(
                        env.mutations().release(null, writer.committed(), true, env.nowMillis()),
                        env.deadline(OWNER_PATIENCE),
                        () -> true);
    }

    private StreamException lost(Outcome outcome) {
        return new StreamException.OwnershipLost(
                outcome,
                null,
                "stream %s: another process closed the ledger of epoch %d; open a new writer to continue"
                        .formatted(env.name(), env.mutations().epoch()));
    }
}
