package io.daybook.bookie.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.MetaStore.Node;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.disk.Layout;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.Password;
import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.digest.LedgerKeys;
import io.daybook.ledger.metadata.BookieIdentity;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.ledger.metadata.LedgerMetadataStore;
import io.daybook.ledger.metadata.MetadataUri;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.Tag;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import io.daybook.sim.ledger.ForwardingMetaStore;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.ResourceLeakDetector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A bookie that comes back with less than it had (R78 to R81). */
final class BookieLossTest {
    private static final MetadataUri URI = MetadataUri.parse("zk+hierarchical://metadata:2181/ledgers");
    private static final Password PASSWORD = Password.of("p");
    private static final byte[] KEY = LedgerKeys.masterKey(PASSWORD);
    private static final EntryDigest DIGEST = EntryDigest.of(DigestType.CRC32C, PASSWORD);
    private static final BookieId SELF = new BookieId("b1:3181");
    private static final BookieId OTHER = new BookieId("b2:3181");
    private static final Path FOLDER = Path.of("/bookie");

    private final SimWorld world = new SimWorld(17);
    private final SimNode node = world.node("b1");
    private final SimNode admin = world.node("admin");
    private final SimPeer peer = new SimPeer(world, world.node("client"));
    private ClusterLayout cluster;
    private LedgerMetadataStore ledgers;
    private boolean accepts = true;

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    @BeforeEach
    void cluster() {
        ResourceLeakDetector.setLevel(
                ResourceLeakDetector.Level.DISABLED); // a node that dies does not release what it holds
        cluster = world.await(ClusterLayout.init(admin.metaStore(), URI, admin.entropy(), admin.loop("admin")));
        ledgers = new LedgerMetadataStore(admin.metaStore(), cluster, admin.entropy());
    }

    @AfterEach
    void release() {
        peer.release();
        ResourceLeakDetector.setLevel(level);
    }

    private BookieConfig config() {
        BookieConfig base = BookieConfig.in(FOLDER, URI, 3181).withHost("b1");
        return new BookieConfig(
                base.bind(),
                base.advertised(),
                base.id(),
                base.frameSizeMax(),
                true,
                false,
                accepts,
                base.loops(),
                base.memory(),
                base.metadata(),
                base.sessionTimeout(),
                base.journal(),
                base.storage(),
                base.labels());
    }

    private void replaceDisk() {
        node.crash();
        node.disk().wipe(FOLDER);
        node.restart();
    }

    private BookieServer start() {
        return start(node.metaStore());
    }

    private BookieServer start(MetaStore metaStore) {
        BookieSeams usual = BookieServerTest.seams(node);
        var seams = new BookieSeams(
                usual.loops(),
                usual.transport(),
                usual.disk(),
                metaStore,
                usual.entropy(),
                usual.host(),
                usual.probe(),
                usual.lock(),
                usual.index(),
                usual.allocator());
        BookieServer server = world.await(BookieServer.start(config(), seams));
        peer.connect(server.address());
        return server;
    }

    private void ledger(long id, BookieId bookie) {
        LedgerMetadata record = LedgerMetadata.open(
                Replication.parse("1/1/1"), DigestType.CRC32C, PASSWORD, List.of(bookie), 1, 0, Map.of());
        assertThat(world.await(ledgers.create(new LedgerId(id), record, admin.loop("admin"))))
                .isNotNull();
    }

    private void close(long id, long lastEntry) {
        var record = world.await(ledgers.readLinearizable(new LedgerId(id), admin.loop("admin")));
        LedgerMetadata open = record.value();
        LedgerMetadata closed = new LedgerMetadata(
                open.replication(),
                open.digestType(),
                open.password(),
                LedgerState.CLOSED,
                open.fragments(),
                lastEntry,
                8 * (lastEntry + 1),
                1,
                true,
                true,
                3,
                open.creationToken(),
                Map.of());
        world.await(ledgers.compareAndSet(new LedgerId(id), closed, record.version(), admin.loop("admin")));
    }

    private void recover(long id) {
        var record = world.await(ledgers.readLinearizable(new LedgerId(id), admin.loop("admin")));
        LedgerMetadata recovering = record.value().withState(LedgerState.IN_RECOVERY);
        world.await(ledgers.compareAndSet(new LedgerId(id), recovering, record.version(), admin.loop("admin")));
    }

    private Status add(long ledgerId, long entryId) {
        return add(ledgerId, entryId, false);
    }

    private Status writeBack(long ledgerId, long entryId) {
        return add(ledgerId, entryId, true);
    }

    private Status add(long ledgerId, long entryId, boolean recovery) {
        ByteBuf payload = Unpooled.buffer().writeLong(entryId);
        ByteBuf body =
                DIGEST.pack(ledgerId, entryId, entryId - 1, 8 * (entryId + 1), payload, ByteBufAllocator.DEFAULT);
        return ask(new Request.Add(tag(), ledgerId, entryId, KEY, body, recovery, false));
    }

