package io.daybook.benchmarks.load;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The logs that a run made and has not removed. One is noted as soon as the target says that it exists, whether or not anybody still waits for it.
 *
 * <p>One thread; targets may answer on any.
 */
final class MadeLogs {
    private static final int CALLS_AT_ONCE = 64;

    private final LoadTarget target;
    private final Queue<String> ids = new ConcurrentLinkedQueue<>();
    private final List<CompletableFuture<LoadLog>> underWay = new ArrayList<>(); // and some that are done

    MadeLogs(LoadTarget target) {
        this.target = target;
    }

    /** Makes a new, empty log. The caller bounds how many are under way. */
    CompletableFuture<LoadLog> create() {
        underWay.removeIf(CompletableFuture::isDone);
        CompletableFuture<LoadLog> noted = target.create().thenApply(log -> {
            ids.add(log.id());
            return log;
        });
        underWay.add(noted);
        return noted;
    }

    /** How many there are, counting those that may still come to be. */
    int count() {
        underWay.removeIf(CompletableFuture::isDone); // these first: one that is done has its id noted
        return underWay.size() + ids.size();
    }

    /**
     * Waits for those under way, at most {@code patience}, and tries to remove all; those that could not be removed are still counted.
     *
     * @throws RemovalException after it has tried all, if any is left
     */
    void remove(Watch watch, Duration patience) {
        int all = count();
        watch.begin("removing", target.logWord() + "s", all);
        settle(watch, patience);
        ArrayDeque<Removal> begun = new ArrayDeque<>();
        List<String> failed = new ArrayList<>();
        Throwable first = null;
        long removed = 0;
        try {
            while (true) {
                for (String id; begun.size() < CALLS_AT_ONCE && (id = ids.poll()) != null; ) {
                    begun.add(Removal.begin(target, id));
                }
                if (begun.isEmpty()) {
                    break;
                }
                long before = removed;
                Throwable failure =
                        watch.await(begun.element().ended(), () -> before).failure();
                Removal removal = begun.remove();
                if (failure == null) {
                    removed++;
                } else {
                    failed.add(removal.id());
                    first = first == null ? failure : first;
                }
            }
        } finally {
            begun.forEach(removal -> failed.add(removal.id())); // nobody knows, when the wait was interrupted
            ids.addAll(failed);
        }
        int left = count();
        if (left > 0) {
            throw new RemovalException(left, all, target.logWord(), first);
        }
    }

    private void settle(Watch watch, Duration patience) {
        underWay.removeIf(CompletableFuture::isDone);
        if (!underWay.isEmpty()) {
            CompletableFuture<Boolean> settled = CompletableFuture.allOf(underWay.toArray(new CompletableFuture<?>[0]))
                    .handle((done, failure) -> true)
                    .completeOnTimeout(false, patience.toNanos(), TimeUnit.NANOSECONDS);
            watch.await(settled);
        }
    }

    /** One log on its way out; {@code ended} does not fail. */
    private record Removal(String id, CompletableFuture<Outcome> ended) {
        static Removal begin(LoadTarget target, String id) {
            return new Removal(id, target.delete(id).handle((done, failure) -> new Outcome(failure)));
        }
    }

    /** What the target said, null for success. */
    private record Outcome(@Nullable Throwable failure) {}
}
