package io.daybook.sim.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Replication;
import io.daybook.ledger.client.ClientConfig;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.sim.Lesson;
import io.daybook.sim.Scenario.Options;
import io.daybook.sim.ScenarioResult;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimRandom;
import io.daybook.sim.SimWorld;
import io.netty.buffer.Unpooled;
import io.netty.util.ResourceLeakDetector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Incidents in which clients and several bookies have a part, in a simulated cluster of production's classes. */
final class LedgerLessonsTest {
    private static final Replication THREE = new Replication(3, 3, 2);

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    @BeforeEach
    void crashesLoseBuffers() { // a node that dies does not release what it holds
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void leaksCountAgain() {
        ResourceLeakDetector.setLevel(level);
    }

    // ---- RG-02, RG-34

    /** RG-02. The mutant: what a bookie in limbo does not have it calls absent (R81). */
    @Test
    void rg02ABookieThatLostItsDataDoesNotDecideWhereALedgerEnds() {
        Lesson.<Mutant>of(mutant -> new Wiped(mutant, 2).play())
                .holds(Mutant.NONE)
                .fails("R81 is taken away", Mutant.ABSENT_IN_LIMBO, "the acknowledged entries");
    }

    /** RG-34. The mutant: a bookie that starts with less than it had raises no doubts (R79). */
    @Test
    void rg34ABookieWithAnEmptyDiskUnderItsOldNameIsNoCopyOfWhatItHad() {
        Lesson.<Mutant>of(mutant -> new Wiped(mutant, 34).play())
                .holds(Mutant.NONE)
                .fails("R79 is taken away", Mutant.NO_DOUBTS_AFTER_LOSS, "the acknowledged entries");
    }

    /**
     * Entries are acknowledged by b1 and b2, since b3 cannot be reached. Then the writer dies, b1 loses its disk and comes back empty under
     * its old name, b2 is away for a while, and the ledger is taken over.
     */
    private static final class Wiped {
        private static final int ENTRIES = 3;

        private final Mutant mutant;
        private final SimWorld world;
        private final LedgerPlan plan;
        private final LedgerWitness witness;
        private final List<CoreBookie> bookies = new ArrayList<>();

        Wiped(Mutant mutant, long seed) {
            this.mutant = mutant;
            world = new SimWorld(seed);
            plan = plan(world.random("plan"));
            witness = new LedgerWitness(world, ClientNode.CLUSTER.root(), false);
        }

        void play() {
            start();
            LedgerId ledger = write();
            world.node("writer").crash();
            bookies.get(0).forget(0);
            bookies.get(0).node().restart();
            bookies.get(1).crash();
            world.network().healAll();
            world.runFor(Duration.ofSeconds(1));

            CompletableFuture<LedgerReader> hasty = recover("r1", ledger);
            world.runUntil(hasty::isDone, Duration.ofMinutes(1));
            if (hasty.isDone() && !hasty.isCompletedExceptionally()) {
                keeps(world.await(hasty));
            }
            bookies.get(1).node().restart();
            world.runFor(Duration.ofSeconds(1));
            keeps(world.await(recover("r2", ledger)));
        }

        private static void keeps(LedgerReader reader) {
            assertThat(reader.lastAddConfirmed()).as("the acknowledged entries").isGreaterThanOrEqualTo(ENTRIES - 1);
        }

        private void start() {
            SimNode admin = world.node("admin");
            ClusterLayout layout = world.await(
                    ClusterLayout.init(admin.metaStore(), ClientNode.CLUSTER, admin.entropy(), admin.loop("main")));
            for (int i = 1; i <= 3; i++) {
                CoreBookie bookie = new CoreBookie(world.node("b" + i), layout, plan, 100_000, mutant, witness);
                bookies.add(bookie);
                bookie.start();
            }
            world.runFor(Duration.ofSeconds(1));
        }

        private LedgerId write() {
            LedgerClient client = world.await(client("writer").open());
            LedgerWriter writer = world.await(client.create(LedgerOptions.DEFAULT.withReplication(THREE)));
            world.network().cut("writer", "b3");
            for (int i = 0; i < ENTRIES; i++) {
                world.await(writer.append(Unpooled.buffer().writeLong(i)));
            }
            return writer.ledger();
        }

        private CompletableFuture<LedgerReader> recover(String name, LedgerId ledger) {
            return world.await(client(name).open()).openAndRecover(ledger, OpenOptions.DEFAULT);
        }

        private ClientNode client(String name) {
            return new ClientNode(world.node(name), ClientConfig.DEFAULT, plan, mutant, witness);
        }

        /** Bookies that behave as ours do; all else of a plan is not asked for here. */
        private static LedgerPlan plan(SimRandom random) {
            LedgerPlan plan = LedgerPlan.drawn(random);
            while (plan.deferred() || !plan.durableFences()) {
                plan = LedgerPlan.drawn(random);
            }
            return plan;
        }
    }

    // ---- RG-09

    /**
     * RG-09. The mutants: a new list of bookies is used before it is committed (R46a), and a replaced bookie's acknowledgements are kept (R46
     * step 6). I5 and I7 are looked at after every step.
     */
    @Test
    void rg09TheRecordAlwaysNamesTheBookiesThatWereWrittenTo() {
        Lesson.<Mutant>of(LedgerLessonsTest::manySchedules)
                .holds(Mutant.NONE)
                .fails("R46a is taken away", Mutant.LIST_BEFORE_COMMIT, "the record and the bookies disagree")
                .fails("R46 step 6 is taken away", Mutant.KEEPS_ACKS, "I7 is broken");
    }

    private static void manySchedules(Mutant mutant) {
        for (long seed = 1_001; seed <= 1_250; seed++) {
            ScenarioResult result = new LedgerScenario(mutant).run(seed, new Options(0, false));
            if (!result.passed()) {
                throw new AssertionError(
                        "the record and the bookies disagree in schedule %d: %s".formatted(seed, result.failure()),
                        result.failure());
            }
        }
    }
}
