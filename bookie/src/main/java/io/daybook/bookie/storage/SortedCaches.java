package io.daybook.bookie.storage;

import io.daybook.bookie.entrylog.EntryLogWriter;
import io.daybook.bookie.storage.WriteCache.CachedLedger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A walk over frozen write caches by ledger: first what is known of the ledger, then its entries in order. Flush loop only. */
final class SortedCaches {
    private final List<Source> sources = new ArrayList<>();

    private int at = -1;
    private EntryTable.@Nullable Walk walk; // null while at the note of a ledger

    private record Source(long ledgerId, WriteCache cache, CachedLedger ledger) {}

    SortedCaches(List<WriteCache> caches) {
        for (WriteCache cache : caches) {
            for (long ledgerId : cache.ledgerIds()) {
                CachedLedger ledger = cache.find(ledgerId);
                if (ledger != null) {
                    sources.add(new Source(ledgerId, cache, ledger));
                }
            }
        }
        sources.sort(Comparator.comparingLong(Source::ledgerId));
    }

    /** Goes on to the next record; false at the end. */
    boolean next() {
        if (at < 0) {
            at = 0;
            return !isAtEnd();
        }
        if (walk == null) {
            walk = sources.get(at).ledger().entries().new Walk();
        }
        if (walk.next()) {
            return true;
        }
        walk = null;
        at++;
        return !isAtEnd();
    }

    boolean isAtEnd() {
        return at >= sources.size();
    }

    /** Adds the record to a file. */
    void addTo(EntryLogWriter writer) {
        Source source = sources.get(at);
        if (walk == null) {
            writer.add(source.ledger().note());
        } else {
            long place = walk.place();
            writer.add(
                    source.ledgerId(),
                    walk.id(),
                    source.cache().chunk(place),
                    source.cache().index(place),
                    source.cache().length(place));
        }
    }
}
