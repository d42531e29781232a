package io.daybook.ledger.client;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every state a {@link ModelWorld} can come to, in whatever order things happen (D8): depth first, each state once,
 * without what {@link ModelReduction} says may be left out.
 *
 * <p>States are told apart by a number of 64 bits, as explicit-state model checkers do: among ten million states two share one
 * with a probability of three in a million. A state is reached again by taking the same steps again, since machines cannot be copied.
 */
final class StateSearch {
    private final ModelShape shape;
    private final WriterRules writerRules;
    private final RecovererRules recovererRules;
    private final Set<ModelReduction> reductions;
    private final LongSet seen = new LongSet();
    private final List<Branch> path = new ArrayList<>();
    private long transitions;
    private long ends;
    private int deepest;

    StateSearch(
            ModelShape shape, WriterRules writerRules, RecovererRules recovererRules, Set<ModelReduction> reductions) {
        this.shape = shape;
        this.writerRules = writerRules;
        this.recovererRules = recovererRules;
        this.reductions = reductions;
    }

    /** Searches all states; returns how the first violation came about, or null if there is none. */
    @Nullable
    String run(long statesMax) {
        return run(statesMax, world -> {});
    }

    /** The same; shows each new state to {@code visitor}, which may look and not touch. */
    @Nullable
    String run(long statesMax, Consumer<ModelWorld> visitor) {
        ModelWorld world = new ModelWorld(shape, writerRules, recovererRules, reductions);
        seen.add(print(world));
        visitor.accept(world);
        path.add(new Branch(world.enabled()));
        boolean fresh = true; // whether the world stands where the path ends
        while (!path.isEmpty()) {
            Branch branch = path.get(path.size() - 1);
            if (branch.next == branch.events.length) {
                path.remove(path.size() - 1);
                fresh = false;
                continue;
            }
            if (!fresh) {
                world = again();
            }
            branch.next++;
            String violated = world.take(branch.taken());
            transitions++;
            fresh = false;
            if (violated == null && seen.add(print(world))) {
                if (seen.size() > statesMax) {
                    throw new IllegalStateException("more than %,d states".formatted(statesMax));
                }
                visitor.accept(world);
                ModelEvents enabled = world.enabled();
                if (enabled.size() == 0) {
                    ends++;
                    violated = world.heal();
                } else {
                    path.add(new Branch(enabled));
                    deepest = Math.max(deepest, path.size());
                    fresh = true;
                }
            }
            if (violated != null) {
                return told(violated);
            }
        }
        return null;
    }

    private long print(ModelWorld world) {
        return reductions.contains(ModelReduction.NAMES) ? ModelPrint.ofClass(world) : ModelPrint.ofState(world);
    }

    /** The events that led to the state that is being visited. */
    int[] path() {
        return path.stream().mapToInt(Branch::taken).toArray();
    }

    long states() {
        return seen.size();
    }

    private ModelWorld again() {
        ModelWorld world = new ModelWorld(shape, writerRules, recovererRules, reductions);
        for (int i = 0; i < path.size() - 1; i++) {
            world.take(path.get(i).taken());
        }
        return world;
    }

    private String told(String violated) {
        StringBuilder story = new StringBuilder(violated);
        ModelWorld world = new ModelWorld(shape, writerRules, recovererRules, reductions);
        for (Branch branch : path) {
            world.take(branch.taken());
            story.append("\n    ").append(world.told(branch.taken()));
        }
        return story.toString();
    }

    @Override
    public String toString() {
        return "%,d states, %,d transitions, %,d ends, at most %d events deep"
                .formatted(states(), transitions, ends, deepest);
    }

    /** A state on the path, and which of its events has been taken. */
    private static final class Branch {
        final int[] events;
        int next;

        Branch(ModelEvents events) {
            this.events = events.toArray();
        }

        int taken() {
            return events[next - 1];
        }
    }

    /** Numbers, each once. */
    private static final class LongSet {
        private long[] places = new long[1 << 16];
        private int size;

        boolean add(long number) {
            long wanted = number == 0 ? 1 : number;
            if (size * 2 > places.length) {
                long[] old = places;
                places = new long[old.length * 2];
                Arrays.stream(old).filter(n -> n != 0).forEach(this::place);
            }
            boolean added = place(wanted);
            size += added ? 1 : 0;
            return added;
        }

        int size() {
            return size;
        }

        private boolean place(long number) {
            int at = (int) (number ^ number >>> 32) & places.length - 1;
            while (places[at] != 0) {
                if (places[at] == number) {
                    return false;
                }
                at = at + 1 & places.length - 1;
            }
            places[at] = number;
            return true;
        }
    }
}
