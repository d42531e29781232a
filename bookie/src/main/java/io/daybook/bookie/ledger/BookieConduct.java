package io.daybook.bookie.ledger;

/** How a bookie behaves where it matters most. Others than {@link #SAFE} are made only by tests of this package, which plant bugs. */
public final class BookieConduct {
    /** As docs/protocol.md demands. */
    public static final BookieConduct SAFE = new BookieConduct(new SafeBookieRules());

    private final BookieRules rules;

    BookieConduct(BookieRules rules) {
        this.rules = rules;
    }

    BookieRules rules() {
        return rules;
    }

    /** Whether a start after a loss raises the incarnation, and fences and doubts what may be lost (R79). */
    public boolean doubtsAfterLoss() {
        return rules.doubtsAfterLoss();
    }
}
