package io.daybook.ledger;

/**
 * How a ledger is spread over bookies, fixed at creation (R5), and where that puts each entry (R11).
 *
 * @param ensemble bookies of a fragment
 * @param writeQuorum bookies each entry is sent to
 * @param ackQuorum bookies that must have it before it is acknowledged
 */
public record Replication(int ensemble, int writeQuorum, int ackQuorum) {

    /** Three bookies, three copies, two acknowledgements. */
    public static final Replication DEFAULT = new Replication(3, 3, 2);

    public Replication {
        if (ackQuorum < 1 || ackQuorum > writeQuorum || writeQuorum > ensemble) {
            throw new IllegalArgumentException("replication %d/%d/%d is not ensemble >= write quorum >= ack quorum >= 1"
                    .formatted(ensemble, writeQuorum, ackQuorum));
        }
    }

    /** The slot of the {@code i}-th copy of {@code entryId}, {@code i} from 0 to write quorum − 1. */
    public int slot(long entryId, int i) {
        return (int) Math.floorMod(entryId + i, (long) ensemble);
    }

    /** Whether {@code slot} holds a copy of {@code entryId}. */
    public boolean holds(int slot, long entryId) {
        return Math.floorMod(slot - entryId, (long) ensemble) < writeQuorum;
    }

    /**
     * Whether no ack quorum can be formed without a slot of {@code covered}, given as a bit set (R12): in each window of write-quorum
     * consecutive slots fewer than ack-quorum slots are outside it.
     */
    public boolean covers(long covered) {
        for (int start = 0; start < ensemble; start++) {
            int outside = 0;
            for (int i = 0; i < writeQuorum; i++) {
                if ((covered & 1L << (start + i) % ensemble) == 0) {
                    outside++;
                }
            }
            if (outside >= ackQuorum) {
                return false;
            }
        }
        return true;
    }

    /** Certain negatives that prove an entry was never acknowledged (R13). */
    public int absenceQuorum() {
        return writeQuorum - ackQuorum + 1;
    }

    /** Written {@code 3/3/2}. */
    @Override
    public String toString() {
        return ensemble + "/" + writeQuorum + "/" + ackQuorum;
    }

    /** Reads {@code 3/3/2}. */
    public static Replication parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length == 3) {
            try {
                return new Replication(
                        Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
            } catch (NumberFormatException notNumbers) {
                // reported below
            }
        }
        throw new IllegalArgumentException("'" + text + "' is not ensemble/write quorum/ack quorum, such as 3/3/2");
    }
}
