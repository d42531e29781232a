package io.daybook.ledger.client;

import io.daybook.base.error.BrokenInvariantException;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.Password;
import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.EntryHeader;
import io.daybook.ledger.placement.Choice;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One writer and some recoverers, the production state machines, among model bookies and a model metadata record, where a seed
 * decides the order of everything: requests and replies overtake each other, time out before or after they are executed, bookies
 * go down and come back. At the end all is healed, the ledger is sealed, and the invariants are checked.
 *
 * <p>Small on purpose, so that tens of thousands of schedules fit into a build; bookies lose nothing here and metadata replies are never lost.
 */
final class ProtocolModel {
    private static final LedgerId LEDGER = new LedgerId(7);
    private static final Replication[] SHAPES = {
        new Replication(3, 3, 2), new Replication(3, 2, 2), new Replication(4, 3, 2), new Replication(2, 2, 1),
        new Replication(3, 3, 3), new Replication(4, 2, 1), new Replication(5, 3, 2), new Replication(1, 1, 1)
    };

    /** What may be planted to see whether it is found. */
    enum Mutant {
        NONE,
        /** Bookies forget to refuse adds to a fenced ledger. */
        FENCE_IGNORED,
        /** Write-backs carry a confirmed id of the recoverer's own (X14). */
        OWN_CONFIRMED_ID,
        /** A bookie says no to a read it cannot answer. */
        UNKNOWN_AS_NEGATIVE
    }

    final EnumSet<WriterMark> marks = EnumSet.noneOf(WriterMark.class);
    private final Random random;
    private final Mutant mutant;
    private final RecovererRules rules;
    private final Replication replication;
    private final TreeMap<BookieId, Bookie> bookies = new TreeMap<>();
    private final List<Call> calls = new ArrayList<>();
    private final List<Runnable> steps = new ArrayList<>(); // metadata replies and pauses, in no order
    private LedgerMetadata record;
    private int version;
    private int sealedTimes;
    private final Writer writer;
    private boolean writerAlive = true;
    private int recoveriesRunning;

    ProtocolModel(long seed, Mutant mutant) {
        this(seed, mutant, ClientRules.SAFE);
    }

    ProtocolModel(long seed, Mutant mutant, WriterRules writerRules) {
        this(seed, mutant, ClientRules.SAFE.with(writerRules));
    }

    ProtocolModel(long seed, Mutant mutant, ClientRules clientRules) {
        WriterRules writerRules = clientRules.writer();
        this.rules = clientRules.recoverer();
        this.random = new Random(seed);
        this.mutant = mutant;
        this.replication = SHAPES[random.nextInt(SHAPES.length)];
        for (int i = 1; i <= replication.ensemble() + 2; i++) {
            bookies.put(new BookieId("b" + i), new Bookie());
        }
        this.record = LedgerMetadata.open(
                replication,
                DigestType.CRC32C,
                Password.EMPTY,
                new ArrayList<>(bookies.keySet()).subList(0, replication.ensemble()),
                0,
                1,
                Map.of());
        this.writer = new Writer(writerRules);
    }

    /** Runs one schedule; returns what was violated, or null. */
    @Nullable
    String run() {
        try {
            return explore();
        } catch (BrokenInvariantException | AssertionError broken) {
            return broken.getMessage();
        }
    }

    private @Nullable String explore() {
        int length = 40 + random.nextInt(300);
        for (int i = 0; i < length; i++) {
            step();
        }
        for (Bookie bookie : bookies.values()) {
            bookie.down = false;
        }
        for (int attempt = 0; attempt < 50 && !record.closed(); attempt++) {
            new Recoverer().start();
            for (int i = 0; i < 20_000 && !(calls.isEmpty() && steps.isEmpty()); i++) {
                deliver(0);
            }
        }
        writerAlive = false;
        if (!record.closed()) {
            return "the ledger was not sealed although everything is up (I16)";
        }
        String broken = check();
        writer.protocol.abandon("the end");
        return broken;
    }

    private void step() {
        int dice = random.nextInt(100);
        if (dice < 20 && writerAlive && writer.protocol.accepts() && writer.protocol.pendingEntries() < 6) {
            writer.append();
        } else if (dice < 23) {
            Bookie bookie = new ArrayList<>(bookies.values()).get(random.nextInt(bookies.size()));
            bookie.down = !bookie.down && random.nextBoolean();
        } else if (dice < 25 && recoveriesRunning < 3 && random.nextInt(4) == 0) {
            new Recoverer().start();
        } else if (dice == 25 && random.nextInt(10) == 0) {
            writerAlive = false; // crashed: hears and says nothing any more
        } else if (dice == 26 && writerAlive && random.nextInt(10) == 0) {
            if (random.nextBoolean()) {
                writer.protocol.close();
            } else {
                writer.protocol.closeNow();
            }
        } else {
            deliver(8);
        }
    }

