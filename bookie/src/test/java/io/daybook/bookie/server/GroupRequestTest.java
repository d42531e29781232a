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
import io.daybook.ledger.protocol.AddOutcomes;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.Tag;
import io.daybook.sim.SimLoop;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import io.daybook.sim.ledger.MemoryDurableLog;
import io.daybook.sim.ledger.MemoryEntryStore;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Groups with entries of many ledgers, on a bookie whose ledgers live on two loops. */
final class GroupRequestTest {
    private static final Password PASSWORD = Password.of("p");
    private static final byte[] KEY = LedgerKeys.masterKey(PASSWORD);
    private static final EntryDigest DIGEST = EntryDigest.of(DigestType.CRC32C, PASSWORD);
    private static final HostPort ADDRESS = new HostPort("b1", 3181);
    private static final Tag TAG = new Tag(Tag.V3, 7, 0);

    private final SimWorld world = new SimWorld(3);
    private final SimNode node = world.node("b1");
    private final Loops loops = node.loops("loop", 2);
    private final MemoryDurableLog.Platter platter = new MemoryDurableLog.Platter();
    private final MemoryDurableLog log = new MemoryDurableLog(platter, node.loop("journal"), 100_000);
    private final Map<Long, Promise<FirstTouch.@Nullable Facts>> asked = new LinkedHashMap<>(); // not answered yet
    private long slow = -1; // this ledger's first touch is answered by the test
    private final RequestDispatcher dispatcher = new RequestDispatcher(
            loops,
            new LedgerGround(
                    new MemoryEntryStore(1L << 30),
                    log,
                    this::touch,
                    new WriteGate(),
                    node.probe(),
                    BookieConduct.SAFE),
            new ServerLimits(DataSize.mebibytes(1), DataSize.mebibytes(4), DataSize.mebibytes(5), 8, 3, 1_000),
            GroupRequestTest::space,
            ByteBufAllocator.DEFAULT);
    private final SimPeer peer = new SimPeer(world, world.node("client"));

    private static Promise<Disk.Space> space(Loop caller) {
        Promise<Disk.Space> space = caller.promise();
        space.complete(new Disk.Space(1_000, 400));
        return space;
    }

    private Promise<FirstTouch.@Nullable Facts> touch(long ledgerId, Loop owner) {
        if (ledgerId != slow) {
            return FirstTouch.OFF.read(ledgerId, owner);
        }
        return asked.computeIfAbsent(ledgerId, id -> owner.promise());
    }

    private void answerTouch() {
        Promise<FirstTouch.@Nullable Facts> promise = asked.get(slow);
        ((SimLoop) loops.of(slow))
                .enter(() -> promise.complete(new FirstTouch.Facts(true, true, KEY, DigestType.CRC32C)));
    }

