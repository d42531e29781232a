package io.daybook.sim.ledger;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.client.ClientConfig;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimRandom;
import io.daybook.sim.SimWorld;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One run: a writer, a tailing reader, clients that take the ledger over, bookies that crash; then everything heals, the ledger must get
 * sealed, and is looked at from all sides.
 */
final class LedgerStory {
    private static final Duration SEALED_WITHIN = Duration.ofSeconds(30); // D6

    private final SimWorld world;
    private final LedgerPlan plan;
    private final Mutant mutant;
    private final boolean onDisk;
    private final SimRandom random;
    private final LedgerWitness witness;
    private final List<SimBookie> bookies = new ArrayList<>();
    private final List<TakeoverActor> takeovers = new ArrayList<>();
    private final List<NeighbourActor> neighbours = new ArrayList<>();
    private final OpenOptions options;
    private @Nullable ClusterLayout layout;

    /** @param onDisk whether bookies have their real journal and store, on simulated disks */
    LedgerStory(SimWorld world, LedgerPlan plan, Mutant mutant, boolean onDisk) {
        this.world = world;
        this.plan = plan;
        this.mutant = mutant;
        this.onDisk = onDisk;
        this.random = world.random("story");
        this.witness = new LedgerWitness(world, ClientNode.CLUSTER.root(), mutant.judgedByHarm());
        this.options = OpenOptions.DEFAULT.withPassword(plan.password());
        world.plan(plan);
        world.observe(witness);
    }

    void tell() {
        setUpBookies();
        ClientNode writing = client("writer");
        LedgerClient client = world.await(writing.open());
        LedgerWriter writer = world.await(client.create(LedgerOptions.DEFAULT
                .withReplication(plan.replication())
                .withDigestType(plan.digest())
                .withDeferredSync(plan.deferred())
                .withExplicitIds(plan.explicit())
                .withPassword(plan.password())));
        witness.ledger(writer.ledger());
        if (plan.deferred()) {
            witness.follow(writer::lastAddConfirmed);
        }

        for (int i = 0; i < plan.neighbours(); i++) {
            LedgerWriter beside = world.await(client.create(LedgerOptions.DEFAULT
                    .withReplication(plan.replication())
                    .withDigestType(plan.digest())
                    .withPassword(plan.password())));
            neighbours.add(new NeighbourActor(writing, beside, plan.entries(), random.split("neighbour " + i)));
        }
        WritingActor actor = new WritingActor(writing, writer, plan, random.split("writer"), neighbours);
        trouble(writing, writer, actor);
        heal(writer);
        check(actor, writing, writer);
    }

    // ---- before

    private void setUpBookies() {
        SimNode admin = world.node("admin");
        layout = world.await(
                ClusterLayout.init(admin.metaStore(), ClientNode.CLUSTER, admin.entropy(), admin.loop("main")));
        ClusterLayout cluster = layout();
        for (int i = 1; i <= plan.bookies(); i++) {
            SimNode node = world.node("b" + i);
            SimBookie bookie = onDisk
                    ? new DiskBookie(node, plan, witness)
                    : new CoreBookie(node, cluster, plan, plan.syncNanos().get(i - 1), mutant, witness);
            bookies.add(bookie);
            bookie.start();
        }
        String available = ClientNode.CLUSTER.root() + "/available";
        for (int tries = 0; registered(available) < plan.bookies(); tries++) {
            if (tries == 1_000) {
                throw new AssertionError("the bookies did not get registered: "
                        + world.metadata().children(available));
            }
            world.runFor(Duration.ofMillis(10));
        }
    }

    private long registered(String available) {
        return world.metadata().children(available).stream()
                .filter(name -> name.startsWith("b"))
                .count();
    }

    private ClusterLayout layout() {
        return Objects.requireNonNull(layout);
    }

    private ClientNode client(String name) {
        return new ClientNode(world.node(name), plan.config(), plan, mutant, witness);
    }

    // ---- meanwhile

