package io.daybook.sim.ledger;

import io.daybook.sim.SimNode;
import io.daybook.sim.SimRandom;
import io.daybook.sim.SimWorld;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What goes wrong with machines and links in one run; which kinds do is drawn from the seed. */
final class LedgerTrouble {
    private final SimWorld world;
    private final SimRandom random;
    private final Timetable timetable;
    private final List<SimBookie> bookies;
    private final List<SimNode> clients;
    private final long spanNanos;
    private final List<Kind> kinds = new ArrayList<>();

    private enum Kind {
        CRASH,
        FAILED_SYNC,
        UNREADABLE,
        PAUSE,
        CUT,
        ISOLATION,
        RESET,
        HALF_OPEN,
        SLOW_LINK,
        OUTAGE,
        LOST_REPLY,
        EXPIRY,
        CLIENT_CRASH
    }

    LedgerTrouble(
            SimWorld world,
            SimRandom random,
            Timetable timetable,
            List<SimBookie> bookies,
            List<SimNode> clients,
            long spanNanos) {
        this.world = world;
        this.random = random;
        this.timetable = timetable;
        this.bookies = bookies;
        this.clients = clients;
        this.spanNanos = spanNanos;
        for (Kind kind : Kind.values()) {
            if (random.below(3) == 0) {
                kinds.add(kind);
            }
        }
    }

    /** Something goes wrong now. */
    void strike() {
        if (kinds.isEmpty()) {
            return;
        }
        Kind kind = kinds.get(random.below(kinds.size()));
        SimBookie bookie = bookies.get(random.below(bookies.size()));
        SimNode client = clients.get(random.below(clients.size()));
        String one = bookie.node().name();
        String other = random.below(6) == 0 ? SimWorld.METADATA : client.name();
        switch (kind) {
            case CRASH -> crash(bookie);
            case FAILED_SYNC -> {
                bookie.failSync();
                later(() -> crash(bookie));
            }
            case UNREADABLE -> {
                bookie.readsFail(true);
                later(() -> bookie.readsFail(false));
            }
            case PAUSE -> (random.flip() ? bookie.node() : client).pause(Duration.ofNanos(duration()));
            case CUT -> {
                if (random.flip()) {
                    cut(one, other);
                } else {
                    cut(other, one);
                }
            }
            case ISOLATION -> {
                world.network().isolate(one);
                later(() -> clients.forEach(each -> world.network().healBoth(one, each.name())));
            }
            case RESET -> world.network().reset(one, client.name());
            case HALF_OPEN -> {
                if (random.flip()) {
                    world.network().halfOpen(one, client.name());
                } else {
                    world.network().halfOpen(client.name(), one);
                }
            }
            case SLOW_LINK -> {
                int times = (int) random.magnitude(5, 200);
                if (random.flip()) {
                    world.network().slow(one, client.name(), times);
                } else {
                    world.network().slow(client.name(), one, times);
                }
            }
            case OUTAGE -> {
                world.metadata().outage(true);
                later(() -> world.metadata().outage(false));
            }
            case LOST_REPLY -> world.metadata().loseNextReply(random.flip());
            case EXPIRY -> world.metadata().expireSession(random.flip() ? one : client.name());
            case CLIENT_CRASH -> {
                if (random.below(3) == 0) {
                    client.crash();
                }
            }
        }
    }

    private void crash(SimBookie bookie) {
        if (bookie.node().alive()) {
            bookie.crash();
        }
        later(() -> {
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
        return random.magnitude(Math.max(1, spanNanos / 200), spanNanos);
    }
}
