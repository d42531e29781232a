package io.daybook.ledger.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.Replication;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a search leaves out changes nothing: small ledgers are searched with and without, and the results compared state by state. */
final class ModelReductionTest {
    private static final Replication ONE = new Replication(1, 1, 1);
    private static final Replication TWO = new Replication(2, 2, 2);
    private static final Replication THREE = new Replication(3, 3, 2);
    private static final long STATES_MAX = 10_000_000;

    private static final Set<ModelReduction> NONE = EnumSet.noneOf(ModelReduction.class);
    private static final Set<ModelReduction> IDLE = EnumSet.of(ModelReduction.IDLE);
    private static final Set<ModelReduction> ALL = EnumSet.allOf(ModelReduction.class);

    /** One entry, a writer that lives on, and one recoverer. */
    private static final ModelShape ALIVE = new ModelShape(TWO, 2, 1, false, false, 1, 1, 0, true, 0);

    /** The same with a writer that may close. */
    private static final ModelShape CLOSING = new ModelShape(TWO, 2, 1, false, true, 1, 1, 0, true, 0);

    /** One entry, and a bookie that may fail and be replaced. */
    private static final ModelShape CHANGING = new ModelShape(TWO, 3, 1, false, false, 1, 1, 1, true, 0);

    @Test
    void theLedgerCanLookTheSameWhateverIsLeftOut() {
        Set<String> outcomes = outcomes(death(TWO, 1, 0), NONE);

        assertThat(outcomes).hasSizeGreaterThan(10);
        for (ModelReduction one : ModelReduction.values()) {
            assertThat(outcomes(death(TWO, 1, 0), EnumSet.of(one)))
                    .as("without %s", one)
                    .isEqualTo(outcomes);
        }
        assertThat(outcomes(death(TWO, 1, 0), ALL)).isEqualTo(outcomes);
        assertThat(outcomes(death(ONE, 2, 0), ALL)).isEqualTo(outcomes(death(ONE, 2, 0), NONE));
    }

    @Test
    @Tag("long")
    void theLedgerCanLookTheSameWhateverIsLeftOutOfLargerOnes() {
        for (ModelShape shape : List.of(death(THREE, 1, 0), death(TWO, 1, 1), CLOSING, CHANGING)) {
            assertThat(outcomes(shape, ALL)).as("%s", shape).isEqualTo(outcomes(shape, NONE));
        }
    }

    @Test
    void theStatesOfAFullSearchWithoutWhatIsIdleAreThoseOfASearchThatLeavesItOut() {
        assertIdleIsIdle(death(ONE, 2, 0));
        assertIdleIsIdle(death(TWO, 1, 1));
        assertIdleIsIdle(ALIVE);
    }

    @Test
    @Tag("long")
    void theStatesOfALargerSearchWithoutWhatIsIdleAreThoseOfASearchThatLeavesItOut() {
        assertIdleIsIdle(death(THREE, 1, 0));
        assertIdleIsIdle(new ModelShape(TWO, 2, 2, true, false, 1, 1, 0, true, 0));
        assertIdleIsIdle(CLOSING);
        assertIdleIsIdle(CHANGING);
    }

    @Test
    void statesAreOfOneClassExactlyIfRenamingTurnsOneIntoTheOther() {
        assertClassesAreRenamings(death(TWO, 2, 0));
        assertClassesAreRenamings(death(TWO, 1, 1));
        assertClassesAreRenamings(death(THREE, 1, 0));
    }

    @Test
    @Tag("long")
    void statesOfThreeBookiesAndTwoRecoverersAreOfOneClassExactlyIfRenamingTurnsOneIntoTheOther() {
        assertClassesAreRenamings(death(THREE, 2, 0));
    }

    /** One entry on its way from a writer that has died. */
    private static ModelShape death(Replication replication, int recoverers, int crashes) {
        return new ModelShape(replication, replication.ensemble(), 1, true, false, recoverers, 1, 0, true, crashes);
    }

    private static Set<String> outcomes(ModelShape shape, Set<ModelReduction> reductions) {
        Set<String> outcomes = new TreeSet<>();
        StateSearch search = search(shape, reductions);
        assertThat(search.run(STATES_MAX, world -> outcomes.add(world.outcome())))
                .isNull();
        System.out.printf("%s without %s: %s%n", shape, reductions, search);
        return outcomes;
    }

    private static void assertIdleIsIdle(ModelShape shape) {
        Set<Long> full = new HashSet<>();
        Set<Long> reduced = new HashSet<>();

        assertThat(search(shape, NONE)
                        .run(STATES_MAX, world -> full.add(world.withoutIdle(() -> ModelPrint.ofState(world)))))
                .isNull();
        assertThat(search(shape, IDLE).run(STATES_MAX, world -> reduced.add(ModelPrint.ofState(world))))
                .isNull();

        assertThat(reduced).as("%s", shape).isEqualTo(full);
    }

