package io.daybook.ledger.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Conn;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.protocol.AddOutcomes;
import io.daybook.ledger.protocol.Operation;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.Tag;
import io.daybook.sim.SimLoop;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A group of adds has one answer, one deadline and one fate on its connection. */
final class GroupTransportTest {
    private static final BookieId BOOKIE = new BookieId("b1");
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final SimWorld world = new SimWorld(1);
    private final SimNode node = world.node("client");
    private final SimLoop loop = node.loop("loop-0");
    private final ScriptedBookie bookie = new ScriptedBookie(world.node("b1"));
    private final List<End> ends = new ArrayList<>();
    private final List<ByteBuf> groups = new ArrayList<>();
    private final ConnectionPool pool = new ConnectionPool(
            node.transport(),
            loop,
            (id, asked) -> {
                Promise<io.daybook.base.seam.HostPort> promise = asked.promise();
                promise.complete(bookie.address());
                return promise;
            },
            PoolConfig.DEFAULT);

    /** So ended the entries of a group from one to before another. */
    private record End(
            int group,
            int from,
            int to,
            Status status,
            @Nullable UnreachableException failure) {

        boolean unknown() {
            return failure != null && failure.sent();
        }
    }

    private End ended(int group, int from, int to, Status status) {
        return new End(group, from, to, status, null);
    }

    private void send(int count) {
        ByteBuf entries = Unpooled.buffer();
        for (int i = 0; i < count; i++) {
            entries.writeInt(24).writeLong(3).writeLong(i).writeLong(-1);
        }
        int number = groups.size();
        groups.add(entries);
        loop.enter(() -> pool.addGroup(
                BOOKIE,
                new Request.GroupAdd(Tag.V2, new byte[20], count, entries),
                TIMEOUT,
                (bookie, from, to, status, failure) -> ends.add(new End(number, from, to, status, failure))));
    }

    private void until(int count) {
        world.runUntil(() -> ends.size() >= count, Duration.ofSeconds(30));
        assertThat(ends).hasSize(count);
    }

    private long outstanding() {
        List<Long> bytes = new ArrayList<>();
        loop.enter(() -> bytes.add(pool.outstandingBytes(BOOKIE)));
        return bytes.get(0);
    }

    private static void answer(Conn conn, Request request, AddOutcomes outcomes) {
        ScriptedBookie.send(conn, new Response.GroupAdd(request.tag(), Status.OK, outcomes));
    }

    @AfterEach
    void buffersAreReturned() {
        assertThat(groups).allMatch(group -> group.refCnt() == 0);
    }

    @Test
    void aGroupGoesOverV3AndBringsTheOutcomeOfEachEntry() {
        AddOutcomes mixed = AddOutcomes.of(new Status[] {Status.OK, Status.BUSY, Status.OK});
        bookie.script((conn, request) -> answer(conn, request, mixed));

        send(3);
        until(3);

        assertThat(ends)
                .containsExactly(ended(0, 0, 1, Status.OK), ended(0, 1, 2, Status.BUSY), ended(0, 2, 3, Status.OK));
        assertThat(bookie.requests).allMatch(r -> r.tag().v3() && r.operation() == Operation.GROUP_ADD);
        assertThat(outstanding()).isZero();
    }

    @Test
    void aRefusalOfTheWholeIsARefusalOfEach() {
        bookie.script((conn, request) -> ScriptedBookie.send(conn, Response.refusing(request, Status.READ_ONLY)));

        send(4);
        until(1);

        assertThat(ends).containsExactly(ended(0, 0, 4, Status.READ_ONLY));
    }

    @Test
    void aConnectionThatIsCutLeavesEachEntryUnknownOnceAndTheNextGroupGoesOverANewOne() {
        bookie.script(null);
        send(5);
        send(2);
        world.runUntil(() -> bookie.requests.size() == 2, Duration.ofSeconds(1));

        world.network().reset("client", "b1");
        until(2);

        assertThat(ends).allMatch(End::unknown);
        assertThat(outstanding()).isZero();
        bookie.script((conn, request) -> ScriptedBookie.send(conn, Response.refusing(request, Status.OK)));
        world.runFor(Duration.ofMillis(200));
        send(1);
        until(3);
        assertThat(ends.get(2)).isEqualTo(ended(2, 0, 1, Status.OK));
    }

