package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.placement.Choice;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/** The writer of a {@link ModelWorld}: the production state machine, with entries to append. */
final class ModelWriter implements ModelActor, AppendProtocol.Effects<Long> {
    static final int PAYLOAD = 10; // bytes of each entry

    private static final String[] ACTS = {"appends", "closes", "crashes"};

    private final ModelWorld world;
    private final ModelShape shape;
    private final AppendProtocol<Long> protocol;
    private final List<byte[]> sent = new ArrayList<>();
    private final int[] copies; // of each entry, of a ghost
    private long acknowledged = -1;
    private boolean alive = true;
    private boolean askedToClose;

    ModelWriter(ModelWorld world, WriterRules rules) {
        this.world = world;
        this.shape = world.shape();
        this.copies = new int[shape.entries()];
        this.protocol = new AppendProtocol<>(
                ModelWorld.LEDGER,
                world.record().now(),
                world.record().version(),
                32,
                1024,
                rules,
                this,
                DecisionTrace.none(ModelWorld.LEDGER));
    }

    /** Hands all entries in and dies. */
    void becomeGhost() {
        while (protocol.nextEntry() < shape.entries()) {
            append();
        }
        alive = false;
    }

    void die() {
        alive = false;
    }

    /** The last entry that was acknowledged, or −1. */
    long acknowledged() {
        return acknowledged;
    }

    /** What was sent as {@code entry}. */
    byte[] sent(long entry) {
        return sent.get((int) entry);
    }

    @Override
    public boolean ended() {
        return !alive || protocol.mode() == AppendProtocol.Mode.DEAD;
    }

    @Override
    public boolean pastCaring(ModelCall call) {
        return false;
    }

    void offer(ModelEvents events) {
        if (ended()) {
            return;
        }
        if (protocol.accepts() && protocol.nextEntry() < shape.entries()) {
            events.add(ModelEvents.WRITER, 0, 0);
        }
        if (shape.closes() && !askedToClose && protocol.accepts()) {
            events.add(ModelEvents.WRITER, 0, 1);
        }
        if (world.budget().crashes > 0) {
            events.add(ModelEvents.WRITER, 0, 2);
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
                world.budget().crashes--;
                alive = false;
            }
        }
    }

    static String told(int what) {
        return "writer " + ACTS[what];
    }

    /** Folds in what the future depends on. What the machine of a ghost knows does not count: it is never told anything. */
    void addTo(Fingerprint print) {
        print.add(alive).add(acknowledged).add(askedToClose);
        if (shape.ghost()) {
            for (int entry = (int) acknowledged + 1; entry < shape.entries(); entry++) {
                print.add(copies[entry]);
            }
        } else {
            print.add(protocol);
        }
    }

    private void append() {
        long entry = protocol.nextEntry();
        ByteBuf body = Unpooled.buffer(40)
                .writeLong(ModelWorld.LEDGER.value())
                .writeLong(entry)
                .writeLong(protocol.lastAddConfirmed())
                .writeLong(protocol.length() + PAYLOAD)
                .writeLong(entry * 31);
        sent.add(ModelWorld.bytes(body));
        protocol.append(body, PAYLOAD, entry);
    }

    @Override
    public void send(BookieId id, int slot, int tenure, long entry, ByteBuf body) {
        byte[] copy = ModelWorld.bytes(body);
        world.calls()
                .send(new ModelCall(
                        world,
                        this,
                        ModelCall.Kind.ADD,
                        tenure,
                        entry,
                        slot,
                        id,
                        0, // the tenure says which slot
                        bookie -> {
                            boolean refused = bookie.fenced;
                            if (!refused) {
                                bookie.entries.putIfAbsent(entry, copy);
                                stored(entry);
                            }
                            Status status = refused ? Status.FENCED : Status.OK;
                            return new ModelCall.Answer(
                                    refused ? ModelCall.Answer.REFUSED : ModelCall.Answer.OK,
                                    () -> protocol.onAddReply(id, slot, tenure, entry, status, null));
                        },
                        () -> protocol.onAddReply(id, slot, tenure, entry, Status.OK, "timed out")));
    }

    /** A ghost might have been told in time. */
    private void stored(long entry) {
        if (shape.ghost()) {
            copies[(int) entry]++;
            while (acknowledged + 1 < shape.entries()
                    && copies[(int) acknowledged + 1] >= shape.replication().ackQuorum()) {
                acknowledged++;
            }
        }
    }

    @Override
    public void compareAndSet(LedgerMetadata next, int expected) {
        ModelRecord record = world.record();
        record.compareAndSet(
                this,
                next,
                expected,
                () -> protocol.onCommitted(expected + 1),
                () -> protocol.onConflict(record.now(), record.version()));
    }

    @Override
    public Choice pick(List<BookieId> members, List<Integer> slots) {
        return world.spares(members, slots);
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
        throw new ModelViolation("a force was sent, although no sync is deferred");
    }

    @Override
    public void forced(Long waiter, long lastAddConfirmed) {
        throw new ModelViolation("nobody waits for a force");
    }

    @Override
    public void retrySlot(int slot, int tenure, long pauseNanos) {
        throw new ModelViolation("a pause, though no bookie of the model is ever too busy");
    }

    @Override
    public void retryChange(long pauseNanos) {
        world.record().later(this, ModelStep.Kind.PAUSE, null, 0, this::ended, protocol::onChangeRetry);
    }

    @Override
    public void acknowledged(Long waiter, long entry) {
        if (waiter != entry || entry != acknowledged + 1) {
            throw new ModelViolation("entry %s was acknowledged after %s (I10)".formatted(entry, acknowledged));
        }
        LedgerMetadata end = world.record().sealed();
        if (end != null && entry > end.lastEntry()) {
            throw new ModelViolation(
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
