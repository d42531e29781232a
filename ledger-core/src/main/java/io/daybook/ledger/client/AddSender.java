package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.protocol.EntryGroup;
import io.daybook.ledger.transport.Bookies;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One writer's side of the loop's {@link Outbox}: packs its entries, and sends each add in a group where the bookie takes groups, by itself where not.
 * Belongs to one loop.
 */
final class AddSender {
    private final long ledger;
    private final byte[] masterKey;
    private final EntryDigest digest;
    private final Outbox outbox;
    private final Bookies bookies;
    private final Duration timeout;
    private final ByteBufAllocator allocator;
    private final Answers answers;
    private final boolean packsAlone;
    private final Outbox.@Nullable Run[] ways; // by slot; the bookie there may have changed

    /** Told what became of adds. */
    interface Answers extends Bookies.AddListener, Outbox.Sender {}

    /** @param packsAlone whether entries get memory of their own: those that are kept for long, since each would keep a chunk of others alive */
    AddSender(
            long ledger,
            byte[] masterKey,
            EntryDigest digest,
            Replication replication,
            ClientLoop home,
            ByteBufAllocator allocator,
            boolean packsAlone,
            Answers answers) {
        this.ledger = ledger;
        this.masterKey = masterKey;
        this.digest = digest;
        this.outbox = home.outbox();
        this.bookies = home.bookies();
        this.timeout = home.config().addTimeout();
        this.allocator = allocator;
        this.packsAlone = packsAlone;
        this.answers = answers;
        this.ways = new Outbox.@Nullable Run[replication.ensemble()];
    }

    /**
     * The stored form of an entry that is about to be sent. Takes {@code payload} over, also when it throws; the result is the caller's.
     *
     * @param expectedBytes payloads and overheads that will follow in this pass, as far as is known
     */
    ByteBuf pack(long entry, long lac, long length, ByteBuf payload, long expectedBytes) {
        if (packsAlone || !EntryDigest.packsSmall(payload.readableBytes())) {
            return digest.pack(ledger, entry, lac, length, payload, allocator);
        }
        int size = digest.overhead() + payload.readableBytes();
        ByteBuf room;
        try {
            room = outbox.room(EntryGroup.LENGTH_SIZE + size, expectedBytes);
        } catch (RuntimeException unsent) {
            payload.release();
            throw unsent;
        }
        int at = room.writerIndex();
        room.writeInt(size);
        digest.packInto(room, ledger, entry, lac, length, payload);
        return outbox.packed(room, at);
    }

    /** Bytes an entry takes beside its payload. */
    int overhead() {
        return EntryGroup.LENGTH_SIZE + digest.overhead();
    }

    /** Sends an add before the pass has ended; {@code body} is borrowed. */
    void send(BookieId bookie, int slot, int tenure, long entry, ByteBuf body) {
        Outbox.Run way = ways[slot];
        if (way == null || !way.bookie().equals(bookie)) {
            way = outbox.to(bookie);
            ways[slot] = way;
        }
        if (way.open()) {
            boolean small = EntryDigest.packsSmall(body.readableBytes() - digest.overhead());
            way.add(answers, slot, tenure, entry, masterKey, body, small);
        } else {
            bookies.add(
                    bookie, ledger, entry, masterKey, body.retainedDuplicate(), false, timeout, slot, tenure, answers);
        }
    }
}
