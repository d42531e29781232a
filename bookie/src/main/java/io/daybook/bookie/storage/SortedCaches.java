package io.daybook.bookie.storage;

import io.daybook.bookie.entrylog.EntryLogFormat;
import io.daybook.bookie.entrylog.EntryLogWriter;
import io.daybook.bookie.storage.WriteCache.CachedLedger;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A walk over frozen write caches by ledger: first what is known of the ledger, then its entries in order. Flush loop only.
 *
 * <p>Entries that came in order, with none of another ledger between them, stand side by side already: they are taken together.
 */
final class SortedCaches {
    /** Records brought into the processor's caches together. */
    private static final int TOUCHED = 16;

    private static final int TOUCHED_BYTES = 2048; // of a record: beyond, the processor has seen where it goes
    private static final int CACHE_LINE = 64;

    private final List<Source> sources = new ArrayList<>();

    private int at;
    private int ahead; // entries of the walk whose records were touched
    private long touched; // of no use but that the look at it cannot be left out
    private EntryTable.@Nullable Walk walk; // at the next entry; null while at the note of a ledger

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

    boolean isAtEnd() {
        return at >= sources.size();
    }

    /** Adds what comes next to a file: a note, or entries that stand side by side, as many as one block has room for. */
    void addTo(EntryLogWriter writer) {
        Source source = sources.get(at);
        EntryTable.Walk entries = walk;
        if (entries == null) {
            writer.add(source.ledger().note());
            entries = source.ledger().new Walk();
            ahead = 0;
            goOn(entries, entries.next());
        } else {
            goOn(entries, addEntries(source, entries, writer));
        }
    }

    /**
     * Looks at the next few records, which stand anywhere in memory, without anything else in between: so the processor fetches them together, and copies need not
     * wait for each by itself.
     */
    private void touch(Source source, EntryTable.Walk entries) {
        ahead = TOUCHED - 1;
        long sum = 0;
        for (int i = 0; i < TOUCHED; i++) {
            long place = entries.placeAhead(i);
            if (place >= 0) {
                ByteBuf chunk = source.cache().chunk(place);
                int start = WriteCache.index(place);
                int end = start + Math.min(EntryLogFormat.recordLength(chunk, start), TOUCHED_BYTES);
                for (int line = start; line < end; line += CACHE_LINE) {
                    sum += chunk.getByte(line);
                }
            }
        }
        touched += sum;
    }

    /** @return whether the walk is at a further entry */
    private boolean addEntries(Source source, EntryTable.Walk entries, EntryLogWriter writer) {
        long first = entries.place();
        if (ahead-- == 0) {
            touch(source, entries);
        }
        ByteBuf chunk = source.cache().chunk(first);
        int start = WriteCache.index(first);
        int bytes = EntryLogFormat.RECORD_HEADER_BYTES + EntryLogFormat.recordLength(chunk, start);
        int room = writer.begin(bytes);
        writer.addRecord(source.ledgerId(), entries.id(), bytes);
        boolean more = entries.next();
        while (more && entries.place() == first + bytes) {
            int record = EntryLogFormat.RECORD_HEADER_BYTES + EntryLogFormat.recordLength(chunk, start + bytes);
            if (bytes + record > room) {
                break;
            }
            writer.addRecord(source.ledgerId(), entries.id(), record);
            bytes += record;
            more = entries.next();
        }
        writer.copy(chunk, start);
        return more;
    }

    private void goOn(EntryTable.Walk entries, boolean more) {
        if (more) {
            walk = entries;
        } else {
            walk = null;
            at++;
        }
    }
}
