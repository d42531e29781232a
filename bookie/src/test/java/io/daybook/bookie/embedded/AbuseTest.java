package io.daybook.bookie.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.config.DataSize;
import io.daybook.bookie.embedded.RawPeer.Outcome;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Tag;
import io.daybook.ledger.protocol.WireV3;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Peers that send nonsense over real sockets: they are cut off, and nobody else notices. */
final class AbuseTest {
    private static final DataSize MEMORY = DataSize.mebibytes(64);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static EmbeddedBookies cluster;

    @BeforeAll
    static void start() {
        cluster = EmbeddedBookies.start(EmbeddedBookies.Options.of(1)
                .tuned(config -> config.with(false, false).withMemory(MEMORY)));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void nonsenseClosesItsOwnConnectionOnly() throws IOException {
        Random random = new Random(42);
        try (RawPeer steady = new RawPeer(cluster.address(0))) {
            for (int i = 0; i < 200; i++) {
                byte[] junk = new byte[random.nextInt(200)];
                random.nextBytes(junk);
                try (RawPeer abuser = new RawPeer(cluster.address(0))) {
                    abuser.send(ByteBuffer.allocate(4).putInt(junk.length).array());
                    abuser.send(junk);
                    if (i % 10 == 0) {
                        assertThat(answers(steady, i)).isTrue();
                    }
                }
            }
        }
    }

    @Test
    void announcedSizesCostNothingUntilTheBytesCome() throws IOException {
        long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        List<RawPeer> peers = new ArrayList<>();
        try (RawPeer steady = new RawPeer(cluster.address(0))) {
            for (int i = 0; i < 200; i++) {
                RawPeer peer = new RawPeer(cluster.address(0));
                peers.add(peer);
                peer.send(ByteBuffer.allocate(1_000)
                        .putInt(0, 5 * 1024 * 1024 - 4)
                        .array());
            }
            assertThat(answers(steady, 1)).isTrue();
            long used = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - before;
            assertThat(used).isLessThan(MEMORY.bytes());
        } finally {
            for (RawPeer peer : peers) {
                peer.close();
            }
        }
    }

    @Test
    void peersThatNeverFinishTheirFramesGiveWayToThoseThatDo() throws IOException {
        long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        byte[] half =
                ByteBuffer.allocate(1 << 20).putInt(0, 5 * 1024 * 1024 - 4).array();
        List<RawPeer> peers = new ArrayList<>();
        try (RawPeer steady = new RawPeer(cluster.address(0))) {
            for (int i = 0; i < 150; i++) {
                RawPeer peer = new RawPeer(cluster.address(0));
                peers.add(peer);
                peer.send(half);
                if (i % 25 == 0) {
                    assertThat(answers(steady, i)).isTrue();
                }
            }
            assertThat(peers.get(0).receive(PATIENCE).outcome()).isEqualTo(Outcome.CLOSED);
            assertThat(answers(steady, 1_000)).isTrue();
            long used = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - before;
            assertThat(used).isLessThan(MEMORY.bytes());
        } finally {
            for (RawPeer peer : peers) {
                peer.close();
            }
        }
    }

    @Test
    void anOversizedFrameClosesAtItsLength() throws IOException {
        try (RawPeer peer = new RawPeer(cluster.address(0))) {
            peer.send(ByteBuffer.allocate(4).putInt(5 * 1024 * 1024 - 3).array());

            assertThat(peer.receive(PATIENCE).outcome()).isEqualTo(Outcome.CLOSED);
        }
    }

    @Test
    void aConnectionCutInTheMiddleOfAFrameLeavesNothing() throws IOException {
        for (int i = 0; i < 20; i++) {
            try (RawPeer peer = new RawPeer(cluster.address(0))) {
                peer.send(ByteBuffer.allocate(60_000).putInt(0, 70_000).array());
            }
        }
        try (RawPeer steady = new RawPeer(cluster.address(0))) {
            assertThat(answers(steady, 1)).isTrue();
        }
    }

    private static boolean answers(RawPeer peer, long txn) throws IOException {
        ByteBuf frame = WireV3.encode(new Request.Force(new Tag(Tag.V3, txn, 0), 1), ByteBufAllocator.DEFAULT);
        ByteBuf framed = Unpooled.buffer().writeInt(frame.readableBytes()).writeBytes(frame);
        frame.release();
        peer.send(ByteBufUtil.getBytes(framed));
        framed.release();
        return peer.receive(PATIENCE).outcome() == Outcome.FRAME;
    }
}
