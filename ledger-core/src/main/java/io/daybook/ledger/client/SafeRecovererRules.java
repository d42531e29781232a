package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules of a recovery as they must be. Not final, so that tests can break one and keep the rest. */
class SafeRecovererRules implements RecovererRules {
    static final RecovererRules INSTANCE = new SafeRecovererRules();

    @Override
    public boolean covers(Replication replication, long fenced) {
        return replication.covers(fenced);
    }

    @Override
    public Evidence withoutCopy(Status status) {
        return Evidence.withoutCopy(status);
    }

    @Override
    public long start(long bestConfirmed, long firstOfLastFragment) {
        return Math.max(bestConfirmed, firstOfLastFragment - 1); // earlier fragments are sealed (I14)
    }

    @Override
    public BookieId readFrom(Fragment snapshot, Ensemble now, int slot) {
        return snapshot.bookies().get(slot); // always: who stepped in never got what the writer sent (X10)
    }

    @Override
    public boolean readsFence() {
        return true; // a bookie that the first round missed must not take the entry after its no (X6)
    }

    @Override
    public boolean certainlyAbsent(Replication replication, int negatives) {
        return negatives >= replication.absenceQuorum();
    }

    @Override
    public long acknowledgedByReading(long foundAt) {
        return 0; // what was read may not be on disk (X13)
    }

    @Override
    public ByteBuf writtenBack(ByteBuf copy, long finished, EntryDigest digest) {
        return copy.retainedDuplicate(); // the very bytes that were read (X14)
    }

    @Override
    public @Nullable LedgerMetadata publishedEarly(LedgerMetadata record, Map<Long, List<BookieId>> local) {
        return null; // the next recoverer would read from bookies that lack what was never written back (X10)
    }

    @Override
    public boolean mayClose(long finished, long end) {
        return finished == end;
    }

    @Override
    public boolean sealsBlindly(LedgerMetadata found) {
        return false; // there may be another end already, which others have adopted (I11)
    }

    @Override
    public boolean mayCloseAgain(Fragment snapshot, LedgerMetadata found) {
        return found.lastFragment().equals(snapshot); // then only a sealed fragment was repaired
    }
}
