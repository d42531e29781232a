package io.daybook.ledger.client;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How full a writer's window is, in entries and bytes, readable from any thread (R44). The loop publishes what is in flight without
 * fences of its own; other threads reserve room for what they hand over.
 */
final class WindowGauge {
    private final long entriesMax;
    private final long bytesMax;
    private final AtomicLong entriesInFlight = new AtomicLong(); // written by the loop only
    private final AtomicLong bytesInFlight = new AtomicLong(); // written by the loop only
    private final AtomicLong entriesHanded = new AtomicLong(); // reserved by other threads, not taken over yet
    private final AtomicLong bytesHanded = new AtomicLong();

    WindowGauge(long entriesMax, long bytesMax) {
        this.entriesMax = entriesMax;
        this.bytesMax = bytesMax;
    }

    /** Notes what is in flight; the loop only. */
    void publish(long entries, long bytes) {
        entriesInFlight.setRelease(entries);
        bytesInFlight.setRelease(bytes);
    }

    /** Whether one more entry of {@code bytes} may enter; one that is larger than the window may enter an empty one. */
    boolean admits(long bytes) {
        long entries = entriesInFlight.getAcquire() + entriesHanded.get();
        return entries < entriesMax
                && (entries == 0 || bytesInFlight.getAcquire() + bytesHanded.get() + bytes <= bytesMax);
    }

    /** Reserves room for an entry that is handed over; false, and nothing reserved, if there is none. Any thread. */
    boolean reserve(long bytes) {
        entriesHanded.incrementAndGet();
        bytesHanded.addAndGet(bytes);
        long entries = entriesInFlight.getAcquire() + entriesHanded.get();
        if (entries <= entriesMax && (entries == 1 || bytesInFlight.getAcquire() + bytesHanded.get() <= bytesMax)) {
            return true;
        }
        release(bytes);
        return false;
    }

    /** Gives a reservation back, after its entry was published as in flight or refused. */
    void release(long bytes) {
        bytesHanded.addAndGet(-bytes);
        entriesHanded.decrementAndGet();
    }

    /** Entries handed over and not yet taken by the loop. */
    long handed() {
        return entriesHanded.get();
    }

    /** Payload bytes of these. */
    long handedBytes() {
        return bytesHanded.get();
    }

    /** Whether what is in flight takes half of the window or more. */
    boolean halfFull() {
        return entriesInFlight.getAcquire() * 2 >= entriesMax || bytesInFlight.getAcquire() * 2 >= bytesMax;
    }

    boolean full() {
        return !admits(0);
    }

    /** Whether there is room enough to let a caller that was refused go on: an eighth of the window. */
    boolean roomy() {
        return entriesInFlight.getAcquire() + entriesHanded.get() <= entriesMax - Math.max(1, entriesMax / 8)
                && bytesInFlight.getAcquire() + bytesHanded.get() <= bytesMax - bytesMax / 8;
    }

    @Override
    public String toString() {
        return "%d of %d entries, %d of %d bytes"
                .formatted(
                        entriesInFlight.get() + entriesHanded.get(),
                        entriesMax,
                        bytesInFlight.get() + bytesHanded.get(),
                        bytesMax);
    }
}
