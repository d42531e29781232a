package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.EntryHeader;
import io.daybook.ledger.placement.Choice;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A recoverer of a {@link ModelWorld}: the production state machine, which begins at some moment. */
final class ModelRecoverer implements ModelActor, RecoveryEffects {
    private static final String[] ACTS = {"starts", "crashes"};

    private final ModelWorld world;
    private final ModelShape shape;
    private final RecovererRules rules;
    private final String name;
    private final LedgerRecovery recovery;
    private boolean alive = true;
    private boolean started;

    private int lastAttempt;
    private boolean reading; // in this attempt, from here on
    private long asked; // the last entry asked for, of each bookie
    private long undecided;
    private boolean endFound;
    private boolean sealing;
    private @Nullable LedgerException failure;

    ModelRecoverer(ModelWorld world, RecovererRules rules, String name) {
        this.world = world;
        this.shape = world.shape();
        this.rules = rules;
        this.name = name;
        this.recovery = new LedgerRecovery(ModelWorld.LEDGER, rules, this, DecisionTrace.none(ModelWorld.LEDGER));
    }

    boolean started() {
        return started;
    }

    void die() {
        alive = false;
    }

    /** Why it gave up, or null. */
    @Nullable
    LedgerException failure() {
        return failure;
    }

    @Override
    public boolean ended() {
        return !alive || recovery.done();
    }

    @Override
    public boolean pastCaring(ModelCall call) {
        return call.attempt < lastAttempt
                || sealing
                || switch (call.kind) {
                    case FENCE -> pastFences();
                    case READ -> endFound || call.entry < undecided;
                    case WRITE_BACK -> pastWriteBack(call.entry);
                    default -> false;
                };
    }

    private boolean moot(int attempt, RecoveryEffects.Pause pause, long number) {
        return ended()
                || world.leavesOutIdle()
                        && (attempt < lastAttempt
                                || pause == RecoveryEffects.Pause.FENCE && reading
                                || pause == RecoveryEffects.Pause.ABSENCE
                                        && (endFound || sealing || number < undecided));
    }

    /** Whether entries are read one at a time: whenever the machine may ask for one it does, and never in bulk, whatever fences and reads have shown. */
    private boolean oneAtATime() {
        return shape.window() == 1;
    }

    /** Whether fences are not looked at any more: there is one entry, no copy of it confirms any, so the length of a confirmed one is never asked for. */
    private boolean pastFences() {
        return reading && oneAtATime() && shape.entries() == 1;
    }

    /** Whether a write-back that comes after its quorum can only confirm what is confirmed. */
    private boolean pastWriteBack(long entry) {
        return shape.recoverersUntroubled() && oneAtATime() && entry <= recovery.finished();
    }

    void offer(int index, ModelEvents events) {
        if (ended()) {
            return;
        }
        if (!started && (index == 0 || world.recoverers().get(index - 1).started)) { // one is like the other
            events.add(ModelEvents.RECOVERER, index, 0);
        } else if (started && world.budget().crashes > 0) {
            events.add(ModelEvents.RECOVERER, index, 1);
        }
    }

    void act(int what) {
        if (what == 0) {
            started = true;
            recovery.onRecord(world.record().now(), world.record().version());
        } else {
            world.budget().crashes--;
            alive = false;
        }
    }

    String told(int what) {
        return name + " " + ACTS[what];
    }

    /** Folds in what the future depends on. */
    void addTo(Fingerprint print) {
        print.add(alive).add(started).add(recovery.done());
        if (!world.leavesOutIdle()) {
            print.add(recovery);
        } else if (!ended()) {
            print.without(forgotten()).add(recovery);
        }
    }

    /** What of the machine cannot matter any more: {@link MachineField} says which fields these are. */
    private int forgotten() {
        int parts = 0;
        if (sealing || pastFences()) {
            parts |= MachineField.FENCES;
        }
        if (oneAtATime()) {
            parts |= MachineField.PACE;
        }
        if (sealing) {
            parts |= MachineField.SCAN;
        }
        if (asked < undecided) {
            parts |= MachineField.VOTES;
        }
        if (pastWriteBack(shape.entries() - 1)) {
            parts |= MachineField.ACKS;
        }
        return parts;
    }

