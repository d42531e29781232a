package io.daybook.sim.ledger;

import io.daybook.sim.SimWorld;
import java.time.Duration;

/** Things to do to a world from outside, at their times. */
final class Timetable {
    private final SimWorld world;
    private boolean over;

    Timetable(SimWorld world) {
        this.world = world;
    }

    /** In {@code nanos} from now, as an event of its own. */
    void in(long nanos, Runnable step) {
        if (!over) {
            world.later(nanos, () -> {
                if (!over) {
                    step.run();
                }
            });
        }
    }

    /** Runs the world until {@code end}, in virtual ns since it began; what was due later is forgotten. */
    void runUntil(long end) {
        world.runFor(Duration.ofNanos(Math.max(0, end - world.now())));
        over = true;
    }
}
