package io.daybook.sim.ledger;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.DigestType;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimRandom;
import io.daybook.sim.SimWorld;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What goes wrong with machines and links in one run; which kinds do is drawn from the seed. */
final class LedgerTrouble implements Moment.Listener {
    private static final long SLOWEST_LINK_NANOS = 200_000_000L;

    private final SimWorld world;
    private final SimRandom random;
    private SimRandom details = new SimRandom(0); // of one strike, apart from whether it happens
    private final Timetable timetable;
    private final List<SimBookie> bookies;
    private final List<SimNode> clients;
    private final Runnable takeover;
    private final long spanNanos;
    private final List<Kind> kinds = new ArrayList<>();
    private final List<Ambush> ambushes = new ArrayList<>();
    private final Set<BookieId> forgetful = new LinkedHashSet<>();
    private final int forgetfulMax;
    private final boolean journalsRefuse; // not those of bookies that have answered from memory
    private final boolean checksums; // without them nobody can tell

    private enum Kind {
        CRASH,
        KILL,
        LOSS,
        FAILED_SYNC,
        UNREADABLE,
        READ_ONLY,
        CROWDED,
        GARBLED,
        PAUSE,
        CLIENT_PAUSE,
        CUT,
        HELD_ADDS,
        ISOLATION,
        RESET,
        HALF_OPEN,
        SLOW_LINK,
        SLOW_METADATA,
        OUTAGE,
        LOST_REPLY,
        EXPIRY,
        CLIENT_CRASH,
        TAKEOVER,
        SUCCESSION
    }

    /** What an ambush does half of the time. */
    private static final List<Kind> FAVOURITES = List.of(
            Kind.KILL,
            Kind.KILL,
            Kind.CRASH,
            Kind.LOSS,
            Kind.RESET,
            Kind.READ_ONLY,
            Kind.HELD_ADDS,
            Kind.HELD_ADDS,
            Kind.CLIENT_CRASH,
            Kind.TAKEOVER,
            Kind.SUCCESSION);

    /** Strikes with {@code kind} when {@code moment} has come {@code skipped} times before, {@code delayNanos} later. */
    private static final class Ambush {
        private final Moment moment;
        private final Kind kind;
        private final long delayNanos;
        private final boolean elsewhere; // not at the bookie where it happens, but at any
        private int skipped;

        Ambush(SimRandom random, long spanNanos) {
            moment = Moment.values()[random.below(Moment.values().length)];
            Kind drawn = Kind.values()[random.below(Kind.values().length)];
            kind = random.flip() ? drawn : FAVOURITES.get(random.below(FAVOURITES.size()));
            delayNanos = random.below(3) == 0 ? 0 : random.magnitude(1_000, Math.max(10_000, spanNanos / 4));
            elsewhere = random.below(4) == 0;
            skipped = (int) random.magnitude(1, 12) - 1;
        }
    }

    /**
     * @param clients the writer first
     * @param takeover starts one more client that takes over, if one is left
     */
    LedgerTrouble(
            SimWorld world,
            SimRandom random,
            Timetable timetable,
            List<SimBookie> bookies,
            List<SimNode> clients,
            Runnable takeover,
            LedgerPlan plan) {
        this.world = world;
        this.random = random;
        this.timetable = timetable;
        this.bookies = bookies;
        this.clients = clients;
        this.takeover = takeover;
        this.spanNanos = plan.spanNanos();
        this.journalsRefuse = !plan.deferred();
        this.checksums = plan.digest() != DigestType.DUMMY;
        this.forgetfulMax = plan.replication().ackQuorum() - 1;
        for (Kind kind : Kind.values()) {
            if (random.below(3) == 0) {
                kinds.add(kind);
            }
        }
        for (int i = 0; i < plan.ambushes(); i++) {
            ambushes.add(new Ambush(random, spanNanos));
        }
    }

    /** In half of the runs some ways between machines are slow from the beginning, to bookies as to metadata. */
    void slowLinks() {
        if (random.flip()) {
            return;
        }
        int oneIn = random.flip() ? 3 : 8;
        for (SimNode client : clients) {
            for (SimBookie bookie : bookies) {
                slowLink(oneIn, client.name(), bookie.node().name());
                slowLink(oneIn, bookie.node().name(), client.name());
            }
            slowLink(oneIn, client.name(), SimWorld.METADATA);
            slowLink(oneIn, SimWorld.METADATA, client.name());
        }
    }

    private void slowLink(int oneIn, String from, String to) {
        if (random.below(oneIn) == 0) {
            long time = random.magnitude(10_000, Math.min(SLOWEST_LINK_NANOS, spanNanos / 2));
            if (world.happens("slow-link")) {
                world.network().latency(from, to, Duration.ofNanos(time));
            }
        }
    }

    /** Something goes wrong now. */
    void strike() {
        if (!kinds.isEmpty()) {
            strike(
                    kinds.get(random.below(kinds.size())),
                    bookies.get(random.below(bookies.size())),
                    clients.get(random.below(clients.size())));
        }
    }

