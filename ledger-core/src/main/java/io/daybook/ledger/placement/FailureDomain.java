package io.daybook.ledger.placement;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.Labels;

/** What may fail as a whole, taking every bookie in it along. */
public enum FailureDomain {
    RACK {
        @Override
        String of(BookieId bookie, Labels labels) {
            String rack = labels.get(Labels.RACK);
            String zone = labels.get(Labels.ZONE);
            return rack.isEmpty() ? unknown(bookie) : zone.isEmpty() ? "rack " + rack : "rack " + zone + "/" + rack;
        }
    },
    ZONE {
        @Override
        String of(BookieId bookie, Labels labels) {
            String zone = labels.get(Labels.ZONE);
            return zone.isEmpty() ? unknown(bookie) : "zone " + zone;
        }
    };

    /**
     * The domain of {@code bookie} in words, such as {@code rack a/r1}. One that does not say where it stands is a domain of its own and never lumped
     * together with others (RG-23).
     */
    abstract String of(BookieId bookie, Labels labels);

    /** {@code racks} or {@code zones}. */
    String plural() {
        return this == RACK ? "racks" : "zones";
    }

    private static String unknown(BookieId bookie) {
        return "no known place but that of " + bookie; // cannot be confused with a label, which has no blanks
    }
}
