package io.daybook.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Makes logs when a test lets it, and refuses to remove those that a test names. One thread. */
final class AskedTarget implements LoadTarget {
    private final List<CompletableFuture<LoadLog>> asked = new ArrayList<>();
    private final TreeSet<String> logs = new TreeSet<>();
    private Predicate<String> stuck = id -> false;

    /** Which logs cannot be removed. */
    void stuck(Predicate<String> which) {
        stuck = which;
    }

    /** Makes all that was asked for; they are called 0, 1, … */
    void answerAll() {
        for (int i = 0; i < asked.size(); i++) {
            String id = Integer.toString(i);
            if (!asked.get(i).isDone()) {
                logs.add(id);
                asked.get(i).complete(new NamedLog(id));
            }
        }
    }

    void refuse(int number) {
        asked.get(number).completeExceptionally(new IllegalStateException("no bookie for log " + number));
    }

    int asked() {
        return asked.size();
    }

    /** Those that are there. */
    TreeSet<String> logs() {
        return logs;
    }

    @Override
    public String logWord() {
        return "ledger";
    }

    @Override
    public String recordsWord() {
        return "entries";
    }

    @Override
    public CompletableFuture<LoadLog> create() {
        CompletableFuture<LoadLog> answer = new CompletableFuture<>();
        asked.add(answer);
        return answer;
    }

    @Override
    public CompletableFuture<@Nullable Void> delete(String id) {
        if (stuck.test(id)) {
            return CompletableFuture.failedFuture(new IllegalStateException("log " + id + " is stuck"));
        }
        logs.remove(id);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<@Nullable Void> read(String id, int recordBytes, RecordSink sink) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Following follow(String id, RecordSink sink) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<@Nullable Void> recover(String id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}

    /** A log that only has a name. */
    private record NamedLog(String id) implements LoadLog {
        @Override
        public Executor lane() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void append(Payloads payloads, int number, long sequence, long token, Acks acks) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<@Nullable Void> close() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void abandon() {
            throw new UnsupportedOperationException();
        }
    }
}
