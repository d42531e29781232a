package io.daybook.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets things happen to nodes and links at random moments until stopped: the middle phase of a scenario.
 *
 * <p>Which kinds of trouble a run has, how often and for how long, is drawn from its seed. At most {@code downMax} nodes are dead at once.
 */
public final class SimChaos {
    private final SimWorld world;
    private final SimRandom random;
    private final SimRandom details = new SimRandom(0); // of one strike
    private final List<SimNode> victims;
    private final int downMax;
    private final List<Trouble> kinds = new ArrayList<>();
    private final long pauseNanos; // between two troubles, on the average
    private boolean stopped;

    /** One kind of trouble. */
    private enum Trouble {
        CRASH,
        KILL,
        PAUSE,
        CUT,
        ISOLATE,
        RESET,
        HALF_OPEN,
        METADATA_CUT,
        METADATA_OUTAGE,
        SESSION_EXPIRY
    }

    private SimChaos(SimWorld world, List<SimNode> victims, int downMax) {
        this.world = world;
        this.random = world.random("chaos driver");
        this.victims = List.copyOf(victims);
        this.downMax = downMax;
        this.pauseNanos = random.magnitude(10_000_000L, 5_000_000_000L);
        for (Trouble kind : Trouble.values()) {
            if (random.flip()) {
                kinds.add(kind);
            }
        }
    }

    /** Begins now. Nodes that die come back with their {@link SimNode#program} after a while. */
    public static SimChaos start(SimWorld world, List<SimNode> victims, int downMax) {
        SimChaos chaos = new SimChaos(world, victims, downMax);
        if (!chaos.kinds.isEmpty() && !chaos.victims.isEmpty()) {
            chaos.next();
        }
        return chaos;
    }

    /** No new trouble from now on; {@link SimWorld#heal} ends what there is. */
    public void stop() {
        stopped = true;
    }

    /** The kinds of trouble this run has. */
    @Override
    public String toString() {
        return "trouble every %s: %s".formatted(Duration.ofNanos(pauseNanos), kinds);
    }

    private void next() {
        world.after(random.magnitude(Math.max(1, pauseNanos / 20), pauseNanos * 2), true, () -> {
            if (!stopped) {
                strike(kinds.get(random.below(kinds.size())), victim());
                next();
            }
        });
    }

    private void strike(Trouble kind, SimNode node) {
        SimNode other = victim();
        details.restart(random.nextLong());
        if (!world.happens("strike")) {
            return;
        }
        world.note(node.name(), "chaos", kind.ordinal(), 0);
        switch (kind) {
            case CRASH -> fell(node, node::crash);
            case KILL -> fell(node, node::kill);
            case PAUSE -> node.pause(Duration.ofNanos(duration()));
            case CUT -> {
                if (node != other) {
                    cut(node.name(), other.name());
                }
            }
            case ISOLATE ->
                victims.forEach(each -> {
                    if (each != node) {
                        cut(node.name(), each.name());
                        cut(each.name(), node.name());
                    }
                });
            case RESET -> world.network().reset(node.name(), other.name());
            case HALF_OPEN -> world.network().halfOpen(node.name(), other.name());
            case METADATA_CUT -> {
                if (details.flip()) {
                    cut(node.name(), SimWorld.METADATA);
                } else {
                    cut(SimWorld.METADATA, node.name());
                }
            }
            case METADATA_OUTAGE -> {
                world.metadata().outage(true);
                later(() -> world.metadata().outage(false));
            }
            case SESSION_EXPIRY -> world.metadata().expireSession(node.name());
        }
    }

    private void fell(SimNode node, Runnable how) {
        long down = victims.stream().filter(each -> !each.alive()).count();
        if (!node.alive() || down >= downMax) {
            return;
        }
        how.run();
        later(() -> {
            if (!node.alive()) {
                node.restart();
            }
        });
    }

    private void cut(String from, String to) {
        world.network().cut(from, to);
        later(() -> world.network().heal(from, to));
    }

    private void later(Runnable end) {
        world.after(duration(), true, end);
    }

    private long duration() {
        return details.magnitude(1_000_000L, 20_000_000_000L);
    }

    private SimNode victim() {
        return victims.get(random.below(victims.size()));
    }
}
