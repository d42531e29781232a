package io.daybook.bookie.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.exec.Loop;
import io.daybook.ledger.protocol.Status;
import io.daybook.sim.Lesson;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Incidents of bookies: each is played with the product, and with the mistake that must make it fail. */
final class BookieLessonsTest {
    private static final long SEED = 17;

    private static LedgerBench bench(BookieRules rules, long seed) {
        LedgerBench bench = LedgerBench.withFacts(seed, LedgerBench.OPEN_HERE);
        bench.rules = rules;
        bench.open(1 << 20);
        return bench;
    }

    /** RG-16. The mutant: what cannot be read is called absent (R27). */
    @Test
    void rg16DamageIsNeverAnsweredAsAbsence() {
        Lesson.<BookieRules>of(rules -> {
                    LedgerBench bench = bench(rules, SEED);
                    for (long entry = 0; entry < 3; entry++) {
                        bench.add(7, entry, "a");
                    }
                    bench.settle();
                    bench.store.damage(7, 2, "checksum"); // an entry that is not in memory

                    LedgerBench.Look plain = bench.read(7, 2);
                    LedgerBench.Fence fence = bench.fence(7, 2, LedgerBench.KEY);
                    LedgerBench.Look whole = bench.read(7, 0);
                    bench.settle();

                    assertThat(List.of(plain.status, fence.look.status))
                            .as("answers for a damaged entry")
                            .doesNotContain(Status.OK, Status.NO_SUCH_ENTRY, Status.NO_SUCH_LEDGER);
                    assertThat(whole.status).isEqualTo(Status.OK);
                })
                .holds(new SafeBookieRules())
                .fails(
                        "R27 is taken away",
                        new SafeBookieRules() {
                            @Override
                            public Status unreadable() {
                                return Status.NO_SUCH_ENTRY;
                            }
                        },
                        "answers for a damaged entry");
    }

    /** RG-30. The mutant: an add looks at the fence in one step and takes effect in a later one (R15). */
    @Test
    void rg30AnAddThatAFenceDidNotSeeIsNeverAcknowledgedWhoeverForgetsTheLedgerBetween() {
        Lesson.<BookieRules>of(rules -> {
                    for (int race = 0; race < 60; race++) {
                        LedgerBench bench = bench(rules, SEED + race);
                        bench.add(7, 0, "a");
                        bench.settle();
                        LedgerBench.Call add = null;
                        if (race % 2 == 0) {
                            add = bench.add(7, 1, "b");
                        }
                        bench.loop.enter(() -> bench.registry.forgetIdle());
                        LedgerBench.Fence fence = bench.fence(7, 1, LedgerBench.KEY);
                        bench.loop.enter(() -> bench.registry.forgetIdle());
                        if (add == null) {
                            bench.world.runFor(Duration.ofNanos(race * 997L));
                            bench.loop.enter(() -> bench.registry.forgetIdle());
                            add = bench.add(7, 1, "b");
                        }
                        bench.settle();

                        assertThat(fence.durable).isEqualTo(Status.OK);
                        assertThat(add.status == Status.OK ? fence.look.status : Status.OK)
                                .as("what the fence saw of an acknowledged add, race %d", race)
                                .isEqualTo(Status.OK);
                        LedgerBench.Call late = bench.add(7, 2, "c");
                        bench.settle();
                        assertThat(late.status).isEqualTo(Status.FENCED);
                    }
                })
                .holds(new SafeBookieRules())
                .fails(
                        "R15 is taken away",
                        new SafeBookieRules() {
                            @Override
                            public void effect(Loop loop, HostedLedger ledger, Runnable effect) {
                                ledger.began();
                                loop.execute(() -> {
                                    super.effect(loop, ledger, effect);
                                    ledger.ended();
                                });
                            }
                        },
                        "what the fence saw of an acknowledged add");
    }