    /** One thing that is under way happens; {@code timeouts} of a hundred calls time out instead. */
    private void deliver(int timeouts) {
        int n = calls.size() + steps.size();
        if (n == 0) {
            return;
        }
        int which = random.nextInt(n);
        if (which >= calls.size()) {
            steps.remove(which - calls.size()).run();
            return;
        }
        Call call = calls.get(which);
        boolean late = random.nextInt(100) < timeouts;
        if (!call.told && late) {
            call.told = true;
            call.timedOut.run();
        } else if (!call.executed) {
            call.executed = true;
            call.reply = call.bookie.down ? call.timedOut : call.execute.get();
        } else if (!call.told) {
            call.told = true;
            call.reply.run();
        }
        if (call.told && call.executed) {
            calls.remove(call);
        }
    }

    private @Nullable String check() {
        long last = record.lastEntry();
        if (sealedTimes > 1) {
            return "the ledger was sealed twice (I11)";
        }
        if (writer.acknowledged > last) {
            return "entry %s was acknowledged, the ledger ends at %s (I1)".formatted(writer.acknowledged, last);
        }
        for (long entry = 0; entry <= last; entry++) {
            Fragment fragment = record.fragmentOf(entry);
            int copies = 0;
            for (int i = 0; i < replication.writeQuorum(); i++) {
                BookieId listed = fragment.bookies().get(replication.slot(entry, i));
                byte[] copy = bookies.get(listed).entries.get(entry);
                if (copy != null && sameContent(copy, writer.sent.get((int) entry))) {
                    copies++;
                } else if (copy != null) {
                    return "entry %s is not what the writer sent on %s (I2)".formatted(entry, listed);
                }
            }
            if (copies < replication.ackQuorum()) {
                return "entry %s is on %s listed bookies at the close (I5)".formatted(entry, copies);
            }
        }
        for (Bookie bookie : bookies.values()) {
            for (byte[] copy : bookie.entries.values()) {
                if (EntryHeader.lastAddConfirmed(Unpooled.wrappedBuffer(copy)) > last) {
                    return "a bookie knows a confirmed id beyond the end, %s (I6)".formatted(last);
                }
            }
        }
        return record.length() == 10 * (last + 1)
                ? null
                : "the length is %s for %s entries".formatted(record.length(), last + 1);
    }

    private Choice choose(List<BookieId> members, List<Integer> slots) {
        List<BookieId> chosen = new ArrayList<>();
        for (BookieId bookie : bookies.keySet()) {
            if (!members.contains(bookie) && chosen.size() < slots.size() && random.nextInt(4) > 0) {
                chosen.add(bookie);
            }
        }
        return new Choice(chosen, slots.size(), Map.of());
    }

    private void compareAndSet(
            LedgerMetadata next, int expected, BooleanSupplier alive, Runnable applied, Runnable conflict) {
        steps.add(() -> {
            boolean happens = version == expected;
            if (happens) {
                record = next;
                version++;
                sealedTimes += next.closed() ? 1 : 0;
            }
            steps.add(() -> {
                if (alive.getAsBoolean()) {
                    (happens ? applied : conflict).run();
                }
            });
        });
    }

    private void call(BookieId bookie, java.util.function.Supplier<Runnable> execute, Runnable timedOut) {
        calls.add(new Call(bookies.get(bookie), execute, timedOut));
    }

    private static final class Bookie {
        final TreeMap<Long, byte[]> entries = new TreeMap<>();
        boolean fenced;
        boolean down;
    }

    private static final class Call {
        final Bookie bookie;
        final java.util.function.Supplier<Runnable> execute;
        final Runnable timedOut;
        Runnable reply;
        boolean executed;
        boolean told;

        Call(Bookie bookie, java.util.function.Supplier<Runnable> execute, Runnable timedOut) {
            this.bookie = bookie;
            this.execute = execute;
            this.timedOut = timedOut;
            this.reply = timedOut;
        }
    }

    /** The writer with its effects. */
    private final class Writer implements AppendProtocol.Effects<Long> {
        final AppendProtocol<Long> protocol;
        final List<byte[]> sent = new ArrayList<>();
        long acknowledged = -1;

        Writer(WriterRules rules) {
            protocol = new AppendProtocol<>(LEDGER, record, version, 32, 1024, rules, this, new DecisionTrace(LEDGER));
        }

