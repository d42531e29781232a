package io.daybook.stream.writer;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.OpenOptions;
import io.daybook.stream.StreamException;
import io.daybook.stream.metadata.SegmentEnding;
import io.daybook.stream.metadata.SegmentInfo;
import io.daybook.stream.metadata.StreamMetadata;
import io.daybook.stream.record.BatchHeader;
import io.daybook.stream.record.ControlRecord;
import io.daybook.stream.record.RecordBatch;
import io.daybook.stream.record.TailState;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Decides where one segment ends, from its ledger alone, and checks that it is the segment the record says. Belongs to the stream's loop. */
final class SegmentRecovery {
    private final LedgerClient ledgers;
    private final OpenOptions options;
    private final Loop loop;
    private final StreamMetadata record;

    SegmentRecovery(LedgerClient ledgers, OpenOptions options, Loop loop, StreamMetadata record) {
        this.ledgers = ledgers;
        this.options = options;
        this.loop = loop;
        this.record = record;
    }

    /**
     * What was found in a segment.
     *
     * @param ending how it ended
     * @param last state after its last batch, or null if it has none
     * @param sealedOffset where the stream ends for good, or −1
     */
    record Found(SegmentEnding ending, @Nullable TailState last, long sealedOffset) {}

    /** Fences and closes the ledger of {@code segment}, which must start at {@code start}. */
    Promise<Found> recover(SegmentInfo segment, long start) {
        Promise<Found> found = loop.promise();
        Futures.whenDone(ledgers.openAndRecover(segment.ledger(), options), loop, (reader, failure) -> {
            if (reader == null) {
                found.completeExceptionally(unlessGone(segment, failure));
                return;
            }
            long last = reader.lastAddConfirmed();
            if (last < 0) {
                reader.close();
                found.complete(
                        new Found(new SegmentEnding(segment.seq(), start, start, -1, 0, 0, 0, 0, true), null, -1));
                return;
            }
            long length = reader.metadata().length();
            Futures.whenDone(bothEnds(reader, last), loop, (ends, unread) -> {
                reader.close();
                if (ends == null) {
                    found.completeExceptionally(unlessGone(segment, unread));
                    return;
                }
                try (ends) {
                    found.complete(examine(segment, start, last, length, ends));
                } catch (StreamException refused) {
                    found.completeExceptionally(refused);
                }
            });
        });
        return found;
    }

    /** State after the last segment that has ended already, or the initial one. */
    Promise<TailState> tailOfEnded() {
        Promise<TailState> tail = loop.promise();
        SegmentInfo last = null;
        for (SegmentInfo segment : record.segments()) {
            last = segment.ended() ? segment : last;
        }
        if (last == null || last.state() != SegmentInfo.State.CLOSED || last.lastEntry() < 0) {
            TailState known = record.tail();
            tail.complete(new TailState(record.endOfEnded(), known.timestamp(), known.txid(), known.fence()));
            return tail;
        }
        SegmentInfo segment = last;
        Futures.whenDone(ledgers.open(segment.ledger(), options), loop, (reader, failure) -> {
            if (reader == null) {
                tail.completeExceptionally(unlessGone(segment, failure));
                return;
            }
            Futures.whenDone(
                    reader.readUnconfirmed(segment.lastEntry(), segment.lastEntry()), loop, (entries, unread) -> {
                        reader.close();
                        if (entries == null) {
                            tail.completeExceptionally(unlessGone(segment, unread));
                            return;
                        }
                        try (entries;
                                RecordBatch batch = batch(entries, 0)) {
                            require(
                                    segment,
                                    batch.header().endOffset() == segment.endOffset(),
                                    "its last batch ends at %d"
                                            .formatted(batch.header().endOffset()));
                            tail.complete(TailState.after(batch.header()));
                        } catch (StreamException refused) {
                            tail.completeExceptionally(refused);
                        }
                    });
        });
        return tail;
    }

    private CompletableFuture<LedgerEntries> bothEnds(LedgerReader reader, long last) {
        CompletableFuture<LedgerEntries> first = reader.read(0, 0);
        return last == 0
                ? first
                : first.thenCompose(head -> reader.read(last, last).handle((tail, failure) -> {
                    if (failure != null) {
                        head.close();
                        throw new java.util.concurrent.CompletionException(Futures.cause(failure));
                    }
                    return new LedgerEntries(java.util.List.of(
                            head.entries().get(0), tail.entries().get(0)));
                }));
    }

    private Found examine(SegmentInfo segment, long start, long lastEntry, long length, LedgerEntries ends) {
        long startTimestamp;
        try (RecordBatch first = batch(ends, 0)) {
            ControlRecord opening = first.control();
            require(
                    segment,
                    opening instanceof ControlRecord.SegmentStart s
                            && s.streamId() == record.id().value()
                            && s.seq() == segment.seq()
                            && s.from().nextOffset() == start,
                    "its first entry is not the start of this segment at offset " + start);
            startTimestamp = first.header().timestamp();
        }
        try (RecordBatch last = batch(ends, ends.size() - 1)) {
            BatchHeader header = last.header();
            require(
                    segment,
                    header.streamId() == record.id().value()
                            && header.seq() == segment.seq()
                            && header.endOffset() >= start,
                    "its last entry belongs elsewhere: " + last);
            long sealedOffset = -1;
            if (header.control()) {
                ControlRecord control = last.control();
                if (control instanceof ControlRecord.Unknown unknown) {
                    throw new StreamException.Unsupported(
                            "%s of stream %s ends with a control batch of type %d; recover it with a newer version"
                                    .formatted(segment, record.name(), unknown.type()),
                            null);
                }
                sealedOffset = control instanceof ControlRecord.Seal seal ? seal.sealedOffset() : -1;
            }
            TailState state = TailState.after(header);
            SegmentEnding ending = new SegmentEnding(
                    segment.seq(),
                    start,
                    state.nextOffset(),
                    lastEntry,
                    length,
                    startTimestamp,
                    state.timestamp(),
                    state.txid(),
                    true);
            return new Found(ending, state, sealedOffset);
        }
    }

    private static RecordBatch batch(LedgerEntries entries, int index) {
        return RecordBatch.parse(entries.entries().get(index).payload().retainedSlice());
    }

    private void require(SegmentInfo segment, boolean ok, String what) {
        if (!ok) {
            throw new StreamException.Corrupt(
                    "%s of stream %s is damaged: %s".formatted(segment, record.name(), what), null);
        }
    }

    private Throwable unlessGone(SegmentInfo segment, @Nullable Throwable failure) {
        if (failure instanceof LedgerException.NoSuchLedger || failure instanceof LedgerException.DataLost) {
            return new StreamException.DataLost(
                    "%s of stream %s cannot be recovered: %s".formatted(segment, record.name(), failure.getMessage()));
        }
        return failure == null ? new IllegalStateException("no answer") : failure;
    }
}
