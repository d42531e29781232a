package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.Password;
import io.daybook.ledger.Replication;
import io.daybook.ledger.placement.Choice;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Drives an {@link AppendProtocol} by hand: keeps what it asks for, answers when the test says so. */
final class AppendHarness implements AppendProtocol.Effects<String> {
    static final LedgerId LEDGER = new LedgerId(7);

    /** Bytes a bookie may be behind: two of the bodies that {@link #append()} makes. */
    static final long BUDGET = 16;

    final List<Send> sends = new ArrayList<>();
    final List<Force> forces = new ArrayList<>();
    final List<String> forced = new ArrayList<>();
    final List<String> acknowledged = new ArrayList<>();
    final List<LedgerException> failures = new ArrayList<>();
    final List<LedgerMetadata> writes = new ArrayList<>();
    final List<ByteBuf> bodies = new ArrayList<>();
    final List<BookieId> spares = new ArrayList<>();
    final List<BookieId> suspects = new ArrayList<>();
    final Map<BookieId, Long> outstanding = new TreeMap<>();
    final EnumSet<WriterMark> marks = EnumSet.noneOf(WriterMark.class);
    final List<Long> pauses = new ArrayList<>();
    final List<String> effects =
            new ArrayList<>(); // all but the questions and marks, in order, as docs/state-machines.md calls them
    final DecisionTrace trace = new DecisionTrace(LEDGER);
    final LedgerMetadata created;
    final AppendProtocol<String> protocol;
    int expectedVersion = -1;

    @Nullable
    LedgerMetadata closed;

    @Nullable
    Ending ended;

    int changeRetries;
    Runnable onAcknowledged = () -> {};

    AppendHarness(Replication replication, String... members) {
        this(replication, 32, new SafeWriterRules(), members);
    }

    AppendHarness(WriterRules rules, String... members) {
        this(Replication.DEFAULT, 32, rules, members);
    }

    AppendHarness(Replication replication, int changesMax, String... members) {
        this(replication, changesMax, new SafeWriterRules(), members);
    }

    private AppendHarness(Replication replication, int changesMax, WriterRules rules, String... members) {
        created = LedgerMetadata.open(replication, DigestType.CRC32C, Password.EMPTY, ids(members), 0, 1, Map.of());
        protocol = new AppendProtocol<>(LEDGER, created, 0, changesMax, BUDGET, rules, this, trace);
    }

    static BookieId id(String name) {
        return new BookieId(name);
    }

    static List<BookieId> ids(String... names) {
        return Arrays.stream(names).map(BookieId::new).toList();
    }

    AppendHarness spare(String... names) {
        spares.addAll(ids(names));
        return this;
    }

    long append() {
        long entry = protocol.nextEntry();
        ByteBuf body = Unpooled.buffer().writeLong(entry);
        bodies.add(body);
        protocol.append(body, 10, "e" + entry);
        return entry;
    }

    /** The bookie's newest add of the entry is answered. */
    void answer(String bookie, long entry, Status status) {
        Send send = newest(bookie, entry);
        protocol.onAddReply(id(bookie), send.slot, send.tenure, entry, status, null);
    }

    void ok(String bookie, long... entries) {
        for (long entry : entries) {
            answer(bookie, entry, Status.OK);
        }
    }

    /** The bookie has these entries in memory, and says so over {@code connection}. */
    void accept(String bookie, int connection, long... entries) {
        for (long entry : entries) {
            Send send = newest(bookie, entry);
            protocol.onAccepted(id(bookie), send.slot, send.tenure, entry, connection);
        }
    }

    /** The bookie's latest force is answered. */
    void synced(String bookie) {
        Force force = newestForce(bookie);
        protocol.onForceReply(force.slot, force.tenure, Status.OK, null);
    }

    void loseForce(String bookie) {
        Force force = newestForce(bookie);
        protocol.onForceReply(force.slot, force.tenure, Status.OK, "timed out");
    }

    private Force newestForce(String bookie) {
        return forces.stream()
                .filter(f -> f.bookie.equals(id(bookie)))
                .reduce((a, b) -> b)
                .orElseThrow();
    }