    private void trouble(ClientNode writing, LedgerWriter writer, WritingActor actor) {
        Timetable timetable = new Timetable(world);
        long end = world.now() + plan.spanNanos() + plan.spanNanos() / 4;
        List<SimNode> clients = new ArrayList<>(List.of(world.node("writer"), world.node("reader")));
        TailingActor tail = new TailingActor(
                client("reader"), writer.ledger(), options, random.magnitude(1_000_000, 10_000_000 + plan.spanNanos()));
        for (int i = 1; i <= plan.takeovers(); i++) {
            takeovers.add(new TakeoverActor(
                    client("r" + i),
                    writer.ledger(),
                    options,
                    random.magnitude(1_000_000, 10_000_000 + plan.spanNanos() / 4)));
            clients.add(world.node("r" + i));
        }
        schedule(timetable);
        LedgerTrouble trouble = new LedgerTrouble(
                world, random.split("trouble"), timetable, bookies, clients, this::startOneTakeover, plan);
        trouble.slowLinks();
        witness.onMoment(trouble);
        for (int i = 0; i < plan.troubles(); i++) {
            timetable.in(random.between(0, plan.spanNanos()), trouble::strike);
        }
        if (random.below(16) == 0) {
            timetable.in(random.between(0, plan.spanNanos()), () -> {
                if (writing.up()) {
                    writing.loop().execute(writer::abandon);
                }
            });
        }
        LedgerPlan.drawFaults(random.split("faults"), world.faults());
        writing.loop().execute(actor::start);
        if (random.below(3) != 0) {
            tail.start();
        }
        timetable.runUntil(end);
        takeovers.forEach(TakeoverActor::stop);
        tail.stop();
    }

    /** Takeovers begin at any time, soon, or close behind one another. */
    private void schedule(Timetable timetable) {
        long at = random.between(0, plan.spanNanos());
        for (TakeoverActor takeover : takeovers) {
            at = switch (random.below(3)) {
                case 0 -> random.between(0, plan.spanNanos());
                case 1 -> random.magnitude(50_000, plan.spanNanos());
                default -> at + random.magnitude(1_000, plan.spanNanos() / 4);
            };
            timetable.in(at, takeover::startOnce);
        }
    }

    private void startOneTakeover() {
        for (TakeoverActor takeover : takeovers) {
            if (takeover.startOnce()) {
                return;
            }
        }
    }

    private void heal(LedgerWriter writer) {
        witness.onMoment((moment, bookie, client) -> {});
        bookies.forEach(SimBookie::repair);
        world.heal();
        world.note("story", "healed", 0, 0);
    }

    /** Starts processes again that have ended by themselves, if only now: a failed disk was noticed before everything healed. */
    private void supervise() {
        bookies.forEach(bookie -> {
            if (!bookie.node().alive()) {
                bookie.node().restart();
            }
        });
    }

    // ---- after

    private void check(WritingActor actor, ClientNode writing, LedgerWriter writer) {
        ClientNode judging = new ClientNode(world.node("judge"), ClientConfig.DEFAULT, plan, mutant, witness);
        TakeoverActor judge = new TakeoverActor(judging, writer.ledger(), options, 100_000_000L);
        judge.start();
        long until = world.now() + SEALED_WITHIN.toNanos();
        while (judge.reader() == null && world.now() < until) {
            supervise();
            world.runFor(Duration.ofMillis(100));
        }
        if (judge.reader() == null) {
            throw LedgerWitness.violation(
                    "I16", "not sealed %s after everything had healed: %s", SEALED_WITHIN, judge.lastFailure());
        }
        LedgerMetadata end = Objects.requireNonNull(witness.closed());
        judge.check(end);
        takeovers.forEach(takeover -> takeover.check(end));
        readBack(Objects.requireNonNull(judge.reader()), end);
        if (!onDisk) {
            copies(end);
        }
        if (plan.restartAtEnd() || onDisk) {
            bookies.forEach(SimBookie::crash);
            bookies.forEach(bookie -> bookie.node().restart());
            world.runFor(Duration.ofSeconds(1)); // replay
            readBack(Objects.requireNonNull(judge.reader()), end);
            if (onDisk) {
                new CopyCount(world, witness, judging, layout(), plan).check(end);
            } else {
                copies(end);
            }
        }
        if (writing.alive()) {
            actor.appendAfterTheEnd();
        }
        world.runFor(Duration.ofSeconds(2));
        takeovers.forEach(takeover -> takeover.check(end));
        actor.check(end);
        neighbours.forEach(neighbour -> check(neighbour, judging));
    }

