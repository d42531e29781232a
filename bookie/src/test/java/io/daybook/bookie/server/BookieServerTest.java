package io.daybook.bookie.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.exec.Loops;
import io.daybook.base.seam.HostPort;
import io.daybook.bookie.index.Indexes;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.Password;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.digest.LedgerKeys;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.ledger.metadata.MetadataUri;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.Tag;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The whole bookie, journal and store included, in a simulated world. */
final class BookieServerTest {
    private static final MetadataUri URI = MetadataUri.parse("zk+hierarchical://metadata:2181/ledgers");
    private static final Password PASSWORD = Password.of("p");
    private static final byte[] KEY = LedgerKeys.masterKey(PASSWORD);
    private static final EntryDigest DIGEST = EntryDigest.of(DigestType.CRC32C, PASSWORD);

    private final SimWorld world = new SimWorld(11);
    private final SimNode node = world.node("b1");
    private final SimPeer peer = new SimPeer(world, world.node("client"));

    private BookieServer start() {
        return world.await(BookieServer.start(config(), seams(node)));
    }

    private static BookieConfig config() {
        return BookieConfig.in(Path.of("/bookie"), URI, 3181).with(false, false).withHost("b1");
    }

    static BookieSeams seams(SimNode on) {
        Loops serving = on.loops("loop", 2);
        BookieLoops loops = new BookieLoops(
                serving,
                on.loop("control"),
                on.loop("journal"),
                on.loop("files"),
                on.loop("flush"),
                on.loops("read", 1));
        return new BookieSeams(
                loops,
                on.transport(5 << 20, serving),
                on.disk(),
                on.metaStore(),
                on.entropy(),
                on.host(),
                on.probe(),
                layout -> () -> {},
                Indexes::heap,
                ByteBufAllocator.DEFAULT);
    }

    private void initialise() {
        SimNode admin = world.node("admin");
        world.await(ClusterLayout.init(admin.metaStore(), URI, admin.entropy(), admin.loop("admin")));
    }

    private Request.Add add(long ledgerId, long entryId, long txn) {
        ByteBuf payload = Unpooled.buffer().writeLong(entryId);
        ByteBuf body =
                DIGEST.pack(ledgerId, entryId, entryId - 1, 8 * (entryId + 1), payload, ByteBufAllocator.DEFAULT);
        return new Request.Add(new Tag(Tag.V3, txn, 0), ledgerId, entryId, KEY, body, false, false);
    }

    private static Request read(long ledgerId, long entryId, long txn) {
        return Request.Read.plain(new Tag(Tag.V3, txn, 0), ledgerId, entryId);
    }

    @Test
    void whatWasAcknowledgedIsThereAfterACrash() {
        initialise();
        BookieServer server = start();
        peer.connect(server.address());
        for (int i = 0; i < 40; i++) {
            peer.send(add(i % 4, i / 4, i));
        }
        peer.await(40);
        assertThat(peer.answers())
                .allSatisfy(answer -> assertThat(answer.status()).isEqualTo(Status.OK));

        node.crash();
        node.restart();
        BookieServer again = start();
        peer.connect(again.address());
        for (int i = 0; i < 40; i++) {
            peer.send(read(i % 4, i / 4, i));
        }
        peer.await(40);

        world.await(again.stop());
        assertThat(again.id()).isEqualTo(server.id());
        assertThat(peer.answers())
                .allSatisfy(answer -> assertThat(answer.status()).isEqualTo(Status.OK));
        peer.release();
    }

    @Test
    void anOrderlyStopLeavesNothingToReplayAndNobodyRegistered() {
        initialise();
        BookieServer server = start();
        peer.connect(server.address());
        peer.send(add(1, 0, 1));
        peer.await(1);

        world.await(server.stop());

        SimNode admin = world.node("admin");
        var names = world.await(admin.metaStore().children("/ledgers/available", admin.loop("admin")));
        assertThat(names).containsExactly("readonly");
        assertThat(peer.closed()).isTrue();
    }

    @Test
    void aNearlyFullDiskMakesItReadOnlyUntilThereIsRoomAgain() {
        initialise();
        BookieServer server = start();
        peer.connect(server.address());
        peer.send(add(1, 0, 1));
        peer.await(1);

        node.disk().budget(node.disk().usedBytes() + (100 << 20));
        world.runFor(Duration.ofSeconds(30));
        peer.send(add(1, 1, 2));
        peer.send(read(1, 0, 3));
        peer.await(3);
        node.disk().budget(Long.MAX_VALUE);
        world.runFor(Duration.ofSeconds(30));
        peer.send(add(1, 1, 4));
        peer.await(4);

        assertThat(peer.answers())
                .extracting(Response::status)
                .containsExactly(Status.OK, Status.READ_ONLY, Status.OK, Status.OK);
        world.await(server.stop());
    }

    @Test
    void aFailedSyncEndsTheProcess() {
        initialise();
        BookieServer server = start();
        peer.connect(server.address());
        peer.send(add(1, 0, 1));
        peer.await(1);
        node.disk().failNextSync("the disk is gone");

        peer.send(add(1, 1, 2));
        world.runUntil(() -> node.lastExit() != null, Duration.ofSeconds(30));

        assertThat(node.lastExit().status()).isEqualTo(BookieServer.EXIT_STORAGE_FAILED);
        assertThat(peer.answers())
                .noneMatch(answer ->
                        answer instanceof Response.Add add && add.entryId() == 1 && add.status() == Status.OK);
    }

    @Test
    void aFailedSyncEndsTheProcessAlsoWhileTheMetadataStoreDoesNotAnswer() {
        initialise();
        BookieServer server = start();
        peer.connect(server.address());
        peer.send(add(1, 0, 1));
        peer.await(1);
        world.metadata().outage(true);
        node.disk().failNextSync("the disk is gone");

        peer.send(add(1, 1, 2));
        world.runFor(Duration.ofSeconds(1));

        assertThat(node.lastExit()).isNotNull();
        assertThat(node.lastExit().status()).isEqualTo(BookieServer.EXIT_STORAGE_FAILED);
    }

    @Test
    void anOrderlyStopDoesNotWaitForAMetadataStoreThatIsGoneToo() {
        initialise();
        BookieServer server = start();
        peer.connect(server.address());
        peer.send(add(1, 0, 1));
        peer.await(1);
        world.metadata().outage(true);

        var stopped = server.stop();
        world.runFor(Duration.ofSeconds(1));

        assertThat(stopped).isCompleted();
        assertThat(peer.closed()).isTrue();

        world.metadata().outage(false);
        node.crash();
        node.restart();
        BookieServer again = start();
        peer.connect(again.address());
        peer.send(read(1, 0, 2));
        peer.await(1);

        assertThat(peer.answers())
                .singleElement()
                .satisfies(answer -> assertThat(answer.status()).isEqualTo(Status.OK));
        world.await(again.stop());
        peer.release();
    }

    @Test
    void requestsOfManyLedgersOverOneConnectionComeBackFromAllLoops() {
        initialise();
        BookieServer server = start();
        peer.connect(server.address());
        for (int i = 0; i < 300; i++) {
            peer.send(add(i, 0, i));
        }
        peer.await(300);

        world.await(server.stop());
        assertThat(peer.answers()).hasSize(300);
        assertThat(new HostPort("b1", 3181)).isEqualTo(server.address());
    }
}
