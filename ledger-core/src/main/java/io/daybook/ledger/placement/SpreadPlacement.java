package io.daybook.ledger.placement;

import io.daybook.base.error.Check;
import io.daybook.base.seam.Entropy;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.Replication;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Spreads the copies of each entry over as many racks or zones as there are: every write set, which is each run of write-quorum slots, spans as many domains as
 * can be. Among what spreads equally well chance decides, by weight.
 *
 * <p>With {@link Strictness#PREFER} an ensemble is found whenever there are enough bookies. With {@link Strictness#REQUIRE} a choice whose write sets span fewer
 * than the minimum is refused with the reason; a replacement needs no more than its write sets had before, since refusing it would not bring back a spread
 * that was never there.
 */
public final class SpreadPlacement implements PlacementPolicy {
    private final FailureDomain kind;
    private final Strictness strictness;
    private final int minimum;
    private final Entropy entropy;

    /** Whether too little spread is a reason to refuse. */
    public enum Strictness {
        PREFER,
        REQUIRE
    }

    /**
     * @param kind what to spread over
     * @param minimum domains that each write set must span with {@link Strictness#REQUIRE}, 1 or more; where write sets are smaller, each bookie another one
     */
    public SpreadPlacement(FailureDomain kind, Strictness strictness, int minimum, Entropy entropy) {
        Check.argument(minimum >= 1, "a minimum of %s domains means nothing, it must be at least 1", minimum);
        this.kind = kind;
        this.strictness = strictness;
        this.minimum = minimum;
        this.entropy = entropy;
    }

    @Override
    public Choice newEnsemble(Replication replication, Candidates candidates, Map<BookieId, String> excluded) {
        Screening screened = new Screening(candidates, List.of(), excluded);
        int wanted = replication.ensemble();
        List<BookieId> eligible = screened.eligible();
        if (eligible.size() < wanted) {
            return new Choice(eligible, wanted, screened.reasons());
        }
        @Nullable BookieId[] members = new BookieId[wanted];
        if (!fill(replication, members, List.of(), eligible, candidates.topology())) {
            TreeMap<String, Integer> places = new TreeMap<>();
            Map<BookieId, String> reasons = screened.reasons();
            for (BookieId bookie : eligible) {
                String domain = candidates.topology().domain(bookie, kind);
                places.merge(domain, 1, Integer::sum);
                reasons.put(bookie, "is in " + domain);
            }
            return new Choice(List.of(), wanted, reasons, rule(replication, places.size(), eligible.size()));
        }
        List<BookieId> chosen = new ArrayList<>();
        for (BookieId member : members) {
            chosen.add(Objects.requireNonNull(member, "a slot was left free"));
        }
        return new Choice(chosen, wanted, screened.reasons());
    }

    @Override
    public Choice replacements(
            Replication replication,
            List<BookieId> ensemble,
            List<Integer> slots,
            Candidates candidates,
            Map<BookieId, String> excluded) {
        Screening screened = new Screening(candidates, ensemble, excluded);
        List<BookieId> eligible = screened.eligible();
        Topology topology = candidates.topology();
        @Nullable BookieId[] members = ensemble.toArray(new BookieId[0]);
        List<BookieId> chosen = new ArrayList<>();
        if (eligible.size() >= slots.size() && refill(replication, members, slots, ensemble, eligible, topology)) {
            for (int slot : slots) {
                chosen.add(Objects.requireNonNull(members[slot], "a slot was left free"));
            }
            return new Choice(chosen, slots.size(), screened.reasons());
        }
        List<Integer> left = new ArrayList<>(); // not all at once: tell what stands in the way of those that are left
        for (int slot : slots) {
            if (!eligible.isEmpty() && refill(replication, members, List.of(slot), ensemble, eligible, topology)) {
                BookieId found = Objects.requireNonNull(members[slot], "a slot was left free");
                eligible.remove(found);
                chosen.add(found);
            } else {
                left.add(slot);
            }
        }
        Map<BookieId, String> reasons = screened.reasons();
        for (BookieId bookie : eligible) {
            reasons.put(bookie, conflict(replication, members, left, bookie, topology));
        }
        String rule = eligible.isEmpty()
                ? ""
                : "each write set must go on spanning %d %s".formatted(floor(replication), kind.plural());
        return new Choice(chosen, slots.size(), reasons, rule);
    }

    /** Frees {@code slots} of {@code members} and fills them; leaves {@code members} as they were if that is not allowed. */
    private boolean refill(
            Replication replication,
            @Nullable BookieId[] members,
            List<Integer> slots,
            List<BookieId> before,
            List<BookieId> eligible,
            Topology topology) {
        @Nullable BookieId[] kept = members.clone();
        for (int slot : slots) {
            members[slot] = null;
        }
        if (fill(replication, members, before, eligible, topology)) {
            return true;
        }
        System.arraycopy(kept, 0, members, 0, kept.length);
        return false;
    }

    /**
     * Fills the null slots of {@code members}, spread as well as can be; false, with nothing changed, if that is not well enough.
     *
     * @param before the members whose spread is to be kept; empty for a new ensemble
     * @param eligible at least as many as there are null slots
     */
    private boolean fill(
            Replication replication,
            @Nullable BookieId[] members,
            List<BookieId> before,
            List<BookieId> eligible,
            Topology topology) {
        Numbering domains = new Numbering(members, topology);
        Map<String, List<BookieId>> byDomain = new LinkedHashMap<>(); // those that stand there, by chance and weight
        for (BookieId bookie : new WeightedDraw<BookieId>(eligible, topology::weight, entropy).drawAll()) {
            byDomain.computeIfAbsent(topology.domain(bookie, kind), none -> new ArrayList<>())
                    .add(bookie);
        }
        int limit =
                Math.max(SpreadSearch.DOMAINS_MAX, 2 * members.length); // enough to spread as if there were no limit
        List<Integer> order = new ArrayList<>();
        List<List<BookieId>> rooms = new ArrayList<>();
        for (String domain : byDomain.keySet()) {
            if (order.size() < limit || domains.knows(domain)) {
                int number = domains.number(domain);
                order.add(number);
                while (rooms.size() <= number) {
                    rooms.add(new ArrayList<>());
                }
                rooms.set(number, byDomain.getOrDefault(domain, List.of()));
            }
        }
        for (int number = 0; number < domains.size(); number++) { // where only members stand
            if (number >= rooms.size()) {
                rooms.add(List.of());
            }
            if (!order.contains(number)) {
                order.add(number);
            }
        }
        int[] room = rooms.stream().mapToInt(List::size).toArray();
        SpreadSearch search = new SpreadSearch(
                replication.writeQuorum(),
                domains.ofMembers(),
                room,
                order.stream().mapToInt(Integer::intValue).toArray());
        int[] found = search.best(floors(replication, before, topology));
        if (found == null) {
            return false;
        }
        int[] taken = new int[room.length];
        for (int slot = 0; slot < members.length; slot++) {
            if (members[slot] == null) {
                members[slot] = rooms.get(found[slot]).get(taken[found[slot]]++);
            }
        }
        return true;
    }

    /** What each write set must span: by the slot it begins at. */
    private int[] floors(Replication replication, List<BookieId> before, Topology topology) {
        int[] floors = new int[replication.ensemble()];
        for (int start = 0; start < floors.length && strictness == Strictness.REQUIRE; start++) {
            floors[start] = before.isEmpty()
                    ? floor(replication)
                    : Math.min(floor(replication), spans(replication, before, start, topology));
        }
        return floors;
    }

    private int floor(Replication replication) {
        return Math.min(minimum, replication.writeQuorum());
    }

    private int spans(Replication replication, List<BookieId> members, int start, Topology topology) {
        TreeSet<String> domains = new TreeSet<>();
        for (int i = 0; i < replication.writeQuorum(); i++) {
            domains.add(topology.domain(members.get((start + i) % members.size()), kind));
        }
        return domains.size();
    }

    private String rule(Replication replication, int domains, int bookies) {
        return "each write set must span %d %s but the %d eligible bookies stand in %d"
                .formatted(floor(replication), kind.plural(), bookies, domains);
    }

    /** Why {@code bookie} was not taken for any of the slots that are {@code left}. */
    private String conflict(
            Replication replication,
            @Nullable BookieId[] members,
            List<Integer> left,
            BookieId bookie,
            Topology topology) {
        String domain = topology.domain(bookie, kind);
        for (int slot : left) {
            for (int distance = 1; distance < replication.writeQuorum(); distance++) {
                for (int other : new int[] {slot - distance, slot + distance}) {
                    int near = Math.floorMod(other, members.length);
                    BookieId there = members[near];
                    if (there != null
                            && !left.contains(near)
                            && topology.domain(there, kind).equals(domain)) {
                        return "is in %s like slot %d (%s)".formatted(domain, near, there);
                    }
                }
            }
        }
        return "is in " + domain;
    }

    /** Numbers for the domains of one choice; those of members come first. */
    private final class Numbering {
        private final Map<String, Integer> numbers = new TreeMap<>();
        private final int[] ofMembers;

        Numbering(@Nullable BookieId[] members, Topology topology) {
            ofMembers = new int[members.length];
            for (int slot = 0; slot < members.length; slot++) {
                BookieId member = members[slot];
                ofMembers[slot] = member == null ? -1 : number(topology.domain(member, kind));
            }
        }

        int[] ofMembers() {
            return ofMembers;
        }

        boolean knows(String domain) {
            return numbers.containsKey(domain);
        }

        int number(String domain) {
            Integer known = numbers.putIfAbsent(domain, numbers.size());
            return known != null ? known : numbers.size() - 1;
        }

        int size() {
            return numbers.size();
        }
    }
}
