package io.daybook.bookie.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.exec.Loop;
import io.daybook.bookie.DurableLog.Kind;
import io.daybook.bookie.StoredLedger;
import io.daybook.ledger.protocol.Status;
import io.daybook.sim.ledger.MemoryDurableLog;
import org.junit.jupiter.api.Test;

/** Each rule taken away makes just the bug it is there to prevent; with all of them {@link HostedLedgerTest} shows the contrary. */
final class BookieRulesTest {
    private static final long SEED = 11;

    private static LedgerBench bench(BookieRules rules) {
        LedgerBench bench = LedgerBench.withFacts(SEED, LedgerBench.OPEN_HERE);
        bench.rules = rules;
        bench.open(1 << 20);
        return bench;
    }

    @Test
    void withoutR15AnEntryAppearsAfterItsAbsenceWasSeenByAFence() {
        LedgerBench bench = bench(new SafeBookieRules() {
            @Override
            public void effect(Loop loop, HostedLedger ledger, Runnable effect) {
                ledger.began(); // the bug: what was found out is used in a later step
                loop.execute(() -> {
                    super.effect(loop, ledger, effect);
                    ledger.ended();
                });
            }
        });
        bench.add(7, 0, "a");
        bench.settle();

        LedgerBench.Call late = bench.add(7, 1, "b");
        LedgerBench.Fence fence = bench.fence(7, 1, LedgerBench.KEY);
        bench.settle();

        assertThat(fence.look.status).isEqualTo(Status.NO_SUCH_ENTRY);
        assertThat(late.status).isEqualTo(Status.OK);
    }

    @Test
    void withoutR16AnAddIsAnsweredBeforeItsSync() {
        LedgerBench bench = bench(new SafeBookieRules() {
            @Override
            public boolean addWaitsForSync(boolean deferred) {
                return false;
            }
        });
        bench.log.hold(true);

        LedgerBench.Call call = bench.add(7, 0, "a");
        bench.settle();

        assertThat(call.status).isEqualTo(Status.OK);
        bench.log.hold(false);
        bench.settle();
        assertThat(bench.platter.holds(7, 0)).isTrue();
    }

    @Test
    void withoutR18ADuplicateIsAnsweredFromMemory_X12() {
        LedgerBench bench = bench(new SafeBookieRules() {
            @Override
            public boolean duplicateWaitsForSync() {
                return false;
            }
        });
        bench.log.hold(true);
        LedgerBench.Call first = bench.add(7, 3, "d");
        bench.settle();

        LedgerBench.Call again = bench.add(7, 3, "d");
        bench.settle();

        assertThat(first.status).isNull();
        assertThat(again.status).isEqualTo(Status.OK);
        assertThat(bench.given)
                .element(1)
                .satisfies(entry -> assertThat(entry.refCnt()).isZero());
    }

    @Test
    void withoutR23AFenceOfAnUnknownLedgerIsForgotten_X7() {
        LedgerBench bench = bench(new SafeBookieRules() {
            @Override
            public boolean fencesUnknownLedger() {
                return false;
            }
        });

        LedgerBench.Fence fence = bench.fence(7, 0, LedgerBench.KEY);
        bench.settle();
        LedgerBench.Call late = bench.add(7, 0, "a");
        bench.settle();
        LedgerBench.Fence known = bench.fence(7, 0, LedgerBench.KEY);
        bench.settle();

        assertThat(fence.look.status).isEqualTo(Status.NO_SUCH_LEDGER);
        assertThat(fence.durable).isEqualTo(Status.OK);
        assertThat(late.status).isEqualTo(Status.OK);
        assertThat(known.durable).isEqualTo(Status.OK);
        assertThat(bench.platter.records())
                .extracting(MemoryDurableLog.Record::kind)
                .contains(Kind.FENCE);
    }

    @Test
    void withoutR24AFenceIsGoneAfterARestart() {
        LedgerBench bench = bench(new SafeBookieRules() {
            @Override
            public boolean journalsFence() {
                return false;
            }
        });
        LedgerBench.Fence fence = bench.fence(7, 0, LedgerBench.KEY);
        bench.settle();
        LedgerBench.Call before = bench.add(7, 0, "a");
        bench.settle();
        assertThat(fence.durable).isEqualTo(Status.OK);
        assertThat(before.status).isEqualTo(Status.FENCED);

        bench.crashAndRestart();
        LedgerBench.Call after = bench.add(7, 0, "a");
        bench.settle();

        assertThat(after.status).isEqualTo(Status.OK);
    }

    @Test
    void withoutR24AnAbsenceIsToldBeforeTheFenceIsDurable_X9() {
        LedgerBench bench = bench(new SafeBookieRules() {
            @Override
            public boolean negativeWaitsForFence() {
                return false;
            }
        });
        boolean[] waits = new boolean[3];
        bench.loop.enter(() -> {
            HostedLedger ledger = bench.registry.ledger(7);
            waits[0] = ledger.waitsForFence(Status.NO_SUCH_ENTRY);
            waits[1] = ledger.waitsForFence(Status.OK);
            waits[2] = ledger.waitsForFence(Status.UNKNOWN_STATE);
        });

        assertThat(waits).containsExactly(false, true, true);
    }

    @Test
    void withoutR27ADamagedEntryIsSaidToBeAbsent_X15() {
        LedgerBench bench = bench(new SafeBookieRules() {
            @Override
            public Status unreadable() {
                return Status.NO_SUCH_ENTRY;
            }
        });
        bench.add(7, 2, "a");
        bench.settle();
        bench.store.damage(7, 2, "checksum");

        LedgerBench.Look look = bench.read(7, 2);
        bench.settle();

        assertThat(look.status).isEqualTo(Status.NO_SUCH_ENTRY);
    }

    @Test
    void withoutR81AForgetfulBookieSaysAbsent_X19() {
        LedgerBench bench = bench(new SafeBookieRules() {
            @Override
            public Status absentInLimbo() {
                return Status.NO_SUCH_ENTRY;
            }
        });
        bench.loop.enter(() -> bench.store.putState(7, new StoredLedger(null, false, true, null, 5, -1), bench.loop));

        LedgerBench.Fence fence = bench.fence(7, 3, LedgerBench.KEY);
        bench.settle();

        assertThat(fence.look.status).isEqualTo(Status.NO_SUCH_ENTRY);
    }
}