    /** Bookies that were asked to sync, in order. */
    List<String> forcesSent() {
        return forces.stream().map(f -> f.bookie + "@" + f.connection).toList();
    }

    void lose(String bookie, long entry) {
        Send send = newest(bookie, entry);
        protocol.onAddReply(id(bookie), send.slot, send.tenure, entry, Status.OK, "timed out");
    }

    /** The last metadata write succeeds. */
    void commit() {
        protocol.onCommitted(expectedVersion + 1);
    }

    LedgerMetadata lastWrite() {
        return writes.get(writes.size() - 1);
    }

    Send newest(String bookie, long entry) {
        for (int i = sends.size() - 1; i >= 0; i--) {
            Send send = sends.get(i);
            if (send.bookie.equals(id(bookie)) && send.entry == entry) {
                return send;
            }
        }
        throw new AssertionError("nothing was sent to %s for entry %s: %s".formatted(bookie, entry, sends));
    }

    List<String> sentTo(String bookie) {
        return sends.stream()
                .filter(s -> s.bookie.equals(id(bookie)))
                .map(s -> "e" + s.entry)
                .toList();
    }

    boolean allReleased() {
        return bodies.stream().allMatch(body -> body.refCnt() == 0);
    }

    @Override
    public void send(BookieId bookie, int slot, int tenure, long entry, ByteBuf body) {
        effects.add("send");
        if (body.getLong(0) != entry) {
            throw new AssertionError("entry %s was sent with other bytes".formatted(entry));
        }
        sends.add(new Send(bookie, slot, tenure, entry));
    }

    @Override
    public void compareAndSet(LedgerMetadata next, int version) {
        effects.add(next.closed() ? "compareAndSet(close)" : "compareAndSet(members)");
        writes.add(next);
        expectedVersion = version;
    }

    @Override
    public Choice pick(List<BookieId> members, List<Integer> slots) {
        List<BookieId> chosen = new ArrayList<>();
        for (BookieId spare : spares) {
            if (!members.contains(spare) && !suspects.contains(spare) && chosen.size() < slots.size()) {
                chosen.add(spare);
            }
        }
        return new Choice(chosen, slots.size(), Map.of());
    }

    @Override
    public void reached(WriterMark mark) {
        marks.add(mark);
    }

    @Override
    public long outstandingBytes(BookieId bookie) {
        return outstanding.getOrDefault(bookie, 0L);
    }

    @Override
    public void suspected(BookieId bookie, String why) {
        effects.add("suspected");
        suspects.add(bookie);
    }

    @Override
    public void retrySlot(int slot, int tenure, long pauseNanos) {
        effects.add("retrySlot");
        pauses.add(pauseNanos);
    }

    @Override
    public void retryChange(long pauseNanos) {
        effects.add("retryChange");
        changeRetries++;
        pauses.add(pauseNanos);
    }

    @Override
    public void acknowledged(String waiter, long entry) {
        effects.add("acknowledged");
        if (!waiter.equals("e" + entry)) {
            throw new AssertionError("%s was told of entry %s".formatted(waiter, entry));
        }
        acknowledged.add(waiter);
        onAcknowledged.run();
    }

    @Override
    public void force(BookieId bookie, int slot, int tenure, int connection) {
        effects.add("force");
        forces.add(new Force(bookie, slot, tenure, connection));
    }

    @Override
    public void forced(String waiter, long lastAddConfirmed) {
        effects.add("forced");
        forced.add(waiter + " at " + lastAddConfirmed);
    }

    @Override
    public void failed(String waiter, LedgerException why) {
        effects.add("failed(%s)".formatted(why.outcome()));
        failures.add(why);
    }

    @Override
    public void changed(LedgerMetadata metadata) {
        effects.add("changed");
    }

    @Override
    public void closed(LedgerMetadata metadata) {
        effects.add("closed");
        closed = metadata;
    }

    @Override
    public void ended(Ending why) {
        effects.add("ended");
        ended = why;
    }

    record Send(BookieId bookie, int slot, int tenure, long entry) {}

    record Force(BookieId bookie, int slot, int tenure, int connection) {}
}
