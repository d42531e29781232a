package io.daybook.ledger.placement;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds a domain for each free slot of an ensemble so that every write set spans as many domains as it can: the smallest number over the write sets that a
 * free slot belongs to is made as large as possible, where a write set that cannot span so many for itself counts as content with all it can.
 *
 * <p>A search with backtracking, most promising domain first. Its work is bounded by {@link #STEPS_MAX} (RG-21); within that it is exact, beyond it may settle
 * for less than the best. Domains are numbers from 0.
 */
final class SpreadSearch {
    /** Domains tried at slots, in one choice; a few milliseconds at worst. */
    static final int STEPS_MAX = 300_000;

    /** Domains that a search takes, beside those that are in use already. */
    static final int DOMAINS_MAX = 128;

    private static final int FREE = -1;

    private final int slots;
    private final int width; // slots of a write set
    private final int sets; // write sets: one if every slot belongs to all, else one for each slot to begin at
    private final int[] rank; // by domain: which is preferred when nothing else tells
    private final int[] room; // by domain: bookies that are left
    private final int[] used; // by domain: slots given to it
    private final int[] placed; // by slot
    private final int[] distinct; // by write set: domains in it
    private final int[] open; // by write set: free slots in it
    private final int[] cap; // by write set: domains it could span for itself; 0 if it has no free slot
    private final int[] need; // by write set, in the present attempt
    private final int[][] members; // by write set and domain: its slots there
    private final long reachable; // domains of all write sets added up, at most
    private int stepsLeft = STEPS_MAX;
    private int attemptEnd; // what must be left when the present attempt gives up
    private boolean roomFirst;

    /**
     * @param width slots of a write set, at most as many as {@code fixed} has
     * @param fixed domain of each slot, −1 for a free one
     * @param room bookies that can be placed, by domain
     * @param order all domains, preferred ones first
     */
    SpreadSearch(int width, int[] fixed, int[] room, int[] order) {
        this.slots = fixed.length;
        this.width = width;
        this.sets = slots == width ? 1 : slots;
        this.room = room.clone();
        this.used = new int[room.length];
        this.placed = fixed.clone();
        this.rank = new int[room.length];
        for (int i = 0; i < order.length; i++) {
            rank[order[i]] = i;
        }
        this.distinct = new int[sets];
        this.open = new int[sets];
        this.cap = new int[sets];
        this.need = new int[sets];
        this.members = new int[sets][room.length];
        for (int set = 0; set < sets; set++) {
            survey(set);
        }
        this.reachable = reachable();
    }

    private void survey(int set) {
        for (int i = 0; i < width; i++) {
            int domain = placed[(set + i) % slots];
            if (domain == FREE) {
                open[set]++;
            } else if (members[set][domain]++ == 0) {
                distinct[set]++;
            }
        }
        int fresh = 0;
        for (int domain = 0; domain < room.length; domain++) {
            if (members[set][domain] == 0 && room[domain] > 0) {
                fresh++;
            }
        }
        cap[set] = open[set] == 0 ? 0 : distinct[set] + Math.min(open[set], fresh);
    }

    /**
     * The domain of each slot in the best arrangement, or null if there is none in which each write set with a free slot spans at least {@code floors} of its
     * number; write sets are numbered by the slot they begin at.
     */
    int @Nullable [] best(int[] floors) {
        for (int set = 0; set < sets; set++) {
            if (open[set] > 0 && cap[set] < floors[set]) {
                return null;
            }
        }
        for (int goal = Arrays.stream(cap).max().orElse(0); goal >= 0; goal--) {
            boolean last = true; // no lower goal would be allowed, or differ
            long sum = 0;
            for (int set = 0; set < sets; set++) {
                int wanted = Math.min(goal, cap[set]);
                need[set] = open[set] == 0 ? 0 : Math.max(floors[set], wanted);
                last &= open[set] == 0 || wanted <= Math.max(1, floors[set]);
                sum += need[set];
            }
            if (sum <= reachable) {
                int descent = 2 * slots * room.length;
                int spare = last ? 0 : 2 * descent;
                if (attempt(false, Math.max(2_000, descent), spare)
                        || attempt(true, last ? stepsLeft : Math.max(20_000, 4 * descent), spare)) {
                    return placed;
                }
            }
            if (last) {
                return null;
            }
        }
        return null;
    }

    /** An upper bound of the domains of all write sets together: the n-th use of a domain is new only to sets that none of the others belongs to. */
    private long reachable() {
        if (sets == 1) {
            return slots;
        }
        int whole = slots / width; // uses of a domain that can do without a common set
        long full = 0;
        int part = 0;
        for (int domain = 0; domain < room.length; domain++) {
            int uses = room[domain];
            for (int placedThere : placed) {
                uses += placedThere == domain ? 1 : 0;
            }
            full += Math.min(uses, whole);
            part += uses > whole ? 1 : 0;
        }
        return full >= slots
                ? (long) slots * width
                : full * width + Math.min(slots - full, part) * (long) (slots % width);
    }

    private boolean attempt(boolean byRoom, int steps, int spare) {
        roomFirst = byRoom;
        attemptEnd = Math.max(spare, stepsLeft - steps);
        return place(0);
    }

    private boolean place(int from) {
        int slot = from;
        while (slot < slots && placed[slot] != FREE) {
            slot++;
        }
        if (slot == slots) {
            return true;
        }
        long[] tries = new long[room.length]; // what speaks for a domain in the high bits, the domain in the low ones
        int count = 0;
        for (int domain = 0; domain < room.length; domain++) {
            if (room[domain] > 0) {
                if (stepsLeft-- <= attemptEnd) {
                    return false;
                }
                tries[count++] = key(slot, domain);
            }
        }
        Arrays.sort(tries, 0, count);
        for (int i = 0; i < count; i++) {
            int domain = (int) (tries[i] & 0xFFFF);
            put(slot, domain, 1);
            if (possible(slot) && place(slot + 1)) {
                return true;
            }
            put(slot, domain, -1);
            if (stepsLeft <= attemptEnd) {
                return false;
            }
        }
        return false;
    }

    /** Sorts first what is new to most write sets, then what was used least (or has most room), then by rank. */
    private long key(int slot, int domain) {
        int stale = 0;
        for (int i = 0; i < sets(slot); i++) {
            if (members[set(slot, i)][domain] > 0) {
                stale++;
            }
        }
        long second = roomFirst ? 0xFFFF - Math.min(room[domain], 0xFFFF) : Math.min(used[domain], 0xFFFF);
        return (long) stale << 48 | second << 32 | (long) rank[domain] << 16 | domain;
    }

    /** Gives {@code slot} to {@code domain}, or takes it back if {@code by} is −1. */
    private void put(int slot, int domain, int by) {
        for (int i = 0; i < sets(slot); i++) {
            int set = set(slot, i);
            open[set] -= by;
            members[set][domain] += by;
            if (members[set][domain] == (by > 0 ? 1 : 0)) {
                distinct[set] += by;
            }
        }
        placed[slot] = by > 0 ? domain : FREE;
        room[domain] -= by;
        used[domain] += by;
    }

    /** Whether the write sets of {@code slot} can still come to what they need. */
    private boolean possible(int slot) {
        for (int i = 0; i < sets(slot); i++) {
            int set = set(slot, i);
            if (distinct[set] + open[set] < need[set]) {
                return false;
            }
        }
        return true;
    }

    private int sets(int slot) {
        return sets == 1 ? 1 : width;
    }

    private int set(int slot, int i) {
        return sets == 1 ? 0 : Math.floorMod(slot - i, slots);
    }
}
