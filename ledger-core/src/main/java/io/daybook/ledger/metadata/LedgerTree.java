package io.daybook.ledger.metadata;

import io.daybook.ledger.LedgerId;
import java.util.List;

/**
 * How the node of a ledger is named after its id; one choice per cluster, recorded in LAYOUT.
 *
 * <p>Ids are written in decimal with leading zeros and cut into groups; the last group carries an {@code L}. Format:
 * docs/formats/metadata.md.
 */
public enum LedgerTree {

    /** All ledgers in one node, ten digits. */
    FLAT("flat", "FlatLedgerManagerFactory") {
        @Override
        public String path(LedgerId ledger) {
            return "/L" + padded(ledger.value(), 10);
        }

        @Override
        boolean top(String name) {
            return false;
        }

        @Override
        List<Integer> shape(String top) {
            return List.of();
        }
    },

    /** Ten digits as 2/4/4. */
    LEGACY_HIERARCHICAL("legacyhierarchical", "LegacyHierarchicalLedgerManagerFactory") {
        @Override
        public String path(LedgerId ledger) {
            return shortPath(ledger);
        }

        @Override
        boolean top(String name) {
            return digits(name, 2);
        }

        @Override
        List<Integer> shape(String top) {
            return SHORT;
        }
    },

    /** The default: short form below 2^31 − 1, long form from there on. */
    HIERARCHICAL("hierarchical", "HierarchicalLedgerManagerFactory") {
        @Override
        public String path(LedgerId ledger) {
            return ledger.value() < Integer.MAX_VALUE ? shortPath(ledger) : longPath(ledger);
        }

        @Override
        boolean top(String name) {
            return digits(name, 2) || digits(name, 3);
        }

        @Override
        List<Integer> shape(String top) {
            return top.length() == 2 ? SHORT : LONG;
        }
    },

    /** Nineteen digits as 3/4/4/4/4. */
    LONG_HIERARCHICAL("longhierarchical", "LongHierarchicalLedgerManagerFactory") {
        @Override
        public String path(LedgerId ledger) {
            return longPath(ledger);
        }

        @Override
        boolean top(String name) {
            return digits(name, 3);
        }

        @Override
        List<Integer> shape(String top) {
            return LONG;
        }
    };

    /** Digits of the groups below the topmost one; the last is the ledger's own. */
    private static final List<Integer> SHORT = List.of(4, 4);

    private static final List<Integer> LONG = List.of(4, 4, 4, 4);
    private static final String STOCK_PACKAGE = "org.apache.bookkeeper.meta.";

    private final String uriName;
    private final String factoryName;

    LedgerTree(String uriName, String factoryName) {
        this.uriName = uriName;
        this.factoryName = factoryName;
    }

    /** The name in a metadata URI, after {@code zk+}. */
    public String uriName() {
        return uriName;
    }

    /** The class that stock BookKeeper names in LAYOUT for this choice. */
    public String factoryClass() {
        return STOCK_PACKAGE + factoryName;
    }

    /** The ledger's node below the ledgers root, starting with a slash. */
    public abstract String path(LedgerId ledger);

    /** Whether deleting a ledger also removes parents that became empty. */
    final boolean removesEmptyParents() {
        return this == HIERARCHICAL || this == LONG_HIERARCHICAL;
    }

    /** The ledger whose node below the ledgers root is {@code path}, or −1 if a ledger of this tree has no such node. */
    public final long ledgerAt(String path) {
        StringBuilder text = new StringBuilder();
        String[] names = path.split("/", -1);
        for (int i = 1; i < names.length; i++) {
            boolean last = i == names.length - 1;
            if (last && !names[i].startsWith("L")) {
                return -1;
            }
            text.append(last ? names[i].substring(1) : names[i]);
        }
        if (text.isEmpty() || text.length() > 19 || !digits(text, text.length())) {
            return -1;
        }
        long id;
        try {
            id = Long.parseLong(text, 0, text.length(), 10);
        } catch (NumberFormatException beyondALong) {
            return -1;
        }
        return path(new LedgerId(id)).equals(path) ? id : -1; // no second spelling of an id
    }

    /** Whether {@code name}, a child of the ledgers root, holds ledgers below it. */
    abstract boolean top(String name);

    /** Digits of each level below the parent {@code top}; the last level holds the ledgers. */
    abstract List<Integer> shape(String top);

    /** Whether {@code text} is {@code count} ASCII digits. */
    static boolean digits(CharSequence text, int count) {
        return text.length() == count && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static String shortPath(LedgerId ledger) {
        String digits = padded(ledger.value(), 10);
        if (digits.length() > 10) {
            throw new IllegalArgumentException("ledger " + ledger
                    + " has more than ten digits, the most that the legacy hierarchical layout can name");
        }
        return "/" + digits.substring(0, 2) + "/" + digits.substring(2, 6) + "/L" + digits.substring(6);
    }

    private static String longPath(LedgerId ledger) {
        String digits = padded(ledger.value(), 19);
        return "/" + digits.substring(0, 3) + "/" + digits.substring(3, 7) + "/" + digits.substring(7, 11) + "/"
                + digits.substring(11, 15) + "/L" + digits.substring(15);
    }

    private static String padded(long value, int width) {
        String digits = Long.toString(value);
        return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }
}
