package io.daybook.ledger.client;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Carries items from any thread to one loop in the order they were put, with one wake-up however many are waiting. Bounded by its
 * users, who reserve room before they put.
 */
final class HandOver<T> {
    private final AtomicReference<@Nullable Link<T>> newest =
            new AtomicReference<>(); // the rest behind it, newest to oldest

    /** Adds an item; true if nobody has been woken for what is there: the caller must wake the loop. Any thread. */
    boolean put(T item) {
        Link<T> link = new Link<>(item);
        Link<T> before;
        do {
            before = newest.get();
            link.next = before;
        } while (!newest.compareAndSet(before, link));
        return before == null;
    }

    boolean isEmpty() {
        return newest.get() == null;
    }

    /** Takes all items; the oldest comes first in the chain, null if there are none. The loop only. */
    @Nullable
    Link<T> takeAll() {
        Link<T> link = newest.getAndSet(null);
        Link<T> oldestFirst = null;
        while (link != null) {
            Link<T> next = link.next;
            link.next = oldestFirst;
            oldestFirst = link;
            link = next;
        }
        return oldestFirst;
    }

    /** One item in a chain. */
    static final class Link<T> {
        final T item;
        private @Nullable Link<T> next;

        private Link(T item) {
            this.item = item;
        }

        @Nullable
        Link<T> next() {
            return next;
        }
    }
}
