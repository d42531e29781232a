package io.daybook.stream;

import java.util.Iterator;
import java.util.List;

/**
 * What one {@link StreamReader#next} delivered: consecutive records, possibly none.
 *
 * @param records in offset order
 * @param endOfStream true when the stream is sealed and nothing will follow these records
 */
public record Records(List<ReadRecord> records, boolean endOfStream) implements Iterable<ReadRecord> {

    /** Nothing yet. */
    public static final Records NONE = new Records(List.of(), false);

    public Records {
        records = List.copyOf(records);
    }

    public boolean isEmpty() {
        return records.isEmpty();
    }

    public int size() {
        return records.size();
    }

    @Override
    public Iterator<ReadRecord> iterator() {
        return records.iterator();
    }
}
