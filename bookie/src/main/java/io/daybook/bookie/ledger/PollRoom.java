package io.daybook.bookie.ledger;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;

/** How many waits one loop may hold, and whose they are, so that they die with their connection. */
final class PollRoom {
    private final int parkedMax;
    private final Map<Object, LinkedHashSet<ParkedPolls.Poll>> byAsker = new LinkedHashMap<>();
    private int parked;

    PollRoom(int parkedMax) {
        this.parkedMax = parkedMax;
    }

    boolean enter(ParkedPolls.Poll poll) {
        if (parked >= parkedMax) {
            return false;
        }
        parked++;
        byAsker.computeIfAbsent(poll.asker, asker -> new LinkedHashSet<>()).add(poll);
        return true;
    }

    void leave(ParkedPolls.Poll poll) {
        LinkedHashSet<ParkedPolls.Poll> polls = byAsker.get(poll.asker);
        if (polls != null && polls.remove(poll)) {
            parked--;
            if (polls.isEmpty()) {
                byAsker.remove(poll.asker);
            }
        }
    }

    /** Forgets all waits of {@code asker}. */
    void abandon(Object asker) {
        LinkedHashSet<ParkedPolls.Poll> polls = byAsker.get(asker);
        if (polls != null) {
            for (ParkedPolls.Poll poll : new ArrayList<>(polls)) {
                leave(poll);
                poll.home.abandon(poll);
            }
        }
    }

    int parked() {
        return parked;
    }
}
