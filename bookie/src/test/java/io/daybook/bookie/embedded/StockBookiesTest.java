package io.daybook.bookie.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Futures;
import io.daybook.base.seam.SecureEntropy;
import io.daybook.base.time.SystemClock;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Password;
import io.daybook.ledger.Replication;
import io.daybook.ledger.client.ClientConfig;
import io.daybook.ledger.client.LedgerClients;
import io.daybook.ledger.metadata.zookeeper.ZooKeeperMetaStore;
import io.daybook.ledger.transport.NettyLoops;
import io.daybook.ledger.transport.NettyTransport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Our client on stock bookies, and on both kinds at once. */
@Timeout(180)
final class StockBookiesTest {
    private static final int STOCK = 5;
    private static final int OURS = 2;
    private static final int ENTRIES = 10_000;
    private static final int WINDOW = 500;
    private static final Duration CHANGE_MAX = Duration.ofSeconds(30);
    private static final OpenOptions WITH_PASSWORD = new OpenOptions(Password.of("p"), null);

    @TempDir
    static Path folder;

    private static EmbeddedBookies cluster;
    private static StockProcess stock;
    private static final List<BookieId> stockIds = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        cluster = EmbeddedBookies.start(OURS);
        List<String> arguments = new ArrayList<>(List.of(cluster.uri().toString(), folder.toString()));
        for (int port : freePorts(STOCK)) {
            arguments.add("" + port);
            stockIds.add(new BookieId("127.0.0.1:" + port));
        }
        stock = StockProcess.start(folder, "StockBookies", arguments);
        assertThat(stock.line()).as(stock.errors()).isEqualTo("READY");
    }

    @AfterAll
    static void stop() throws IOException {
        assertThat(stock.running()).as(stock.errors()).isTrue();
        stock.close();
        cluster.close();
    }

    private static List<Integer> freePorts(int n) throws IOException {
        List<ServerSocket> taken = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            taken.add(socket);
            ports.add(socket.getLocalPort());
        }
        for (ServerSocket socket : taken) {
            socket.close();
        }
        return ports;
    }

    /** A client with what it stands on. */
    private record Session(LedgerClient client, NettyTransport transport, ZooKeeperMetaStore store, NettyLoops loops)
            implements AutoCloseable {
        static Session open(ClientConfig.Wire wire) throws Exception {
            NettyLoops loops = NettyLoops.start("client", 1, SystemClock.INSTANCE);
            NettyTransport transport = NettyTransport.open(loops, ClientConfig.DEFAULT.frameSizeMax());
            ZooKeeperMetaStore store = ZooKeeperMetaStore.open(
                            cluster.uri(),
                            Duration.ofSeconds(10),
                            loops.loops().all().get(0))
                    .get(30, TimeUnit.SECONDS);
            ClientConfig d = ClientConfig.DEFAULT;
            ClientConfig config = new ClientConfig(
                    d.addTimeout(),
                    d.readTimeout(),
                    d.windowEntries(),
                    d.windowSize(),
                    d.bookieBudget(),
                    d.readAhead(),
                    d.hedgeDelay(),
                    d.quarantine(),
                    d.ensembleChangesMax(),
                    d.frameSizeMax(),
                    wire);
            LedgerClient client = LedgerClients.open(
                            config, cluster.uri(), store, transport, loops.loops(), new SecureEntropy())
                    .get(30, TimeUnit.SECONDS);
            return new Session(client, transport, store, loops);
        }

        @Override
        public void close() {
            client.close();
            transport.close();
            store.close();
            loops.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "V2, CRC32",
        "V2, HMAC",
        "V2, CRC32C",
        "V2, DUMMY",
        "V3, CRC32",
        "V3, HMAC",
        "V3, CRC32C",
        "V3, DUMMY",
    })
    void ourClientDoesAllItsWorkOnStockBookies(ClientConfig.Wire wire, DigestType digest) throws Exception {
        try (Session session = Session.open(wire)) {
            LedgerWriter writer = create(session, new Replication(3, 3, 2), digest, this::allStock);
            append(writer, 0, ENTRIES);
            get(writer.close());
            LedgerReader reader = get(session.client().open(writer.ledger(), WITH_PASSWORD));
            assertThat(reader.lastAddConfirmed()).isEqualTo(ENTRIES - 1);
            readBack(reader, ENTRIES);
            reader.close();

            LedgerWriter live = create(session, new Replication(3, 3, 2), digest, this::allStock);
            append(live, 0, 10);
            LedgerReader tail = get(session.client().open(live.ledger(), WITH_PASSWORD));
            CompletableFuture<LedgerReader.Poll> poll = tail.poll(10, Duration.ofSeconds(20));
            append(live, 10, 12);
            LedgerReader.Poll woken = get(poll);
            assertThat(woken.lastAddConfirmed()).isGreaterThanOrEqualTo(10);
            if (woken.entry() != null) {
                woken.entry().close();
            }
            tail.close();

            LedgerReader recovered = get(session.client().openAndRecover(live.ledger(), WITH_PASSWORD));
            assertThat(recovered.lastAddConfirmed()).isEqualTo(11);
            assertThatThrownBy(() -> get(live.append(payload(12)))).hasCauseInstanceOf(LedgerException.class);
            readBack(recovered, 12);
            recovered.close();

            get(session.client().delete(writer.ledger(), WITH_PASSWORD));
            assertThatThrownBy(() -> get(session.client().metadata(writer.ledger())))
                    .hasCauseInstanceOf(LedgerException.class);
        }
    }

    @Test
    void aStockBookieThatStopsIsReplaced() throws Exception {
        try (Session session = Session.open(ClientConfig.Wire.V2)) {
            LedgerWriter writer =
                    create(session, new Replication(3, 3, 2), DigestType.CRC32C, ids -> stockIds.containsAll(ids));
            append(writer, 0, 100);
            BookieId victim = writer.metadata().lastFragment().bookies().get(0);
            stock.say("stop " + stockIds.indexOf(victim));
            assertThat(stock.line()).isEqualTo("STOPPED");
            append(writer, 100, 300);
            int entries = 300; // the other two acknowledge them, whether or not the change of bookies is committed yet
            long deadline = System.nanoTime() + CHANGE_MAX.toNanos();
            while (writer.metadata().lastFragment().bookies().contains(victim) && System.nanoTime() < deadline) {
                append(writer, entries, entries + 1);
                entries++;
            }

            assertThat(writer.metadata().lastFragment().bookies()).doesNotContain(victim);
            get(writer.close());
            LedgerReader reader = get(session.client().open(writer.ledger(), WITH_PASSWORD));
            assertThat(reader.lastAddConfirmed()).isEqualTo(entries - 1);
            readBack(reader, entries);
            reader.close();
        }
    }

    /** Stock bookies answer such adds from memory; a stock client gives up at the first failure (R107 to R110). */
    @ParameterizedTest
    @CsvSource({"V2", "V3"})
    void deferredSyncOnStockBookiesSurvivesAChangeOfBookies(ClientConfig.Wire wire) throws Exception {
        try (Session session = Session.open(wire)) {
            LedgerOptions options =
                    options(new Replication(3, 2, 2), DigestType.CRC32C).withDeferredSync(true);
            LedgerWriter writer = create(session, options, ids -> stockIds.containsAll(ids));
            append(writer, 0, 500);
            assertThat(writer.lastAddAccepted()).isEqualTo(499);
            assertThat(writer.lastAddConfirmed()).isEqualTo(-1);
            assertThat(get(writer.force())).isEqualTo(499);
            append(writer, 500, 800);
            restart(writer.metadata().lastFragment().bookies().get(1));
            assertThat(get(writer.force())).isEqualTo(799);

            assertThat(writer.metadata().fragments()).hasSize(2);
            assertThat(writer.metadata().lastFragment().firstEntry()).isEqualTo(500);
            append(writer, 800, 1_000);
            assertThat(get(writer.close()).lastEntry()).isEqualTo(999);
            LedgerReader reader = get(session.client().open(writer.ledger(), WITH_PASSWORD));
            readBack(reader, 1_000);
            reader.close();
        }
    }

    @Test
    void r111ALedgerWithEntriesNobodyForcedIsTakenOverFromStockBookies() throws Exception {
        try (Session session = Session.open(ClientConfig.Wire.V2)) {
            LedgerOptions options =
                    options(new Replication(3, 3, 2), DigestType.CRC32C).withDeferredSync(true);
            LedgerWriter writer = create(session, options, ids -> stockIds.containsAll(ids));
            append(writer, 0, 100);
            assertThat(get(writer.force())).isEqualTo(99);
            append(writer, 100, 150);

            LedgerReader recovered = get(session.client().openAndRecover(writer.ledger(), WITH_PASSWORD));
            assertThat(recovered.lastAddConfirmed()).isBetween(99L, 149L);
            readBack(recovered, (int) recovered.lastAddConfirmed() + 1);
            recovered.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"V2, false", "V3, true"})
    void idsChosenByTheCallerReadBackInTheirOrder(ClientConfig.Wire wire, boolean deferred) throws Exception {
        try (Session session = Session.open(wire)) {
            LedgerOptions options = options(new Replication(3, 3, 2), DigestType.CRC32)
                    .withExplicitIds(true)
                    .withDeferredSync(deferred);
            LedgerWriter writer = create(session, options, ids -> stockIds.containsAll(ids));
            List<CompletableFuture<Long>> appends = new ArrayList<>();
            for (int block = 0; block < 200; block += 10) {
                for (int i = 9; i >= 0; i--) {
                    appends.add(writer.append(block + i, payload(block + i)));
                }
            }
            for (CompletableFuture<Long> append : appends) {
                get(append);
            }
            assertThatThrownBy(() -> get(writer.append(7, payload(7))))
                    .hasCauseInstanceOf(LedgerException.DuplicateEntry.class);
            get(writer.close());
            LedgerReader reader = get(session.client().open(writer.ledger(), WITH_PASSWORD));
            assertThat(reader.lastAddConfirmed()).isEqualTo(199);
            readBack(reader, 200);
            reader.close();
        }
    }

    /** Stops a stock bookie and starts it again, as one that crashed and came back. */
    private static void restart(BookieId bookie) throws IOException {
        int number = stockIds.indexOf(bookie);
        stock.say("stop " + number);
        assertThat(stock.line()).as(stock.errors()).isEqualTo("STOPPED");
        stock.say("start " + number);
        assertThat(stock.line()).as(stock.errors()).isEqualTo("STARTED");
    }

    @ParameterizedTest
    @CsvSource({"V2", "V3"})
    void aLedgerStripedOverBothKindsReadsBackWhole(ClientConfig.Wire wire) throws Exception {
        try (Session session = Session.open(wire)) {
            LedgerWriter writer = create(
                    session,
                    new Replication(4, 2, 2),
                    DigestType.CRC32C,
                    ids -> !stockIds.containsAll(ids) && ids.stream().anyMatch(stockIds::contains));
            append(writer, 0, 2_000);
            LedgerReader recovered = get(session.client().openAndRecover(writer.ledger(), WITH_PASSWORD));
            assertThat(recovered.lastAddConfirmed()).isEqualTo(1_999);
            readBack(recovered, 2_000);
            recovered.close();
        }
    }

    private boolean allStock(List<BookieId> ensemble) {
        return stockIds.containsAll(ensemble);
    }

    /** Creates ledgers until placement has chosen an ensemble as wanted. */
    private static LedgerWriter create(
            Session session, Replication replication, DigestType digest, Predicate<List<BookieId>> wanted)
            throws Exception {
        return create(session, options(replication, digest), wanted);
    }

    private static LedgerOptions options(Replication replication, DigestType digest) {
        return LedgerOptions.DEFAULT
                .withReplication(replication)
                .withDigestType(digest)
                .withPassword(Password.of("p"));
    }

    private static LedgerWriter create(Session session, LedgerOptions options, Predicate<List<BookieId>> wanted)
            throws Exception {
        for (int i = 0; i < 200; i++) {
            LedgerWriter writer = get(session.client().create(options));
            if (wanted.test(writer.metadata().lastFragment().bookies())) {
                return writer;
            }
            LedgerId ledger = writer.ledger();
            get(writer.close());
            get(session.client().delete(ledger, WITH_PASSWORD));
        }
        throw new AssertionError("placement never chose the bookies wanted");
    }

    private static void append(LedgerWriter writer, int from, int to) throws Exception {
        ArrayDeque<CompletableFuture<Long>> window = new ArrayDeque<>();
        for (int i = from; i < to; i++) {
            if (window.size() == WINDOW) {
                get(window.remove());
            }
            window.add(writer.append(payload(i)));
        }
        while (!window.isEmpty()) {
            get(window.remove());
        }
    }

    private static void readBack(LedgerReader reader, int entries) throws Exception {
        for (int from = 0; from < entries; from += 500) {
            int to = Math.min(entries, from + 500) - 1;
            try (LedgerEntries found = get(reader.read(from, to))) {
                int i = from;
                for (LedgerEntry entry : found) {
                    ByteBuf expected = payload(i);
                    assertThat(entry.entryId()).isEqualTo(i);
                    assertThat(entry.payload()).isEqualTo(expected);
                    expected.release();
                    i++;
                }
                assertThat(i).isEqualTo(to + 1);
            }
        }
    }

    private static ByteBuf payload(int i) {
        return Unpooled.copiedBuffer(("entry " + i + " ").repeat(1 + i % 30), StandardCharsets.UTF_8);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new ExecutionException(Futures.cause(failed));
        }
    }
}
