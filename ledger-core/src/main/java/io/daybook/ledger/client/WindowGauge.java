package io.daybook.ledger.client;

import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * How full a writer's window is, in entries and bytes, readable from any thread (R44): what other threads handed over and the loop has not
 * taken yet, and what is in flight.
 *
 * <p>One count holds both, so that an entry on its way from the one to the other is never counted twice: a window that has room for it refuses nobody.
 */
final class WindowGauge {
    // fields of the object itself: where a thousand writers take turns, each object more is a look into memory
    private static final AtomicLongFieldUpdater<WindowGauge> ENTRIES = updater("entries");
    private static final AtomicLongFieldUpdater<WindowGauge> BYTES = updater("bytes");
    private static final AtomicLongFieldUpdater<WindowGauge> ENTRIES_HANDED = updater("entriesHanded");
    private static final AtomicLongFieldUpdater<WindowGauge> BYTES_HANDED = updater("bytesHanded");

    private final long entriesMax;
    private final long bytesMax;
    private volatile long entries; // handed over or in flight
    private volatile long bytes;
    private volatile long entriesHanded; // the part that the loop has not taken yet
    private volatile long bytesHanded;
    private volatile boolean shared; // set once
    private long entriesInFlight; // the other part; the loop only
    private long bytesInFlight;

    WindowGauge(long entriesMax, long bytesMax) {
        this.entriesMax = entriesMax;
        this.bytesMax = bytesMax;
    }

    private static AtomicLongFieldUpdater<WindowGauge> updater(String field) {
        return AtomicLongFieldUpdater.newUpdater(WindowGauge.class, field);
    }

    /** Notes what is in flight; the loop only. */
    void publish(long entriesNow, long bytesNow) {
        count(entriesNow, bytesNow, 0, 0);
    }

    /** Notes what is in flight now that one of the entries that were handed over is taken; the loop only. */
    void taken(long bytesOfEntry, long entriesNow, long bytesNow) {
        count(entriesNow, bytesNow, 1, bytesOfEntry);
        BYTES_HANDED.addAndGet(this, -bytesOfEntry);
        ENTRIES_HANDED.decrementAndGet(this);
    }

    private void count(long entriesNow, long bytesNow, long entriesTaken, long bytesTaken) {
        long moreEntries = entriesNow - entriesInFlight - entriesTaken;
        long moreBytes = bytesNow - bytesInFlight - bytesTaken;
        entriesInFlight = entriesNow;
        bytesInFlight = bytesNow;
        if (moreBytes != 0) {
            BYTES.addAndGet(this, moreBytes);
        }
        if (moreEntries != 0) {
            ENTRIES.addAndGet(this, moreEntries);
        }
    }

    /** Whether one more entry of {@code more} bytes may enter; one that is larger than the window may enter an empty one. */
    boolean admits(long more) {
        long all = entries;
        return all < entriesMax && (all == 0 || bytes + more <= bytesMax);
    }

    /** Reserves room for an entry that is handed over; false, and nothing reserved, if there is none. Any thread. */
    boolean reserve(long more) {
        if (!shared) {
            shared = true;
        }
        ENTRIES_HANDED.incrementAndGet(this);
        BYTES_HANDED.addAndGet(this, more);
        long allBytes = BYTES.addAndGet(this, more);
        long all = ENTRIES.incrementAndGet(this);
        if (all <= entriesMax && (all == 1 || allBytes <= bytesMax)) {
            return true;
        }
        release(more);
        return false;
    }

    /** Gives the reservation of an entry back that was not taken. */
    void release(long bytesOfEntry) {
        ENTRIES.decrementAndGet(this);
        BYTES.addAndGet(this, -bytesOfEntry);
        BYTES_HANDED.addAndGet(this, -bytesOfEntry);
        ENTRIES_HANDED.decrementAndGet(this);
    }

    /** Whether other threads append, too: then the window may fill up at any moment. */
    boolean shared() {
        return shared;
    }

    /** Entries handed over and not yet taken by the loop. */
    long handed() {
        return entriesHanded;
    }

    /** Payload bytes of these. */
    long handedBytes() {
        return bytesHanded;
    }

    /** Whether what is in flight takes half of the window or more; the loop only. */
    boolean halfFull() {
        return entriesInFlight * 2 >= entriesMax || bytesInFlight * 2 >= bytesMax;
    }

    boolean full() {
        return !admits(0);
    }

    /** Whether there is room enough to let a caller that was refused go on: an eighth of the window. */
    boolean roomy() {
        return entries <= entriesMax - Math.max(1, entriesMax / 8) && bytes <= bytesMax - bytesMax / 8;
    }

    @Override
    public String toString() {
        return "%d of %d entries, %d of %d bytes".formatted(entries, entriesMax, bytes, bytesMax);
    }
}
