package io.daybook.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.TransportException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SimNetworkTest {
    private static final HostPort AT = new HostPort("server", 3181);

    private final SimWorld world = new SimWorld(21);
    private final SimNode server = world.node("server");
    private final SimNode client = world.node("client");
    private final Peer listening = new Peer();
    private final Peer calling = new Peer();

    private Conn connect() {
        world.await(server.transport()
                .listen(
                        AT,
                        conn -> {
                            listening.conn = conn;
                            return listening;
                        },
                        server.loop("loop-0")));
        return world.await(client.transport().connect(AT, client.loop("loop-0"), calling, Duration.ofSeconds(5)));
    }

    private void send(Conn conn, long number) {
        ((SimLoop) conn.loop()).enter(() -> conn.send(Unpooled.copyLong(number)));
    }

    @Test
    void aCutHoldsFramesBackAndARepairDeliversThemInOrder() {
        Conn conn = connect();
        world.network().cut("client", "server");
        for (long i = 0; i < 20; i++) {
            send(conn, i);
        }
        world.runFor(Duration.ofSeconds(10));
        assertThat(listening.frames).isEmpty();

        world.network().heal("client", "server");
        world.runUntilIdle();

        assertThat(listening.frames).hasSize(20).isSorted();
    }

    @Test
    void aCutIsOfOneDirectionOnly() {
        Conn conn = connect();
        send(conn, 1);
        world.runUntilIdle();
        world.network().cut("server", "client");

        send(conn, 2);
        world.runUntilIdle();

        assertThat(listening.frames).containsExactly(1L, 2L);
    }

    @Test
    void aSenderGivesACutConnectionUpAndItsPeerDoesNotKnow() {
        Conn conn = connect();
        world.network().cutBoth("client", "server");
        send(conn, 1);

        world.runFor(Duration.ofSeconds(61));

        assertThat(calling.closings).singleElement().asString().contains("timed out");
        assertThat(listening.closings).isEmpty();
    }

    @Test
    void aHalfOpenConnectionIsNoticedBySending() {
        connect();
        world.runUntilIdle();
        world.network().halfOpen("client", "server");
        world.runFor(Duration.ofMinutes(10));
        assertThat(calling.closings).hasSize(1);
        assertThat(listening.closings).isEmpty();

        send(listening.conn, 1);
        world.runUntilIdle();

        assertThat(listening.closings).singleElement().asString().contains("reset by peer");
    }

    @Test
    void aResetIsToldToBoth() {
        connect();
        world.runUntilIdle();

        world.network().reset("client", "server");
        world.runUntilIdle();

        assertThat(calling.closings).hasSize(1);
        assertThat(listening.closings).hasSize(1);
        assertThat(world.network().openConnections()).isZero();
    }

    @Test
    void aKilledProcessIsNoticedAtOnceAndALostMachineOnlyWhenItIsBack() {
        connect();
        world.runUntilIdle();
        server.kill();
        world.runFor(Duration.ofSeconds(1));
        assertThat(calling.closings).hasSize(1);

        server.restart();
        calling.closings.clear();
        Conn conn = connect();
        world.runUntilIdle();
        server.crash();
        send(conn, 1);
        world.runFor(Duration.ofSeconds(10));
        assertThat(calling.closings).isEmpty();
        server.restart();
        world.runUntilIdle();
        assertThat(calling.closings).singleElement().asString().contains("reset by peer");
    }

    @Test
    void connectingToACutHostTimesOutAndToALostProcessIsRefused() {
        connect();
        world.network().cut("client", "server");
        assertThatThrownBy(() -> world.await(
                        client.transport().connect(AT, client.loop("loop-0"), new Peer(), Duration.ofSeconds(5))))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("no answer within PT5S");
        world.network().healAll();
        server.kill();
        assertThatThrownBy(() -> world.await(
                        client.transport().connect(AT, client.loop("loop-0"), new Peer(), Duration.ofSeconds(5))))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("connection refused");
        assertThatThrownBy(() -> world.await(client.transport()
                        .connect(new HostPort("nobody", 1), client.loop("loop-0"), new Peer(), Duration.ofSeconds(5))))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("no host of that name");
    }

    @Test
    void connectingSucceedsWhenTheCutEndsInTime() {
        connect();
        world.network().cut("client", "server");
        var connecting = client.transport().connect(AT, client.loop("loop-0"), new Peer(), Duration.ofSeconds(10));
        world.runFor(Duration.ofSeconds(5));

        world.network().heal("client", "server");

        assertThat(world.await(connecting).peer()).isEqualTo(AT);
    }

    @Test
    void aPartitionSeparatesTheTwoSidesOnly() {
        SimNode third = world.node("third");
        Conn conn = connect();
        world.network().partition(List.of("third"));

        send(conn, 7);
        world.runUntilIdle();

        assertThat(listening.frames).containsExactly(7L);
        assertThatThrownBy(() -> world.await(
                        third.transport().connect(AT, third.loop("loop-0"), new Peer(), Duration.ofSeconds(2))))
                .isInstanceOf(TransportException.class);
    }

    @Test
    void aSlowLinkIsSlow() {
        Conn conn = connect();
        world.network().latency("client", "server", Duration.ofSeconds(3));
        long before = world.now();

        send(conn, 1);
        world.runUntilIdle();

        assertThat(world.now() - before).isBetween(3_000_000_000L, 4_000_000_000L);
    }

    @Test
    void deliversAPrefixOfWhatWasSentHoweverAConnectionBreaks() {
        for (long seed = 0; seed < 200; seed++) {
            SimWorld stormy = new SimWorld(seed);
            stormy.faults().connectionBreak = 100_000;
            stormy.faults().halfOpen = 500_000;
            stormy.faults().frameDelay = 300_000;
            SimNode a = stormy.node("a");
            SimNode b = stormy.node("b");
            Peer receiver = new Peer();
            HostPort at = new HostPort("b", 1);
            stormy.await(b.transport().listen(at, conn -> receiver, b.loop("loop-0")));
            Conn conn = stormy.await(a.transport().connect(at, a.loop("loop-0"), new Peer(), Duration.ofSeconds(9)));

            for (long i = 0; i < 30; i++) {
                send(conn, i);
                if (i % 7 == 0) {
                    stormy.runFor(Duration.ofMillis(1));
                }
            }
            stormy.runFor(Duration.ofSeconds(90));

            for (int i = 0; i < receiver.frames.size(); i++) {
                assertThat(receiver.frames.get(i))
                        .as("frame %d of seed %d", i, seed)
                        .isEqualTo(i);
            }
        }
    }

    private static final class Peer implements ConnHandler {
        final List<Long> frames = new ArrayList<>();
        final List<String> closings = new ArrayList<>();

        @Nullable
        Conn conn;

        @Override
        public void onFrame(Conn conn, ByteBuf frame) {
            this.conn = conn;
            frames.add(frame.readLong());
            frame.release();
        }

        @Override
        public void onWritable(Conn conn, boolean writable) {}

        @Override
        public void onClosed(Conn conn, @Nullable Throwable cause) {
            closings.add(String.valueOf(cause));
        }
    }
}
