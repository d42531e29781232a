package io.daybook.ledger.client;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.metrics.Metrics;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.SecureEntropy;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.Password;
import io.daybook.ledger.Replication;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.ledger.metadata.LedgerMetadataStore;
import io.daybook.ledger.metadata.LedgerTree;
import io.daybook.ledger.metadata.NewLedger;
import io.daybook.ledger.metadata.Versioned;
import io.daybook.ledger.placement.Candidates;
import io.daybook.ledger.placement.RandomPlacement;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.transport.Bookies;
import io.netty.buffer.ByteBuf;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lets benchmarks drive the writers of one loop, as applications do, without bookies: the groups that would be sent are kept, and the benchmark says when
 * they are answered.
 */
public final class WriterDoor {
    private static final int BOOKIES = 3;

    private final List<BookieId> bookies = new ArrayList<>();
    private final List<ArrayDeque<Sent>> sent = new ArrayList<>(); // by bookie, oldest first
    private final ClientLoop home;

    private record Sent(int count, Bookies.GroupListener listener) {}

    public WriterDoor(Loop loop) {
        for (int i = 0; i < BOOKIES; i++) {
            bookies.add(new BookieId("b" + i));
            sent.add(new ArrayDeque<>());
        }
        MetaStore none = (MetaStore) Proxy.newProxyInstance(
                MetaStore.class.getClassLoader(), new Class<?>[] {MetaStore.class}, (proxy, method, arguments) -> {
                    throw new AssertionError("no benchmark changes metadata");
                });
        home = new ClientLoop(
                loop,
                new ClientLoop.Connections(new Kept(), () -> {}),
                new LedgerMetadataStore(
                        none, new ClusterLayout("/ledgers", LedgerTree.HIERARCHICAL, null), new SecureEntropy()),
                ClientConfig.DEFAULT,
                new RandomPlacement(new SecureEntropy()),
                () -> new Candidates(bookies, List.of()),
                (bookie, feature) -> true,
                new ReadMeters(new Metrics()),
                ClientRules.SAFE);
    }

    /** A writer of a new ledger. */
    public LedgerWriter open(long ledger) {
        LedgerMetadata record = LedgerMetadata.open(
                new Replication(BOOKIES, BOOKIES, 2), DigestType.CRC32C, Password.EMPTY, bookies, 0, 1, Map.of());
        return QuorumWriter.open(
                new NewLedger(new LedgerId(ledger), new Versioned<>(record, 0)), LedgerOptions.DEFAULT, home);
    }

    /** The bookie of this number says that it has the entries of the oldest group it was sent; how many these are, 0 if there is none. */
    public int stored(int bookie) {
        @Nullable Sent group = sent.get(bookie).poll();
        if (group == null) {
            return 0;
        }
        group.listener.onOutcome(bookies.get(bookie), 0, group.count, Status.OK, null);
        return group.count;
    }

    private final class Kept implements Bookies {
        @Override
        public void addGroup(
                BookieId bookie, Request.GroupAdd group, Duration timeout, Bookies.GroupListener listener) {
            sent.get(bookies.indexOf(bookie)).add(new Sent(group.count(), listener));
            group.release();
        }

        @Override
        public long outstandingBytes(BookieId bookie) {
            return 0; // nobody lags
        }

        @Override
        public <R extends Response> Promise<R> call(
                BookieId bookie, Request request, Class<R> answer, Duration timeout) {
            request.release();
            return home.loop().promise(); // an announcement: nobody waits for its answer
        }

        @Override
        public void add(
                BookieId bookie,
                long ledgerId,
                long entryId,
                byte[] masterKey,
                ByteBuf body,
                boolean recovery,
                Duration timeout,
                int slot,
                int token,
                AddListener listener) {
            throw new AssertionError("every bookie of a benchmark takes groups");
        }

        @Override
        public void addDeferred(
                BookieId bookie,
                long ledgerId,
                long entryId,
                byte[] masterKey,
                ByteBuf body,
                Duration timeout,
                int slot,
                int token,
                DeferredListener listener) {
            throw new AssertionError("no benchmark defers");
        }

        @Override
        public Promise<TracedRead> readTraced(BookieId bookie, Request.Read request, Duration timeout) {
            throw new AssertionError("no benchmark reads here");
        }

        @Override
        public Promise<Response.Force> force(BookieId bookie, long ledgerId, int connection, Duration timeout) {
            throw new AssertionError("no benchmark defers");
        }
    }
}
