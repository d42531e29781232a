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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Lets benchmarks drive a writer's state machine as {@link QuorumWriter} drives it, without bookies: what it wants sent is counted, and the
 * benchmark answers for them.
 */
public final class AppendDoor {
    private static final LedgerId LEDGER = new LedgerId(7);
    private static final long BOOKIE_BUDGET = 64 << 20;

    private final List<BookieId> bookies = new ArrayList<>();
    private final AppendProtocol<Object> protocol;

    private long sent;
    private long acknowledged;

    public AppendDoor(Replication replication) {
        for (int slot = 0; slot < replication.ensemble(); slot++) {
            bookies.add(new BookieId("b" + slot));
        }
        LedgerMetadata created =
                LedgerMetadata.open(replication, DigestType.CRC32C, Password.EMPTY, bookies, 0, 1, Map.of());
        protocol = new AppendProtocol<>(
                LEDGER,
                created,
                0,
                32,
                BOOKIE_BUDGET,
                new SafeWriterRules(),
                new Counted(),
                DecisionTrace.none(LEDGER));
    }

    /** Sends the next entry. Takes {@code body} over. */
    public void append(ByteBuf body, int payloadBytes, Object waiter) {
        protocol.append(body, payloadBytes, waiter);
    }

    /** The bookie at {@code slot} says that it has {@code entry}. */
    public void stored(int slot, long entry) {
        protocol.onAddReply(bookies.get(slot), slot, 0, entry, Status.OK, null);
    }

    /** The bookie at {@code slot} says that it has {@code entries}. */
    public void stored(int slot, long[] entries) {
        protocol.onAddReplies(bookies.get(slot), slot, 0, entries, 0, entries.length, Status.OK, null);
    }

    public long nextEntry() {
        return protocol.nextEntry();
    }

    /** Adds the bookies were sent so far, over all copies. */
    public long sent() {
        return sent;
    }

    /** Appends that succeeded so far. */
    public long acknowledged() {
        return acknowledged;
    }

    /** Drops what is pending and releases its bytes. */
    public void close() {
        protocol.abandon("the benchmark is over");
    }

    private final class Counted implements AppendProtocol.Effects<Object> {
        @Override
        public void send(BookieId bookie, int slot, int tenure, long entry, ByteBuf body) {
            sent++;
        }

        @Override
        public void acknowledged(Object waiter, long entry) {
            acknowledged++;
        }

        @Override
        public long outstandingBytes(BookieId bookie) {
            return 0; // nobody lags
        }

        @Override
        public void reached(WriterMark mark) {}

        @Override
        public void failed(Object waiter, LedgerException why) {}

        @Override
        public void ended(Ending why) {}

        @Override
        public void compareAndSet(LedgerMetadata next, int version) {
            throw unexpected();
        }

        @Override
        public Choice pick(List<BookieId> members, List<Integer> slots) {
            throw unexpected();
        }

        @Override
        public void suspected(BookieId bookie, String why) {
            throw unexpected();
        }

        @Override
        public void retrySlot(int slot, int tenure, long pauseNanos) {
            throw unexpected();
        }

        @Override
        public void retryChange(long pauseNanos) {
            throw unexpected();
        }

        @Override
        public void force(BookieId bookie, int slot, int tenure, int connection) {
            throw unexpected();
        }

        @Override
        public void forced(Object waiter, long lastAddConfirmed) {
            throw unexpected();
        }

        @Override
        public void changed(LedgerMetadata metadata) {
            throw unexpected();
        }

        @Override
        public void closed(LedgerMetadata metadata) {
            throw unexpected();
        }

        private AssertionError unexpected() {
            return new AssertionError("no bookie of a benchmark ever fails");
        }
    }
}
