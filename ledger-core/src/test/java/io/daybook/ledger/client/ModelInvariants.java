package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.EntryHeader;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What must hold in a {@link ModelWorld} once its ledger is closed. */
final class ModelInvariants {
    private ModelInvariants() {}

    /** What does not hold, or null. */
    static @Nullable String violated(ModelWorld world) {
        LedgerMetadata record = world.record().now();
        if (!record.closed()) {
            return null;
        }
        long last = record.lastEntry();
        if (world.writer().acknowledged() > last) {
            return "entry %s was acknowledged, the ledger ends at %s (I1)"
                    .formatted(world.writer().acknowledged(), last);
        }
        Replication replication = record.replication();
        for (long entry = 0; entry <= last; entry++) {
            Fragment fragment = record.fragmentOf(entry);
            int copies = 0;
            for (int i = 0; i < replication.writeQuorum(); i++) {
                BookieId listed = fragment.bookies().get(replication.slot(entry, i));
                byte[] copy = world.bookie(listed).entries.get(entry);
                copies += copy == null ? 0 : 1;
                if (copy != null && !sameContent(copy, world.writer().sent(entry))) {
                    return "entry %s is not what the writer sent on %s (I2)".formatted(entry, listed);
                }
            }
            if (copies < replication.ackQuorum()) {
                return "entry %s is on %s listed bookies at the close (I5)".formatted(entry, copies);
            }
        }
        for (ModelBookie bookie : world.bookies().values()) {
            for (byte[] copy : bookie.entries.values()) {
                if (EntryHeader.lastAddConfirmed(Unpooled.wrappedBuffer(copy)) > last) {
                    return "a bookie knows a confirmed id beyond the end, %s (I6)".formatted(last);
                }
            }
        }
        return record.length() == ModelWriter.PAYLOAD * (last + 1)
                ? null
                : "the length is %s for %s entries".formatted(record.length(), last + 1);
    }

    /** Payload and length; the confirmed id may differ. */
    private static boolean sameContent(byte[] one, byte[] other) {
        return Arrays.equals(one, 0, 16, other, 0, 16) && Arrays.equals(one, 24, one.length, other, 24, other.length);
    }
}
