package io.daybook.ledger.metadata;

import io.daybook.base.error.Check;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaException.Kind;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.MetaStore.Mode;
import io.daybook.base.seam.MetaStore.Node;
import io.daybook.base.seam.MetaStore.Op;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Conditional writes whose outcome is always known: a lost reply is settled by reading back, for as long as it takes (R7).
 *
 * <p>A write is never repeated unless the node was read, after the reply was lost, still as it was before the write; and since the repetition
 * is conditional on that too, a first attempt that arrives late excludes the second.
 *
 * <p><b>Threads.</b> Safe from any thread; promises complete on the loop named. They fail with {@link MetaException}: UNAVAILABLE or REFUSED when
 * nothing was written, AMBIGUOUS only when the store was closed before the outcome was known.
 */
public final class SettledWrites {
    private static final long PAUSE_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long PAUSE_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

    private final MetaStore store;

    public SettledWrites(MetaStore store) {
        this.store = store;
    }

    /**
     * Makes a node. Conflict if one is there, unless {@code claim} knows it as made by this very call. Fails with NO_NODE when the parent is
     * missing.
     */
    public Promise<WriteOutcome> create(String path, byte[] data, Mode mode, Claim claim, Loop loop) {
        Check.argument(mode != Mode.EPHEMERAL_SEQUENTIAL, "a sequential node cannot be found again after a lost reply");
        return start(
                path,
                loop,
                () -> (Promise<WriteOutcome>) store.create(path, data, mode, loop)
                        .thenApply(made -> (WriteOutcome) new WriteOutcome.Applied(0)),
                Kind.NODE_EXISTS,
                (node, doubtful) -> {
                    if (node == null) {
                        return null;
                    }
                    return claim.ours(node, doubtful)
                            ? new WriteOutcome.Applied(node.version())
                            : new WriteOutcome.Conflict(node);
                });
    }

    /** Replaces the data of the node if it has {@code expectedVersion}, 0 or more. */
    public Promise<WriteOutcome> cas(String path, byte[] data, int expectedVersion, Loop loop) {
        Check.argument(expectedVersion >= 0, "a blind write of %s is not allowed (R6)", path);
        return start(
                path,
                loop,
                () -> (Promise<WriteOutcome>) store.cas(path, data, expectedVersion, loop)
                        .thenApply(version -> (WriteOutcome) new WriteOutcome.Applied(version)),
                Kind.BAD_VERSION,
                (node, doubtful) -> {
                    if (node == null) {
                        return WriteOutcome.GONE;
                    }
                    if (node.version() == expectedVersion) {
                        return null;
                    }
                    return doubtful && node.version() == expectedVersion + 1 && Arrays.equals(node.data(), data)
                            ? new WriteOutcome.Applied(node.version())
                            : new WriteOutcome.Conflict(node);
                });
    }

    /** Removes the node if it has {@code expectedVersion}, 0 or more. Gone if it is not there, or no more. Fails with NOT_EMPTY. */
    public Promise<WriteOutcome> delete(String path, int expectedVersion, Loop loop) {
        Check.argument(expectedVersion >= 0, "a blind deletion of %s is not allowed (R6)", path);
        return start(
                path,
                loop,
                () -> (Promise<WriteOutcome>) store.delete(path, expectedVersion, loop)
                        .thenApply(deleted -> (WriteOutcome) new WriteOutcome.Applied(expectedVersion)),
                Kind.BAD_VERSION,
                (node, doubtful) -> {
                    if (node == null) {
                        return WriteOutcome.GONE;
                    }
                    return node.version() == expectedVersion ? null : new WriteOutcome.Conflict(node);
                });
    }

    /** Makes {@code path} and its missing parents as empty nodes; asked again after a lost reply, since it may be done twice. */
    public Promise<Void> ensure(String path, Loop loop) {
        Promise<Boolean> made = loop.promise();
        loop.run(() -> ensure(path, PAUSE_NANOS_MIN, made));
        return (Promise<Void>) made.thenAccept(yes -> {});
    }

    private void ensure(String path, long pauseNanos, Promise<Boolean> made) {
        Loop loop = made.loop();
        Futures.whenDone(store.ensure(path, loop), loop, (done, failure) -> {
            if (failure == null) {
                made.complete(true);
            } else if (Steps.kind(failure) == Kind.AMBIGUOUS) {
                loop.schedule(pauseNanos, () -> ensure(path, Math.min(pauseNanos * 2, PAUSE_NANOS_MAX), made));
            } else {
                made.completeExceptionally(failure);
            }
        });
    }

