package io.daybook.stream.writer;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.time.Deadline;
import io.daybook.stream.StreamException;
import io.daybook.stream.metadata.Mutation;
import io.daybook.stream.metadata.StreamMetadata;
import io.daybook.stream.metadata.StreamRecords;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Changes of the stream's record by its owner, one at a time and for as long as it takes: a metadata store that is away delays them, nothing more.
 * Belongs to the stream's loop.
 */
final class MutationLane {
    private static final Duration PATIENCE = Duration.ofDays(36_500);

    private final StreamRecords records;
    private final Loop loop;
    private final Consumer<StreamException> onRefused;
    private final ArrayDeque<Job> jobs = new ArrayDeque<>();
    private StreamMetadata record;
    private boolean running;
    private boolean ended;

    /** A lane that tells {@code onRefused} when the record turns out not to be ours any more. */
    MutationLane(StreamRecords records, Loop loop, StreamMetadata record, Consumer<StreamException> onRefused) {
        this.records = records;
        this.loop = loop;
        this.record = record;
        this.onRefused = onRefused;
    }

    /** The record as this owner last saw it. */
    StreamMetadata record() {
        return record;
    }

    /** Makes a change after those before it; {@code mutation} is asked for when its turn has come. */
    Promise<StreamMetadata> submit(Supplier<Mutation> mutation) {
        Promise<StreamMetadata> answer = loop.promise();
        jobs.add(new Job(mutation, answer));
        next();
        return answer;
    }

    /** No change is tried again from now on. */
    void end() {
        ended = true;
    }

    private void next() {
        if (running) {
            return;
        }
        Job job = jobs.poll();
        if (job == null) {
            return;
        }
        running = true;
        Promise<StreamMetadata> change =
                records.change(job.mutation().get(), Deadline.after(loop.clock(), PATIENCE), () -> !ended);
        Futures.whenDone(change, loop, (changed, failure) -> {
            running = false;
            if (failure == null && changed != null) {
                record = changed;
                job.answer().complete(changed);
            } else {
                if (failure instanceof StreamException.OwnershipLost
                        || failure instanceof StreamException.Deleted
                        || failure instanceof StreamException.SealedStream) {
                    onRefused.accept((StreamException) failure);
                }
                job.answer().completeExceptionally(failure == null ? new IllegalStateException() : failure);
            }
            next();
        });
    }

    private record Job(Supplier<Mutation> mutation, Promise<StreamMetadata> answer) {}
}
