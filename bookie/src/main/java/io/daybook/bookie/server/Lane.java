package io.daybook.bookie.server;

import io.daybook.base.exec.Loop;
import io.daybook.bookie.ledger.LedgerRegistry;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * One loop of a bookie, from two sides: it owns connections, and it owns ledgers. Holds what its connections have under way within the
 * loop's share of the memory, and the mail to the other lanes. Belongs to its loop.
 */
final class Lane {
    private final Loop loop;
    private final LedgerRegistry ledgers;
    private final long bytesMax;
    private final List<LoopMail> mail = new ArrayList<>(); // by number of the other lane
    private final LinkedHashSet<Session> waiting = new LinkedHashSet<>(); // sessions that found no room
    private final int number;

    private long bytes;
    private int sessions;

    Lane(int number, Loop loop, LedgerRegistry ledgers, long bytesMax) {
        this.number = number;
        this.loop = loop;
        this.ledgers = ledgers;
        this.bytesMax = bytesMax;
    }

    /** Once all lanes exist. */
    void connect(List<Lane> all) {
        all.forEach(other -> mail.add(new LoopMail(loop, other.loop)));
    }

    Loop loop() {
        return loop;
    }

    LedgerRegistry ledgers() {
        return ledgers;
    }

    LoopMail mailTo(Lane other) {
        return mail.get(other.number);
    }

    /** Whether there is room for more; if not, {@code session} is told when there is. */
    boolean admits(Session session) {
        if (bytes < bytesMax) {
            return true;
        }
        waiting.add(session);
        return false;
    }

    void took(long charge) {
        bytes += charge;
    }

    void gave(long charge) {
        bytes -= charge;
        if (bytes < bytesMax && !waiting.isEmpty()) {
            List<Session> again = List.copyOf(waiting);
            waiting.clear();
            again.forEach(Session::resumeSoon);
        }
    }

    /** Bytes under way for this loop's connections. */
    long bytes() {
        return bytes;
    }

    /** Counts connections: {@code change} is 1 or −1. Returns how many there are. */
    int sessions(int change) {
        sessions += change;
        return sessions;
    }
}