    /**
     * All or none of {@code operations}. After a lost reply the node at {@code witness}, which the operations write with bytes that nobody else
     * writes, tells whether they happened. Fails with the kind of the first operation that cannot be done.
     */
    public Promise<Void> multi(List<Op> operations, String witness, Predicate<@Nullable Node> happened, Loop loop) {
        Promise<WriteOutcome> write = start(
                witness,
                loop,
                () -> (Promise<WriteOutcome>)
                        store.multi(operations, loop).thenApply(done -> (WriteOutcome) new WriteOutcome.Applied(0)),
                null,
                (node, doubtful) -> happened.test(node) ? new WriteOutcome.Applied(0) : null);
        return (Promise<Void>) write.thenAccept(done -> {});
    }

    /** Tells a node of our own making from another's. */
    @FunctionalInterface
    public interface Claim {

        /** Never ours: only for creations that a second one does no harm to. */
        Claim NEVER = (node, replyLost) -> false;

        /**
         * Whether {@code node}, found where one was to be made, was made by this call.
         *
         * @param replyLost whether an attempt of this call may have made it; without that only a mark that nobody else can have is proof
         */
        boolean ours(Node node, boolean replyLost);

        /** Takes equal bytes for ours, but only after a lost reply. */
        static Claim sameBytes(byte[] data) {
            return (node, replyLost) -> replyLost && Arrays.equals(node.data(), data);
        }
    }

    private Promise<WriteOutcome> start(String path, Loop loop, Attempt attempt, @Nullable Kind lost, Verdict verdict) {
        Write write = new Write(path, loop, attempt, lost, verdict);
        loop.run(write::attempt);
        return write.outcome;
    }

    /** Asks for the write once. */
    private interface Attempt {
        Promise<WriteOutcome> write();
    }

    /** Tells the outcome from the node as it is now, or null if the write certainly has not happened yet and may be tried. */
    private interface Verdict {
        @Nullable
        WriteOutcome of(@Nullable Node node, boolean doubtful);
    }

    /** One write until its outcome is known. Belongs to its loop. */
    private final class Write {
        private final String path;
        private final Loop loop;
        private final Attempt attempt;
        private final @Nullable Kind lost; // the refusal that says somebody else was first; null if all are final
        private final Verdict verdict;
        private final Promise<WriteOutcome> outcome;

        private boolean doubtful; // a reply was lost: some attempt may have happened
        private @Nullable Throwable refusal; // final unless reading back shows that the write happened
        private long pauseNanos = PAUSE_NANOS_MIN;

        Write(String path, Loop loop, Attempt attempt, @Nullable Kind lost, Verdict verdict) {
            this.path = path;
            this.loop = loop;
            this.attempt = attempt;
            this.lost = lost;
            this.verdict = verdict;
            this.outcome = loop.promise();
        }

        void attempt() {
            Futures.whenDone(attempt.write(), loop, (result, failure) -> {
                Kind kind = Steps.kind(failure);
                if (result != null) {
                    outcome.complete(result);
                } else if (lost != null && kind == lost) {
                    readBack();
                } else if (kind == Kind.NO_NODE && lost != null) {
                    if (lost == Kind.NODE_EXISTS) { // the parent is missing
                        outcome.completeExceptionally(failure);
                    } else {
                        outcome.complete(WriteOutcome.GONE);
                    }
                } else if (kind == Kind.AMBIGUOUS) {
                    doubtful = true;
                    readBack();
                } else if (doubtful && kind == Kind.UNAVAILABLE) {
                    later(this::readBack);
                } else if (doubtful && lost == null) {
                    refusal = failure; // of this attempt; an earlier one may have arrived meanwhile
                    readBack();
                } else {
                    fail(failure);
                }
            });
        }

        private void readBack() {
            Futures.whenDone(store.getLinearizable(path, loop), loop, (node, failure) -> {
                Kind kind = Steps.kind(failure);
                if (failure == null) {
                    judge(node);
                } else if (kind == Kind.UNAVAILABLE || kind == Kind.AMBIGUOUS) {
                    later(this::readBack);
                } else {
                    fail(failure);
                }
            });
        }

        private void judge(@Nullable Node node) {
            WriteOutcome known = verdict.of(node, doubtful);
            if (known != null) {
                outcome.complete(known);
            } else if (refusal != null) {
                outcome.completeExceptionally(refusal);
            } else {
                later(this::attempt);
            }
        }

        private void later(Runnable step) {
            loop.schedule(pauseNanos, step);
            pauseNanos = Math.min(pauseNanos * 2, PAUSE_NANOS_MAX);
        }

        private void fail(Throwable failure) {
            outcome.completeExceptionally(
                    doubtful
                            ? new MetaException(
                                    Kind.AMBIGUOUS,
                                    "nobody knows whether %s was written: %s".formatted(path, failure.getMessage()),
                                    failure)
                            : failure);
        }
    }
}
