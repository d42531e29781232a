package io.daybook.ledger.placement;

import io.daybook.base.time.Clock;
import io.daybook.base.time.Deadline;
import io.daybook.ledger.BookieId;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * Bookies that failed lately and are given no new fragments for a while (R46). Belongs to one loop; at most as many members as there
 * are bookies. A bookie leaves by itself when its time is over.
 */
public final class Quarantine {
    private final Clock clock;
    private final Duration stay;
    private final Map<BookieId, Stay> members = new TreeMap<>();

    public Quarantine(Clock clock, Duration stay) {
        this.clock = clock;
        this.stay = stay;
    }

    /** Admits {@code bookie}, or begins its time again; {@code why} is shown to whoever asks why it was not chosen. */
    public void admit(BookieId bookie, String why) {
        members.put(bookie, new Stay(Deadline.after(clock, stay), why));
    }

    /** Whether {@code bookie} is in quarantine now. */
    public boolean holds(BookieId bookie) {
        Stay its = members.get(bookie);
        return its != null && !its.until().expired(clock);
    }

    /** Members of this moment with the reason in words, as {@link PlacementPolicy} takes them; a new map. */
    public Map<BookieId, String> reasons() {
        members.values().removeIf(its -> its.until().expired(clock));
        Map<BookieId, String> reasons = new TreeMap<>();
        members.forEach((bookie, its) -> reasons.put(bookie, "is quarantined (" + its.why() + ")"));
        return reasons;
    }

    private record Stay(Deadline until, String why) {}
}
