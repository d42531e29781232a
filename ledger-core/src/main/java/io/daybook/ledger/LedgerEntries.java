package io.daybook.ledger;

import java.util.Iterator;
import java.util.List;

/** Consecutive entries of a read, in id order. Owns them: {@link #close()} releases all. */
public record LedgerEntries(List<LedgerEntry> entries) implements Iterable<LedgerEntry>, AutoCloseable {

    public LedgerEntries {
        entries = List.copyOf(entries);
    }

    public int size() {
        return entries.size();
    }

    @Override
    public Iterator<LedgerEntry> iterator() {
        return entries.iterator();
    }

    @Override
    public void close() {
        entries.forEach(LedgerEntry::close);
    }
}
