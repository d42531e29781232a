package io.daybook.ledger.placement;

import io.daybook.base.error.Check;
import io.daybook.ledger.BookieId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a policy chose, and why it passed over the rest.
 *
 * @param bookies chosen, distinct, in the order asked for; if there were not enough that fit, some of them
 * @param wanted how many were asked for
 * @param passedOver every other known bookie with the reason it was not eligible, in words
 * @param rule what made it impossible to find more although bookies were left, in words; empty if it was the number of bookies
 */
public record Choice(List<BookieId> bookies, int wanted, Map<BookieId, String> passedOver, String rule) {

    /** Bookies that a message names; of more it gives the number. */
    private static final int EXPLAINED_MAX = 12;

    public Choice {
        bookies = List.copyOf(bookies);
        passedOver = Collections.unmodifiableMap(new TreeMap<>(passedOver));
        Check.argument(new TreeSet<>(bookies).size() == bookies.size(), "%s names a bookie twice (RG-10)", bookies);
    }

    /** A choice that nothing but the number of bookies stood in the way of. */
    public Choice(List<BookieId> bookies, int wanted, Map<BookieId, String> passedOver) {
        this(bookies, wanted, passedOver, "");
    }

    /** Whether as many were found as were asked for. */
    public boolean complete() {
        return bookies.size() == wanted;
    }

    /** For messages: {@code found 1 of 3 (b2 is read-only, b4 was quarantined 3 s ago: no answer in time)}; of bounded length. */
    public String explained() {
        String reasons = passedOver.entrySet().stream()
                .limit(EXPLAINED_MAX)
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(", "));
        int more = passedOver.size() - EXPLAINED_MAX;
        return "found %d of %d%s (%s%s)"
                .formatted(
                        bookies.size(),
                        wanted,
                        rule.isEmpty() ? "" : ", since " + rule,
                        reasons.isEmpty() ? "no other bookie is registered" : reasons,
                        more > 0 ? ", and " + more + " more" : "");
    }
}
