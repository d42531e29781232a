package io.daybook.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.Disk.Access;
import io.daybook.base.seam.DiskFile;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.MetaStore;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SimWorldTest {
    private long events; // of all days so far

    @Test
    void theSameSeedGivesTheSameHashThreeTimes() {
        for (long seed = 0; seed < 100; seed++) {
            long first = busyDay(seed);

            assertThat(busyDay(seed)).as("second run of seed %d", seed).isEqualTo(first);
            assertThat(busyDay(seed)).as("third run of seed %d", seed).isEqualTo(first);
        }
    }

    @Test
    void differentSeedsGiveDifferentRuns() {
        Set<Long> hashes = new LinkedHashSet<>();

        for (long seed = 0; seed < 100; seed++) {
            hashes.add(busyDay(seed));
        }

        assertThat(hashes).hasSize(100);
        assertThat(events).as("enough happened").isGreaterThan(100 * 60);
    }

    /** Two nodes that talk, write, sync, ask for metadata and crash, in an exploring world. */
    private long busyDay(long seed) {
        SimWorld world = SimWorld.exploring(seed, true);
        SimNode server = world.node("server");
        SimNode client = world.node("client");
        server.program(SimWorldTest::serve);
        serve(server);
        HostPort at = new HostPort("server", 3181);
        SimLoop loop = client.loop("loop-0");
        for (int i = 0; i < 5; i++) {
            loop.schedule(
                    3_000_000L + i * 1_000_000L,
                    () -> client.transport().connect(at, loop, new Talker(), Duration.ofSeconds(3)));
        }
        MetaStore meta = client.metaStore();
        meta.create("/a", new byte[] {1}, MetaStore.Mode.PERSISTENT, loop);
        meta.watch("/a", () -> meta.get("/a", loop), loop);
        meta.cas("/a", new byte[] {2}, 0, loop);
        world.runFor(Duration.ofMillis(20));
        server.crash();
        world.runFor(Duration.ofMillis(20));
        world.heal();
        world.runFor(Duration.ofSeconds(70));
        events += world.events();
        return world.traceHash();
    }

    private static void serve(SimNode node) {
        SimLoop loop = node.loop("loop-0");
        Path file = Path.of("/log" + node.host().bootId());
        Promise<DiskFile> opened = node.disk().create(file, Access.READ_WRITE, loop);
        opened.thenAccept(log -> node.transport()
                .listen(
                        new HostPort("server", 3181),
                        conn -> {
                            conn.send(Unpooled.copyLong(1));
                            return new Writer(log);
                        },
                        loop));
    }

    private static final class Talker implements ConnHandler {
        private int left = 10;

        @Override
        public void onFrame(Conn conn, ByteBuf frame) {
            if (left-- > 0) {
                conn.send(frame);
            } else {
                frame.release();
                conn.close();
            }
        }

        @Override
        public void onWritable(Conn conn, boolean writable) {}

        @Override
        public void onClosed(Conn conn, @Nullable Throwable cause) {}
    }

    private static final class Writer implements ConnHandler {
        private final DiskFile log;
        private long position;

        Writer(DiskFile log) {
            this.log = log;
        }

        @Override
        public void onFrame(Conn conn, ByteBuf frame) {
            log.write(position, frame.retainedDuplicate());
            position += frame.readableBytes();
            log.sync().whenComplete((synced, failed) -> {
                if (failed == null) {
                    conn.send(frame);
                } else {
                    frame.release();
                    conn.close();
                }
            });
        }

        @Override
        public void onWritable(Conn conn, boolean writable) {}

        @Override
        public void onClosed(Conn conn, @Nullable Throwable cause) {}
    }
}