    @Override
    public void reached(Moment moment, String bookie, String client) {
        for (int i = 0; i < ambushes.size(); i++) {
            Ambush ambush = ambushes.get(i);
            if (ambush.moment == moment && ambush.skipped-- == 0) {
                SimBookie there = ambush.elsewhere ? bookies.get(random.below(bookies.size())) : bookie(bookie);
                SimNode who = client(client);
                timetable.in(ambush.delayNanos, () -> strike(ambush.kind, there, who));
            }
        }
    }

    private SimBookie bookie(String name) {
        for (SimBookie bookie : bookies) {
            if (bookie.id().toString().equals(name)) {
                return bookie;
            }
        }
        return bookies.get(random.below(bookies.size()));
    }

    private SimNode client(String name) {
        for (SimNode client : clients) {
            if (client.name().equals(name)) {
                return client;
            }
        }
        return clients.get(random.below(clients.size()));
    }

    private void strike(Kind kind, SimBookie bookie, SimNode client) {
        details = new SimRandom(random.nextLong());
        String one = bookie.node().name();
        String other = details.below(6) == 0 ? SimWorld.METADATA : client.name();
        if (!world.happens("strike")) {
            return;
        }
        world.note("trouble", kind.name(), 0, 0);
        switch (kind) {
            case CRASH -> fell(bookie, false);
            case KILL -> fell(bookie, true);
            case LOSS -> loss(bookie);
            case FAILED_SYNC -> {
                bookie.failSync();
                later(() -> fell(bookie, false));
            }
            case UNREADABLE -> {
                bookie.readsFail(true);
                later(() -> bookie.readsFail(false));
            }
            case READ_ONLY -> {
                bookie.readOnly(true);
                later(() -> bookie.readOnly(false));
            }
            case CROWDED -> {
                if (journalsRefuse) {
                    bookie.crowded(true);
                    later(() -> bookie.crowded(false));
                }
            }
            case GARBLED -> {
                if (checksums && mayFail(bookie)) {
                    bookie.garbled(true);
                    later(() -> bookie.garbled(false));
                }
            }
            case PAUSE -> bookie.node().pause(Duration.ofNanos(duration()));
            case CLIENT_PAUSE -> client.pause(Duration.ofNanos(duration()));
            case CUT -> {
                if (details.flip()) {
                    cut(one, other);
                } else {
                    cut(other, one);
                }
            }
            case HELD_ADDS -> cut(clients.get(0).name(), one); // of the writer; what others ask passes
            case ISOLATION -> {
                world.network().isolate(one);
                later(() -> clients.forEach(each -> world.network().healBoth(one, each.name())));
            }
            case RESET -> world.network().reset(one, client.name());
            case HALF_OPEN -> {
                if (details.flip()) {
                    world.network().halfOpen(one, client.name());
                } else {
                    world.network().halfOpen(client.name(), one);
                }
            }
            case SLOW_LINK -> {
                int times = (int) details.magnitude(5, 200);
                if (details.flip()) {
                    world.network().slow(one, client.name(), times);
                } else {
                    world.network().slow(client.name(), one, times);
                }
            }
            case SLOW_METADATA -> {
                if (details.flip()) {
                    cut(client.name(), SimWorld.METADATA);
                } else {
                    cut(SimWorld.METADATA, client.name());
                }
            }
            case OUTAGE -> {
                world.metadata().outage(true);
                later(() -> world.metadata().outage(false));
            }
            case LOST_REPLY -> world.metadata().loseNextReply(details.flip());
            case EXPIRY -> world.metadata().expireSession(details.flip() ? one : client.name());
            case CLIENT_CRASH -> {
                if (!client.name().equals("reader")) {
                    client.crash();
                }
            }
            case TAKEOVER -> takeover.run();
            case SUCCESSION -> {
                if (random.below(3) != 0) {
                    clients.get(0).crash(); // the writer
                }
                takeover.run();
                timetable.in(random.magnitude(1_000, Math.max(2_000, spanNanos / 20)), takeover);
            }
        }
    }

    /** Fewer than Qa bookies lose something in one run: that much the protocol promises to survive. */
    private void loss(SimBookie bookie) {
        if (!mayFail(bookie)) {
            return;
        }
        if (bookie.node().alive()) {
            bookie.forget(details.flip() ? 0 : (int) details.between(1, 6));
        }
        restartLater(bookie);
    }

    private boolean mayFail(SimBookie bookie) {
        return forgetful.contains(bookie.id()) || forgetful.size() < forgetfulMax && forgetful.add(bookie.id());
    }

    private void fell(SimBookie bookie, boolean onlyTheProcess) {
        if (bookie.node().alive()) {
            if (onlyTheProcess) {
                bookie.kill();
            } else {
                bookie.crash();
            }
        }
        restartLater(bookie);
    }

    private void restartLater(SimBookie bookie) {
        long down = random.flip() ? duration() : random.magnitude(10_000, Math.max(20_000, spanNanos / 20));
        timetable.in(down, () -> {
            if (!bookie.node().alive()) {
                bookie.node().restart();
            }
        });
    }

    private void cut(String from, String to) {
        world.network().cut(from, to);
        later(() -> world.network().heal(from, to));
    }

    private void later(Runnable end) {
        timetable.in(duration(), end);
    }

    private long duration() {
        return details.magnitude(Math.max(1, spanNanos / 200), spanNanos);
    }
}
