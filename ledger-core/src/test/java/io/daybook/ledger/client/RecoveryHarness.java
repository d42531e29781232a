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
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Drives a {@link LedgerRecovery} by hand: keeps what it asks for, answers when the test says so. */
final class RecoveryHarness implements RecoveryEffects {
    static final LedgerId LEDGER = new LedgerId(7);

    final List<LedgerMetadata> writes = new ArrayList<>();
    final List<String> fences = new ArrayList<>();
    final List<String> reads = new ArrayList<>(); // "b1 e3"
    final List<Add> adds = new ArrayList<>();
    final List<String> lengthReads = new ArrayList<>();
    final List<BookieId> spares = new ArrayList<>();
    final List<BookieId> suspects = new ArrayList<>();
    final List<Pause> pauses = new ArrayList<>();
    final List<ByteBuf> copies = new ArrayList<>();
    final List<String> effects =
            new ArrayList<>(); // all but the questions and marks, in order, as docs/state-machines.md calls them
    final DecisionTrace trace = new DecisionTrace(LEDGER);
    final LedgerRecovery recovery;
    final EnumSet<RecovererMark> marks = EnumSet.noneOf(RecovererMark.class);
    final List<Bulk> bulks = new ArrayList<>();
    boolean bulk; // bookies can read in bulk
    int copyBytes; // padding of copies
    int attempt;
    int expectedVersion = -1;

    @Nullable
    LedgerMetadata sealed;

    @Nullable
    LedgerException failure;

    RecoveryHarness() {
        this(SafeRecovererRules.INSTANCE);
    }

    RecoveryHarness(RecovererRules rules) {
        recovery = new LedgerRecovery(LEDGER, rules, this, trace);
    }

    static LedgerMetadata open(Replication replication, String... members) {
        return LedgerMetadata.open(
                replication, DigestType.CRC32C, Password.EMPTY, AppendHarness.ids(members), 0, 1, Map.of());
    }

    /** A packaged entry without payload; its length field is ten times its id plus ten. */
    ByteBuf copy(long entry, long lac) {
        ByteBuf copy = Unpooled.buffer()
                .writeLong(LEDGER.value())
                .writeLong(entry)
                .writeLong(lac)
                .writeLong(entry * 10 + 10)
                .writeZero(copyBytes);
        copies.add(copy);
        return copy;
    }

    RecoveryHarness start(LedgerMetadata record) {
        recovery.onRecord(record, 5);
        if (!writes.isEmpty()) {
            commit();
        }
        return this;
    }

    void commit() {
        recovery.onCommitted(expectedVersion + 1);
    }

    LedgerMetadata lastWrite() {
        return writes.get(writes.size() - 1);
    }

    void fenced(int slot, long lastEntry, long lac) {
        recovery.onFenceReply(attempt, slot, Evidence.POSITIVE, Status.OK, copy(lastEntry, lac));
    }

    void fencedEmpty(int slot) {
        recovery.onFenceReply(attempt, slot, Evidence.NEGATIVE, Status.NO_SUCH_ENTRY, null);
    }

    void fenceFailed(int slot, Status status) {
        recovery.onFenceReply(attempt, slot, Evidence.withoutCopy(status), status, null);
    }

    void found(int slot, long entry, long lac) {
        recovery.onReadReply(attempt, slot, entry, Evidence.POSITIVE, Status.OK, copy(entry, lac));
    }

    /** The newest bulk read brings so many. */
    void delivered(int copies) {
        deliver(bulks.get(bulks.size() - 1), copies);
    }

    void deliver(Bulk to, int copies) {
        List<ByteBuf> found = new ArrayList<>();
        for (int i = 0; i < copies; i++) {
            found.add(copy(to.first + i, -1));
        }
        Status status = copies == 0 ? Status.NO_SUCH_ENTRY : Status.OK;
        recovery.onBulkReply(attempt, to.slot, to.first, to.count, to.tried, status, found);
    }

    void absent(int slot, long entry) {
        recovery.onReadReply(attempt, slot, entry, Evidence.NEGATIVE, Status.NO_SUCH_ENTRY, null);
    }

    void readFailed(int slot, long entry, Status status) {
        recovery.onReadReply(attempt, slot, entry, Evidence.withoutCopy(status), status, null);
    }

