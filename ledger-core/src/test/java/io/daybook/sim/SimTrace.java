package io.daybook.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything that happened, folded into 64 bits, and the last events in clear. */
final class SimTrace {
    private static final int KEPT = 256; // powers of two
    private static final int KEPT_MORE = 65_536;

    private int kept = KEPT;

    private long[] times = new long[KEPT];
    private String[] actors = new String[KEPT];
    private String[] whats = new String[KEPT];
    private long[] firsts = new long[KEPT];
    private long[] seconds = new long[KEPT];
    private long events;
    private long hash = 0x6A09E667F3BCC908L;

    void add(long time, String actor, String what, long first, long second) {
        int place = (int) events++ & (kept - 1);
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

    /** Keeps more events; before the first of them. */
    void keepMore() {
        kept = KEPT_MORE;
        times = Arrays.copyOf(times, kept);
        actors = Arrays.copyOf(actors, kept);
        whats = Arrays.copyOf(whats, kept);
        firsts = Arrays.copyOf(firsts, kept);
        seconds = Arrays.copyOf(seconds, kept);
    }

    /** The last {@code n} events of each actor, as far as they are kept, oldest first, one per line. */
    List<String> last(int n) {
        Map<String, int[]> left = new LinkedHashMap<>();
        List<String> lines = new ArrayList<>();
        for (long i = events - 1; i >= Math.max(0, events - kept); i--) {
            int place = (int) i & (kept - 1);
            if (left.computeIfAbsent(actors[place], first -> new int[] {n})[0]-- > 0) {
                lines.add("%,15d ns  %-24s %-18s %d %d"
                        .formatted(times[place], actors[place], whats[place], firsts[place], seconds[place]));
            }
        }
        Collections.reverse(lines);
        return lines;
    }
}
