package io.daybook.bookie.ledger;

import io.daybook.ledger.protocol.Status;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Requests that came while their ledger was being loaded, in order; bounded. */
final class Backlog {
    private static final int REQUESTS_MAX = 10_000;

    private final ArrayDeque<Waiting> requests = new ArrayDeque<>();

    void add(Runnable go, StatusAnswer refused) {
        if (requests.size() >= REQUESTS_MAX) {
            refused.done(Status.BUSY);
        } else {
            requests.add(new Waiting(go, refused));
        }
    }

    boolean isEmpty() {
        return requests.isEmpty();
    }

    /** Lets all go on, or refuses all with {@code broken}. */
    void settle(@Nullable Status broken) {
        for (Waiting each : requests) {
            if (broken == null) {
                each.go.run();
            } else {
                each.refused.done(broken);
            }
        }
    }

    private record Waiting(Runnable go, StatusAnswer refused) {}
}
