package io.daybook.bookie.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.bookie.DurableLog.Kind;
import io.daybook.sim.SimDisk.CrashOutcome;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Power failures at every step of a journal's life, with every kind of remainder. */
class JournalCrashTest {
    private static final int STEPS = 700; // enough for opening, several files, checkpoints and recycling

    /** Appends to two ledgers from two loops with checkpoints in between, up to a power failure after {@code steps}. */
    private static void live(JournalNode bookie, int steps, CrashOutcome outcome, int firstEntry) {
        bookie.start();
        int entry = firstEntry;
        for (int step = 0; step < steps; step++) {
            if (bookie.journal != null && step % 3 == 0) {
                bookie.append(1, entry);
                bookie.append(Kind.ENTRY, 2, entry, bookie.node.loop("other"));
                entry++;
            }
            if (bookie.journal != null && step % 90 == 89) {
                bookie.checkpoint();
            }
            bookie.world.step();
        }
        bookie.node.disk().nextCrash(outcome);
        bookie.powerFailure();
    }

    private static void dieTwice(long seed, int first, int second, CrashOutcome outcome) {
        var bookie = new JournalNode(seed, JournalNode.small());

        live(bookie, first, outcome, 0);
        Replayed afterFirst = bookie.replay();
        bookie.checkReplay(bookie.records.seen);
        live(bookie, second, outcome, 10_000);
        Replayed afterSecond = bookie.replay();
        bookie.checkReplay(bookie.records.seen);
        bookie.started();
        bookie.append(1, 20_000);
        bookie.world.runUntilIdle();

        assertThat(afterFirst).as("seed %s first %s %s", seed, first, outcome).isInstanceOf(Replayed.Clean.class);
        assertThat(afterSecond)
                .as("seed %s second %s %s", seed, second, outcome)
                .isInstanceOf(Replayed.Clean.class);
        assertThat(bookie.acknowledged).contains(new Records.Key(Kind.ENTRY, 1, 20_000));
        assertThat(bookie.stops).isEmpty();
    }

    @Test
    void losesNothingAcknowledgedWhereverThePowerFails() {
        CrashOutcome[] outcomes = CrashOutcome.values();
        for (int step = 1; step <= STEPS; step++) {
            dieTwice(step, step, (step * 37) % STEPS + 1, outcomes[step % outcomes.length]);
        }
    }

    @Tag("long")
    @Test
    void losesNothingAcknowledgedInALongSearch() {
        for (int seed = 1; seed <= 20; seed++) {
            for (int step = 1; step <= STEPS; step += 2) {
                for (CrashOutcome outcome : CrashOutcome.values()) {
                    dieTwice(seed * 1_000L, step, (step * 37 + seed) % STEPS + 1, outcome);
                }
            }
        }
    }
}
