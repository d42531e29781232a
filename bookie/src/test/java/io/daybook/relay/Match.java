package io.daybook.relay;

import io.daybook.ledger.LedgerId;
import io.daybook.ledger.protocol.Operation;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Predicate;

/** Which frames a rule is about: {@code requests().of(ADD).ledger(id).entries(3, 5)}. Immutable. */
public final class Match {
    private final Predicate<Passing> test;

    private Match(Predicate<Passing> test) {
        this.test = test;
    }

    /** Every frame in either direction. */
    public static Match frames() {
        return new Match(passing -> true);
    }

    public static Match requests() {
        return going(Direction.TO_BOOKIE);
    }

    public static Match answers() {
        return going(Direction.TO_CLIENT);
    }

    public static Match going(Direction direction) {
        return new Match(passing -> passing.direction() == direction);
    }

    /** Of these operations; an answer counts as what was asked, a group of adds as an add. */
    public Match of(Operation first, Operation... more) {
        Set<Operation> wanted = EnumSet.of(first, more);
        if (wanted.contains(Operation.ADD)) {
            wanted.add(Operation.GROUP_ADD);
        }
        return and(passing -> passing.operation() != null && wanted.contains(passing.operation()));
    }

    public Match ledger(LedgerId ledger) {
        return and(passing -> passing.ledger() == ledger.value());
    }

    public Match entry(long entry) {
        return entries(entry, entry);
    }

    /** Any of the entries {@code first} to {@code last}, both included. */
    public Match entries(long first, long last) {
        return and(passing -> passing.entry() + passing.adds() > first && passing.entry() <= last);
    }

    /** Requests that fence, and their answers. */
    public Match fencing() {
        return and(Passing::fencing);
    }

    /** Recovery adds, and their answers. */
    public Match recovery() {
        return and(Passing::recovery);
    }

    /** All but recovery adds and what fences. */
    public Match normal() {
        return and(passing -> !passing.recovery() && !passing.fencing());
    }

    public Match and(Predicate<Passing> more) {
        return new Match(test.and(more));
    }

    boolean covers(Passing passing) {
        return test.test(passing);
    }
}
