package io.daybook.ledger.client;

import io.daybook.base.error.BrokenInvariantException;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.Password;
import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.EntryHeader;
import io.daybook.ledger.placement.Choice;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The production state machines of one ledger, a writer and some recoverers, among model bookies and one model record. Nothing
 * happens by itself: {@link #enabled()} lists every event that could come next, as often as the {@link ModelShape} still allows it, and
 * whoever drives the world takes one.
 *
 * <p>A call to a bookie is sent, executed, and told, each an event of its own; it may be executed after its caller was told that it timed
 * out. Bookies are atomic and lose nothing; metadata is linearizable and its replies arrive.
 */
final class ModelWorld {
    static final LedgerId LEDGER = new LedgerId(7);

    private static final int PAYLOAD = 10;

    // kinds of events
    private static final int WRITER = 0;
    private static final int RECOVERER = 1;
    private static final int CALL = 2;
    private static final int STEP = 3;
    private static final int CRASH = 4;

    private final ModelShape shape;
    private final WriterRules writerRules;
    private final RecovererRules recovererRules;
    private final TreeMap<BookieId, Bookie> bookies = new TreeMap<>();
    private final List<Call> all = new ArrayList<>(); // ever sent, by number
    private final List<Call> calls = new ArrayList<>(); // of which something may still come
    private final List<Step> allSteps = new ArrayList<>(); // metadata requests, their replies, and pauses, by number
    private final List<Step> steps = new ArrayList<>(); // not taken yet
    private final Writer writer;
    private final List<Recoverer> recoverers = new ArrayList<>();
    private LedgerMetadata record;
    private int version;
    private @Nullable LedgerMetadata sealed; // as first written
    private int failures;
    private int crashes;
    private int slow;

    ModelWorld(ModelShape shape, WriterRules writerRules, RecovererRules recovererRules) {
        this.shape = shape;
        this.writerRules = writerRules;
        this.recovererRules = recovererRules;
        this.failures = shape.failures();
        this.crashes = shape.crashes();
        this.slow = shape.slowAnswers();
        for (int i = 1; i <= shape.bookies(); i++) {
            bookies.put(new BookieId("b" + i), new Bookie());
        }
        List<BookieId> first =
                new ArrayList<>(bookies.keySet()).subList(0, shape.replication().ensemble());
        this.record =
                LedgerMetadata.open(shape.replication(), DigestType.CRC32C, Password.EMPTY, first, 0, 1, Map.of());
        this.writer = new Writer();
        for (int i = 1; i <= shape.recoverers(); i++) {
            recoverers.add(new Recoverer("r" + i));
        }
        if (shape.ghost()) {
            while (writer.protocol.nextEntry() < shape.entries()) {
                writer.append();
            }
            writer.alive = false;
        }
    }

    // ---- what can happen

    /**
     * Every event that can come next, each as a number that {@link #take} understands here and in every world with the same past. Empty
     * when the story has ended.
     */
    Events enabled() {
        Events events = new Events();
        if (record.closed() && writer.ended() && recoverers.stream().allMatch(Recoverer::ended) && !shape.ghost()) {
            return events; // what is still on the wires can only add copies
        }
        writer.offer(events);
        for (int i = 0; i < recoverers.size(); i++) {
            recoverers.get(i).offer(i, events);
        }
        for (Call call : calls) {
            call.offer(events);
        }
        for (Step step : steps) {
            if (!step.over()) {
                events.add(STEP, step.number, 0);
            }
        }
        if (crashes > 0) {
            for (int i = 0; i < bookies.size(); i++) {
                if (!bookie(i).down) {
                    events.add(CRASH, i, 0);
                }
            }
        }
        return events;
    }

    /** Takes one of {@link #enabled()}; returns what it violated, or null. */
    @Nullable
    String take(int event) {
        int number = Events.number(event);
        int what = Events.what(event);
        try {
            switch (Events.kind(event)) {
                case WRITER -> writer.act(what);
                case RECOVERER -> recoverers.get(number).act(what);
                case CALL -> all.get(number).act(what);
                case STEP -> allSteps.get(number).run();
                case CRASH -> {
                    crashes--;
                    bookie(number).down = true;
                }
                default -> throw new IllegalArgumentException("no event " + event);
            }
            calls.removeIf(Call::over);
            steps.removeIf(Step::over);
            return violation();
        } catch (BrokenInvariantException | Violation broken) {
            return broken.getMessage();
        }
    }

    /** What an event of this world is, in words. */
    String told(int event) {
        int number = Events.number(event);
        int what = Events.what(event);
        return switch (Events.kind(event)) {
            case WRITER -> "writer " + Writer.ACTS[what];
            case RECOVERER -> recoverers.get(number) + " " + Recoverer.ACTS[what];
            case CALL -> all.get(number) + " " + Call.ACTS[what];
            case STEP -> allSteps.get(number).name;
            default -> "bookie " + (number + 1) + " crashes";
        };
    }

    private Bookie bookie(int index) {
        return bookies.get(new BookieId("b" + (index + 1)));
    }

    /** After the last event: whatever happened, one more recoverer gets the ledger sealed once all is up (I16). */
    @Nullable
    String heal() {
        failures = 0;
        crashes = 0;
        bookies.values().forEach(bookie -> bookie.down = false);
        writer.alive = false;
        recoverers.forEach(recoverer -> recoverer.alive = false);
        Recoverer last = new Recoverer("judge");
        recoverers.add(last);
        for (int i = 0; i < 10_000; i++) {
            Events events = enabled();
            if (events.size() == 0) {
                break;
            }
            String violated = take(events.get(0));
            if (violated != null) {
                return violated;
            }
        }
        return record.closed() ? null : "not sealed although all is up (I16): " + last.failure;
    }

    /** Everything the future depends on, as one number. */
    long fingerprint() {
        Fingerprint print = new Fingerprint();
        print.add(record).add(version).add(failures).add(crashes).add(slow);
        bookies.forEach((id, bookie) -> print.add(bookie));
        long unordered = 0; // what is under way is a set, whatever the order in which it came about
        for (Call call : calls) {
            unordered += call.fingerprint();
        }
        for (Step step : steps) {
            unordered += new Fingerprint().add(step.name).value();
        }
        print.add(unordered);
        print.add(writer.protocol).add(writer.alive).add(writer.acknowledged).add(writer.askedToClose);
        for (Recoverer recoverer : recoverers) {
            print.add(recoverer.recovery).add(recoverer.alive).add(recoverer.started);
        }
        return print.value();
    }

    // ---- what must hold

    private @Nullable String violation() {
        if (!record.closed()) {
            return null;
        }
        long last = record.lastEntry();
        if (writer.acknowledged > last) {
            return "entry %s was acknowledged, the ledger ends at %s (I1)".formatted(writer.acknowledged, last);
        }
        Replication replication = shape.replication();
        for (long entry = 0; entry <= last; entry++) {
            Fragment fragment = record.fragmentOf(entry);
            int copies = 0;
            for (int i = 0; i < replication.writeQuorum(); i++) {
                BookieId listed = fragment.bookies().get(replication.slot(entry, i));
                byte[] copy = bookies.get(listed).entries.get(entry);
                copies += copy == null ? 0 : 1;
                if (copy != null && !sameContent(copy, writer.sent.get((int) entry))) {
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
        return record.length() == PAYLOAD * (last + 1)
                ? null
                : "the length is %s for %s entries".formatted(record.length(), last + 1);
    }

    /** Payload and length; the confirmed id may differ. */
    private static boolean sameContent(byte[] one, byte[] other) {
        return Arrays.equals(one, 0, 16, other, 0, 16) && Arrays.equals(one, 24, one.length, other, 24, other.length);
    }

    // ---- metadata

    private void compareAndSet(Actor caller, LedgerMetadata next, int expected, Runnable applied, Runnable conflict) {
        String what = caller + " writes " + next.state() + next.fragments() + next.lastEntry() + " at " + expected;
        later(what, () -> false, () -> {
            boolean happens = version == expected;
            if (happens) {
                write(next);
            }
            later(what + (happens ? ": yes" : ": no"), caller::ended, happens ? applied : conflict);
        });
    }

    private void later(String name, BooleanSupplier moot, Runnable run) {
        Step step = new Step(allSteps.size(), name, moot, run);
        allSteps.add(step);
        steps.add(step);
    }

    private void call(Call call) {
        all.add(call);
        calls.add(call);
    }

    private void write(LedgerMetadata next) {
        if (sealed != null) {
            throw new Violation("a sealed ledger was written (I3, I11)");
        }
        record = next;
        version++;
        if (next.closed()) {
            sealed = next;
        }
    }

    // ---- bookies

    /** Something with a name that tells it from all others of the state; once {@code moot} it would do nothing. */
    private static final class Step {
        final int number;
        final String name;
        private final BooleanSupplier moot;
        private final Runnable run;
        private boolean taken;

        Step(int number, String name, BooleanSupplier moot, Runnable run) {
            this.number = number;
            this.name = name;
            this.moot = moot;
            this.run = run;
        }

        boolean over() {
            return taken || moot.getAsBoolean();
        }

        void run() {
            taken = true;
            run.run();
        }
    }

    private static final class Bookie {
        final TreeMap<Long, byte[]> entries = new TreeMap<>();
        boolean fenced;
        boolean down;
    }

    private enum Kind {
        ADD,
        FENCE,
        READ,
        LENGTH,
        WRITE_BACK;

        boolean changes() {
            return this == ADD || this == WRITE_BACK;
        }
    }

    /** One call to a bookie: what it does there, and what its caller is told. */
    private final class Call {
        static final String[] ACTS = {"is executed", "is executed and answered", "is answered", "times out"};

        final int number = all.size();
        final Actor caller;
        final Kind kind;
        final int attempt;
        final long entry;
        final String what;
        final BookieId bookie;
        final Function<Bookie, Runnable> execute; // gives how the answer is told
        final Runnable timedOut;

        @Nullable
        Runnable answer;

        String outcome = ""; // in words, once executed
        boolean executed;
        boolean told;

        Call(
                Actor caller,
                Kind kind,
                int attempt,
                long entry,
                String where,
                BookieId bookie,
                Function<Bookie, Runnable> execute,
                Runnable timedOut) {
            this.caller = caller;
            this.kind = kind;
            this.attempt = attempt;
            this.entry = entry;
            this.what = attempt + " " + kind + " e" + entry + " " + where;
            this.bookie = bookie;
            this.execute = execute;
            this.timedOut = timedOut;
        }

        boolean over() {
            Bookie at = bookies.get(bookie);
            return heard() && (executed || at.down || at.fenced && !kind.changes());
        }

        /** Whether nobody waits for the answer. */
        private boolean heard() {
            return told || caller.ended() || !shape.lateAnswers() && caller.pastCaring(this);
        }

        void offer(Events events) {
            boolean heard = heard();
            if (!executed && first(false)) {
                if (heard || free() || slow > 0) {
                    events.add(CALL, number, 0);
                }
                if (!heard && !free()) {
                    events.add(CALL, number, 1);
                }
            }
            if (executed && !heard && first(true)) {
                events.add(CALL, number, 2);
            }
            if (!heard && failures > 0 && (kind == Kind.ADD || !shape.onlyAddsFail())) {
                events.add(CALL, number, 3);
            }
        }

        void act(int what) {
            switch (what) {
                case 0 -> {
                    slow -= heard() || free() ? 0 : 1;
                    executeNow();
                }
                case 1 -> {
                    executeNow();
                    tell(answer);
                }
                case 2 -> tell(answer);
                default -> {
                    failures--;
                    tell(timedOut);
                }
            }
        }

        /** Whether the answer may come at any time after the execution. */
        private boolean free() {
            return !shape.prompt() && (kind == Kind.ADD || changesNow());
        }

        /** Whether the connection has brought all that was asked, or answered, before: it keeps the order of calls alike. */
        private boolean first(boolean answers) {
            for (Call other : calls) {
                if (other == this) {
                    return true;
                }
                if (other.caller == caller
                        && other.bookie.equals(bookie)
                        && other.kind == kind
                        && !other.told
                        && other.executed == answers) {
                    return false;
                }
            }
            return true;
        }

        /** Whether a recovery's call will fence. */
        private boolean changesNow() {
            Bookie at = bookies.get(bookie);
            return (kind == Kind.FENCE || kind == Kind.READ) && !at.fenced && !at.down;
        }

        private void executeNow() {
            executed = true;
            Bookie at = bookies.get(bookie);
            if (at.down) {
                answer = timedOut;
                outcome = "down";
            } else {
                answer = execute.apply(at);
                outcome = answer.toString();
            }
        }

        private void tell(Runnable how) {
            told = true;
            how.run();
        }

        long fingerprint() {
            return new Fingerprint()
                    .add(caller.toString())
                    .add(what)
                    .add(bookie.value())
                    .add(told)
                    .add(outcome)
                    .value();
        }

        @Override
        public String toString() {
            return caller + " " + what + " at " + bookie;
        }
    }

    /** An answer with its meaning in words. */
    private record Answer(String meaning, Runnable tell) implements Runnable {

        @Override
        public void run() {
            tell.run();
        }

        @Override
        public String toString() {
            return meaning;
        }
    }

    private Choice spares(List<BookieId> members, List<Integer> slots) {
        List<BookieId> chosen = new ArrayList<>();
        bookies.forEach((id, bookie) -> {
            if (!members.contains(id) && !bookie.down && chosen.size() < slots.size()) {
                chosen.add(id);
            }
        });
        return new Choice(chosen, slots.size(), Map.of());
    }

    private static byte[] bytes(ByteBuf body) {
        byte[] bytes = new byte[body.readableBytes()];
        body.getBytes(body.readerIndex(), bytes);
        return bytes;
    }

    /** Whoever sends calls. */
    private interface Actor {
        boolean ended();

        /** Whether the answer to {@code call} cannot matter any more, according to what the actor has asked for since. */
        boolean pastCaring(Call call);
    }

    // ---- the writer

    private final class Writer implements Actor, AppendProtocol.Effects<Long> {
        static final String[] ACTS = {"appends", "closes", "crashes"};

        final AppendProtocol<Long> protocol =
                new AppendProtocol<>(LEDGER, record, version, 32, 1024, writerRules, this, DecisionTrace.none(LEDGER));
        final List<byte[]> sent = new ArrayList<>();
        final int[] copies = new int[shape.entries()]; // of a ghost
        long acknowledged = -1;
        boolean alive = true;
        boolean askedToClose;

        @Override
        public boolean ended() {
            return !alive || protocol.mode() == AppendProtocol.Mode.DEAD;
        }

        @Override
        public boolean pastCaring(Call call) {
            return false;
        }

        void offer(Events events) {
            if (ended()) {
                return;
            }
            if (protocol.accepts() && protocol.nextEntry() < shape.entries()) {
                events.add(WRITER, 0, 0);
            }
            if (shape.closes() && !askedToClose && protocol.accepts()) {
                events.add(WRITER, 0, 1);
            }
            if (crashes > 0) {
                events.add(WRITER, 0, 2);
            }
        }

        void act(int what) {
            switch (what) {
                case 0 -> append();
                case 1 -> {
                    askedToClose = true;
                    protocol.close();
                }
                default -> {
                    crashes--;
                    alive = false;
                }
            }
        }

        private void append() {
            long entry = protocol.nextEntry();
            ByteBuf body = Unpooled.buffer(40)
                    .writeLong(LEDGER.value())
                    .writeLong(entry)
                    .writeLong(protocol.lastAddConfirmed())
                    .writeLong(protocol.length() + PAYLOAD)
                    .writeLong(entry * 31);
            sent.add(bytes(body));
            protocol.append(body, PAYLOAD, entry);
        }

        @Override
        public void send(BookieId id, int slot, int tenure, long entry, ByteBuf body) {
            byte[] copy = bytes(body);
            call(new Call(
                    this,
                    Kind.ADD,
                    tenure,
                    entry,
                    "to slot " + slot,
                    id,
                    bookie -> {
                        boolean refused = bookie.fenced;
                        if (!refused) {
                            bookie.entries.putIfAbsent(entry, copy);
                            stored(entry);
                        }
                        Status status = refused ? Status.FENCED : Status.OK;
                        return new Answer(
                                status.toString(), () -> protocol.onAddReply(id, slot, tenure, entry, status, null));
                    },
                    () -> protocol.onAddReply(id, slot, tenure, entry, Status.OK, "timed out")));
        }

        /** A ghost might have been told in time. */
        private void stored(long entry) {
            if (shape.ghost() && ++copies[(int) entry] >= shape.replication().ackQuorum()) {
                acknowledged = Math.max(acknowledged, entry);
            }
        }

        @Override
        public void compareAndSet(LedgerMetadata next, int expected) {
            ModelWorld.this.compareAndSet(
                    this,
                    next,
                    expected,
                    () -> protocol.onCommitted(expected + 1),
                    () -> protocol.onConflict(record, version));
        }

        @Override
        public Choice pick(List<BookieId> members, List<Integer> slots) {
            return spares(members, slots);
        }

        @Override
        public void suspected(BookieId bookie, String why) {}

        @Override
        public void reached(WriterMark mark) {}

        @Override
        public long outstandingBytes(BookieId bookie) {
            return 0;
        }

        @Override
        public void force(BookieId id, int slot, int tenure, int connection) {
            throw new Violation("a force was sent, although no sync is deferred");
        }

        @Override
        public void forced(Long waiter, long lastAddConfirmed) {
            throw new Violation("nobody waits for a force");
        }

        @Override
        public void retrySlot(int slot, int tenure, long pauseNanos) {
            throw new Violation("a pause, though no bookie of the model is ever too busy");
        }

        @Override
        public void retryChange(long pauseNanos) {
            later("writer tries its change again", this::ended, protocol::onChangeRetry);
        }

        @Override
        public void acknowledged(Long waiter, long entry) {
            if (waiter != entry || entry != acknowledged + 1) {
                throw new Violation("entry %s was acknowledged after %s (I10)".formatted(entry, acknowledged));
            }
            LedgerMetadata end = sealed;
            if (end != null && entry > end.lastEntry()) {
                throw new Violation(
                        "entry %s was acknowledged after the seal at %s (I12)".formatted(entry, end.lastEntry()));
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

        @Override
        public String toString() {
            return "writer";
        }
    }

    // ---- a recoverer

    private final class Recoverer implements Actor, LedgerRecovery.Effects {
        static final String[] ACTS = {"starts", "crashes"};

        final String name;
        final LedgerRecovery recovery = new LedgerRecovery(LEDGER, recovererRules, this, DecisionTrace.none(LEDGER));
        boolean alive = true;
        boolean started;
        int lastAttempt;
        boolean reading; // in this attempt, from here on
        long undecided;
        boolean endFound;
        boolean sealing;

        @Nullable
        LedgerException failure;

        Recoverer(String name) {
            this.name = name;
        }

        @Override
        public boolean ended() {
            return !alive || recovery.done();
        }

        @Override
        public boolean pastCaring(Call call) {
            return call.attempt < lastAttempt
                    || sealing
                    || call.kind == Kind.READ && (endFound || call.entry < undecided);
        }

        private boolean moot(int attempt, LedgerRecovery.Pause pause, long number) {
            return ended()
                    || !shape.lateAnswers()
                            && (attempt < lastAttempt
                                    || pause == LedgerRecovery.Pause.FENCE && reading
                                    || pause == LedgerRecovery.Pause.ABSENCE
                                            && (endFound || sealing || number < undecided));
        }

        void offer(int index, Events events) {
            if (ended()) {
                return;
            }
            if (!started && (index == 0 || recoverers.get(index - 1).started)) { // one is like the other
                events.add(RECOVERER, index, 0);
            } else if (started && crashes > 0) {
                events.add(RECOVERER, index, 1);
            }
        }

        void act(int what) {
            if (what == 0) {
                started = true;
                recovery.onRecord(record, version);
            } else {
                crashes--;
                alive = false;
            }
        }

        @Override
        public void compareAndSet(LedgerMetadata next, int expected) {
            sealing = next.closed();
            ModelWorld.this.compareAndSet(
                    this,
                    next,
                    expected,
                    () -> recovery.onCommitted(expected + 1),
                    () -> recovery.onConflict(record, version));
        }

        @Override
        public void fence(int attempt, BookieId id, int slot) {
            if (attempt > lastAttempt) {
                lastAttempt = attempt;
                reading = false;
                undecided = 0;
                endFound = false;
                sealing = false;
            }
            call(new Call(
                    this,
                    Kind.FENCE,
                    attempt,
                    -1,
                    "slot " + slot,
                    id,
                    bookie -> {
                        bookie.fenced = true;
                        var last = bookie.entries.lastEntry();
                        return last == null
                                ? new Answer(
                                        "empty",
                                        () -> recovery.onFenceReply(
                                                attempt, slot, Evidence.NEGATIVE, Status.NO_SUCH_ENTRY, null))
                                : new Answer(
                                        "e" + Arrays.hashCode(last.getValue()),
                                        () -> recovery.onFenceReply(
                                                attempt,
                                                slot,
                                                Evidence.POSITIVE,
                                                Status.OK,
                                                Unpooled.copiedBuffer(last.getValue())));
                    },
                    () -> recovery.onFenceReply(attempt, slot, Evidence.UNKNOWN, Status.IO_ERROR, null)));
        }

        @Override
        public void fencingRead(int attempt, BookieId id, int slot, long entry) {
            reading = true;
            Evidence failed = recovererRules.withoutCopy(Status.IO_ERROR);
            call(new Call(
                    this,
                    Kind.READ,
                    attempt,
                    entry,
                    "from slot " + slot,
                    id,
                    bookie -> {
                        bookie.fenced |= recovererRules.readsFence();
                        byte[] copy = bookie.entries.get(entry);
                        return copy == null
                                ? new Answer(
                                        "no",
                                        () -> recovery.onReadReply(
                                                attempt, slot, entry, Evidence.NEGATIVE, Status.NO_SUCH_ENTRY, null))
                                : new Answer(
                                        "e" + Arrays.hashCode(copy),
                                        () -> recovery.onReadReply(
                                                attempt,
                                                slot,
                                                entry,
                                                Evidence.POSITIVE,
                                                Status.OK,
                                                Unpooled.copiedBuffer(copy)));
                    },
                    () -> recovery.onReadReply(attempt, slot, entry, failed, Status.IO_ERROR, null)));
        }

        @Override
        public int windowEntries(int usual) {
            return shape.window();
        }

        @Override
        public void lengthRead(int attempt, BookieId id, long entry) {
            endFound = true;
            call(new Call(
                    this,
                    Kind.LENGTH,
                    attempt,
                    entry,
                    "",
                    id,
                    bookie -> {
                        byte[] copy = bookie.entries.get(entry);
                        long length = copy == null ? -1 : EntryHeader.length(Unpooled.wrappedBuffer(copy));
                        return new Answer("length " + length, () -> recovery.onLengthReply(attempt, length));
                    },
                    () -> recovery.onLengthReply(attempt, -1)));
        }

        @Override
        public void writeBack(int attempt, BookieId id, int slot, int tenure, long entry, ByteBuf body) {
            undecided = Math.max(undecided, entry + 1);
            byte[] copy = bytes(body);
            call(new Call(
                    this,
                    Kind.WRITE_BACK,
                    attempt,
                    entry,
                    "to slot " + slot + "/" + tenure + " as " + Arrays.hashCode(copy),
                    id,
                    bookie -> {
                        bookie.entries.putIfAbsent(entry, copy);
                        return new Answer(
                                "stored",
                                () -> recovery.onWriteBackReply(attempt, id, slot, tenure, entry, Status.OK, null));
                    },
                    () -> recovery.onWriteBackReply(attempt, id, slot, tenure, entry, Status.OK, "timed out")));
        }

        @Override
        public Choice pick(Replication replication, List<BookieId> members, List<Integer> slots) {
            return spares(members, slots);
        }

        @Override
        public void suspected(BookieId bookie, String why) {}

        @Override
        public void pause(int attempt, LedgerRecovery.Pause pause, long number, long nanos) {
            later(
                    name + " " + attempt + " waits no longer for " + pause + " " + number,
                    () -> moot(attempt, pause, number),
                    () -> recovery.onPauseOver(attempt, pause, number));
        }

        @Override
        public void recovered(LedgerMetadata closed, int closedVersion) {
            if (record.state() != LedgerState.CLOSED
                    || closed.lastEntry() != record.lastEntry()
                    || closed.length() != record.length()) {
                throw new Violation("a recoverer believes in another end than the record (I3)");
            }
        }

        @Override
        public void failed(LedgerException why) {
            if (why instanceof LedgerException.ProtocolBroken) {
                throw why;
            }
            failure = why;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Events as numbers: kind, whose, what. */
    static final class Events {
        private int[] events = new int[32];
        private int size;

        void add(int kind, int number, int what) {
            if (size == events.length) {
                events = Arrays.copyOf(events, 2 * size);
            }
            events[size++] = kind << 28 | number << 4 | what;
        }

        int size() {
            return size;
        }

        int get(int index) {
            return events[index];
        }

        int[] toArray() {
            return Arrays.copyOf(events, size);
        }

        static int kind(int event) {
            return event >>> 28;
        }

        static int number(int event) {
            return event >>> 4 & 0xFFFFFF;
        }

        static int what(int event) {
            return event & 15;
        }
    }

    /** Something that must hold does not. */
    private static final class Violation extends RuntimeException {
        private static final long serialVersionUID = 1;

        Violation(String what) {
            super(what);
        }
    }
}
