package io.daybook.ledger.placement;

import io.daybook.base.error.Check;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.Replication;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The failure domains that the acknowledgements of an entry must come from, besides being an ack quorum (R43), for one list of bookies. Sets of slots are bits
 * of a long. Immutable; {@link #enough} makes no garbage.
 *
 * <p>A write set that lies in fewer domains than the minimum, as placement may have had to accept, needs acknowledgements from all of its domains and no more.
 */
public final class AckSpread {

    /** Any ack quorum will do. */
    public static final AckSpread ANY = new AckSpread(new long[0], new int[0], new long[0]);

    private final long[] domains; // slots of each
    private final int[] needed; // by the slot a write set begins at; none if all is well anyway
    private final long[] sets; // slots of the write set that begins at each slot

    private AckSpread(long[] domains, int[] needed, long[] sets) {
        this.domains = domains;
        this.needed = needed;
        this.sets = sets;
    }

    /**
     * The rule for a fragment on {@code members}.
     *
     * @param members at most 64
     * @param minimum domains that acknowledgements must come from; 1 is no rule
     */
    public static AckSpread of(
            Replication replication, List<BookieId> members, Topology topology, FailureDomain kind, int minimum) {
        Check.argument(members.size() <= Long.SIZE, "an ensemble of %s has too many slots", members.size());
        if (minimum <= 1) {
            return ANY;
        }
        Map<String, Long> byName = new TreeMap<>();
        for (int slot = 0; slot < members.size(); slot++) {
            byName.merge(topology.domain(members.get(slot), kind), 1L << slot, (a, b) -> a | b);
        }
        long[] domains = byName.values().stream().mapToLong(Long::longValue).toArray();
        int[] needed = new int[members.size()];
        long[] sets = new long[members.size()];
        for (int start = 0; start < needed.length; start++) {
            for (int i = 0; i < replication.writeQuorum(); i++) {
                sets[start] |= 1L << replication.slot(start, i);
            }
            needed[start] = Math.min(Math.min(minimum, replication.ackQuorum()), spanned(domains, sets[start]));
        }
        return new AckSpread(domains, needed, sets);
    }

    /** Whether {@code acked}, slots of the write set of {@code entryId}, lie in enough domains. */
    public boolean enough(long entryId, long acked) {
        return needed.length == 0 || spanned(domains, acked) >= needed[(int) (entryId % needed.length)];
    }

    /** Whether every entry could still get acknowledgements from enough domains if {@code failed} never answered. */
    public boolean possibleWithout(long failed) {
        for (int start = 0; start < needed.length; start++) {
            if (spanned(domains, sets[start] & ~failed) < needed[start]) {
                return false;
            }
        }
        return true;
    }

    private static int spanned(long[] domains, long slots) {
        int spanned = 0;
        for (long domain : domains) {
            if ((domain & slots) != 0) {
                spanned++;
            }
        }
        return spanned;
    }
}
