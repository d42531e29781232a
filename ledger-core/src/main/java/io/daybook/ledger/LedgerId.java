package io.daybook.ledger;

/**
 * Identifies a ledger for ever within a cluster (R3).
 *
 * @param value 0 or more
 */
public record LedgerId(long value) implements Comparable<LedgerId> {

    public LedgerId {
        if (value < 0) {
            throw new IllegalArgumentException("a ledger id is 0 or more, not " + value);
        }
    }

    @Override
    public int compareTo(LedgerId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
