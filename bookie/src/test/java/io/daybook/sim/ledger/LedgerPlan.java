package io.daybook.sim.ledger;

import io.daybook.base.config.DataSize;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.Password;
import io.daybook.ledger.Replication;
import io.daybook.ledger.client.ClientConfig;
import io.daybook.sim.SimFaults;
import io.daybook.sim.SimRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What the seed has chosen for one run: shape of the ledger, settings of its clients, and the scale of time on which things go wrong.
 *
 * <p>Seven of eight runs are small, with a handful of entries: most bugs need few of them, and many short stories find more than a long one
 * in the same time.
 *
 * @param bookies registered bookies, 2 to 6
 * @param bookieLoops loops that own ledgers on each bookie
 * @param firstTouch whether bookies look a ledger up in metadata before they keep anything of it
 * @param durableFences whether bookies announce that their fences are on disk before any answer, as ours do and stock ones do not
 * @param groups which bookies announce that they take groups of adds: 0 none, 1 some, 2 all
 * @param stridedReads whether bookies announce that they answer strided reads, as ours do and stock ones do not
 * @param syncNanos how long each bookie in memory takes to sync: what a crash can lose
 * @param hasty whether recoveries wait for nobody once enough bookies have answered
 * @param fewAhead how many entries recoveries read ahead; 0 for as many as in production
 * @param entries how many entries the writer has
 * @param paceNanos pause of the writer between two bursts; 0 to write as fast as the window allows
 * @param burst most entries handed in at once
 * @param neighbours further ledgers that the same client writes, in the same passes of its loop
 * @param closes whether the writer seals the ledger itself when it is done
 * @param announces whether the writer tells the last confirmed id without an entry now and then
 * @param deferred whether appends complete from memory, as stock bookies answer them, and are forced now and then (R106)
 * @param explicit whether the writer chooses its entry ids, every second pair the wrong way round (R40)
 * @param spanNanos length of the time in which things go wrong
 * @param troubles how many things go wrong in that time at moments of their own, beside the faults that happen by rate
 * @param ambushes how many things go wrong right when something happens
 * @param takeovers how many clients take the ledger over in that time, 0 to 3
 * @param restartAtEnd whether all bookies lose power once more when all is said and done
 */
