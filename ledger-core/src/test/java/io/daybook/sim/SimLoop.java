package io.daybook.sim;

import io.daybook.base.error.Check;
import io.daybook.base.exec.Loop;
import io.daybook.base.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/**
 * A loop without a thread: its passes are events of the world, each running as many of the queued tasks as the seed says.
 *
 * <p>Belongs to one life of its node; when that ends, so do its tasks and timers, and {@link #execute} refuses.
 */
public final class SimLoop implements Loop {
    private final SimWorld world;
    private final SimNode node;
    private final SimLife life;
    private final String name;
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private final Pass pass = new Pass();
    private List<Runnable> afterPass = new ArrayList<>();
    private boolean closed;
    private long lagMax; // ns a task waits at most; redrawn in the PRIORITY mode

    SimLoop(SimWorld world, SimNode node, SimLife life, String name) {
        this.world = world;
        this.node = node;
        this.life = life;
        this.name = name;
        this.lagMax = world.drawLag(node);
    }

    @Override
    public String name() {
        return name;
    }

    /** The node this loop is of. */
    public SimNode node() {
        return node;
    }

    @Override
    public boolean inLoop() {
        return world.current() == this;
    }

    @Override
    public boolean mayBlock() {
        return false;
    }

    @Override
    public Clock clock() {
        return node.clock();
    }

    @Override
    public void execute(Runnable task) {
        if (closed || !life.alive()) {
            throw new RejectedExecutionException(name + " is closed");
        }
        queue.add(task);
        if (!pass.waiting() && world.current() != this) {
            world.add(pass, delay());
        }
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        Check.argument(delayNanos >= 0, "a delay is 0 ns or more, not %d", delayNanos);
        if (closed || !life.alive()) {
            throw new RejectedExecutionException(name + " is closed");
        }
        SimTimer timer = new SimTimer(task);
        world.add(timer, node.clock().virtual(delayNanos));
        return timer;
    }

    @Override
    public void afterPass(Runnable task) {
        Check.state(inLoop(), "afterPass of %s was called from elsewhere", name);
        afterPass.add(task);
    }

    /** Runs {@code task} as a pass of its own, now: for tests, between two steps of the world. */
    public void enter(Runnable task) {
        call(() -> {
            task.run();
            return true;
        });
    }

    /** As {@link #enter}, with an answer. */
    public <T> T call(Supplier<T> task) {
        Check.state(world.current() == null, "enter and call of %s are for tests, outside of any task", name);
        Check.state(!closed && life.alive(), "%s is closed", name);
        world.enterLoop(this);
        try {
            T answer = task.get();
            runAfterPass();
            return answer;
        } finally {
            world.leaveLoop();
            again();
        }
    }

    /** Refuses tasks from now on; what is queued still runs. */
    public void close() {
        closed = true;
    }

    @Override
    public String toString() {
        return name;
    }

    /** The node died: nothing of this loop happens any more. */
    void drop() {
        queue.clear();
        afterPass.clear();
        world.remove(pass);
    }

    void redrawLag() {
        lagMax = world.drawLag(node);
    }

    /** For what the world itself tells this loop: quietly nothing once the loop is gone. */
    void tell(Runnable task) {
        if (!closed && life.alive()) {
            execute(task);
        }
    }

    private long delay() {
        return world.schedule().below((int) lagMax) + world.stall();
    }

    private void again() {
        if (!queue.isEmpty() && life.alive() && !pass.waiting()) {
            world.add(pass, delay());
        }
    }

    private void runAfterPass() {
        while (!afterPass.isEmpty() && life.alive()) {
            List<Runnable> tasks = afterPass;
            afterPass = new ArrayList<>(tasks.size());
            for (int i = 0; i < tasks.size(); i++) {
                tasks.get(i).run();
            }
        }
    }

    private final class Pass extends SimEvent {
        @Override
        void fire() {
            long pausedUntil = node.pausedUntil();
            if (pausedUntil > world.now()) {
                world.add(this, pausedUntil - world.now());
                return;
            }
            int n = batch();
            world.note(name, "pass", n, queue.size());
            world.enterLoop(SimLoop.this);
            try {
                for (int i = 0; i < n && life.alive(); i++) {
                    queue.poll().run();
                }
                runAfterPass();
            } catch (Throwable failure) { // the outermost place of a task: it ends the run
                world.fail("an exception left a task of " + name, failure);
            } finally {
                world.leaveLoop();
                again();
            }
        }

        private int batch() {
            int queued = queue.size();
            return queued == 1 || world.schedule().flip()
                    ? queued
                    : 1 + world.schedule().below(queued);
        }
    }

    final class SimTimer extends SimEvent implements Timer {
        private final Runnable task;
        private boolean cancelled;

        SimTimer(Runnable task) {
            this.task = task;
            this.background = true;
        }

        SimNode node() {
            return node;
        }

        @Override
        void fire() {
            if (closed || !life.alive()) {
                return;
            }
            world.note(name, "timer", 0, 0);
            execute(() -> {
                if (!cancelled) {
                    task.run();
                }
            });
        }

        @Override
        public void cancel() {
            cancelled = true;
            world.remove(this);
        }
    }
}
