package io.daybook.benchmarks.load;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Takes over logs whose writers vanished with appends in flight, one after the other, as a new owner would; then reads them and compares. Everything
 * acknowledged has to be there; what was in flight may be, in order.
 */
public final class RecoveryLoad implements Workload {
    private static final int SETTLED = 20; // appends per log that are waited for
    private static final int IN_FLIGHT = 20; // and those that are not

    @Override
    public LoadResult run(LoadRun run) {
        Map<String, Object> row = run.row("recovery");
        row.remove("window");
        List<Appending> logs = run.create(run.plan().logs());
        run.watch().begin("writing", run.target().logWord() + "s", logs.size());
        for (int i = 0; i < logs.size(); i++) {
            int done = i;
            Tail tail = new Tail(logs.get(i), run.payloads());
            tail.settle();
            run.watch().await(tail.settled(), () -> done);
            tail.leave();
        }
        Histogram times = Latencies.histogram();
        run.watch().begin("taking over", run.target().logWord() + "s", logs.size());
        Usage before = run.usage();
        for (int i = 0; i < logs.size(); i++) {
            int done = i;
            long begun = run.clock().nanos();
            CompletableFuture<Long> recovered = run.target()
                    .recover(logs.get(i).log().id())
                    .thenApply(ended -> run.clock().nanos());
            times.recordValue(Latencies.bounded(run.watch().await(recovered, () -> done) - begun));
        }
        Usage after = run.usage();
        double seconds = after.secondsSince(before);
        row.put("entries", logs.size());
        row.put("seconds", Figures.round(seconds, 2));
        row.put("recoverSerialPerS", Figures.round(logs.size() / seconds, 1));
        Latencies.put(row, "recover", times);
        after.put(row, before, logs.size());
        Verification found = run.verify(logs);
        row.put("acknowledged", logs.stream().mapToLong(Appending::acknowledged).sum());
        row.put("verified", found.verified());
        row.put("problems", found.problems());
        Map<String, Histogram> curves = new LinkedHashMap<>();
        curves.put("takeover", times);
        return new LoadResult(row, curves, found.verified(), found.sentence());
    }

    /** One log's last appends, some of which nobody waits for. Acknowledgements come on the log's lane, until the writer is left. */
    private static final class Tail implements LoadLog.Acks {
        private final Appending log;
        private final Payloads payloads;
        private final CompletableFuture<@Nullable Void> settled = new CompletableFuture<>();

        Tail(Appending log, Payloads payloads) {
            this.log = log;
            this.payloads = payloads;
        }

        void settle() {
            log.log().lane().execute(() -> {
                for (int i = 0; i < SETTLED; i++) {
                    log.append(payloads, 0, this);
                }
            });
        }

        /** Appends more and drops the writer at once; after it {@code acknowledged} stands still. */
        void leave() {
            CompletableFuture<@Nullable Void> left = new CompletableFuture<>();
            log.log().lane().execute(() -> {
                for (int i = 0; i < IN_FLIGHT; i++) {
                    log.append(payloads, 0, this);
                }
                log.log().abandon();
                left.complete(null);
            });
            Watch.NOBODY.await(left);
        }

        @Override
        public void done(int number, long position, long token, @Nullable Throwable failure) {
            if (failure != null) {
                settled.completeExceptionally(
                        failure); // without effect once it was left, when this is what is expected
            } else if (!log.acknowledge(position)) {
                settled.completeExceptionally(new VerificationException("%s acknowledged position %d out of order"
                        .formatted(log.log().id(), position)));
            } else if (log.acknowledged() == SETTLED) {
                settled.complete(null);
            }
        }

        CompletableFuture<@Nullable Void> settled() {
            return settled;
        }
    }
}
