package io.daybook.stream.writer;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Promise;
import io.daybook.base.time.Deadline;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerWriter;
import io.daybook.stream.StreamException;
import io.daybook.stream.metadata.Mutation;
import io.daybook.stream.metadata.SegmentEnding;
import io.daybook.stream.metadata.StreamMetadata;
import io.daybook.stream.record.TailState;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a ledger and lists it as the segment to write: for the first append of an owner, and after a ledger failed. Tries until it succeeds or the
 * writer gives up. Belongs to the stream's loop.
 */
final class SegmentOpening {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentOpening.class);
    private static final long PAUSE_NANOS_MIN = 50_000_000;
    private static final long PAUSE_NANOS_MAX = 2_000_000_000;
    private static final Duration DISCARD_PATIENCE = Duration.ofSeconds(30);

    private final WriterEnvironment env;
    private final BatchingWriter writer;
    private boolean busy;

    SegmentOpening(WriterEnvironment env, BatchingWriter writer) {
        this.env = env;
        this.writer = writer;
    }

    boolean busy() {
        return busy;
    }

    /** A ledger for segment {@code seq}, tried once. */
    Promise<LedgerWriter> create(long seq) {
        Promise<LedgerWriter> made = env.loop().promise();
        Futures.whenDone(env.ledgers().create(env.ledgerOptions(seq)), env.loop(), (ledger, failure) -> {
            if (ledger != null && writer.hasEnded()) {
                discard(ledger);
                made.completeExceptionally(new StreamException.Closed(
                        StreamException.Outcome.NOT_APPLIED,
                        "the writer of stream %s has ended".formatted(env.name())));
            } else if (ledger != null) {
                made.complete(ledger);
            } else if (failure != null) {
                made.completeExceptionally(failure);
            }
        });
        return made;
    }

    /**
     * Opens a segment that continues from {@code from}, in the place of {@code old} if there is one. Calls {@code then} with its number and ledger once
     * the record lists it; never calls it if the writer ends before.
     */
    void open(@Nullable SegmentEnding old, TailState from, Consumer<Opened> then) {
        busy = true;
        attempt(old, from, then, env.deadline(env.settings().repairGiveUp()), PAUSE_NANOS_MIN);
    }

    private void attempt(
            @Nullable SegmentEnding old, TailState from, Consumer<Opened> then, Deadline deadline, long pause) {
        if (writer.hasEnded()) {
            return;
        }
        long seq = writer.lane().record().nextSeq();
        Futures.whenDone(create(seq), env.loop(), (ledger, failure) -> {
            if (ledger == null) {
                again(old, from, then, deadline, pause, failure);
                return;
            }
            env.probe().reached(CrashPoint.OPEN_1);
            Promise<StreamMetadata> listed = writer.lane().submit(() -> mutation(old, from, seq, ledger.ledger()));
            Futures.whenDone(listed, env.loop(), (record, refused) -> {
                if (record == null) {
                    discard(ledger);
                    again(old, from, then, deadline, pause, refused);
                } else if (!writer.hasEnded()) {
                    env.probe().reached(CrashPoint.OPEN_2);
                    busy = false;
                    then.accept(new Opened(seq, ledger));
                }
            });
        });
    }

    private Mutation mutation(@Nullable SegmentEnding old, TailState from, long seq, LedgerId ledger) {
        return old == null
                ? env.mutations().openSegment(seq, ledger, from.nextOffset(), env.nowMillis())
                : env.mutations().replaceSegment(old, seq, ledger, from, env.nowMillis());
    }

    private void again(
            @Nullable SegmentEnding old,
            TailState from,
            Consumer<Opened> then,
            Deadline deadline,
            long pause,
            @Nullable Throwable failure) {
        if (deadline.expired(env.loop().clock())) {
            writer.giveUp("no new segment could be opened", failure);
        } else if (!writer.hasEnded()) {
            env.loop().schedule(pause, () -> attempt(old, from, then, deadline, Math.min(PAUSE_NANOS_MAX, pause * 2)));
        }
    }

    /**
     * Deletes a ledger that was made and is not needed, but only after the record, read anew, is seen not to name it: the write that would have listed
     * it may have happened although its reply was lost.
     */
    void discard(LedgerWriter ledger) {
        ledger.abandon();
        LedgerId id = ledger.ledger();
        Futures.whenDone(env.records().read(env.deadline(DISCARD_PATIENCE)), env.loop(), (record, failure) -> {
            boolean unreferenced = record != null && !record.references(id);
            if (unreferenced) {
                Futures.whenDone(env.ledgers().delete(id, env.openOptions()), env.loop(), (deleted, undeleted) -> {
                    if (undeleted != null) {
                        LOG.warn("an unused ledger was not deleted: {} ledger={}", undeleted.getMessage(), id);
                    }
                });
            } else if (failure != null) {
                LOG.warn("an unused ledger was not deleted: {} ledger={}", failure.getMessage(), id);
            }
        });
    }

    /** A listed segment and the handle to write it. */
    record Opened(long seq, LedgerWriter ledger) {}
}