    /** RG-31. The mutant: fences are kept in memory only (R24). */
    @Test
    void rg31AFenceOutlivesEvictionAndRestart() {
        Lesson.<BookieRules>of(rules -> {
                    LedgerBench bench = bench(rules, SEED);
                    bench.add(7, 0, "a");
                    LedgerBench.Fence fence = bench.fence(7, -1, LedgerBench.KEY);
                    bench.settle();
                    assertThat(fence.durable).isEqualTo(Status.OK);
                    for (int life = 0; life < 3; life++) {
                        bench.loop.enter(() -> bench.registry.forgetIdle());
                        LedgerBench.Call late = bench.add(7, 1, "b");
                        bench.settle();
                        assertThat(late.status)
                                .as("a late add in life %d", life)
                                .isEqualTo(Status.FENCED);
                        bench.crashAndRestart();
                    }
                })
                .holds(new SafeBookieRules())
                .fails(
                        "R24 is taken away",
                        new SafeBookieRules() {
                            @Override
                            public boolean journalsFence() {
                                return false;
                            }
                        },
                        "a late add in life 1");
    }

    /** RG-32. The switch: first touch is not checked, as it is on stock bookies, which believe whoever comes first (R65a). */
    @Test
    void rg32AFenceWithAWrongKeyIsRefusedOnKnownAndOnUnknownLedgers() {
        Lesson.<Boolean>of(checked -> {
                    LedgerBench bench =
                            checked ? LedgerBench.withFacts(SEED, LedgerBench.OPEN_HERE) : new LedgerBench(SEED);
                    bench.add(8, 0, "a");
                    bench.settle();
                    LedgerBench.Fence known = bench.fence(8, -1, LedgerBench.OTHER_KEY);
                    LedgerBench.Fence unknown = bench.fence(7, -1, LedgerBench.OTHER_KEY);
                    bench.settle();
                    LedgerBench.Call writer = bench.add(8, 1, "b");
                    LedgerBench.Call first = bench.add(7, 0, "a");
                    bench.settle();

                    assertThat(known.refused).isEqualTo(Status.UNAUTHORIZED);
                    assertThat(writer.status).isEqualTo(Status.OK);
                    assertThat(unknown.refused)
                            .as("a stranger's fence of a ledger that is new here")
                            .isEqualTo(Status.UNAUTHORIZED);
                    assertThat(first.status).isEqualTo(Status.OK);
                })
                .holds(true)
                .fails("first touch is not checked", false, "a stranger's fence");
    }

    /** How a bookie treats a ledger that was deleted. */
    private interface Deletion {
        void on(LedgerBench bench);
    }

    /** RG-33. The mistake: a deleted ledger is forgotten, and no tombstone kept (R65). First touch is off: a tombstone suffices. */
    @Test
    void rg33AFencedLedgerThatWasDeletedIsNeverWritableAgain() {
        Lesson.<Deletion>of(deletion -> {
                    LedgerBench bench = new LedgerBench(SEED);
                    bench.add(7, 0, "a");
                    LedgerBench.Fence fence = bench.fence(7, -1, LedgerBench.KEY);
                    bench.settle();
                    assertThat(fence.durable).isEqualTo(Status.OK);

                    deletion.on(bench);
                    for (int life = 0; life < 2; life++) {
                        bench.loop.enter(() -> bench.registry.forgetIdle());
                        LedgerBench.Call late = bench.add(7, 1, "b");
                        LedgerBench.Call recovery = bench.recoveryAdd(7, 1, "b");
                        bench.settle();
                        assertThat(List.of(late.status, recovery.status))
                                .as("late adds to a deleted ledger in life %d", life)
                                .containsOnly(Status.FENCED);
                        bench.crashAndRestart();
                    }
                })
                .holds(bench -> {
                    LedgerBench.Outcome buried = new LedgerBench.Outcome();
                    bench.loop.enter(() -> bench.registry.ledger(7).bury(buried));
                    bench.settle();
                    assertThat(buried.status).isEqualTo(Status.OK);
                })
                .fails(
                        "a deleted ledger is forgotten",
                        bench -> {
                            bench.loop.enter(() -> bench.registry.forgetIdle());
                            bench.store.remove(7, bench.loop);
                        },
                        "late adds to a deleted ledger in life 0");
    }
}
