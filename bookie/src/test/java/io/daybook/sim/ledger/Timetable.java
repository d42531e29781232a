package io.daybook.sim.ledger;

import io.daybook.sim.SimWorld;
import java.time.Duration;
import java.util.TreeMap;

/** Things to do to a world from outside, at their times. */
final class Timetable {
    private final SimWorld world;
    private final TreeMap<Long, Runnable> steps = new TreeMap<>();

    Timetable(SimWorld world) {
        this.world = world;
    }

    /** In {@code nanos} from now, between two events. */
    void in(long nanos, Runnable step) {
        long at = world.now() + nanos;
        while (steps.containsKey(at)) {
            at++;
        }
        steps.put(at, step);
    }

    /** Runs the world until {@code end}, in virtual ns since it began; what was due later is forgotten. */
    void runUntil(long end) {
        while (!steps.isEmpty() && steps.firstKey() <= end) {
            var next = steps.pollFirstEntry();
            world.runFor(Duration.ofNanos(Math.max(0, next.getKey() - world.now())));
            next.getValue().run();
        }
        steps.clear();
        world.runFor(Duration.ofNanos(Math.max(0, end - world.now())));
    }
}
