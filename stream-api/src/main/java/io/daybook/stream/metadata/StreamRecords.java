package io.daybook.stream.metadata;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaException;
import io.daybook.base.time.Deadline;
import io.daybook.ledger.metadata.Versioned;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamException.Outcome;
import io.daybook.stream.StreamId;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads and changes the record of one stream, trying again whatever can be tried again: version conflicts at once, an unreachable store or a lost
 * reply after a pause. Belongs to one loop.
 *
 * <p>The rule for lost replies: read back, and let the mutation's own test decide whether it happened (R7).
 *
 * <p>A change starts from the record as it was last seen here, which costs one write and no read while nobody else changes it; the version in the write
 * makes a stale start harmless. What was seen may only ever let a change go on: a refusal always rests on a record read anew.
 */
public final class StreamRecords {
    private static final long PAUSE_NANOS_MIN = 20_000_000;
    private static final long PAUSE_NANOS_MAX = 1_000_000_000;

    private final StreamMetadataStore store;
    private final StreamId stream;
    private final Loop loop;
    private @Nullable Versioned<StreamMetadata> seen; // as last read or written here

    public StreamRecords(StreamMetadataStore store, StreamId stream, Loop loop) {
        this.store = store;
        this.stream = stream;
        this.loop = loop;
    }

    /** The record as of now. Fails with Deleted if there is none, Unavailable after {@code deadline}. */
    public Promise<StreamMetadata> read(Deadline deadline) {
        Promise<StreamMetadata> answer = loop.promise();
        new Run(null, deadline, () -> true, answer).start();
        return answer;
    }

    /**
     * Makes a change; completes with the record that shows it. Fails with the mutation's refusal, Deleted, LimitExceeded, or Unavailable (outcome
     * UNKNOWN) once {@code deadline} has passed or {@code wanted} says no.
     */
    public Promise<StreamMetadata> change(Mutation mutation, Deadline deadline, BooleanSupplier wanted) {
        Promise<StreamMetadata> answer = loop.promise();
        new Run(mutation, deadline, wanted, answer).startFromSeen(mutation);
        return answer;
    }

    /** One read or change with its repetitions. */
    private final class Run {
        private final @Nullable Mutation mutation;
        private final Deadline deadline;
        private final BooleanSupplier wanted;
        private final Promise<StreamMetadata> answer;

        private boolean ambiguous; // some write of ours may have happened
        private long pauseNanos = PAUSE_NANOS_MIN;

        Run(@Nullable Mutation mutation, Deadline deadline, BooleanSupplier wanted, Promise<StreamMetadata> answer) {
            this.mutation = mutation;
            this.deadline = deadline;
            this.wanted = wanted;
            this.answer = answer;
        }

        void startFromSeen(Mutation wish) {
            Versioned<StreamMetadata> known = seen;
            if (known == null || wish.done(known.value()) || wish.refusal(known.value()) != null) {
                start();
            } else {
                write(wish, known);
            }
        }

        void start() {
            Promise<@Nullable Versioned<StreamMetadata>> read = store.readLinearizable(stream, loop);
            Futures.whenDone(read, loop, (found, failed) -> {
                if (failed != null) {
                    pause(failed);
                    return;
                }
                seen = found;
                if (found == null) {
                    answer.completeExceptionally(new StreamException.Deleted(
                            Outcome.NOT_APPLIED, "stream %s has been deleted".formatted(stream)));
                } else {
                    onRead(found);
                }
            });
        }

        private void onRead(Versioned<StreamMetadata> found) {
            StreamMetadata record = found.value();
            if (mutation == null) {
                answer.complete(record);
                return;
            }
            if ((ambiguous || !mutation.doneOnlyIfAmbiguous()) && mutation.done(record)) {
                @Nullable
                StreamException lost =
                        mutation.doneOnlyIfAmbiguous() ? null : mutation.refusal(record); // ours, but for how long?
                if (lost == null) {
                    answer.complete(record);
                } else {
                    answer.completeExceptionally(lost);
                }
                return;
            }
            @Nullable StreamException refusal = mutation.refusal(record);
            if (refusal != null) {
                answer.completeExceptionally(refusal);
                return;
            }
            write(mutation, found);
        }

        private void write(Mutation wish, Versioned<StreamMetadata> found) {
            StreamMetadata next = wish.apply(found.value());
            seen = null; // until the outcome is known
            Promise<Integer> written = store.replace(next, found.version(), loop);
            Futures.whenDone(written, loop, (version, failed) -> {
                if (failed == null && version != null) {
                    seen = new Versioned<>(next, version);
                    answer.complete(next);
                } else if (failed instanceof MetaException meta) {
                    switch (meta.kind()) {
                        case BAD_VERSION, NO_NODE -> start();
                        default -> {
                            ambiguous |= meta.kind() == MetaException.Kind.AMBIGUOUS;
                            pause(meta);
                        }
                    }
                } else {
                    answer.completeExceptionally(failed);
                }
            });
        }

        private void pause(Throwable failed) {
            boolean hopeless = !(failed instanceof MetaException meta)
                    || meta.kind() == MetaException.Kind.REFUSED
                    || meta.kind() == MetaException.Kind.NO_NODE;
            if (hopeless && failed instanceof StreamException) {
                answer.completeExceptionally(failed);
            } else if (hopeless || deadline.expired(loop.clock()) || !wanted.getAsBoolean()) {
                answer.completeExceptionally(new StreamException.Unavailable(
                        mutation == null ? Outcome.NOT_APPLIED : Outcome.UNKNOWN,
                        "%s of the record of stream %s did not succeed: %s"
                                .formatted(mutation == null ? "a read" : mutation.name(), stream, failed.getMessage()),
                        failed));
            } else {
                loop.schedule(pauseNanos, this::start);
                pauseNanos = Math.min(PAUSE_NANOS_MAX, pauseNanos * 2);
            }
        }
    }
}