    private Status read(long ledgerId, long entryId) {
        return ask(Request.Read.plain(tag(), ledgerId, entryId));
    }

    private Status fence(long ledgerId, long entryId) {
        return ask(new Request.Read(tag(), ledgerId, entryId, true, KEY, false, 0, -1, false));
    }

    private static Tag tag() {
        return new Tag(Tag.V3, 1, 0);
    }

    private Status ask(Request request) {
        peer.release();
        peer.send(request);
        peer.await(1);
        Response answer = peer.answers().get(0);
        return answer.status();
    }

    private BookieIdentity identity() {
        return BookieIdentity.decode(
                world.metadata().node(BookieIdentity.path(cluster, SELF)).data());
    }

    @Test
    void aBookieWhoseDiskWasReplacedDeniesNothingItMayHaveHad_X19() {
        ledger(1, SELF);
        ledger(2, SELF);
        ledger(3, OTHER);
        start();
        assertThat(add(1, 0)).isEqualTo(Status.OK);
        assertThat(add(2, 0)).isEqualTo(Status.OK);
        close(2, 0);
        replaceDisk();

        start();

        assertThat(read(1, 0)).isEqualTo(Status.UNKNOWN_STATE);
        assertThat(read(2, 0)).isEqualTo(Status.UNKNOWN_STATE); // sealed ledgers too (I13)
        assertThat(fence(1, 0)).isEqualTo(Status.UNKNOWN_STATE);
        assertThat(add(1, 1)).isEqualTo(Status.FENCED); // by the line before
        assertThat(read(3, 0)).isEqualTo(Status.NO_SUCH_LEDGER); // never was here
        assertThat(identity().incarnation()).isEqualTo(2);
    }

    /** A recovery names the bookie it writes copies to only when it seals the ledger. */
    @Test
    void itDeniesNothingOfALedgerInRecoveryThatDoesNotNameItYet() {
        ledger(1, OTHER);
        recover(1);
        start();
        assertThat(writeBack(1, 0)).isEqualTo(Status.OK);
        replaceDisk();

        start();

        assertThat(read(1, 0)).isEqualTo(Status.UNKNOWN_STATE);
        assertThat(writeBack(1, 1)).isEqualTo(Status.OK);
        assertThat(read(1, 1)).isEqualTo(Status.OK);
    }

    /** A new session may be with a server that lags. */
    @Test
    void itReadsAllRecordsAgainIfTheSessionChangedMeanwhile() {
        ledger(1, OTHER);
        String path = cluster.root() + "/00/0000/L0001";
        Node before = world.await(admin.metaStore().get(path, admin.loop("admin")));
        recover(1);
        start();
        assertThat(writeBack(1, 0)).isEqualTo(Status.OK);
        replaceDisk();
        var lagging = new ForwardingMetaStore(node.metaStore()) {
            private boolean changed;

            @Override
            public Promise<@Nullable Node> get(String asked, Loop loop) {
                if (changed || !asked.equals(path)) {
                    return super.get(asked, loop);
                }
                changed = true;
                Promise<@Nullable Node> old = loop.promise();
                old.complete(before);
                return old;
            }

            @Override
            public long sessionId() {
                return changed ? super.sessionId() : super.sessionId() - 1;
            }
        };

        start(lagging);

        assertThat(lagging.changed).isTrue();
        assertThat(read(1, 0)).isEqualTo(Status.UNKNOWN_STATE);
    }

    @Test
    void aLiveWriterIsToldToReplaceItInsteadOfToStop() {
        ledger(1, SELF);
        start();
        assertThat(add(1, 0)).isEqualTo(Status.OK);
        replaceDisk();

        start();

        assertThat(add(1, 1)).isEqualTo(Status.UNKNOWN_STATE);
    }

    @Test
    void itIsAsGoodAsAnyForNewLedgers() {
        ledger(1, SELF);
        start();
        assertThat(add(1, 0)).isEqualTo(Status.OK);
        replaceDisk();
        start();

        ledger(5, SELF);

        assertThat(add(5, 0)).isEqualTo(Status.OK);
        assertThat(read(5, 1)).isEqualTo(Status.NO_SUCH_ENTRY);
    }

    @Test
    void limboOutlivesFurtherRestartsWithoutFurtherIncarnations() {
        ledger(1, SELF);
        start();
        assertThat(add(1, 0)).isEqualTo(Status.OK);
        replaceDisk();
        start();

        for (int i = 0; i < 3; i++) {
            node.crash();
            node.restart();
            start();
            assertThat(read(1, 0)).isEqualTo(Status.UNKNOWN_STATE);
        }

        assertThat(identity().incarnation()).isEqualTo(2);
    }

    @Test
    void aLossNobodyAcceptedKeepsItFromStarting() {
        accepts = false;
        start();
        node.crash();
        node.disk().wipe(FOLDER.resolve("data"));
        node.restart();

        assertThatThrownBy(() -> world.await(BookieServer.start(config(), BookieServerTest.seams(node))))
                .isInstanceOf(BookieException.Refused.class)
                .hasMessageContaining("accept-data-loss");

        assertThat(identity().incarnation()).isEqualTo(1);
    }

