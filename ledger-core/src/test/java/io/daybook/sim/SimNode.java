package io.daybook.sim;

import io.daybook.base.error.Check;
import io.daybook.base.exec.Loops;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A machine with one process: hands out the twins of all seams.
 *
 * <p>Loops, connections, listeners, the metadata session, the host and open files belong to one life and end with {@link #crash} or {@link #kill};
 * clock and disk outlast it. After {@link #restart} ask for everything anew.
 */
public final class SimNode {
    private final SimWorld world;
    private final String name;
    private final int slowness;
    private final SimClock clock;
    private final SimRandom random;
    private final SimProbe probe;
    private final SimDisk disk;
    private final SimEntropy entropy;

    private final Map<String, SimLoop> loops = new LinkedHashMap<>();
    private SimLife life;
    private SimHost host;
    private @Nullable SimTransport transport;
    private @Nullable SimMetaStore metaStore;
    private boolean poweredOff;
    private long pausedUntil;
    private @Nullable Exit lastExit;
    private @Nullable Consumer<SimNode> program;

    SimNode(SimWorld world, String name, int number) {
        this.world = world;
        this.name = name;
        this.random = world.random("node " + name);
        int slow = world.mode() == SimMode.SLOW_LINKS && random.below(6) == 0 ? (int) random.magnitude(10, 100) : 1;
        this.slowness = slow > 1 && world.happens("slow-node") ? slow : 1;
        this.clock = new SimClock(this, random.between(0, 1L << 40));
        if (world.isExploring()) {
            Duration step = Duration.ofMillis(random.between(-3_600_000, 3_600_000));
            long drift = random.between(-200, 200);
            if (world.happens("clock")) {
                clock.step(step);
                clock.drift(drift);
            }
        }
        this.entropy = new SimEntropy(random.split("entropy"));
        this.probe = new SimProbe(world, random.split("probe"));
        this.disk = new SimDisk(world, name, random.split("disk"));
        this.life = new SimLife(this, 0);
        this.host = new SimHost(this, life, random.nextLong());
        disk.attach(life);
    }

    public String name() {
        return name;
    }

    public SimWorld world() {
        return world;
    }

    /** The loop of this name in the present life; made on first use. */
    public SimLoop loop(String loop) {
        Check.state(life.alive(), "%s is down; restart it first", name);
        SimLoop found = loops.get(loop);
        if (found == null) {
            found = new SimLoop(world, this, life, name + "/" + loop);
            loops.put(loop, found);
        }
        return found;
    }

    /** Loops {@code prefix-0} to {@code prefix-(n-1)}. */
    public Loops loops(String prefix, int n) {
        List<SimLoop> all = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            all.add(loop(prefix + "-" + i));
        }
        return new Loops(List.copyOf(all));
    }

    public SimClock clock() {
        return clock;
    }

    public SimEntropy entropy() {
        return entropy;
    }

    public SimProbe probe() {
        return probe;
    }

    public SimDisk disk() {
        return disk;
    }

    public SimHost host() {
        return host;
    }

    /** The transport of the present life, with frames of up to 5 MiB; accepted connections belong to the loop that listens. */
    public SimTransport transport() {
        Check.state(life.alive(), "%s is down; restart it first", name);
        if (transport == null) {
            transport = new SimTransport(world, this, life, SimTransport.FRAME_SIZE_MAX, null);
        }
        return transport;
    }

    /** One more transport, with its own frame limit and, unless null, its own loops for accepted connections. */
    public SimTransport transport(int frameSizeMax, @Nullable Loops accepting) {
        Check.state(life.alive(), "%s is down; restart it first", name);
        return new SimTransport(world, this, life, frameSizeMax, accepting);
    }

    /** The metadata client of the present life, connected. */
    public SimMetaStore metaStore() {
        Check.state(life.alive(), "%s is down; restart it first", name);
        if (metaStore == null) {
            metaStore = new SimMetaStore(world, this, life, random.split("meta " + life.number()));
        }
        return metaStore;
    }

    /** True between a start and the next crash. */
    public boolean alive() {
        return life.alive();
    }

    /** How the last process ended by itself, or null if none did. */
    public @Nullable Exit lastExit() {
        return lastExit;
    }

    /** What {@link #restart} runs in each new life. */
    public SimNode program(Consumer<SimNode> start) {
        program = start;
        return this;
    }

    /** The machine loses power: unsynced disk content is lost as the seed says, peers hear nothing until the restart. */
    public void crash() {
        if (life.alive()) {
            world.note(name, "crash", 0, 0);
            poweredOff = true;
            die();
            disk.crash();
        }
    }

    /** The process dies (kill −9): the operating system lives on, keeps what was written, and resets the connections. */
    public void kill() {
        if (life.alive()) {
            world.note(name, "kill", 0, 0);
            die();
            disk.detach();
        }
    }

    /** A new life, after {@link #crash} or {@link #kill}; runs the {@link #program} if there is one. */
    public SimNode restart() {
        Check.state(!life.alive(), "%s is running; crash or kill it first", name);
        poweredOff = false;
        life = new SimLife(this, life.number() + 1);
        host = new SimHost(this, life, random.nextLong());
        disk.attach(life);
        world.note(name, "restart", life.number(), 0);
        world.network().kick(this);
        if (program != null) {
            program.accept(this);
        }
        return this;
    }

    /** Stops all loops for a while, as a collection or SIGSTOP does; clocks, network and disk go on. */
    public void pause(Duration time) {
        world.note(name, "pause", time.toNanos(), 0);
        pausedUntil = Math.max(pausedUntil, world.now() + time.toNanos());
    }

    @Override
    public String toString() {
        return name;
    }

    /** How a process ended. */
    public record Exit(int status, String reason) {}

    void exited(int status, String reason) {
        world.note(name, "exit", status, 0);
        lastExit = new Exit(status, reason);
        kill();
    }

    void heal() {
        pausedUntil = world.now();
        disk.heal();
        if (!life.alive()) {
            restart();
        }
    }

    SimLife life() {
        return life;
    }

    boolean poweredOff() {
        return poweredOff;
    }

    long pausedUntil() {
        return pausedUntil;
    }

    int slowness() {
        return slowness;
    }

    void redrawLags() {
        loops.values().forEach(SimLoop::redrawLag);
    }

    private void die() {
        life.end();
        loops.values().forEach(SimLoop::drop);
        loops.clear();
        world.network().nodeDied(this, poweredOff);
        if (metaStore != null) {
            metaStore.drop();
        }
        transport = null;
        metaStore = null;
    }
}
