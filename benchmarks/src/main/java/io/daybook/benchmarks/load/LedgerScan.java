package io.daybook.benchmarks.load;

import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerReader;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads one closed ledger from its first entry to its last with several ranges in flight, bounded in bytes. Belongs to the reader's loop. */
final class LedgerScan {
    private static final int RANGES_MAX = 8;
    private static final int RANGE_ENTRIES_MAX = 1000;
    private static final int RANGE_BYTES_MAX = 1 << 20;

    private final LedgerReader reader;
    private final RecordSink sink;
    private final int rangeEntries;
    private final ArrayDeque<CompletableFuture<LedgerEntries>> ahead = new ArrayDeque<>();
    private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();

    private long last;
    private long next;

    /** A scan that has not started; it closes {@code reader} at its end. */
    LedgerScan(LedgerReader reader, int recordBytes, RecordSink sink) {
        this.reader = reader;
        this.sink = sink;
        this.rangeEntries = Math.max(1, Math.min(RANGE_ENTRIES_MAX, RANGE_BYTES_MAX / recordBytes));
    }

    CompletableFuture<@Nullable Void> run() {
        reader.loop().run(() -> {
            if (reader.closed()) {
                begin(reader.lastAddConfirmed(), null);
            } else {
                reader.readLastAddConfirmed().whenComplete(this::begin);
            }
        });
        return done;
    }

    private void begin(@Nullable Long end, @Nullable Throwable failure) {
        if (end == null) {
            end(failure);
            return;
        }
        last = end;
        step();
    }

    private void step() {
        while (true) {
            while (next <= last && ahead.size() < RANGES_MAX) {
                long to = Math.min(last, next + rangeEntries - 1);
                ahead.add(reader.read(next, to));
                next = to + 1;
            }
            CompletableFuture<LedgerEntries> first = ahead.poll();
            if (first == null) {
                end(null);
                return;
            }
            if (!first.isDone() || first.isCompletedExceptionally()) {
                first.whenComplete((entries, failure) -> {
                    if (entries == null) {
                        end(failure);
                    } else {
                        take(entries);
                        step();
                    }
                });
                return;
            }
            take(first.join());
        }
    }

    private void take(LedgerEntries entries) {
        try (entries) {
            entries.forEach(entry -> LedgerLoad.deliver(entry, sink));
        }
    }

    private void end(@Nullable Throwable failure) {
        for (CompletableFuture<LedgerEntries> rest : ahead) {
            rest.thenAccept(LedgerEntries::close); // what still comes is nobody's
        }
        ahead.clear();
        reader.close();
        if (failure == null) {
            done.complete(null);
        } else {
            done.completeExceptionally(failure);
        }
    }
}