    /** What was acknowledged beside the watched ledger is there as well. */
    private void check(NeighbourActor neighbour, ClientNode judging) {
        neighbour.takeOver(judging, options);
        long until = world.now() + SEALED_WITHIN.toNanos();
        while (neighbour.reader() == null && world.now() < until) {
            supervise();
            world.runFor(Duration.ofMillis(100));
        }
        LedgerReader reader = neighbour.reader();
        if (reader == null) {
            throw LedgerWitness.violation("I16", "a further ledger was not sealed %s after the end", SEALED_WITHIN);
        }
        long lastEntry = reader.metadata().lastEntry();
        neighbour.checkEnd(lastEntry);
        for (long first = 0; first <= lastEntry; first += 16) {
            try (LedgerEntries entries = read(reader, first, Math.min(lastEntry, first + 15))) {
                entries.forEach(neighbour::checkContent);
            }
        }
    }

    /** I1, I4: everything is there and is what the writer gave. */
    private void readBack(LedgerReader reader, LedgerMetadata end) {
        for (long first = 0; first <= end.lastEntry(); first += 16) {
            long last = Math.min(end.lastEntry(), first + 15);
            LedgerEntries entries = read(reader, first, last);
            long next = first;
            for (LedgerEntry entry : entries) {
                if (entry.entryId() != next) {
                    throw LedgerWitness.violation("I4", "entry %d was read as entry %d", next, entry.entryId());
                }
                witness.content(next, entry.bytes(), "the sealed ledger");
                if (entry.length() != witness.length(next)) {
                    throw LedgerWitness.violation(
                            "I2", "entry %d has length %d instead of %d", next, entry.length(), witness.length(next));
                }
                next++;
            }
            entries.close();
            if (next != last + 1) {
                throw LedgerWitness.violation("I4", "entries %d to %d ended at %d", first, last, next - 1);
            }
        }
    }

    /** Reads, again and again while connections that broke in the chaos are made anew. */
    private LedgerEntries read(LedgerReader reader, long first, long last) {
        long until = world.now() + SEALED_WITHIN.toNanos();
        while (true) {
            try {
                return world.await(reader.read(first, last));
            } catch (LedgerException.ReadFailed transientFailure) {
                if (world.now() > until) {
                    throw transientFailure;
                }
                supervise();
                world.runFor(Duration.ofMillis(200));
            }
        }
    }

    /** I2, I5: every copy on every bookie is what the writer gave, and there are enough of them. */
    private void copies(LedgerMetadata end) {
        EntryDigest digest = EntryDigest.of(plan.digest(), plan.password());
        for (SimBookie bookie : bookies) {
            BookieId id = bookie.id();
            for (Map.Entry<Long, byte[]> copy :
                    Objects.requireNonNull(bookie.bodies(witness.ledgerId())).entrySet()) {
                long entryId = copy.getKey();
                try (LedgerEntry entry =
                        digest.unpack(witness.ledgerId(), entryId, Unpooled.copiedBuffer(copy.getValue()))) {
                    witness.content(entryId, entry.bytes(), id.toString());
                    if (entry.length() != witness.length(entryId)) {
                        throw LedgerWitness.violation(
                                "I2", "%s has entry %d with length %d", id, entryId, entry.length());
                    }
                }
            }
        }
        witness.replicated(end, "in the end");
    }
}
