package io.daybook.ledger;

import io.daybook.base.exec.Loop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Reads one ledger. Safe from any thread; futures complete on {@link #loop()}.
 */
public interface LedgerReader extends AutoCloseable {

    LedgerId ledger();

    /** The newest record this reader knows. */
    LedgerMetadata metadata();

    Loop loop();

    /** Highest id known to be confirmed; the last entry once closed; −1 if none. Never decreases (R60). */
    long lastAddConfirmed();

    /** True once the ledger is known to be closed: its end is final. */
    boolean closed();

    /** Asks the bookies for the last confirmed id, from enough of them to miss no acknowledged close (R63). */
    CompletableFuture<Long> readLastAddConfirmed();

    /**
     * As {@link #readLastAddConfirmed}, but content with the first answer above what is known, else the highest that came: quicker, a lower bound as well
     * (R63). Fails with ReadFailed if no bookie answers.
     */
    default CompletableFuture<Long> peekLastAddConfirmed() {
        return readLastAddConfirmed(); // which is such a bound
    }

    /**
     * Entries {@code first} to {@code last}, all of them, at or below {@link #lastAddConfirmed()}. Fails with NoSuchEntry above it,
     * ReadFailed (retry), DataLost or Corrupt.
     */
    CompletableFuture<LedgerEntries> read(long first, long last);

    /** One or more consecutive entries from {@code first}, up to {@code countMax} and about {@code bytesMax}, at or below the last confirmed one. */
    CompletableFuture<LedgerEntries> readBatch(long first, int countMax, long bytesMax);

    /** As {@link #read}, but past the last confirmed id: what is there may vanish (R63c). */
    CompletableFuture<LedgerEntries> readUnconfirmed(long first, long last);

    /**
     * Waits until {@code entry} is confirmed, the ledger is closed, or {@code timeout} has passed; brings the entry along when that
     * costs nothing. Holds no thread anywhere.
     */
    CompletableFuture<Poll> poll(long entry, Duration timeout);

    /** For a ledger that was opened by recovery here: the decisions that sealed it, oldest first, one per line (R98); else empty. */
    default String decisions() {
        return "";
    }

    /** Gives up the handle; calls in flight fail. */
    @Override
    void close();

    /**
     * What a poll learned.
     *
     * @param lastAddConfirmed highest confirmed id
     * @param closed whether the ledger is closed
     * @param entry the entry that was waited for, if it came along; the receiver closes it
     */
    record Poll(
            long lastAddConfirmed, boolean closed, @Nullable LedgerEntry entry) {}
}
