package io.daybook.sim;

import java.util.ArrayList;
import java.util.List;

/** The wire from one node to another; the way back is another link. */
final class SimLink {
    private final SimWorld world;
    private final String name;
    private final List<Runnable> waiting = new ArrayList<>(); // what resumes when the link is up again
    private final List<Runnable> watchers = new ArrayList<>(); // told of each cut and each repair
    private long baseNanos;
    private long jitterNanos;
    private long factor;
    private boolean cut;

    SimLink(SimWorld world, String name) {
        this.world = world;
        this.name = name;
        SimRandom random = world.schedule();
        boolean wild = world.isExploring();
        this.baseNanos = wild ? random.magnitude(5_000, 1_000_000) : 20_000;
        this.jitterNanos = wild ? random.magnitude(1_000, 2_000_000) : 30_000;
        long slow = world.mode() == SimMode.SLOW_LINKS && random.below(4) == 0 ? random.magnitude(10, 100) : 1;
        this.factor = slow > 1 && world.happens("slow-way") ? slow : 1;
    }

    String name() {
        return name;
    }

    boolean isCut() {
        return cut;
    }

    /** The time one frame takes, in ns. */
    long delay() {
        long delay = (baseNanos + world.schedule().below((int) Math.min(jitterNanos, Integer.MAX_VALUE))) * factor;
        if (world.strikes(SimFault.FRAME_DELAY, world.faults().frameDelay)) {
            delay *= world.chaos().between(2, 100);
        }
        return delay;
    }

    void latency(long nanos) {
        baseNanos = nanos;
        jitterNanos = Math.max(1, nanos / 4);
        factor = 1;
    }

    void slow(long times) {
        factor = times;
    }

    void cut() {
        world.note(name, "cut", 0, 0);
        cut = true;
        List.copyOf(watchers).forEach(Runnable::run);
    }

    /** Puts the link up; what waited goes on. */
    void heal() {
        if (cut) {
            world.note(name, "up", 0, 0);
            cut = false;
            List.copyOf(watchers).forEach(Runnable::run);
        }
        resume();
    }

    /** Asks for {@code step} to run when the link may work again. */
    void whenUp(Runnable step) {
        waiting.add(step);
    }

    void watch(Runnable changed) {
        watchers.add(changed);
    }

    void unwatch(Runnable changed) {
        watchers.remove(changed);
    }

    void resume() {
        if (!waiting.isEmpty()) {
            List<Runnable> steps = List.copyOf(waiting);
            waiting.clear();
            steps.forEach(Runnable::run);
        }
    }
}