    @Test
    void aGroupThatTimedOutStaysOpenUntilItsLateAnswerWhichNobodyIsTold() {
        List<Runnable> late = new ArrayList<>();
        bookie.script((conn, request) -> {
            if (request.operation() == Operation.GROUP_ADD) {
                late.add(() -> answer(conn, request, AddOutcomes.all(Status.OK, 5)));
            } else {
                ScriptedBookie.send(conn, Response.refusing(request, Status.OK));
            }
        });
        send(5);
        world.runFor(TIMEOUT.minusMillis(500));
        loop.enter(() -> pool.call(BOOKIE, new Request.ReadLac(Tag.V2, 3), Response.ReadLac.class, TIMEOUT)
                .thenAccept(Response::release)); // the connection lives
        until(1);

        assertThat(ends.get(0).failure().sent()).isTrue();
        assertThat(ends.get(0).failure()).hasMessageContaining("gave no answer to GROUP_ADD of ledger 3 in time");
        assertThat(outstanding()).isEqualTo(5 * 28);
        world.node("b1").loop("loop-0").enter(() -> late.forEach(Runnable::run));
        world.runFor(Duration.ofMillis(100));
        assertThat(outstanding()).isZero();
        assertThat(ends).hasSize(1);
        assertThat(bookie.closings).isZero();
    }

    @Test
    void anAnswerAboutAnotherNumberOfEntriesClosesTheConnection() {
        bookie.script((conn, request) -> answer(conn, request, AddOutcomes.all(Status.OK, 4)));

        send(5);
        until(1);

        assertThat(ends).allMatch(End::unknown);
        world.runFor(Duration.ofMillis(100));
        assertThat(bookie.closings).isEqualTo(1);
    }

    @Test
    void anAnswerInPartsTellsOfEachEntryOnce() {
        bookie.script((conn, request) -> {
            answer(conn, request, outcomes(null, Status.OK, null, null, Status.OK));
            answer(conn, request, outcomes(Status.BUSY, null, Status.OK, Status.OK, null));
        });

        send(5);
        until(4);

        assertThat(ends)
                .containsExactly(
                        ended(0, 1, 2, Status.OK),
                        ended(0, 4, 5, Status.OK),
                        ended(0, 0, 1, Status.BUSY),
                        ended(0, 2, 4, Status.OK));
        assertThat(outstanding()).isZero();
    }

    @Test
    void whatNoPartToldOfIsUnknownWhenTheConnectionIsCut() {
        bookie.script((conn, request) -> answer(conn, request, outcomes(null, Status.OK, null, null, Status.OK)));
        send(5);
        until(2);
        assertThat(outstanding()).isEqualTo(3 * 28);

        world.network().reset("client", "b1");
        until(4);

        assertThat(ends.subList(2, 4)).allMatch(End::unknown);
        assertThat(ends.subList(2, 4)).extracting(End::from).containsExactly(0, 2);
        assertThat(ends.subList(2, 4)).extracting(End::to).containsExactly(1, 4);
        assertThat(outstanding()).isZero();
    }

    @Test
    void aRefusalOfTheWholeAfterAPartIsOneOfTheRest() {
        bookie.script((conn, request) -> {
            answer(conn, request, outcomes(Status.OK, null, null));
            ScriptedBookie.send(
                    conn, new Response.GroupAdd(request.tag(), Status.READ_ONLY, AddOutcomes.all(Status.READ_ONLY, 3)));
        });

        send(3);
        until(2);

        assertThat(ends).containsExactly(ended(0, 0, 1, Status.OK), ended(0, 1, 3, Status.READ_ONLY));
    }

    @Test
    void aPartThatTellsOfAnEntryTwiceOrOfNoneClosesTheConnection() {
        bookie.script((conn, request) -> {
            answer(conn, request, outcomes(Status.OK, null, null));
            answer(conn, request, outcomes(Status.OK, Status.OK, null));
        });
        send(3);
        until(2);
        assertThat(ends.get(1).unknown()).isTrue();

        bookie.script((conn, request) -> answer(conn, request, outcomes(null, null, null)));
        world.runFor(Duration.ofMillis(200));
        send(3);
        until(3);
        assertThat(ends.get(2).unknown()).isTrue();
        world.runFor(Duration.ofMillis(100));
        assertThat(bookie.closings).isEqualTo(2);
    }

    private static AddOutcomes outcomes(@Nullable Status... each) {
        return AddOutcomes.of(each);
    }
}
