package io.daybook.bookie.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.config.DataSize;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.Transport;
import io.daybook.bookie.ledger.BookieConduct;
import io.daybook.bookie.ledger.FirstTouch;
import io.daybook.bookie.ledger.LedgerGround;
import io.daybook.bookie.ledger.WriteGate;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.Password;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.digest.LedgerKeys;
import io.daybook.ledger.protocol.Operation;
import io.daybook.ledger.protocol.Records;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.Tag;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import io.daybook.sim.ledger.MemoryDurableLog;
import io.daybook.sim.ledger.MemoryEntryStore;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RequestDispatcherTest {
    private static final Password PASSWORD = Password.of("p");
    private static final byte[] KEY = LedgerKeys.masterKey(PASSWORD);
    private static final EntryDigest DIGEST = EntryDigest.of(DigestType.CRC32C, PASSWORD);
    private static final HostPort ADDRESS = new HostPort("b1", 3181);
    private static final int CONNECTION_BYTES = 1 << 20;

    private final SimWorld world = new SimWorld(3);
    private final SimNode node = world.node("b1");
    private final Loops loops = node.loops("loop", 2);
    private final MemoryDurableLog log =
            new MemoryDurableLog(new MemoryDurableLog.Platter(), node.loop("journal"), 100_000);
    private final RequestDispatcher dispatcher = new RequestDispatcher(
            loops,
            new LedgerGround(
                    new MemoryEntryStore(1L << 30),
                    log,
                    FirstTouch.OFF,
                    new WriteGate(),
                    node.probe(),
                    BookieConduct.SAFE),
            new ServerLimits(
                    DataSize.bytes(CONNECTION_BYTES),
                    DataSize.bytes(4 * CONNECTION_BYTES),
                    DataSize.mebibytes(5),
                    8,
                    3,
                    1_000),
            RequestDispatcherTest::space,
            ByteBufAllocator.DEFAULT);
    private final Transport transport = node.transport(5 << 20, loops);
    private final SimPeer peer = new SimPeer(world, world.node("client"));

    private static Promise<Disk.Space> space(Loop caller) {
        Promise<Disk.Space> space = caller.promise();
        space.complete(new Disk.Space(1_000, 400));
        return space;
    }

    private void listen() {
        Loop loop = loops.all().get(0);
        world.await(node.loop("loop-0").call(() -> transport.listen(ADDRESS, dispatcher, loop)));
        peer.connect(ADDRESS);
    }

    @AfterEach
    void allIsGivenBack() {
        peer.release();
        for (Loop loop : loops.all()) {
            assertThat(dispatcher.bytesUnderWay(loop)).isZero();
        }
    }

    private static Tag tag(long txn) {
        return new Tag(Tag.V3, txn, 0);
    }

    private static Request.Add add(long ledgerId, long entryId, int size) {
        ByteBuf payload = Unpooled.buffer().writeZero(size);
        ByteBuf body =
                DIGEST.pack(ledgerId, entryId, entryId - 1, size * (entryId + 1), payload, ByteBufAllocator.DEFAULT);
        return new Request.Add(tag(entryId), ledgerId, entryId, KEY, body, false, false);
    }

    @Test
    void aPeerThatTakesNoAnswersGetsNoFurtherOnesIntoMemory() {
        listen();
        peer.send(add(1, 0, 100_000));
        peer.await(1);
        peer.reading(false);

        for (int i = 0; i < 500; i++) {
            peer.send(Request.Read.plain(tag(i), 1, 0));
        }
        world.runFor(Duration.ofSeconds(1));
        long most =
                loops.all().stream().mapToLong(dispatcher::bytesUnderWay).max().orElseThrow();
        assertThat(peer.answers()).hasSizeLessThan(100);
        assertThat(most).isLessThan(2 * CONNECTION_BYTES);

        peer.reading(true);
        peer.await(501);
    }

    @Test
    void addsBeyondTheBudgetWaitInTheConnectionUntilTheJournalHasSynced() {
        listen();
        log.hold(true);
        for (int i = 0; i < 100; i++) {
            peer.send(add(1, i, 100_000));
        }
        world.runFor(Duration.ofSeconds(1));
        long most =
                loops.all().stream().mapToLong(dispatcher::bytesUnderWay).max().orElseThrow();
        assertThat(peer.answers()).isEmpty();
        assertThat(most).isBetween(CONNECTION_BYTES / 2L, CONNECTION_BYTES + 200_000L);

        log.hold(false);
        peer.await(100);

        assertThat(peer.answers())
                .allSatisfy(answer -> assertThat(answer.status()).isEqualTo(Status.OK));
    }

    @Test
    void aConnectionParksAsManyPollsAsItMay() {
        listen();
        peer.send(add(1, 0, 10));
        peer.await(1);
        for (int i = 0; i < 4; i++) {
            peer.send(Request.Read.poll(tag(100 + i), 1, 0, 60_000));
        }
        peer.await(2);
        assertThat(peer.answers().get(1).status()).isEqualTo(Status.BUSY);

        peer.send(add(1, 1, 10));
        peer.send(add(1, 2, 10));
        peer.await(7);

        assertThat(peer.answers())
                .filteredOn(answer -> answer instanceof Response.Read read && read.body() != null)
                .hasSize(3);
    }

    @Test
    void aFrameThatMakesNoSenseClosesItsConnectionAndNoOther() {
        listen();
        SimPeer other = new SimPeer(world, world.node("other"));
        other.connect(ADDRESS);
        peer.sendRaw(Unpooled.wrappedBuffer(new byte[] {0x0a, 0x7f, 1, 2, 3}));

        assertThat(peer.closed()).isTrue();
        other.send(add(1, 0, 10));
        other.await(1);
        assertThat(other.answers().get(0).status()).isEqualTo(Status.OK);
        other.release();
    }

    @Test
    void connectionsBeyondTheLimitAreClosed() {
        listen();
        int closed = 0;
        for (int i = 0; i < 20; i++) {
            SimPeer more = new SimPeer(world, world.node("client-" + i));
            more.connect(ADDRESS);
            closed += more.closed() ? 1 : 0;
        }

        assertThat(closed).isGreaterThanOrEqualTo(12);
    }

    @Test
    void pollsOfAClosedConnectionAreForgotten() {
        listen();
        peer.send(add(1, 0, 10));
        peer.await(1);
        peer.send(Request.Read.poll(tag(7), 1, 0, 60_000));
        world.runFor(Duration.ofMillis(50));

        peer.disconnect();
        world.runFor(Duration.ofMillis(50));
        peer.connect(ADDRESS);
        peer.send(add(1, 1, 10));
        peer.await(1);
        // the wait's charge was given back: checked after each test
    }

    @Test
    void tellsTheSpaceThatWasAskedFor() {
        listen();
        peer.send(new Request.BookieInfo(tag(1), Request.BookieInfo.FREE));
        peer.send(new Request.BookieInfo(tag(2), 3));
        peer.await(2);

        assertThat(peer.answers().get(0)).isEqualTo(new Response.BookieInfo(tag(1), Status.OK, -1, 400));
        assertThat(peer.answers().get(1)).isEqualTo(new Response.BookieInfo(tag(2), Status.OK, 1_000, 400));
    }

    @Test
    void aStridedReadBringsWhatIsHereAndNoMoreThanWasAskedFor() {
        listen();
        for (int i = 0; i < 30; i++) {
            if (i != 21) {
                peer.send(add(1, i, 100));
            }
        }
        peer.await(29);
        peer.release();

        assertThat(strided(1, 0, 3, 100, 1 << 20)).isEqualTo(7); // up to the hole
        assertThat(strided(1, 22, 3, 2, 1 << 20)).isEqualTo(2);
        assertThat(strided(1, 5, 1, 100, 400)).isEqualTo(2);
        assertThat(strided(1, 5, 1, 100, 0)).isEqualTo(1); // the first always comes
        assertThat(strided(1, 29, Integer.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE))
                .isEqualTo(1);
        assertThat(refused(1, 21)).isEqualTo(Status.NO_SUCH_ENTRY);
        assertThat(refused(1, 99)).isEqualTo(Status.NO_SUCH_ENTRY);
        assertThat(refused(2, 0)).isEqualTo(Status.NO_SUCH_LEDGER);
        assertThat(refused(-1, 0)).isEqualTo(Status.NO_SUCH_LEDGER);
    }

    @Test
    void stridedReadsOfEverythingStayWithinTheBudgetOfTheirConnection() {
        listen();
        for (int i = 0; i < 200; i++) {
            peer.send(add(1, i, 40_000));
            peer.await(i + 1);
        }
        peer.release();
        peer.reading(false);

        for (int i = 0; i < 100; i++) {
            peer.send(new Request.StridedRead(tag(i), 1, 0, 1, Integer.MAX_VALUE, Long.MAX_VALUE));
        }
        world.runFor(Duration.ofSeconds(1));
        long most =
                loops.all().stream().mapToLong(dispatcher::bytesUnderWay).max().orElseThrow();
        assertThat(most).isLessThan((5 << 20) + 2 * CONNECTION_BYTES);

        peer.reading(true);
        peer.await(100);
        assertThat(peer.answers())
                .allSatisfy(answer ->
                        assertThat(((Response.StridedRead) answer).count()).isEqualTo((5 << 20) / 40_100));
    }

    private int strided(long ledgerId, long first, int stride, int countMax, long bytesMax) {
        peer.release();
        peer.send(new Request.StridedRead(tag(1), ledgerId, first, stride, countMax, bytesMax));
        peer.await(1);
        var answer = (Response.StridedRead) peer.answers().get(0);
        assertThat(answer.status()).isEqualTo(Status.OK);
        assertThat(answer.firstEntry()).isEqualTo(first);
        Records walk = new Records(answer.records());
        int count = 0;
        while (walk.next()) {
            assertThat(walk.entryId()).isEqualTo(first + (long) count * stride);
            DIGEST.unpack(ledgerId, walk.entryId(), walk.body()).close();
            count++;
        }
        assertThat(answer.count()).isEqualTo(count);
        return count;
    }

    private Status refused(long ledgerId, long first) {
        peer.release();
        peer.send(new Request.StridedRead(tag(1), ledgerId, first, 1, 1, 1));
        peer.await(1);
        assertThat(peer.answers().get(0).operation()).isEqualTo(Operation.STRIDED_READ);
        return peer.answers().get(0).status();
    }

    @Test
    void everyRequestIsAnswered() {
        listen();
        log.failNextSync("gone");
        peer.send(add(1, 0, 10));
        peer.send(new Request.Force(tag(2), 1));
        peer.send(new Request.ListEntries(tag(3), 99));
        peer.send(new Request.ReadLac(tag(4), 99));
        peer.send(Request.Read.fencing(tag(5), 50, -1, KEY));
        peer.send(Request.Read.plain(tag(6), -5, 0));
        peer.send(new Request.StartTls(tag(7)));
        peer.await(7);

        assertThat(peer.answers()).extracting(Response::operation).contains(Operation.ADD, Operation.START_TLS);
        assertThat(peer.answers())
                .filteredOn(answer -> answer.operation() == Operation.ADD)
                .extracting(Response::status)
                .containsExactly(Status.IO_ERROR);
    }
}
