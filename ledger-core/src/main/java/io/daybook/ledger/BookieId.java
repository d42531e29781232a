package io.daybook.ledger;

/**
 * The name of a bookie in metadata, stable when its address changes (R2).
 *
 * @param value one or more of the characters stock BookKeeper allows, and not {@code readonly}
 */
public record BookieId(String value) implements Comparable<BookieId> {

    public BookieId {
        if (!valid(value)) {
            throw new IllegalArgumentException("'" + value
                    + "' is not a bookie id: use letters, digits, '-', '_', '.' and ':', and not the word readonly");
        }
    }

    /** Whether {@code text} may be a bookie id. */
    public static boolean valid(String text) {
        if (text.isEmpty() || text.equalsIgnoreCase("readonly")) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean ok = c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || c == '-'
                    || c == '.'
                    || c >= ':' && c <= '_';
            if (!ok) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(BookieId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
