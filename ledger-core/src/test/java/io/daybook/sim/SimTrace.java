package io.daybook.sim;

import java.util.ArrayList;
import java.util.List;

/** Everything that happened, folded into 64 bits, and the last events in clear. */
final class SimTrace {
    private static final int KEPT = 256; // a power of two, not less than the 200 that are shown

    private final long[] times = new long[KEPT];
    private final String[] actors = new String[KEPT];
    private final String[] whats = new String[KEPT];
    private final long[] firsts = new long[KEPT];
    private final long[] seconds = new long[KEPT];
    private long events;
    private long hash = 0x6A09E667F3BCC908L;

    void add(long time, String actor, String what, long first, long second) {
        int place = (int) events++ & (KEPT - 1);
        times[place] = time;
        actors[place] = actor;
        whats[place] = what;
        firsts[place] = first;
        seconds[place] = second;
        fold(time);
        fold(((long) actor.hashCode() << 32) ^ what.hashCode()); // a String's hash code is specified, so repeatable
        fold(first);
        fold(second);
    }

    private void fold(long value) {
        hash = Long.rotateLeft((hash ^ value) * 0x9E3779B97F4A7C15L, 29);
    }

    long hash() {
        return SimRandom.mix(hash);
    }

    long events() {
        return events;
    }

    /** The last {@code n} events, oldest first, one per line. */
    List<String> last(int n) {
        long from = Math.max(0, events - Math.min(n, KEPT));
        List<String> lines = new ArrayList<>();
        for (long i = from; i < events; i++) {
            int place = (int) i & (KEPT - 1);
            lines.add("%,15d ns  %-24s %-18s %d %d"
                    .formatted(times[place], actors[place], whats[place], firsts[place], seconds[place]));
        }
        return lines;
    }
}
