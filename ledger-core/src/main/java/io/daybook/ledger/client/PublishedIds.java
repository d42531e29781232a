package io.daybook.ledger.client;

import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/** How far a writer is, for any thread to see; its loop says so. One object: where a thousand writers take turns, each more is a look into memory. */
final class PublishedIds {
    private static final AtomicLongFieldUpdater<PublishedIds> CONFIRMED = updater("confirmed");
    private static final AtomicLongFieldUpdater<PublishedIds> ACCEPTED = updater("accepted");
    private static final AtomicLongFieldUpdater<PublishedIds> PUSHED = updater("pushed");
    private static final AtomicLongFieldUpdater<PublishedIds> LENGTH = updater("length");

    private volatile long confirmed = -1;
    private volatile long accepted = -1;
    private volatile long pushed = -1;
    private volatile long length;

    private static AtomicLongFieldUpdater<PublishedIds> updater(String field) {
        return AtomicLongFieldUpdater.newUpdater(PublishedIds.class, field);
    }

    /** Last add confirmed, −1 if none. */
    long confirmed() {
        return confirmed;
    }

    void confirmed(long entry) {
        if (confirmed != entry) {
            CONFIRMED.lazySet(this, entry);
        }
    }

    /** Highest id that was acknowledged, −1 if none. */
    long accepted() {
        return accepted;
    }

    void accepted(long entry) {
        if (accepted != entry) {
            ACCEPTED.lazySet(this, entry);
        }
    }

    /** Highest id that was handed to the bookies, −1 if none. */
    long pushed() {
        return pushed;
    }

    /** Payload bytes up to {@link #pushed}. */
    long length() {
        return length;
    }

    void pushed(long entry, long bytes) {
        if (pushed != entry) {
            PUSHED.lazySet(this, entry);
            LENGTH.lazySet(this, bytes);
        }
    }
}