record LedgerPlan(
        int bookies,
        int bookieLoops,
        boolean firstTouch,
        boolean durableFences,
        int groups,
        boolean stridedReads,
        List<Long> syncNanos,
        Replication replication,
        DigestType digest,
        Password password,
        ClientConfig config,
        boolean hasty,
        int fewAhead,
        int entries,
        long paceNanos,
        int burst,
        int neighbours,
        boolean closes,
        boolean announces,
        boolean deferred,
        boolean explicit,
        long spanNanos,
        int troubles,
        int ambushes,
        int takeovers,
        boolean restartAtEnd) {
    private static final long MILLI = 1_000_000L;

    LedgerPlan {
        syncNanos = List.copyOf(syncNanos);
    }

    /** Whether {@code bookie} announces that it takes groups of adds. */
    boolean takesGroups(BookieId bookie) {
        return groups == 2 || groups == 1 && bookie.toString().hashCode() % 2 == 0;
    }

    static LedgerPlan drawn(SimRandom random) {
        boolean small = random.below(8) != 0;
        Replication replication = replication(random);
        int spare = random.below(8);
        int bookies = replication.ensemble() + (spare == 0 ? 0 : spare < 5 ? 1 : 2);
        SimRandom kind = random.split("kind of writer"); // of its own, so that older seeds tell their stories on
        long span = random.magnitude(2 * MILLI, (small ? 300 : 3_000) * MILLI);
        return new LedgerPlan(
                bookies,
                random.below(4) == 0 ? 2 : 1,
                random.below(3) == 0,
                random.below(8) != 0,
                Math.min(2, random.split("groups of adds").below(4)),
                random.split("strided reads").flip(),
                syncs(random, bookies, span),
                replication,
                DigestType.values()[random.below(DigestType.values().length)],
                random.below(4) == 0 ? Password.of("secret") : Password.EMPTY,
                config(random, span),
                random.flip(),
                random.flip() ? 0 : (int) random.between(1, 3),
                (int) (small ? random.magnitude(1, 8) : random.magnitude(3, 40)),
                random.flip() ? 0 : random.magnitude(span / 100, span / 4),
                (int) random.magnitude(1, 10),
                Math.max(0, random.split("neighbours").below(8) - 5),
                random.below(3) == 0,
                random.below(4) == 0,
                kind.below(4) == 0,
                kind.below(8) == 0,
                span,
                random.below(3) == 0 ? 0 : (int) random.magnitude(1, small ? 5 : 12),
                random.below(3) == 0 ? 0 : (int) random.between(1, 3),
                takeovers(random),
                random.below(8) == 0);
    }

    private static int takeovers(SimRandom random) {
        int draw = random.below(10);
        return draw == 0 ? 0 : draw < 5 ? 1 : draw < 9 ? 2 : 3;
    }

    /** The usual shapes most of the time, else any; more bookies than copies included. */
    private static Replication replication(SimRandom random) {
        if (random.below(4) != 0) {
            return Replication.parse(
                    switch (random.below(7)) {
                        case 0, 1 -> "3/3/2";
                        case 2, 3 -> "2/2/2";
                        case 4 -> "3/2/2";
                        case 5 -> "4/3/2";
                        default -> "3/3/3";
                    });
        }
        int ensemble = (int) random.between(1, 4);
        int writeQuorum = (int) random.between(1, Math.min(3, ensemble));
        return new Replication(ensemble, writeQuorum, (int) random.between(1, writeQuorum));
    }

    /** All disks alike, or each with its own speed. */
    private static List<Long> syncs(SimRandom random, int bookies, long span) {
        boolean alike = random.below(3) != 0;
        long longest = Math.max(50_000, span / 4);
        long first = random.flip() ? 100_000 : random.magnitude(20_000, longest);
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < bookies; i++) {
            all.add(alike ? first : random.magnitude(20_000, longest));
        }
        return all;
    }

    private static ClientConfig config(SimRandom random, long span) {
        long shortest = Math.max(2 * MILLI, span / 50);
        int changes = random.below(8);
        return new ClientConfig(
                Duration.ofNanos(random.magnitude(shortest, 2 * span + 10 * MILLI)),
                Duration.ofNanos(random.magnitude(shortest, 2 * span + 10 * MILLI)),
                (int) random.magnitude(1, 32),
                DataSize.bytes(random.magnitude(64 << 10, 1 << 20)),
                DataSize.kibibytes(64),
                DataSize.bytes(random.magnitude(4 << 10, 1 << 20)),
                Duration.ofNanos(random.magnitude(MILLI, 200 * MILLI)),
                Duration.ofNanos(random.flip() ? 0 : random.magnitude(MILLI, 2 * span)),
                changes < 2 ? changes + 1 : 32,
                DataSize.bytes(64 << 10),
                random.flip() ? ClientConfig.Wire.V3 : ClientConfig.Wire.V2);
    }

    /** Rates of what goes wrong by itself; about half of the kinds are off in a run. Disks are those of the bookies in memory. */
    static void drawFaults(SimRandom random, SimFaults faults) {
        faults.connectionBreak = rate(random, 60_000);
        faults.halfOpen = rate(random, 500_000);
        faults.frameDelay = rate(random, 100_000);
        faults.loopStall = rate(random, 20_000);
        faults.metaLostReply = rate(random, 300_000);
        faults.metaUnavailable = rate(random, 200_000);
        faults.metaStaleRead = rate(random, 800_000);
        faults.metaLateWatch = rate(random, 200_000);
        faults.metaDoubleWatch = rate(random, 200_000);
        faults.metaExpiry = rate(random, 20_000);
        faults.rareDecision = rate(random, 500_000);
        faults.diskDelay = rate(random, 50_000);
    }

    private static int rate(SimRandom random, int max) {
        return random.flip() ? 0 : (int) random.magnitude(Math.max(1, max / 1000), max);
    }
}