    private static void assertClassesAreRenamings(ModelShape shape) {
        Map<Long, Set<Long>> renamings = new HashMap<>(); // of the first state of each class
        List<Renaming> all = renamings(shape);
        StateSearch search = search(shape, IDLE);

        assertThat(search.run(STATES_MAX, world -> {
                    long type = ModelPrint.ofClass(world);
                    if (!renamings.containsKey(type)) {
                        Set<Long> renamed = new HashSet<>();
                        for (Renaming renaming : all) {
                            ModelWorld twin = renaming.replay(shape, search.path());
                            assertThat(ModelPrint.ofClass(twin)).isEqualTo(type);
                            renamed.add(ModelPrint.ofState(twin));
                        }
                        renamings.put(type, renamed);
                    }
                    assertThat(renamings.get(type)).contains(ModelPrint.ofState(world));
                }))
                .isNull();

        assertThat(renamings.size()).isLessThan((int) search.states());
    }

    private static List<Renaming> renamings(ModelShape shape) {
        List<Renaming> all = new ArrayList<>();
        for (int[] recoverers : orders(shape.recoverers())) {
            for (int[] bookies : orders(shape.bookies())) {
                all.add(new Renaming(recoverers, bookies));
            }
        }
        return all;
    }

    private static List<int[]> orders(int size) {
        return switch (size) {
            case 1 -> List.of(new int[] {0});
            case 2 -> List.of(new int[] {0, 1}, new int[] {1, 0});
            default ->
                List.of(
                        new int[] {0, 1, 2},
                        new int[] {0, 2, 1},
                        new int[] {1, 0, 2},
                        new int[] {1, 2, 0},
                        new int[] {2, 0, 1},
                        new int[] {2, 1, 0});
        };
    }

    private static StateSearch search(ModelShape shape, Set<ModelReduction> reductions) {
        return new StateSearch(shape, new SafeWriterRules(), SafeRecovererRules.INSTANCE, reductions);
    }

    /** New names: the new number of each recoverer and each bookie. */
    private record Renaming(int[] recoverers, int[] bookies) {

        /** The world in which the same happens to those who have the new names. */
        ModelWorld replay(ModelShape shape, int[] path) {
            ModelWorld original = new ModelWorld(shape, new SafeWriterRules(), SafeRecovererRules.INSTANCE, IDLE);
            ModelWorld twin = new ModelWorld(shape, new SafeWriterRules(), SafeRecovererRules.INSTANCE, IDLE);
            for (int event : path) {
                int renamed = renamed(original, twin, event);
                assertThat(original.take(event)).isNull();
                assertThat(twin.take(renamed)).isNull();
            }
            return twin;
        }

        private int renamed(ModelWorld original, ModelWorld twin, int event) {
            int number = ModelEvents.number(event);
            ModelEvents one = new ModelEvents();
            one.add(
                    ModelEvents.kind(event),
                    switch (ModelEvents.kind(event)) {
                        case ModelEvents.RECOVERER -> recoverers[number];
                        case ModelEvents.CRASH -> bookies[number];
                        case ModelEvents.CALL ->
                            twin(original, twin, original.calls().call(number)).number;
                        case ModelEvents.STEP ->
                            twin(original, twin, original.record().step(number)).number;
                        default -> number;
                    },
                    ModelEvents.what(event));
            return one.get(0);
        }

        private ModelCall twin(ModelWorld original, ModelWorld twin, ModelCall call) {
            int caller = named(original, call.caller);
            int bookie = bookies[original.indexOf(call.bookie)];
            return twin.calls().underWay().stream()
                    .filter(other -> other.kind == call.kind
                            && other.attempt == call.attempt
                            && other.entry == call.entry
                            && twin.recoverers().indexOf(other.caller) == caller
                            && twin.indexOf(other.bookie) == bookie)
                    .findFirst()
                    .orElseThrow();
        }

        private ModelStep twin(ModelWorld original, ModelWorld twin, ModelStep step) {
            int owner = named(original, step.owner);
            return twin.record().steps().stream()
                    .filter(other -> other.fingerprint() == step.fingerprint()
                            && twin.recoverers().indexOf(other.owner) == owner)
                    .findFirst()
                    .orElseThrow();
        }

        private int named(ModelWorld original, ModelActor actor) {
            int number = original.recoverers().indexOf(actor);
            return number < 0 ? number : recoverers[number];
        }
    }
}