    @BeforeEach
    void listen() {
        Transport transport = node.transport(5 << 20, loops);
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

    /** An entry as it is stored. */
    private static ByteBuf entry(long ledgerId, long entryId) {
        ByteBuf payload = Unpooled.buffer().writeLong(ledgerId).writeLong(entryId);
        return DIGEST.pack(ledgerId, entryId, entryId - 1, 16 * (entryId + 1), payload, ByteBufAllocator.DEFAULT);
    }

    private void send(byte[] key, ByteBuf... entries) {
        ByteBuf group = Unpooled.buffer();
        for (ByteBuf entry : entries) {
            group.writeInt(entry.readableBytes()).writeBytes(entry);
            entry.release();
        }
        peer.send(new Request.GroupAdd(TAG, key, entries.length, group));
    }

    /** What was answered so far of each entry; each must have been told of at most once. */
    private List<@Nullable Status> told(int count) {
        @Nullable Status[] all = new @Nullable Status[count];
        for (Response answer : peer.answers()) {
            AddOutcomes outcomes = ((Response.GroupAdd) answer).outcomes();
            assertThat(answer.status()).isEqualTo(Status.OK);
            assertThat(outcomes.count()).isEqualTo(count);
            int at = 0;
            for (int run = 0; run < outcomes.runs(); run++) {
                Status status = outcomes.status(run);
                for (; at < outcomes.end(run); at++) {
                    assertThat(status == null || all[at] == null).isTrue();
                    all[at] = status == null ? all[at] : status;
                }
            }
        }
        return Arrays.asList(all);
    }

    private List<@Nullable Status> awaitAll(int count) {
        boolean came = world.runUntil(() -> !told(count).contains(null), Duration.ofSeconds(30));
        assertThat(came).isTrue();
        return told(count);
    }

    private static List<Status> all(int count, Status status) {
        return Collections.nCopies(count, status);
    }

    @Test
    void entriesOfManyLedgersOnAllLoopsAreStoredAndAnsweredInTheirPlaces() {
        List<ByteBuf> entries = new ArrayList<>();
        for (long ledger = 1; ledger <= 20; ledger++) {
            entries.add(entry(ledger, 0));
            entries.add(entry(ledger, 1));
        }

        send(KEY, entries.toArray(ByteBuf[]::new));

        assertThat(awaitAll(40)).isEqualTo(all(40, Status.OK));
        for (long ledger = 1; ledger <= 20; ledger++) {
            assertThat(platter.holds(ledger, 0)).isTrue();
            assertThat(platter.holds(ledger, 1)).isTrue();
        }
        assertThat(entries).allMatch(entry -> entry.refCnt() == 0);
    }

    @Test
    void entriesOfALedgerComeInOrderAlsoWithOthersBetweenThem() {
        send(KEY, entry(1, 0), entry(2, 0), entry(1, 1), entry(2, 1), entry(1, 2));

        assertThat(awaitAll(5)).isEqualTo(all(5, Status.OK));
        List<Long> order = platter.records().stream()
                .filter(record -> record.ledgerId() == 1 && record.payload() != null && record.entryId() >= 0)
                .map(MemoryDurableLog.Record::entryId)
                .toList();
        assertThat(order).endsWith(0L, 1L, 2L);
    }

    @Test
    void aLedgerThatIsFencedOrHasAnotherKeyRefusesItsOwnEntriesOnly() {
        send(KEY, entry(1, 0), entry(2, 0), entry(3, 0));
        awaitAll(3);
        peer.release();
        peer.send(Request.Read.fencing(TAG, 2, 0, KEY));
        peer.await(1);
        peer.release();
        byte[] other = LedgerKeys.masterKey(Password.of("another"));

        send(KEY, entry(1, 1), entry(2, 1), entry(3, 1));
        assertThat(awaitAll(3)).containsExactly(Status.OK, Status.FENCED, Status.OK);
        peer.release();

        send(other, entry(1, 2), entry(4, 0));
        assertThat(awaitAll(2)).containsExactly(Status.UNAUTHORIZED, Status.OK);
    }

    @Test
    void anEntryOfNoLedgerIsRefusedByItself() {
        send(KEY, entry(1, 0), entry(-4, 0), entry(3, 0));

        assertThat(awaitAll(3)).containsExactly(Status.OK, Status.BAD_REQUEST, Status.OK);
    }

    @Test
    void aLedgerThatWaitsHoldsBackNoOther() {
        slow = 2;
        send(KEY, entry(1, 0), entry(2, 0), entry(2, 1), entry(3, 0));
        world.runFor(Duration.ofSeconds(1));

        assertThat(told(4)).containsExactly(Status.OK, null, null, Status.OK);
        long underWay =
                loops.all().stream().mapToLong(dispatcher::bytesUnderWay).sum();
        assertThat(underWay).isBetween(1L, 700L); // of the 1,256 of the whole

        answerTouch();
        assertThat(awaitAll(4)).isEqualTo(all(4, Status.OK));
    }

    @Test
    void aGroupWhoseLengthsDoNotAddUpIsRefusedAsAWhole() {
        ByteBuf whole = Unpooled.buffer();
        ByteBuf entry = entry(1, 0);
        whole.writeInt(entry.readableBytes()).writeBytes(entry).writeInt(99).writeLong(1);
        entry.release();
        peer.send(new Request.GroupAdd(TAG, KEY, 2, whole));

        assertThat(awaitAll(2)).isEqualTo(all(2, Status.BAD_REQUEST));
        assertThat(platter.records()).isEmpty();
    }

    @Test
    void aConnectionThatIsGoneTakesNothingAlong() {
        slow = 2;
        send(KEY, entry(1, 0), entry(2, 0), entry(3, 0));
        world.runFor(Duration.ofMillis(100));
        peer.disconnect();
        world.runFor(Duration.ofMillis(100));

        answerTouch();
        world.runFor(Duration.ofSeconds(1));

        assertThat(platter.holds(2, 0)).isTrue(); // it arrived, so it may be there; nobody is told
    }
}