    /** The newest write-back to the bookie is answered. */
    void answer(String bookie, long entry, Status status) {
        Add add = newest(bookie, entry);
        recovery.onWriteBackReply(attempt, add.bookie, add.slot, add.tenure, entry, status, null);
    }

    void ok(String bookie, long... entries) {
        for (long entry : entries) {
            answer(bookie, entry, Status.OK);
        }
    }

    void lose(String bookie, long entry) {
        Add add = newest(bookie, entry);
        recovery.onWriteBackReply(attempt, add.bookie, add.slot, add.tenure, entry, Status.OK, "timed out");
    }

    void pauseOver(RecoveryEffects.Pause kind) {
        for (Pause pause : List.copyOf(pauses)) {
            if (pause.kind == kind) {
                pauses.remove(pause);
                recovery.onPauseOver(pause.attempt, kind, pause.number);
            }
        }
    }

    Add newest(String bookie, long entry) {
        for (int i = adds.size() - 1; i >= 0; i--) {
            if (adds.get(i).bookie.value().equals(bookie) && adds.get(i).entry == entry) {
                return adds.get(i);
            }
        }
        throw new AssertionError("entry %s was not written back to %s: %s".formatted(entry, bookie, adds));
    }

    boolean allReleased() {
        return copies.stream().allMatch(copy -> copy.refCnt() == 0);
    }

    @Override
    public void compareAndSet(LedgerMetadata next, int version) {
        effects.add(next.closed() ? "compareAndSet(close)" : "compareAndSet(claim)");
        writes.add(next);
        expectedVersion = version;
    }

    @Override
    public void fence(int ofAttempt, BookieId bookie, int slot) {
        effects.add("fence");
        attempt = ofAttempt;
        fences.add(bookie.value());
    }

    @Override
    public void fencingRead(int ofAttempt, BookieId bookie, int slot, long entry) {
        effects.add("fencingRead");
        reads.add(bookie + " e" + entry);
    }

    @Override
    public boolean bulkRead(int ofAttempt, BookieId bookie, int slot, long first, int count, int bytesMax, long tried) {
        if (bulk) {
            effects.add("bulkRead");
            bulks.add(new Bulk(bookie, slot, first, count, tried));
        }
        return bulk;
    }

    @Override
    public void reached(RecovererMark mark) {
        marks.add(mark);
    }

    @Override
    public void lengthRead(int ofAttempt, BookieId bookie, long entry) {
        effects.add("lengthRead");
        lengthReads.add(bookie + " e" + entry);
    }

    @Override
    public void writeBack(int ofAttempt, BookieId bookie, int slot, int tenure, long entry, ByteBuf body) {
        effects.add("writeBack");
        adds.add(new Add(bookie, slot, tenure, entry, body));
    }

    @Override
    public Choice pick(Replication replication, List<BookieId> members, List<Integer> slots) {
        List<BookieId> chosen = new ArrayList<>();
        for (BookieId spare : spares) {
            if (!members.contains(spare) && !suspects.contains(spare) && chosen.size() < slots.size()) {
                chosen.add(spare);
            }
        }
        return new Choice(chosen, slots.size(), Map.of());
    }

    @Override
    public void suspected(BookieId bookie, String why) {
        effects.add("suspected");
        suspects.add(bookie);
    }

    @Override
    public void pause(int ofAttempt, RecoveryEffects.Pause pause, long number, long nanos) {
        effects.add("pause(%s)".formatted(pause));
        pauses.add(new Pause(ofAttempt, pause, number, nanos));
    }

    @Override
    public void recovered(LedgerMetadata record, int version) {
        effects.add("recovered");
        sealed = record;
    }

    @Override
    public void failed(LedgerException why) {
        effects.add("failed");
        failure = why;
    }

    record Add(BookieId bookie, int slot, int tenure, long entry, ByteBuf body) {}

    record Bulk(BookieId bookie, int slot, long first, int count, long tried) {
        @Override
        public String toString() {
            return "%s e%d-%d".formatted(bookie, first, first + count - 1);
        }
    }

    record Pause(int attempt, RecoveryEffects.Pause kind, long number, long nanos) {}
}
