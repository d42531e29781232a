package io.daybook.sim.ledger;

import io.daybook.base.config.DataSize;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.Password;
import io.daybook.ledger.Replication;
import io.daybook.ledger.client.ClientConfig;
import io.daybook.sim.SimFaults;
import io.daybook.sim.SimRandom;
import java.time.Duration;

/**
 * What the seed has chosen for one run: shape of the ledger, settings of its clients, and the scale of time on which things go wrong.
 *
 * @param bookies registered bookies, 4 to 6
 * @param bookieLoops loops that own ledgers on each bookie
 * @param firstTouch whether bookies look a ledger up in metadata before they keep anything of it
 * @param syncNanos how long a bookie in memory takes to sync: what a crash can lose
 * @param entries how many entries the writer has
 * @param paceNanos pause of the writer between two bursts; 0 to write as fast as the window allows
 * @param burst most entries handed in at once
 * @param closes whether the writer seals the ledger itself when it is done
 * @param announces whether the writer tells the last confirmed id without an entry now and then
 * @param spanNanos length of the time in which things go wrong
 * @param troubles how many things go wrong in that time, beside the faults that happen by rate
 * @param takeovers how many clients take the ledger over in that time, 0 to 2
 * @param restartAtEnd whether all bookies lose power once more when all is said and done
 */
record LedgerPlan(
        int bookies,
        int bookieLoops,
        boolean firstTouch,
        Replication replication,
        DigestType digest,
        Password password,
        ClientConfig config,
        long syncNanos,
        int entries,
        long paceNanos,
        int burst,
        boolean closes,
        boolean announces,
        long spanNanos,
        int troubles,
        int takeovers,
        boolean restartAtEnd) {
    private static final long MILLI = 1_000_000L;

    static LedgerPlan drawn(SimRandom random) {
        int bookies = (int) random.between(4, 6);
        Replication replication = replication(random, bookies);
        long span = random.magnitude(2 * MILLI, 3_000 * MILLI);
        return new LedgerPlan(
                bookies,
                random.below(3) == 0 ? 2 : 1,
                random.flip(),
                replication,
                DigestType.values()[random.below(DigestType.values().length)],
                random.flip() ? Password.EMPTY : Password.of("secret"),
                config(random, span),
                random.flip() ? 100_000 : random.magnitude(20_000, Math.max(50_000, span / 20)),
                (int) random.magnitude(3, 40),
                random.flip() ? 0 : random.magnitude(span / 100, span / 4),
                (int) random.magnitude(1, 10),
                random.below(4) == 0,
                random.flip(),
                span,
                random.below(4) == 0 ? 0 : (int) random.magnitude(1, 12),
                random.below(8) == 0 ? 0 : random.below(3) == 0 ? 2 : 1,
                random.below(8) == 0);
    }

    /** The usual shapes half of the time, else any; more bookies than copies included. */
    private static Replication replication(SimRandom random, int bookies) {
        if (random.flip()) {
            return Replication.parse(
                    switch (random.below(5)) {
                        case 0 -> "3/3/2";
                        case 1 -> "2/2/2";
                        case 2 -> "3/2/2";
                        case 3 -> "4/3/2";
                        default -> "3/3/3";
                    });
        }
        int ensemble = (int) random.between(1, bookies - 1);
        int writeQuorum = (int) random.between(1, Math.min(3, ensemble));
        return new Replication(ensemble, writeQuorum, (int) random.between(1, writeQuorum));
    }

    private static ClientConfig config(SimRandom random, long span) {
        long shortest = Math.max(2 * MILLI, span / 50);
        return new ClientConfig(
                Duration.ofNanos(random.magnitude(shortest, 2 * span + 10 * MILLI)),
                Duration.ofNanos(random.magnitude(shortest, 2 * span + 10 * MILLI)),
                (int) random.magnitude(1, 32),
                DataSize.bytes(random.magnitude(64 << 10, 1 << 20)),
                DataSize.bytes(random.magnitude(4 << 10, 1 << 20)),
                Duration.ofNanos(random.magnitude(MILLI, 200 * MILLI)),
                Duration.ofNanos(random.flip() ? 0 : random.magnitude(MILLI, 2 * span)),
                random.below(8) == 0 ? 1 : 32,
                DataSize.bytes(64 << 10),
                random.flip() ? ClientConfig.Wire.V3 : ClientConfig.Wire.V2);
    }

    /** Rates of what goes wrong by itself; about half of the kinds are off in a run. Disks are those of the bookies in memory. */
    static void drawFaults(SimRandom random, SimFaults faults) {
        faults.connectionBreak = rate(random, 20_000);
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
