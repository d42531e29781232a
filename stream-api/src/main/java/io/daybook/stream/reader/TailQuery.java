package io.daybook.stream.reader;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.time.Deadline;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.OpenOptions;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamException.Outcome;
import io.daybook.stream.metadata.SegmentInfo;
import io.daybook.stream.metadata.StreamMetadata;
import io.daybook.stream.metadata.StreamRecords;
import io.daybook.stream.record.BatchHeader;
import io.daybook.stream.record.RecordBatch;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a stream ends now, as far as it is committed: a lower bound that needs no owner and disturbs none. Belongs to the stream's loop.
 */
public final class TailQuery {
    private static final long PAUSE_NANOS = 100_000_000;

    private final StreamRecords records;
    private final LedgerClient ledgers;
    private final Loop loop;
    private final Deadline deadline;
    private final Promise<Tail> answer;

    private TailQuery(StreamRecords records, LedgerClient ledgers, Loop loop, Duration patience) {
        this.records = records;
        this.ledgers = ledgers;
        this.loop = loop;
        this.deadline = Deadline.after(loop.clock(), patience);
        this.answer = loop.promise();
    }

    /**
     * What was found.
     *
     * @param record the stream's record
     * @param offset offset the next committed record will get
     */
    public record Tail(StreamMetadata record, long offset) {}

    /** Asks; fails with Deleted or Unavailable. Only from {@code loop}. */
    public static Promise<Tail> ask(StreamRecords records, LedgerClient ledgers, Loop loop, Duration patience) {
        TailQuery query = new TailQuery(records, ledgers, loop, patience);
        query.start();
        return query.answer;
    }

    private void start() {
        Futures.whenDone(records.read(deadline), loop, (record, failure) -> {
            if (record == null) {
                answer.completeExceptionally(failure == null ? new IllegalStateException() : failure);
            } else {
                lookInto(record, record.unended(), record.endOfEnded());
            }
        });
    }

    private void lookInto(StreamMetadata record, List<SegmentInfo> unended, long end) {
        if (unended.isEmpty()) {
            answer.complete(new Tail(record, end));
            return;
        }
        SegmentInfo segment = unended.get(0);
        Futures.whenDone(
                ledgers.open(segment.ledger(), OpenOptions.DEFAULT.withLoop(loop)), loop, (reader, failure) -> {
                    if (reader == null) {
                        again(failure);
                        return;
                    }
                    Futures.whenDone(reader.readLastAddConfirmed(), loop, (confirmed, unknown) -> {
                        if (confirmed == null) {
                            reader.close();
                            again(unknown);
                        } else if (confirmed < 0) {
                            reader.close();
                            answer.complete(new Tail(record, end));
                        } else {
                            readLast(record, unended, reader, confirmed);
                        }
                    });
                });
    }

    private void readLast(StreamMetadata record, List<SegmentInfo> unended, LedgerReader reader, long entry) {
        Futures.whenDone(reader.read(entry, entry), loop, (entries, failure) -> {
            reader.close();
            if (entries == null) {
                again(failure);
                return;
            }
            try (entries;
                    RecordBatch last =
                            RecordBatch.parse(entries.entries().get(0).payload().retainedSlice())) {
                BatchHeader header = last.header();
                lookInto(record, header.control() ? unended.subList(1, unended.size()) : List.of(), header.endOffset());
            } catch (StreamException refused) {
                answer.completeExceptionally(refused);
            }
        });
    }

    private void again(@Nullable Throwable failure) {
        if (deadline.expired(loop.clock())) {
            answer.completeExceptionally(new StreamException.Unavailable(
                    Outcome.NOT_APPLIED,
                    "the tail of a stream could not be found: "
                            + (failure == null ? "no answer" : failure.getMessage()),
                    failure));
        } else {
            loop.schedule(PAUSE_NANOS, this::start);
        }
    }
}