        void append() {
            long entry = protocol.nextEntry();
            ByteBuf body = Unpooled.buffer()
                    .writeLong(LEDGER.value())
                    .writeLong(entry)
                    .writeLong(protocol.lastAddConfirmed())
                    .writeLong(protocol.length() + 10)
                    .writeLong(entry * 31);
            sent.add(bytes(body));
            protocol.append(body, 10, entry);
        }

        @Override
        public void force(BookieId id, int slot, int tenure, int connection) {
            throw new AssertionError("a force was sent, although no sync is deferred");
        }

        @Override
        public void forced(Long waiter, long lastAddConfirmed) {
            throw new AssertionError("nobody waits for a force");
        }

        @Override
        public void send(BookieId id, int slot, int tenure, long entry, ByteBuf body) {
            byte[] copy = bytes(body);
            Bookie bookie = bookies.get(id);
            call(
                    id,
                    () -> {
                        boolean refused = bookie.fenced && mutant != Mutant.FENCE_IGNORED;
                        if (!refused) {
                            bookie.entries.putIfAbsent(entry, copy);
                        }
                        return () -> answer(id, slot, tenure, entry, refused ? Status.FENCED : Status.OK, null);
                    },
                    () -> answer(id, slot, tenure, entry, Status.OK, "timed out"));
        }

        private void answer(BookieId id, int slot, int tenure, long entry, Status status, @Nullable String failure) {
            if (writerAlive) {
                protocol.onAddReply(id, slot, tenure, entry, status, failure);
            }
        }

        @Override
        public void compareAndSet(LedgerMetadata next, int expected) {
            ProtocolModel.this.compareAndSet(
                    next,
                    expected,
                    () -> writerAlive,
                    () -> protocol.onCommitted(expected + 1),
                    () -> protocol.onConflict(record, version));
        }

        @Override
        public Choice pick(List<BookieId> members, List<Integer> slots) {
            return choose(members, slots);
        }

        @Override
        public void reached(WriterMark mark) {
            marks.add(mark);
        }

        @Override
        public long outstandingBytes(BookieId id) {
            return random.nextInt(2000); // sometimes too far behind
        }

        @Override
        public void suspected(BookieId bookie, String why) {}

        @Override
        public void retrySlot(int slot, int tenure, long pauseNanos) {
            later(() -> protocol.onSlotRetry(slot, tenure));
        }

        @Override
        public void retryChange(long pauseNanos) {
            later(protocol::onChangeRetry);
        }

        private void later(Runnable step) {
            steps.add(() -> {
                if (writerAlive && !record.closed()) {
                    step.run();
                }
            });
        }

        @Override
        public void acknowledged(Long waiter, long entry) {
            if (waiter != entry || entry != acknowledged + 1) {
                throw new AssertionError("entry %s was acknowledged after %s (I10)".formatted(entry, acknowledged));
            }
            acknowledged = entry;
        }

        @Override
        public void failed(Long waiter, LedgerException why) {}

        @Override
        public void changed(LedgerMetadata metadata) {}

        @Override
        public void closed(LedgerMetadata metadata) {}

        @Override
        public void ended(Ending why) {}
    }

    /** One recoverer with its effects. */
    private final class Recoverer implements RecoveryEffects {
        final LedgerRecovery recovery = new LedgerRecovery(LEDGER, rules, this, new DecisionTrace(LEDGER));

        void start() {
            recoveriesRunning++;
            recovery.onRecord(record, version);
        }

        @Override
        public void compareAndSet(LedgerMetadata next, int expected) {
            ProtocolModel.this.compareAndSet(
                    next,
                    expected,
                    () -> true,
                    () -> recovery.onCommitted(expected + 1),
                    () -> recovery.onConflict(record, version));
        }

        @Override
        public void fence(int attempt, BookieId id, int slot) {
            Bookie bookie = bookies.get(id);
            call(
                    id,
                    () -> {
                        bookie.fenced = true;
                        var last = bookie.entries.lastEntry();
                        return last == null
                                ? () -> recovery.onFenceReply(
                                        attempt, slot, Evidence.NEGATIVE, Status.NO_SUCH_ENTRY, null)
                                : () -> recovery.onFenceReply(
                                        attempt, slot, Evidence.POSITIVE, Status.OK, buffer(last.getValue()));
                    },
                    () -> recovery.onFenceReply(attempt, slot, Evidence.UNKNOWN, Status.IO_ERROR, null));
        }

