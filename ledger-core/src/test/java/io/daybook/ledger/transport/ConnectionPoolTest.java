package io.daybook.ledger.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.config.DataSize;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.HostPort;
import io.daybook.ledger.BookieId;
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
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ConnectionPoolTest {
    private static final BookieId BOOKIE = new BookieId("b1");
    private static final byte[] KEY = new byte[20];
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final SimWorld world = new SimWorld(1);
    private final SimNode node = world.node("client");
    private final SimLoop loop = node.loop("loop-0");
    private final ScriptedBookie bookie = new ScriptedBookie(world.node("b1"));
    private final Told told = new Told();
    private final List<ByteBuf> bodies = new ArrayList<>();
    private ConnectionPool pool = pool(PoolConfig.DEFAULT);

    private ConnectionPool pool(PoolConfig config) {
        return new ConnectionPool(node.transport(), loop, this::resolve, config);
    }

    private Promise<HostPort> resolve(BookieId id, Loop asked) {
        Promise<HostPort> promise = asked.promise();
        asked.execute(() -> {
            if (id.equals(BOOKIE)) {
                promise.complete(bookie.address());
            } else {
                promise.completeExceptionally(new IllegalStateException("bookie " + id + " is not registered"));
            }
        });
        return promise;
    }

    /** The ends of adds, in order. */
    private static final class Told implements Bookies.AddListener {
        private record End(
                int slot,
                int token,
                long entryId,
                Status status,
                @Nullable UnreachableException failure) {}

        final List<End> ends = new ArrayList<>();
        boolean inCall;
        boolean toldInCall;

        @Override
        public void onAdd(
                BookieId bookie,
                int slot,
                int token,
                long entryId,
                Status status,
                @Nullable UnreachableException failure) {
            toldInCall |= inCall;
            ends.add(new End(slot, token, entryId, status, failure));
        }
    }

    private void onLoop(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            task.run();
            done.complete(null);
        });
        world.runUntil(done::isDone, Duration.ofSeconds(1));
        assertThat(done).isDone();
    }

    private <T> T onLoopGet(Supplier<T> task) {
        List<T> result = new ArrayList<>();
        onLoop(() -> result.add(task.get()));
        return result.get(0);
    }

    private void add(long ledgerId, long entryId, Duration timeout) {
        ByteBuf body = Unpooled.buffer().writeLong(ledgerId).writeLong(entryId).writeZero(84);
        bodies.add(body);
        onLoop(() -> {
            told.inCall = true;
            pool.add(BOOKIE, ledgerId, entryId, KEY, body, false, timeout, (int) entryId % 3, 7, told);
            told.inCall = false;
        });
    }

    private <R extends Response> Promise<R> call(Request request, Class<R> answer, Duration timeout) {
        return onLoopGet(() -> pool.call(BOOKIE, request, answer, timeout));
    }

    private UnreachableException failure(Promise<?> promise) {
        world.runUntil(promise::isDone, Duration.ofSeconds(60));
        assertThat(promise).isCompletedExceptionally();
        try {
            promise.getNow(null);
        } catch (java.util.concurrent.CompletionException failed) {
            return (UnreachableException) failed.getCause();
        }
        throw new AssertionError("did not fail");
    }

    private void until(int ends) {
        world.runUntil(() -> told.ends.size() >= ends, Duration.ofSeconds(60));
        assertThat(told.ends).hasSize(ends);
        assertThat(told.toldInCall).isFalse();
        assertThat(bodies).allMatch(body -> body.refCnt() == 0);
    }

    private static Request.Read read(long entryId) {
        return Request.Read.plain(Tag.V2, 3, entryId);
    }

    @Test
    void addsAreAnsweredWithTheirSlotAndToken() {
        for (long entry = 0; entry < 10; entry++) {
            add(3, entry, TIMEOUT);
        }

        until(10);

        for (int i = 0; i < 10; i++) {
            assertThat(told.ends.get(i)).isEqualTo(new Told.End(i % 3, 7, i, Status.OK, null));
        }
        assertThat(bookie.requests).hasSize(10).allMatch(r -> !r.tag().v3());
        assertThat(bookie.connections).hasSize(1);
        assertThat(onLoopGet(() -> pool.outstandingBytes(BOOKIE))).isZero();
    }

    @Test
    void everythingGoesOverV3IfSoChosen() {
        pool = pool(PoolConfig.of(WireChoice.V3));
        add(3, 0, TIMEOUT);
        add(3, 1, TIMEOUT);

        until(2);

        assertThat(bookie.requests).hasSize(2).allMatch(r -> r.tag().v3());
        assertThat(told.ends).allMatch(end -> end.status() == Status.OK && end.failure() == null);
    }

    @Test
    void eachRequestGoesOverAWireThatHasIt() {
        List<Promise<?>> calls = new ArrayList<>();
        calls.add(call(read(1), Response.Read.class, TIMEOUT));
        calls.add(
                call(new Request.BatchRead(Tag.V2, 3, 0, 0, 5, 1000, false, null), Response.BatchRead.class, TIMEOUT));
        calls.add(call(Request.Read.poll(Tag.V2, 3, 6, 1000), Response.Read.class, TIMEOUT));
        calls.add(call(
                new Request.WriteLac(Tag.V2, 3, 6, KEY, Unpooled.buffer().writeZero(20)),
                Response.WriteLac.class,
                TIMEOUT));
        calls.add(call(new Request.ReadLac(Tag.V2, 3), Response.ReadLac.class, TIMEOUT));
        calls.add(call(new Request.Force(Tag.V2, 3), Response.Force.class, TIMEOUT));
        calls.add(call(new Request.BookieInfo(Tag.V2, 3), Response.BookieInfo.class, TIMEOUT));
        calls.add(call(new Request.ListEntries(Tag.V2, 3), Response.ListEntries.class, TIMEOUT));

        calls.forEach(world::await);

        assertThat(bookie.requests)
                .filteredOn(r -> !r.tag().v3())
                .extracting(Request::operation)
                .containsExactly(Operation.READ, Operation.BATCH_READ);
        assertThat(bookie.requests).hasSize(8);
        assertThat(bookie.connections).hasSize(2);
    }

    @Test
    void r107AForceGoesOnlyOverTheConnectionThatBroughtTheAnswers() {
        List<Integer> numbers = new ArrayList<>();
        addDeferred(0, numbers);
        addDeferred(1, numbers);
        world.runUntil(() -> numbers.size() == 2, Duration.ofSeconds(1));
        Request.Add add = (Request.Add) bookie.requests.get(0);
        assertThat(add.tag().v3() && add.deferredSync() && !add.recovery()).isTrue();
        assertThat(numbers.get(1)).isEqualTo(numbers.get(0));
        assertThat(world.await(force(numbers.get(0))).status()).isEqualTo(Status.OK);

        world.network().reset("client", "b1");
        world.runFor(Duration.ofMillis(100));
        UnreachableException lost = failure(force(numbers.get(0)));
        assertThat(lost.sent()).isFalse();
        assertThat(lost).hasMessageContaining("the connection that brought its earlier answers is lost");

        addDeferred(2, numbers);
        world.runUntil(() -> numbers.size() == 3, Duration.ofSeconds(1));
        assertThat(numbers.get(2)).isNotEqualTo(numbers.get(0));
        assertThat(failure(force(numbers.get(0))).sent()).isFalse();
        assertThat(world.await(force(numbers.get(2))).status()).isEqualTo(Status.OK);
        assertThat(bookie.requests.stream().filter(r -> r instanceof Request.Force))
                .hasSize(2);
        assertThat(bodies).allMatch(body -> body.refCnt() == 0);
        assertThat(onLoopGet(() -> pool.outstandingBytes(BOOKIE))).isZero();
    }

    private void addDeferred(long entryId, List<Integer> numbers) {
        ByteBuf body = Unpooled.buffer().writeLong(3).writeLong(entryId).writeZero(84);
        bodies.add(body);
        onLoop(() -> pool.addDeferred(
                BOOKIE, 3, entryId, KEY, body, TIMEOUT, 0, 7, (b, slot, token, id, status, connection, failure) -> {
                    assertThat(failure).isNull();
                    assertThat(status).isEqualTo(Status.OK);
                    assertThat(id).isEqualTo(entryId);
                    numbers.add(connection);
                }));
    }

    private Promise<Response.Force> force(int connection) {
        return onLoopGet(() -> pool.force(BOOKIE, 3, connection, TIMEOUT));
    }

    @Test
    void aBookieThatDoesNotListenWasCertainlyNotAsked() {
        pool = new ConnectionPool(
                node.transport(),
                loop,
                (id, asked) -> {
                    Promise<HostPort> promise = asked.promise();
                    promise.complete(new HostPort("b1", 1));
                    return promise;
                },
                PoolConfig.DEFAULT);
        add(3, 0, TIMEOUT);

        until(1);

        assertThat(told.ends.get(0).failure().sent()).isFalse();
        assertThat(told.ends.get(0).failure()).hasMessageContaining("bookie b1 was not asked: no connection to it");
    }

    @Test
    void aBookieThatIsNotRegisteredWasCertainlyNotAsked() {
        Promise<Response.Read> promise =
                onLoopGet(() -> pool.call(new BookieId("b9"), read(1), Response.Read.class, TIMEOUT));

        UnreachableException failure = failure(promise);
        assertThat(failure.sent()).isFalse();
        assertThat(failure).hasMessageContaining("b9 is not registered");
    }

    @Test
    void afterAFailedAttemptTheBookieIsLeftAloneForAWhileAndThenTriedAgain() {
        world.network().isolate("b1");
        assertThat(failure(call(read(1), Response.Read.class, TIMEOUT)).sent()).isFalse();
        world.network().healAll();

        long before = world.now();
        assertThat(failure(call(read(2), Response.Read.class, TIMEOUT))).hasMessageContaining("tried again soon");
        assertThat(Duration.ofNanos(world.now() - before)).isLessThan(Duration.ofMillis(10));
        world.runFor(Duration.ofMillis(60));
        assertThat(world.await(call(read(3), Response.Read.class, TIMEOUT)).entryId())
                .isEqualTo(3);
    }

    @Test
    void whatIsInFlightOnALostConnectionMayHaveBeenDoneAndTheNextCallOpensANewOne() {
        bookie.script(null);
        add(3, 0, TIMEOUT);
        Promise<Response.Read> read = call(read(1), Response.Read.class, TIMEOUT);
        world.runUntil(() -> bookie.requests.size() == 2, Duration.ofSeconds(1));
        assertThat(onLoopGet(() -> pool.outstandingBytes(BOOKIE))).isEqualTo(100);

        world.network().reset("client", "b1");

        until(1);
        assertThat(told.ends.get(0).failure().sent()).isTrue();
        assertThat(failure(read).sent()).isTrue();
        assertThat(onLoopGet(() -> pool.outstandingBytes(BOOKIE))).isZero();
        bookie.script((conn, request) -> ScriptedBookie.send(conn, Response.refusing(request, Status.OK)));
        world.runFor(Duration.ofMillis(200));
        assertThat(world.await(call(read(1), Response.Read.class, TIMEOUT)).status())
                .isEqualTo(Status.OK);
    }

    @Test
    void eachCallHasItsOwnTimeOut() {
        bookie.script(null);
        long start = world.now();
        Promise<Response.Read> slow = call(read(1), Response.Read.class, Duration.ofSeconds(9));
        Promise<Response.Read> fast = call(read(2), Response.Read.class, Duration.ofMillis(300));

        assertThat(failure(fast).sent()).isTrue();
        assertThat(Duration.ofNanos(world.now() - start)).isBetween(Duration.ofMillis(299), Duration.ofMillis(310));
        assertThat(slow).isNotDone();
        assertThat(failure(slow)).hasMessageContaining("no answer to READ of ledger 3 in time");
        assertThat(Duration.ofNanos(world.now() - start)).isBetween(Duration.ofMillis(8999), Duration.ofMillis(9010));
        assertThat(bookie.closings).isZero();
    }

    @Test
    void rg22_aConnectionThatHasFallenSilentIsReplacedAfterTheFirstTimeOut() {
        bookie.script(null);
        assertThat(failure(call(read(1), Response.Read.class, TIMEOUT))).hasMessageContaining("in time");
        bookie.script((conn, request) -> ScriptedBookie.send(conn, Response.refusing(request, Status.OK)));
        world.runFor(Duration.ofMillis(100)); // it brought no answer at all: left alone for a moment

        assertThat(world.await(call(read(2), Response.Read.class, TIMEOUT)).status())
                .isEqualTo(Status.OK);
        assertThat(bookie.connections).hasSize(2);
    }

    /** The switch: the connection is slow, but it lives. */
    @Test
    void rg22_aConnectionThatStillBringsAnswersIsKept() {
        bookie.script((conn, request) -> {
            if (request.operation() == Operation.READ_LAC) {
                ScriptedBookie.send(conn, Response.refusing(request, Status.OK));
            }
        });
        pool = pool(PoolConfig.of(WireChoice.V3));
        Promise<Response.Read> unanswered = call(read(1), Response.Read.class, TIMEOUT);
        world.runFor(Duration.ofSeconds(3));
        world.await(call(new Request.ReadLac(Tag.V2, 3), Response.ReadLac.class, TIMEOUT));
        assertThat(failure(unanswered)).hasMessageContaining("in time");
        world.await(call(new Request.ReadLac(Tag.V2, 3), Response.ReadLac.class, TIMEOUT));

        assertThat(bookie.connections).hasSize(1);
        assertThat(bookie.closings).isZero();
    }

    @Test
    void aLateAnswerOverV2MeetsNobodyElse() {
        bookie.script(null);
        Promise<Response.Read> plain = call(read(5), Response.Read.class, Duration.ofMillis(100));
        failure(plain);
        Promise<Response.Read> fencing = call(Request.Read.fencing(Tag.V2, 3, 5, KEY), Response.Read.class, TIMEOUT);
        world.runUntil(() -> bookie.requests.size() == 2, Duration.ofSeconds(1));
        Request late = bookie.requests.get(0);
        assertThat(bookie.requests.get(1).tag().v3())
                .as("goes where answers can be told apart")
                .isTrue();

        bookie.connections
                .get(0)
                .loop()
                .execute(() ->
                        ScriptedBookie.send(bookie.connections.get(0), Response.refusing(late, Status.NO_SUCH_ENTRY)));
        world.runFor(Duration.ofMillis(100));

        assertThat(fencing).isNotDone();
        assertThat(bookie.closings).isZero();
        bookie.connections
                .get(1)
                .loop()
                .execute(() -> ScriptedBookie.send(
                        bookie.connections.get(1), Response.refusing(bookie.requests.get(1), Status.FENCED)));
        assertThat(world.await(fencing).status()).isEqualTo(Status.FENCED);
        bookie.script((conn, request) -> ScriptedBookie.send(conn, Response.refusing(request, Status.OK)));
        assertThat(world.await(call(read(5), Response.Read.class, TIMEOUT))
                        .tag()
                        .v3())
                .as("once the late answer came the key is free again")
                .isFalse();
    }

    @Test
    void aLateAnswerOverV3IsDropped() {
        bookie.script(null);
        failure(call(new Request.Force(Tag.V2, 3), Response.Force.class, Duration.ofMillis(100)));

        bookie.connections
                .get(0)
                .loop()
                .execute(() -> ScriptedBookie.send(
                        bookie.connections.get(0), Response.refusing(bookie.requests.get(0), Status.OK)));
        world.runFor(Duration.ofMillis(100));

        assertThat(bookie.closings).isZero();
    }

    @Test
    void equalRequestsGoOverDifferentWires() {
        bookie.script(null);
        call(read(1), Response.Read.class, TIMEOUT);
        call(read(1), Response.Read.class, TIMEOUT);
        world.runUntil(() -> bookie.requests.size() == 2, Duration.ofSeconds(1));

        assertThat(bookie.requests).extracting(r -> r.tag().v3()).containsExactlyInAnyOrder(false, true);
    }

    @Test
    void anAnswerToNothingEverSentClosesTheConnection() {
        for (Response wrong : List.of(
                new Response.Add(Tag.V2, Status.OK, 99, 0),
                new Response.Read(
                        Tag.V2, Status.OK, 3, 8, Unpooled.buffer().writeZero(40), Long.MIN_VALUE, Long.MIN_VALUE),
                new Response.BatchRead(Tag.V2, Status.OK, 3, 0, 12345, List.of()))) {
            bookie.script((conn, request) -> ScriptedBookie.send(conn, wrong));
            int before = bookie.closings;
            Promise<Response.Read> read = call(read(1), Response.Read.class, TIMEOUT);

            assertThat(failure(read)).hasMessageContaining("answered what it was not asked");

            world.runFor(Duration.ofMillis(500));
            assertThat(bookie.closings).isGreaterThan(before);
        }
    }

    @Test
    void anAnswerAboutAnotherLedgerOrOfAnotherTypeClosesTheConnection() {
        bookie.script((conn, request) -> ScriptedBookie.send(conn, new Response.Force(request.tag(), Status.OK, 4)));
        assertThat(failure(call(new Request.Force(Tag.V2, 3), Response.Force.class, TIMEOUT)))
                .hasMessageContaining("answered FORCE of ledger 4 to FORCE of ledger 3");

        world.runFor(Duration.ofMillis(500));
        bookie.script((conn, request) -> ScriptedBookie.send(conn, new Response.Force(request.tag(), Status.OK, 3)));
        assertThat(failure(call(new Request.ReadLac(Tag.V2, 3), Response.ReadLac.class, TIMEOUT)))
                .hasMessageContaining("answered what it was not asked");
    }

    @Test
    void anAnswerOfAHeaderAloneBecomesTheTypeThatWasAskedFor() {
        bookie.script((conn, request) ->
                ScriptedBookie.send(conn, new Response.Plain(request.tag(), request.operation(), Status.UNAUTHORIZED)));

        Response.ReadLac answer = world.await(call(new Request.ReadLac(Tag.V2, 3), Response.ReadLac.class, TIMEOUT));

        assertThat(answer.status()).isEqualTo(Status.UNAUTHORIZED);
        assertThat(answer.ledgerId()).isEqualTo(3);
    }

    @Test
    void whatWaitsForAConnectionIsBoundedInBytes() {
        PoolConfig d = PoolConfig.DEFAULT;
        pool = pool(new PoolConfig(
                d.wire(), d.connectTimeout(), DataSize.bytes(250), d.retryDelayMin(), d.retryDelayMax()));
        world.network().isolate("b1");
        add(3, 0, TIMEOUT);
        add(3, 1, TIMEOUT);
        add(3, 2, TIMEOUT);

        world.runUntil(() -> !told.ends.isEmpty(), Duration.ofMillis(100));
        assertThat(told.ends).hasSize(1);
        assertThat(told.ends.get(0).entryId()).isEqualTo(2);
        assertThat(told.ends.get(0).failure().sent()).isFalse();
        assertThat(told.ends.get(0).failure()).hasMessageContaining("250B wait to be sent already");
        assertThat(onLoopGet(() -> pool.outstandingBytes(BOOKIE))).isEqualTo(200);

        world.network().healAll();
        until(3);
    }

    @Test
    void anAddThatTimedOutIsOpenUntilItsLateAnswerComes() {
        bookie.script(null);
        add(3, 0, Duration.ofMillis(100));
        until(1);
        assertThat(told.ends.get(0).failure().sent()).isTrue();
        assertThat(onLoopGet(() -> pool.outstandingBytes(BOOKIE))).isEqualTo(100);

        bookie.script((conn, request) -> {
            ScriptedBookie.send(conn, Response.refusing(bookie.requests.get(0), Status.OK));
            ScriptedBookie.send(conn, Response.refusing(request, Status.OK));
        });
        add(3, 1, TIMEOUT);
        until(2);

        assertThat(told.ends.get(1).entryId()).isEqualTo(1);
        assertThat(onLoopGet(() -> pool.outstandingBytes(BOOKIE))).isZero();
    }

    @Test
    void aCallThatCouldNotBeSentInTimeWasCertainlyNotSent() {
        world.network().isolate("b1");

        UnreachableException failure = failure(call(read(1), Response.Read.class, Duration.ofMillis(100)));

        assertThat(failure.sent()).isFalse();
        assertThat(failure).hasMessageContaining("no connection to it in time");
    }

    @Test
    void closingFailsWhatIsInFlightAndRefusesWhatComesLater() {
        bookie.script(null);
        Promise<Response.Read> before = call(read(1), Response.Read.class, TIMEOUT);
        world.runUntil(() -> bookie.requests.size() == 1, Duration.ofSeconds(1));

        onLoop(pool::close);

        assertThat(failure(before).sent()).isTrue();
        UnreachableException after = failure(call(read(2), Response.Read.class, TIMEOUT));
        assertThat(after.sent()).isFalse();
        assertThat(after).hasMessageContaining("this client is closed");
        assertThat(failure(onLoopGet(() -> pool.call(new BookieId("b2"), read(1), Response.Read.class, TIMEOUT))))
                .hasMessageContaining("this client is closed");
        world.runFor(Duration.ofSeconds(1));
        assertThat(bookie.closings).isOne();
    }

    @Test
    void aMalformedAnswerClosesTheConnection() {
        bookie.script((conn, request) -> conn.send(Unpooled.buffer().writeZero(3)));

        assertThat(failure(call(read(1), Response.Read.class, TIMEOUT)).sent()).isTrue();
        assertThatThrownBy(() -> {
                    throw failure(call(read(1), Response.Read.class, TIMEOUT));
                })
                .isInstanceOf(UnreachableException.class);
    }

    @Test
    void everyAddEndsExactlyOnceHoweverTheWorldBehaves() {
        for (long seed = 0; seed < 12; seed++) {
            SimWorld rough = SimWorld.exploring(seed, false);
            var server = new ScriptedBookie(rough.node("b1"));
            SimNode client = rough.node("client");
            SimLoop mine = client.loop("loop-0");
            WireChoice wire = seed % 2 == 0 ? WireChoice.V2_HOT : WireChoice.V3;
            var lonely = new ConnectionPool(
                    client.transport(),
                    mine,
                    (id, asked) -> {
                        Promise<HostPort> promise = asked.promise();
                        asked.execute(() -> promise.complete(server.address()));
                        return promise;
                    },
                    PoolConfig.of(wire));
            var ends = new Told();
            List<ByteBuf> sent = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                long entry = i / 2; // each entry twice
                ByteBuf body = Unpooled.buffer().writeLong(1).writeLong(entry).writeZero(50 * (i % 7));
                sent.add(body);
                mine.schedule(
                        i * 3_000_000L,
                        () -> lonely.add(BOOKIE, 1, entry, KEY, body, false, Duration.ofMillis(400), 0, 0, ends));
            }
            rough.runFor(Duration.ofMillis(200));
            rough.network().reset("client", "b1");
            rough.runFor(Duration.ofMillis(100));
            rough.network().isolate("b1");
            rough.runFor(Duration.ofMillis(150));
            rough.heal();
            rough.runFor(Duration.ofSeconds(90));

            assertThat(ends.ends).as("seed %d", seed).hasSize(200);
            assertThat(ends.ends.stream().filter(end -> end.failure() == null))
                    .as("seed %d", seed)
                    .isNotEmpty();
            assertThat(sent).as("seed %d", seed).allMatch(body -> body.refCnt() == 0);
            assertThat(lonely.outstandingBytes(BOOKIE)).isZero();
        }
    }
}
