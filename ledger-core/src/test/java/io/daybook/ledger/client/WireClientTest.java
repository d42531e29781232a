package io.daybook.ledger.client;

import static io.daybook.ledger.client.ClientWorld.payload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.HostPort;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Replication;
import io.daybook.ledger.protocol.Frames;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.RequestDecoder;
import io.daybook.ledger.protocol.Response;
import io.daybook.sim.SimNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The client over real frames and connections of the simulated network, in both wire formats. */
final class WireClientTest {
    private final ClientWorld cluster = new ClientWorld(21, 4);

    private void serve(String name) {
        SimNode node = cluster.world.node(name);
        FakeBookies.Link link = cluster.bookies.of(node.loop("serve"));
        FakeBookies.Fake fake = cluster.bookies.fake(name);
        node.transport().listen(new HostPort(name, 3181), accepted -> new Server(link, fake), node.loop("serve"));
    }

    private LedgerClient client(String name, ClientConfig.Wire wire) {
        ClientConfig d = ClientConfig.DEFAULT;
        ClientConfig config = new ClientConfig(
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                d.windowEntries(),
                d.windowSize(),
                d.bookieBudget(),
                d.readAhead(),
                d.hedgeDelay(),
                d.quarantine(),
                d.ensembleChangesMax(),
                d.frameSizeMax(),
                wire);
        SimNode node = cluster.world.node(name);
        return cluster.world.await(LedgerClients.open(
                config, ClientWorld.URI, node.metaStore(), node.transport(), node.loops("db", 2), node.entropy()));
    }

    private <T> T await(CompletableFuture<T> future) {
        return cluster.world.await(future);
    }

    @ParameterizedTest
    @EnumSource
    void writesTailsLosesABookieIsTakenOverAndReadsBack(ClientConfig.Wire wire) {
        List.of("b1", "b2", "b3", "b4").forEach(this::serve);
        LedgerClient client = client("c", wire);
        LedgerClient other = client("other", wire);
        LedgerWriter writer = await(client.create(LedgerOptions.DEFAULT.withReplication(new Replication(3, 3, 2))));
        LedgerReader tail = await(other.open(writer.ledger(), OpenOptions.DEFAULT));
        var waiting = tail.poll(0, Duration.ofSeconds(10));
        List<CompletableFuture<Long>> appends = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            appends.add(writer.append(payload("entry " + i)));
        }
        await(appends.get(299));
        LedgerReader.Poll poll = await(waiting);
        assertThat(poll.lastAddConfirmed()).isNotNegative();
        if (poll.entry() != null) {
            poll.entry().close();
        }

        cluster.world
                .node(writer.metadata().lastFragment().bookies().get(0).value())
                .kill();
        for (int i = 300; i < 400; i++) {
            appends.add(writer.append(payload("entry " + i)));
        }
        await(appends.get(399));
        assertThat(writer.metadata().fragments()).hasSize(2);

        LedgerReader reader = await(other.openAndRecover(writer.ledger(), OpenOptions.DEFAULT));
        assertThat(reader.lastAddConfirmed()).isEqualTo(399);
        try (LedgerEntries all = await(reader.read(0, 399))) {
            assertThat(all.entries()).hasSize(400);
            for (int i = 0; i < 400; i++) {
                assertThat(new String(all.entries().get(i).bytes(), java.nio.charset.StandardCharsets.UTF_8))
                        .isEqualTo("entry " + i);
            }
        }
        try (LedgerEntries some = await(reader.readBatch(250, 100, 1 << 20))) {
            assertThat(some.size()).isPositive();
            assertThat(some.entries().get(0).entryId()).isEqualTo(250);
        }
        assertThatThrownBy(() -> await(writer.append(payload("late")))).isInstanceOf(LedgerException.Fenced.class);
        client.close();
        other.close();
        cluster.world.runFor(Duration.ofSeconds(30));
    }

    /** Frames in, frames out. */
    private static final class Server implements ConnHandler {
        private final FakeBookies.Link link;
        private final FakeBookies.Fake fake;
        private final RequestDecoder decoder = new RequestDecoder();

        Server(FakeBookies.Link link, FakeBookies.Fake fake) {
            this.link = link;
            this.fake = fake;
        }

        @Override
        public void onFrame(Conn conn, ByteBuf frame) {
            Request request = decoder.decode(frame);
            Consumer<Response> reply = response -> Frames.send(conn, response, PooledByteBufAllocator.DEFAULT);
            if (request instanceof Request.Read poll && poll.longPoll()) {
                link.poll(fake, poll, reply);
            } else {
                reply.accept(link.handle(fake, request));
            }
        }

        @Override
        public void onWritable(Conn conn, boolean writable) {}

        @Override
        public void onClosed(Conn conn, @Nullable Throwable cause) {}
    }
}
