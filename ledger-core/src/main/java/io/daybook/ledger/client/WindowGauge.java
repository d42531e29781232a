package io.daybook.ledger.client;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How full a writer's window is, in entries and bytes, readable from any thread (R44): what other threads handed over and the loop has not
 * taken yet, and what is in flight.
 *
 * <p>One count holds both, so that an entry on its way from the one to the other is never counted twice: a window that has room for it refuses nobody.
 */
final class WindowGauge {
    private final long entriesMax;
    private final long bytesMax;
    private final AtomicLong entries = new AtomicLong(); // handed over or in flight
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong entriesHanded = new AtomicLong(); // the part that the loop has not taken yet
    private final AtomicLong bytesHanded = new AtomicLong();
    private volatile boolean shared; // set once
    private long entriesInFlight; // the other part; the loop only
    private long bytesInFlight;

    WindowGauge(long entriesMax, long bytesMax) {
        this.entriesMax = entriesMax;
        this.bytesMax = bytesMax;
    }

    /** Notes what is in flight; the loop only. */
    void publish(long entriesNow, long bytesNow) {
        count(entriesNow, bytesNow, 0, 0);
    }

    /** Notes what is in flight now that one of the entries that were handed over is taken; the loop only. */
    void taken(long bytesOfEntry, long entriesNow, long bytesNow) {
        count(entriesNow, bytesNow, 1, bytesOfEntry);
        bytesHanded.addAndGet(-bytesOfEntry);
        entriesHanded.decrementAndGet();
    }

    private void count(long entriesNow, long bytesNow, long entriesTaken, long bytesTaken) {
        long moreEntries = entriesNow - entriesInFlight - entriesTaken;
        long moreBytes = bytesNow - bytesInFlight - bytesTaken;
        entriesInFlight = entriesNow;
        bytesInFlight = bytesNow;
        if (moreBytes != 0) {
            bytes.addAndGet(moreBytes);
        }
        if (moreEntries != 0) {
            entries.addAndGet(moreEntries);
        }
    }

    /** Whether one more entry of {@code more} bytes may enter; one that is larger than the window may enter an empty one. */
    boolean admits(long more) {
        long all = entries.get();
        return all < entriesMax && (all == 0 || bytes.get() + more <= bytesMax);
    }

    /** Reserves room for an entry that is handed over; false, and nothing reserved, if there is none. Any thread. */
    boolean reserve(long more) {
        if (!shared) {
            shared = true;
        }
        entriesHanded.incrementAndGet();
        bytesHanded.addAndGet(more);
        long allBytes = bytes.addAndGet(more);
        long all = entries.incrementAndGet();
        if (all <= entriesMax && (all == 1 || allBytes <= bytesMax)) {
            return true;
        }
        release(more);
        return false;
    }

    /** Gives the reservation of an entry back that was not taken. */
    void release(long bytesOfEntry) {
        entries.decrementAndGet();
        bytes.addAndGet(-bytesOfEntry);
        bytesHanded.addAndGet(-bytesOfEntry);
        entriesHanded.decrementAndGet();
    }

    /** Whether other threads append, too: then the window may fill up at any moment. */
    boolean shared() {
        return shared;
    }

    /** Entries handed over and not yet taken by the loop. */
    long handed() {
        return entriesHanded.get();
    }

    /** Payload bytes of these. */
    long handedBytes() {
        return bytesHanded.get();
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
        return entries.get() <= entriesMax - Math.max(1, entriesMax / 8) && bytes.get() <= bytesMax - bytesMax / 8;
    }

    @Override
    public String toString() {
        return "%d of %d entries, %d of %d bytes".formatted(entries.get(), entriesMax, bytes.get(), bytesMax);
    }
}
