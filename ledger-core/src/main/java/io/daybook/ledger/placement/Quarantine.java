package io.daybook.ledger.placement;

import io.daybook.base.time.Clock;
import io.daybook.ledger.BookieId;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Bookies that failed lately and are given no new fragments for a while (R46). Belongs to one loop; at most {@link #MEMBERS_MAX}, of which the one whose time is
 * over soonest makes room. A bookie leaves by itself when its time is over; one that fails again soon after stays twice as long as the last time, up to a
 * bound.
 */
public final class Quarantine {
    static final int MEMBERS_MAX = 1024;
    private static final int REASON_MAX = 200; // characters

    private final Clock clock;
    private final long stayNanos;
    private final long longestNanos;
    private final Map<BookieId, Stay> members = new TreeMap<>();

    /** Every stay takes {@code stay}; zero for none at all. */
    public Quarantine(Clock clock, Duration stay) {
        this(clock, stay, stay);
    }

    /** The first stay takes {@code stay}, later ones of a bookie that fails again and again up to {@code longest}. */
    public Quarantine(Clock clock, Duration stay, Duration longest) {
        this.clock = clock;
        this.stayNanos = stay.toNanos();
        this.longestNanos = longest.toNanos();
    }

    /** Admits {@code bookie}, or begins its time again; {@code why} is shown to whoever asks why it was not chosen. */
    public void admit(BookieId bookie, String why) {
        long now = clock.nanos();
        members.values().removeIf(its -> its.forgotten(now));
        Stay last = members.get(bookie);
        long stay = last == null ? stayNanos : last.over(now) ? Math.min(2 * last.nanos(), longestNanos) : last.nanos();
        if (last == null && members.size() >= MEMBERS_MAX) {
            leaveFirst(now);
        }
        String reason = why.length() <= REASON_MAX ? why : why.substring(0, REASON_MAX) + "…";
        members.put(bookie, new Stay(now, stay, reason));
    }

    /** Whether {@code bookie} is in quarantine now. */
    public boolean holds(BookieId bookie) {
        Stay its = members.get(bookie);
        return its != null && !its.over(clock.nanos());
    }

    /** Members of this moment with the reason in words, as {@link PlacementPolicy} takes them; a new map. */
    public Map<BookieId, String> reasons() {
        long now = clock.nanos();
        members.values().removeIf(its -> its.forgotten(now));
        Map<BookieId, String> reasons = new TreeMap<>();
        members.forEach((bookie, its) -> {
            if (!its.over(now)) {
                reasons.put(
                        bookie,
                        "was quarantined %d s ago (%s)"
                                .formatted(TimeUnit.NANOSECONDS.toSeconds(now - its.since()), its.why()));
            }
        });
        return reasons;
    }

    private void leaveFirst(long now) {
        BookieId first = null;
        long least = Long.MAX_VALUE;
        for (Map.Entry<BookieId, Stay> member : members.entrySet()) {
            long left = member.getValue().since() + member.getValue().nanos() - now;
            if (first == null || left < least) {
                first = member.getKey();
                least = left;
            }
        }
        members.keySet().remove(first);
    }

    /** One stay; remembered for as long again as it took, so that a repetition is known as one. */
    private record Stay(long since, long nanos, String why) {
        boolean over(long now) {
            return now - since >= nanos;
        }

        boolean forgotten(long now) {
            return now - since >= 2 * nanos;
        }
    }
}
