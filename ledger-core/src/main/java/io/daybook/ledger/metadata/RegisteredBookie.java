package io.daybook.ledger.metadata;

import io.daybook.base.seam.HostPort;
import io.daybook.ledger.BookieId;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A bookie that is registered, and so said to be up.
 *
 * @param id its name in metadata
 * @param address where ledger clients connect; null if it published nothing usable
 * @param readOnly whether it takes no new ledgers
 * @param properties everything it published, by key
 */
public record RegisteredBookie(
        BookieId id, @Nullable HostPort address, boolean readOnly, SortedMap<String, String> properties) {

    public RegisteredBookie {
        properties = Collections.unmodifiableSortedMap(new TreeMap<>(properties));
    }

    static RegisteredBookie of(BookieId id, boolean readOnly, BookieServiceInfo info) {
        return new RegisteredBookie(id, info.address(), readOnly, info.properties());
    }

    /** What it can do beyond stock; empty for a stock bookie. */
    public Set<String> features() {
        return words(BookieServiceInfo.FEATURES);
    }

    /** Whether it can do {@code feature}. */
    public boolean can(String feature) {
        return features().contains(feature);
    }

    /** What it says about where it stands, for placement; none for a stock bookie. */
    public Labels labels() {
        return Labels.published(properties.getOrDefault(BookieServiceInfo.LABELS, ""));
    }

    private SortedSet<String> words(String property) {
        SortedSet<String> words = new TreeSet<>();
        for (String word : properties.getOrDefault(property, "").split(",", -1)) {
            if (!word.isBlank()) {
                words.add(word.strip());
            }
        }
        return words;
    }
}
