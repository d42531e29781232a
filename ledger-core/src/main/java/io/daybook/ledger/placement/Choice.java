package io.daybook.ledger.placement;

import io.daybook.ledger.BookieId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a policy chose, and why it passed over the rest.
 *
 * @param bookies chosen, distinct, in slot order; fewer than asked for if there are no more
 * @param wanted how many were asked for
 * @param passedOver every other known bookie with the reason it was not eligible, in words
 */
public record Choice(List<BookieId> bookies, int wanted, Map<BookieId, String> passedOver) {

    public Choice {
        bookies = List.copyOf(bookies);
        passedOver = Collections.unmodifiableMap(new TreeMap<>(passedOver));
    }

    /** Whether as many were found as were asked for. */
    public boolean complete() {
        return bookies.size() == wanted;
    }

    /** For messages: {@code found 1 of 3 (b2 is read-only, b4 is quarantined: connection refused)}. */
    public String explained() {
        String reasons = passedOver.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(", "));
        return "found %d of %d (%s)"
                .formatted(bookies.size(), wanted, reasons.isEmpty() ? "no other bookie is registered" : reasons);
    }
}