    @Override
    public void compareAndSet(LedgerMetadata next, int expected) {
        sealing = next.closed();
        ModelRecord record = world.record();
        record.compareAndSet(
                this,
                next,
                expected,
                () -> recovery.onCommitted(expected + 1),
                () -> recovery.onConflict(record.now(), record.version()));
    }

    @Override
    public void fence(int attempt, BookieId id, int slot) {
        if (attempt > lastAttempt) {
            lastAttempt = attempt;
            reading = false;
            asked = -1;
            undecided = 0;
            endFound = false;
            sealing = false;
        }
        world.calls()
                .send(new ModelCall(
                        world,
                        this,
                        ModelCall.Kind.FENCE,
                        attempt,
                        -1,
                        slot,
                        id,
                        0,
                        bookie -> {
                            bookie.fenced = true;
                            var last = bookie.entries.lastEntry();
                            return last == null
                                    ? new ModelCall.Answer(
                                            ModelCall.Answer.NOTHING,
                                            () -> recovery.onFenceReply(
                                                    attempt, slot, Evidence.NEGATIVE, Status.NO_SUCH_ENTRY, null))
                                    : new ModelCall.Answer(
                                            ModelCall.Answer.of(last.getValue()),
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
        asked = entry;
        Evidence failed = rules.withoutCopy(Status.IO_ERROR);
        world.calls()
                .send(new ModelCall(
                        world,
                        this,
                        ModelCall.Kind.READ,
                        attempt,
                        entry,
                        slot,
                        id,
                        0,
                        bookie -> {
                            bookie.fenced |= rules.readsFence();
                            byte[] copy = bookie.entries.get(entry);
                            return copy == null
                                    ? new ModelCall.Answer(
                                            ModelCall.Answer.NOTHING,
                                            () -> recovery.onReadReply(
                                                    attempt,
                                                    slot,
                                                    entry,
                                                    Evidence.NEGATIVE,
                                                    Status.NO_SUCH_ENTRY,
                                                    null))
                                    : new ModelCall.Answer(
                                            ModelCall.Answer.of(copy),
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
        world.calls()
                .send(new ModelCall(
                        world,
                        this,
                        ModelCall.Kind.LENGTH,
                        attempt,
                        entry,
                        0,
                        id,
                        0,
                        bookie -> {
                            byte[] copy = bookie.entries.get(entry);
                            long length = copy == null ? -1 : EntryHeader.length(Unpooled.wrappedBuffer(copy));
                            return new ModelCall.Answer(
                                    ModelCall.Answer.OK_LENGTH + length, () -> recovery.onLengthReply(attempt, length));
                        },
                        () -> recovery.onLengthReply(attempt, -1)));
    }

    @Override
    public void writeBack(int attempt, BookieId id, int slot, int tenure, long entry, ByteBuf body) {
        undecided = Math.max(undecided, entry + 1);
        byte[] copy = ModelWorld.bytes(body);
        world.calls()
                .send(new ModelCall(
                        world,
                        this,
                        ModelCall.Kind.WRITE_BACK,
                        attempt,
                        entry,
                        slot,
                        id,
                        (long) tenure << 32 | Arrays.hashCode(copy) & 0xFFFFFFFFL,
                        bookie -> {
                            bookie.entries.putIfAbsent(entry, copy);
                            return new ModelCall.Answer(
                                    ModelCall.Answer.OK,
                                    () -> recovery.onWriteBackReply(attempt, id, slot, tenure, entry, Status.OK, null));
                        },
                        () -> recovery.onWriteBackReply(attempt, id, slot, tenure, entry, Status.OK, "timed out")));
    }

    @Override
    public Choice pick(Replication replication, List<BookieId> members, List<Integer> slots) {
        return world.spares(members, slots);
    }

    @Override
    public void suspected(BookieId bookie, String why) {}

    @Override
    public void pause(int attempt, RecoveryEffects.Pause pause, long number, long nanos) {
        world.record()
                .later(
                        this,
                        ModelStep.Kind.PAUSE,
                        pause,
                        (long) attempt << 32 | number,
                        () -> moot(attempt, pause, number),
                        () -> recovery.onPauseOver(attempt, pause, number));
    }

    @Override
    public void recovered(LedgerMetadata closed, int closedVersion) {
        LedgerMetadata now = world.record().now();
        if (now.state() != LedgerState.CLOSED
                || closed.lastEntry() != now.lastEntry()
                || closed.length() != now.length()) {
            throw new ModelViolation("a recoverer believes in another end than the record (I3)");
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
