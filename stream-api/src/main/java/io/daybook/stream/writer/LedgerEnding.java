package io.daybook.stream.writer;

import io.daybook.base.error.Check;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.stream.segment.SegmentWriter;
import java.util.function.BooleanSupplier;

/**
 * Seals the ledger of a segment whose last entry was acknowledged. Where the writer's own close fails, recovery of the ledger gives the same end.
 * Belongs to the stream's loop.
 */
final class LedgerEnding {
    private static final long PAUSE_NANOS = 200_000_000;

    private final WriterEnvironment env;
    private final BooleanSupplier wanted;

    LedgerEnding(WriterEnvironment env, BooleanSupplier wanted) {
        this.env = env;
        this.wanted = wanted;
    }

    /** Completes when the ledger is closed; fails with Fenced or SealedByOther when another owner closed it, HandleClosed when no longer wanted. */
    Promise<Void> end(SegmentWriter segment) {
        Promise<Void> ended = env.loop().promise();
        if (segment.recovered()) {
            ended.complete(null);
            return ended;
        }
        Futures.whenDone(segment.ledger().close(), env.loop(), (LedgerMetadata closed, Throwable failure) -> {
            if (closed != null) {
                check(segment, closed.lastEntry());
                ended.complete(null);
            } else if (failure instanceof LedgerException.Fenced || failure instanceof LedgerException.SealedByOther) {
                ended.completeExceptionally(failure);
            } else {
                recover(segment, ended);
            }
        });
        return ended;
    }

    private void recover(SegmentWriter segment, Promise<Void> ended) {
        if (!wanted.getAsBoolean()) {
            ended.completeExceptionally(new LedgerException.HandleClosed(
                    LedgerException.Outcome.UNKNOWN, "the writer ended before its segment was closed"));
            return;
        }
        Futures.whenDone(
                env.ledgers().openAndRecover(segment.ledger().ledger(), env.openOptions()),
                env.loop(),
                (reader, failure) -> {
                    if (reader == null) {
                        env.loop().schedule(PAUSE_NANOS, () -> recover(segment, ended));
                        return;
                    }
                    long last = reader.lastAddConfirmed();
                    reader.close();
                    check(segment, last);
                    segment.markRecovered();
                    ended.complete(null);
                });
    }

    private static void check(SegmentWriter segment, long lastEntry) {
        Check.state(
                lastEntry == segment.ending().lastEntry(),
                "ledger %s was closed at entry %s, but entry %s ended the segment",
                segment.ledger().ledger(),
                lastEntry,
                segment.ending().lastEntry());
    }
}
