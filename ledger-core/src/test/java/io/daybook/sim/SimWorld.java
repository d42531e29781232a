package io.daybook.sim;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A cluster in one thread: nodes, network, disks and metadata over virtual time, where one seed decides every order and every fault.
 *
 * <p>{@code new SimWorld(seed)} is calm: orders and delays vary, nothing fails unless the test asks for it. {@link #exploring} also draws
 * a {@link SimMode} and the rates of {@link SimFaults} from the seed. The same seed and the same calls give the same {@link
 * #traceHash}.
 *
 * <p>An exception that leaves a task, or a broken invariant, throws a {@link SimFailure} out of the call that ran the world.
 */
public final class SimWorld {
    /** The name under which the network knows the metadata service. */
    public static final String METADATA = "metadata";

    private static final Duration AWAIT_MAX = Duration.ofMinutes(30); // of virtual time
    private static final int LAG_NANOS = 4_000;

    private final long seed;
    private final SimMode mode;
    private final SimFaults faults;
    private final boolean exploring;
    private final SimRandom schedule;
    private final SimRandom chaos; // apart: a fault more or less leaves the order of things alone
    private final SimRandom[] strikes = new SimRandom[SimFault.values().length]; // one per fault, for the same reason
    private final SimDecisions decisions = new SimDecisions();
    private final SimQueue queue = new SimQueue();
    private final SimTrace trace = new SimTrace();
    private final Map<String, SimNode> nodes = new LinkedHashMap<>();
    private final Map<Enum<?>, long[]> reached = new LinkedHashMap<>();
    private final List<Observer> observers = new ArrayList<>();
    private final SimNetwork network;
    private final SimMetadata metadata;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);

    private long now;
    private long steps;
    private long nextRankChange;
    private @Nullable SimLoop current;
    private @Nullable Object plan;
    private @Nullable SimFaults healed; // as they were before
    private @Nullable SimFailure failure;

    /** A calm world. */
    public SimWorld(long seed) {
        this(seed, SimMode.UNIFORM, SimFaults.none(), false);
    }

    public SimWorld(long seed, SimMode mode, SimFaults faults) {
        this(seed, mode, faults, true);
    }

    private SimWorld(long seed, SimMode mode, SimFaults faults, boolean exploring) {
        this.seed = seed;
        this.mode = mode;
        this.faults = faults;
        this.exploring = exploring;
        SimRandom root = new SimRandom(seed);
        this.schedule = root.split("schedule");
        this.chaos = root.split("chaos");
        for (SimFault fault : SimFault.values()) {
            strikes[fault.ordinal()] = root.split(fault.stream);
        }
        this.network = new SimNetwork(this);
        this.metadata = new SimMetadata(this);
        this.nextRankChange = schedule.between(50, 2_000);
    }

    /** A world whose mode and fault rates the seed draws; disks fail too if {@code damaging}. */
    public static SimWorld exploring(long seed, boolean damaging) {
        SimRandom swarm = new SimRandom(seed).split("swarm");
        SimMode mode = SimMode.values()[swarm.below(SimMode.values().length)];
        return new SimWorld(seed, mode, SimFaults.drawn(swarm, damaging), true);
    }

    public long seed() {
        return seed;
    }

    public SimMode mode() {
        return mode;
    }

    /** The rates at which things go wrong by themselves; may be changed at any time. */
    public SimFaults faults() {
        return faults;
    }

    /** The node of this name, which is also its host name; made and started on first use. */
    public SimNode node(String name) {
        SimNode node = nodes.get(name);
        if (node == null) {
            node = new SimNode(this, name, nodes.size());
            nodes.put(name, node);
        }
        return node;
    }

    /** All nodes, in the order they were made. */
    public Collection<SimNode> nodes() {
        return List.copyOf(nodes.values());
    }

    /** The wires between nodes. */
    public SimNetwork network() {
        return network;
    }

    /** The metadata service that all nodes share. */
    public SimMetadata metadata() {
        return metadata;
    }

    /** Virtual nanoseconds since the world began. */
    public long now() {
        return now;
    }

    /** A source for the choices of a scenario. */
    public SimRandom random(String purpose) {
        return new SimRandom(seed).split(purpose);
    }

    // ---- running

    /** Lets the next event happen; false if there is none. */
    public boolean step() {
        SimEvent event = queue.first();
        if (event == null) {
            return false;
        }
        queue.remove(event);
        now = event.at;
        steps++;
        if (mode == SimMode.PRIORITY && steps == nextRankChange) {
            nextRankChange += schedule.between(50, 5_000);
            nodes.values().forEach(node -> {
                if (schedule.flip()) {
                    node.redrawLags();
                }
            });
        }
        event.fire();
        if (!observers.isEmpty()) {
            observe();
        }
        if (failure != null) {
            throw failure;
        }
        return true;
    }

    /**
     * Runs until nothing is queued, on its way, or being written: only timers are left. Timers that come due before that fire. Fails after
     * 10 million events.
     */
    public void runUntilIdle() {
        long limit = steps + 10_000_000;
        while (queue.foreground() > 0) {
            step();
            if (steps > limit) {
                throw failed("the world is still busy after 10 million events", null);
            }
        }
    }

    /** Runs everything, timers included, for {@code time} of virtual time. */
    public void runFor(Duration time) {
        long end = now + time.toNanos();
        for (SimEvent next = queue.first(); next != null && next.at <= end; next = queue.first()) {
            step();
        }
        now = end;
    }

    /** Lets {@code step} happen in {@code nanos} of virtual time from now, as an event of its own and of no node: trouble from outside. */
    public void later(long nanos, Runnable step) {
        after(nanos, true, step);
    }

    /** Runs, timers included, until {@code condition} holds; false if {@code limit} of virtual time passes or nothing is left to run. */
    public boolean runUntil(BooleanSupplier condition, Duration limit) {
        long end = now + limit.toNanos();
        while (!condition.getAsBoolean()) {
            SimEvent next = queue.first();
            if (next == null || next.at > end) {
                return false;
            }
            step();
        }
        return true;
    }

    /**
     * Runs, timers included, until {@code stage} has completed; returns its value or throws its failure, unwrapped. Fails when
     * 30 virtual minutes pass without it.
     */
    public <T> T await(CompletionStage<T> stage) {
        AtomicReference<Outcome<T>> outcome = new AtomicReference<>();
        stage.whenComplete((value, thrown) -> outcome.set(new Outcome<>(value, thrown)));
        if (!runUntil(() -> outcome.get() != null, AWAIT_MAX)) {
            throw failed("waited for a future that did not complete within " + AWAIT_MAX + " of virtual time", null);
        }
        Throwable thrown = outcome.get().thrown;
        while (thrown instanceof CompletionException && thrown.getCause() != null) {
            thrown = thrown.getCause();
        }
        if (thrown != null) {
            SimWorld.<RuntimeException>throwAsIs(thrown);
        }
        return outcome.get().value;
    }

    /** Ends the chaos: no more faults by themselves, all links up and fast, pauses over, nodes that are down restarted. */
    public void heal() {
        note("world", "heal", 0, 0);
        healed = faults.copy();
        faults.clear();
        network.healAll();
        metadata.heal();
        for (SimNode node : nodes()) {
            node.heal();
        }
    }

    // ---- watching

    /** Called after each event. */
    public interface Observer {
        void afterEvent(SimWorld world);
    }

    /** Asks {@code observer} after each event; what it throws ends the run. */
    public void observe(Observer observer) {
        observers.add(observer);
    }

    /** Every event so far, folded into 64 bits: equal for equal runs. */
    public long traceHash() {
        return trace.hash();
    }

    /** Where the frames of this world come from, and any buffer of the code under test that should be accounted for. */
    public ByteBufAllocator allocator() {
        return allocator;
    }

    /** Bytes of {@link #allocator} that nobody has released: 0 at the end of a run without crashes, or something leaks. */
    public long heldBytes() {
        return allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
    }

    /** Events so far. */
    public long events() {
        return trace.events();
    }

    /** The last {@code n} events of each actor, as far as they are kept, oldest first. */
    public List<String> lastEvents(int n) {
        return trace.last(n);
    }

    /** Adds an event of a scenario or an observer to the trace; {@code actor} and {@code what} are constants. */
    public void note(String actor, String what, long first, long second) {
        trace.add(now, actor, what, first, second);
    }

    /** How often each {@code Probe} mark was reached, by its {@link ScenarioResult#name}. */
    public Map<String, Long> reached() {
        Map<String, Long> counts = new LinkedHashMap<>();
        reached.forEach((mark, times) -> counts.put(ScenarioResult.name(mark), times[0]));
        return Collections.unmodifiableMap(counts);
    }

    /** Ends the run with a failure, also from inside a task: the call that runs the world throws it. */
    public void fail(String sentence, @Nullable Throwable cause) {
        if (failure == null) {
            failure = failed(sentence, cause);
        }
    }

    /** What the seed chose for this run beside mode and faults, for the report of a failure. */
    public void plan(Object plan) {
        this.plan = plan;
    }

    /**
     * Asks whether an unusual thing that was drawn may happen; a shrunk run says no to most. Draw everything that belongs to it before
     * asking, or from a source of its own, so that a no changes no other draw.
     *
     * @param stream a constant word of letters and hyphens
     */
    public boolean happens(String stream) {
        return decisions.happens(stream);
    }

    // ---- for the twins

    /** Keeps some ten thousand events in clear, instead of some hundred. */
    void traceMore() {
        if (trace.events() == 0) {
            trace.keepMore();
        }
    }

    SimDecisions decisions() {
        return decisions;
    }

    /** Mode, rates, and what the scenario drew. */
    String options() {
        return "mode %s, faults %s%s"
                .formatted(mode, healed == null ? faults : healed, plan == null ? "" : ", " + plan);
    }

    /** True {@code rate} times in a million; further draws for the fault come from {@link #chaos}. */
    boolean strikes(SimFault fault, int rate) {
        if (rate <= 0) {
            return false;
        }
        long draw = strikes[fault.ordinal()].nextLong();
        if (((draw >>> 32) * 1_000_000) >>> 32 >= rate) {
            return false;
        }
        chaos.restart(draw);
        return decisions.happens(fault.stream);
    }

    SimRandom schedule() {
        return schedule;
    }

    SimRandom chaos() {
        return chaos;
    }

    boolean isExploring() {
        return exploring;
    }

    @Nullable
    SimLoop current() {
        return current;
    }

    void enterLoop(SimLoop loop) {
        current = loop;
    }

    void leaveLoop() {
        current = null;
    }

    void mark(Enum<?> mark) {
        reached.computeIfAbsent(mark, first -> new long[1])[0]++;
    }

    /** Lets {@code event} happen {@code delay} ns from now. */
    void add(SimEvent event, long delay) {
        event.at = now + delay;
        event.tie = schedule.nextLong();
        queue.add(event);
    }

    /** As {@link #add}, for a step that needs no event class of its own. */
    SimEvent after(long delay, boolean background, Runnable step) {
        SimEvent event = new SimEvent() {
            @Override
            void fire() {
                step.run();
            }
        };
        event.background = background;
        add(event, delay);
        return event;
    }

    void remove(SimEvent event) {
        queue.remove(event);
    }

    /** Brings the timers of {@code node} forward by {@code nanos}. */
    void hasten(SimNode node, long nanos) {
        List<SimLoop.SimTimer> timers = new ArrayList<>();
        for (SimEvent event : queue.all()) {
            if (event instanceof SimLoop.SimTimer timer && timer.node() == node) {
                timers.add(timer);
            }
        }
        timers.sort(Comparator.<SimEvent>comparingLong(timer -> timer.at).thenComparingLong(timer -> timer.tie));
        for (SimLoop.SimTimer timer : timers) {
            queue.remove(timer);
            add(timer, Math.max(0, timer.at - now - nanos));
        }
    }

    /** How long a loop's task may wait for its pass, in ns. */
    long drawLag(SimNode node) {
        return switch (mode) {
            case UNIFORM -> LAG_NANOS;
            case SLOW_LINKS -> LAG_NANOS * node.slowness();
            case PRIORITY -> {
                long rank = schedule.magnitude(100, 20_000_000);
                yield happens("rank") ? rank : LAG_NANOS;
            }
        };
    }

    /** A collection or a preemption: ns to add to the delay of a pass, mostly 0. */
    long stall() {
        return strikes(SimFault.LOOP_STALL, faults.loopStall) ? chaos.magnitude(10_000, 10_000_000) : 0;
    }

    private void observe() {
        try {
            for (int i = 0; i < observers.size(); i++) {
                observers.get(i).afterEvent(this);
            }
        } catch (RuntimeException | AssertionError broken) {
            fail("an observer found a violation", broken);
        }
    }

    private SimFailure failed(String sentence, @Nullable Throwable cause) {
        String where = "%s (at %,d ns of virtual time, mode %s, faults %s)".formatted(sentence, now, mode, faults);
        return cause == null ? new SimFailure(seed, where) : new SimFailure(seed, where + ": " + cause, cause);
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void throwAsIs(Throwable thrown) throws E {
        throw (E) thrown;
    }

    private record Outcome<T>(T value, @Nullable Throwable thrown) {}
}
