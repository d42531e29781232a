package io.daybook.ledger;

/** Where a ledger is in its life; the numbers are those of stock ledger metadata. */
public enum LedgerState {
    OPEN(1),
    IN_RECOVERY(2),
    CLOSED(3);

    private final int number;

    LedgerState(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