    @Test
    void aCrashAtAnyStepOfTheReactionForgetsNothing() {
        ledger(1, SELF);
        start();
        assertThat(add(1, 0)).isEqualTo(Status.OK);
        replaceDisk();
        for (int steps = 20; steps < 900; steps += 40) {
            BookieServer.start(config(), BookieServerTest.seams(node));
            for (int i = 0; i < steps; i++) {
                world.step();
            }
            node.crash();
            node.restart();
        }

        start();

        assertThat(read(1, 0)).isEqualTo(Status.UNKNOWN_STATE);
        assertThat(identity().incarnation()).isGreaterThan(1);
    }

    @Test
    void aLedgerIsConcernedWhicheverOfItsFragmentsNamesTheBookie() {
        ledger(1, SELF);
        start();
        assertThat(add(1, 0)).isEqualTo(Status.OK);
        var record = world.await(ledgers.readLinearizable(new LedgerId(1), admin.loop("admin")));
        world.await(ledgers.compareAndSet(
                new LedgerId(1),
                record.value().withFragments(List.of(new Fragment(0, List.of(SELF)), new Fragment(1, List.of(OTHER)))),
                record.version(),
                admin.loop("admin")));
        node.crash();
        node.disk().wipe(FOLDER.resolve("journal"));
        node.restart();

        start();

        assertThat(read(1, 0)).isEqualTo(Status.UNKNOWN_STATE);
    }

    @Test
    void aDamagedJournalIsALossOfTheSameKind() {
        ledger(1, SELF);
        start();
        for (int i = 0; i < 20; i++) {
            assertThat(add(1, i)).isEqualTo(Status.OK);
        }
        world.runFor(Duration.ofMillis(500)); // the idle marker says that all of it was synced
        node.crash();
        node.disk().rot(Layout.journalFile(FOLDER.resolve("journal"), 1), 4096 * 6 + 100);
        node.restart();

        start();

        assertThat(identity().incarnation()).isEqualTo(2);
        assertThat(read(1, 0)).isEqualTo(Status.OK);
        assertThat(read(1, 99)).isEqualTo(Status.UNKNOWN_STATE);
        ledger(5, SELF);
        assertThat(add(5, 0)).isEqualTo(Status.OK);
    }

    @Test
    void aCrashAtAnyStepAfterDamageToTheJournalForgetsNothing() {
        ledger(1, SELF);
        start();
        for (int i = 0; i < 20; i++) {
            assertThat(add(1, i)).isEqualTo(Status.OK);
        }
        world.runFor(Duration.ofMillis(500));
        node.crash();
        node.disk().rot(Layout.journalFile(FOLDER.resolve("journal"), 1), 4096 * 6 + 100);
        node.restart();
        for (int steps = 20; steps < 900; steps += 9) {
            BookieServer.start(config(), BookieServerTest.seams(node));
            for (int i = 0; i < steps; i++) {
                world.step();
            }
            node.crash();
            node.restart();
        }

        start();

        assertThat(read(1, 99)).isEqualTo(Status.UNKNOWN_STATE);
        assertThat(identity().incarnation()).isGreaterThan(1);
    }

    @Test
    void aDeletedLedgerIsRefusedWithinAMinuteAndEverAfter() {
        ledger(1, SELF);
        start();
        assertThat(add(1, 0)).isEqualTo(Status.OK);
        assertThat(world.await(ledgers.delete(new LedgerId(1), 0, admin.loop("admin"))))
                .isInstanceOf(io.daybook.ledger.metadata.CasOutcome.Gone.class);

        world.runFor(Duration.ofSeconds(70));

        for (int life = 0; life < 2; life++) {
            assertThat(add(1, 1)).isEqualTo(Status.FENCED);
            assertThat(read(1, 0)).isEqualTo(Status.NO_SUCH_LEDGER);
            assertThat(fence(1, 0)).isEqualTo(Status.NO_SUCH_LEDGER);
            node.crash();
            node.restart();
            start();
        }
    }

    @Test
    void itDoesNotRegisterBeforeTheListIsComplete() {
        ledger(1, SELF);
        start();
        assertThat(add(1, 0)).isEqualTo(Status.OK);
        replaceDisk();
        world.runFor(Duration.ofSeconds(30)); // the old registration expires
        var starting = BookieServer.start(config(), BookieServerTest.seams(node));
        String available = "/ledgers/available";
        boolean registered =
                world.runUntil(() -> world.metadata().children(available).contains("b1:3181"), Duration.ofSeconds(30));

        assertThat(registered).isTrue();
        assertThat(identity().incarnation()).isEqualTo(2);
        world.await(starting);
        peer.connect(starting.join().address());
        assertThat(read(1, 0)).isEqualTo(Status.UNKNOWN_STATE);
    }
}