        @Override
        public void fencingRead(int attempt, BookieId id, int slot, long entry) {
            Bookie bookie = bookies.get(id);
            Evidence failed = mutant == Mutant.UNKNOWN_AS_NEGATIVE ? Evidence.NEGATIVE : Evidence.UNKNOWN;
            call(
                    id,
                    () -> {
                        bookie.fenced = true;
                        byte[] copy = bookie.entries.get(entry);
                        return copy == null
                                ? () -> recovery.onReadReply(
                                        attempt, slot, entry, Evidence.NEGATIVE, Status.NO_SUCH_ENTRY, null)
                                : () -> recovery.onReadReply(
                                        attempt, slot, entry, Evidence.POSITIVE, Status.OK, buffer(copy));
                    },
                    () -> recovery.onReadReply(attempt, slot, entry, failed, Status.IO_ERROR, null));
        }

        @Override
        public boolean bulkRead(int attempt, BookieId id, int slot, long first, int count, int bytesMax, long tried) {
            if (random.nextInt(4) == 0) {
                return false;
            }
            Bookie bookie = bookies.get(id);
            int full = 1 + random.nextInt(4); // entries that fit into the answer
            call(
                    id,
                    () -> {
                        List<byte[]> found = new ArrayList<>();
                        byte[] copy = bookie.entries.get(first);
                        while (copy != null && found.size() < Math.min(full, count)) {
                            found.add(copy);
                            copy = bookie.entries.get(first + found.size());
                        }
                        Status status = found.isEmpty() ? Status.NO_SUCH_ENTRY : Status.OK;
                        return () -> recovery.onBulkReply(
                                attempt,
                                slot,
                                first,
                                count,
                                tried,
                                status,
                                found.stream().map(ProtocolModel::buffer).toList());
                    },
                    () -> recovery.onBulkReply(attempt, slot, first, count, tried, Status.IO_ERROR, List.of()));
            return true;
        }

        @Override
        public int windowEntries(int usual) {
            return random.nextBoolean() ? usual : 1 + random.nextInt(8);
        }

        @Override
        public void lengthRead(int attempt, BookieId id, long entry) {
            Bookie bookie = bookies.get(id);
            call(
                    id,
                    () -> {
                        byte[] copy = bookie.entries.get(entry);
                        long length = copy == null ? -1 : EntryHeader.length(Unpooled.wrappedBuffer(copy));
                        return () -> recovery.onLengthReply(attempt, length);
                    },
                    () -> recovery.onLengthReply(attempt, -1));
        }

        @Override
        public void writeBack(int attempt, BookieId id, int slot, int tenure, long entry, ByteBuf body) {
            byte[] copy = mutant == Mutant.OWN_CONFIRMED_ID
                    ? bytes(Unpooled.copiedBuffer(body).setLong(16, entry - 1))
                    : bytes(body);
            Bookie bookie = bookies.get(id);
            call(
                    id,
                    () -> {
                        bookie.entries.putIfAbsent(entry, copy);
                        return () -> recovery.onWriteBackReply(attempt, id, slot, tenure, entry, Status.OK, null);
                    },
                    () -> recovery.onWriteBackReply(attempt, id, slot, tenure, entry, Status.OK, "timed out"));
        }

        @Override
        public Choice pick(Replication shape, List<BookieId> members, List<Integer> slots) {
            return choose(members, slots);
        }

        @Override
        public void suspected(BookieId bookie, String why) {}

        @Override
        public void pause(int attempt, RecoveryEffects.Pause pause, long number, long nanos) {
            steps.add(() -> recovery.onPauseOver(attempt, pause, number));
        }

        @Override
        public void recovered(LedgerMetadata closed, int closedVersion) {
            recoveriesRunning--;
            if (closed.lastEntry() != record.lastEntry() || closed.length() != record.length()) {
                throw new AssertionError("a recoverer believes in another end than the record (I3)");
            }
        }

        @Override
        public void failed(LedgerException why) {
            recoveriesRunning--;
            if (why instanceof LedgerException.ProtocolBroken) {
                throw why;
            }
        }
    }

    /** Payload and length; the confirmed id may differ. */
    private static boolean sameContent(byte[] one, byte[] other) {
        return Arrays.equals(one, 0, 16, other, 0, 16) && Arrays.equals(one, 24, one.length, other, 24, other.length);
    }

    private static byte[] bytes(ByteBuf body) {
        byte[] bytes = new byte[body.readableBytes()];
        body.getBytes(body.readerIndex(), bytes);
        return bytes;
    }

    private static ByteBuf buffer(byte[] bytes) {
        return Unpooled.copiedBuffer(bytes);
    }
}
