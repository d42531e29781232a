package io.daybook.sim;

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
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A day in an exploring world in which a bit of everything happens; knows no test library, so that it runs in any JVM. */
final class BusyDay {
    private BusyDay() {}

    /** Prints the trace hashes of the seeds from 0 to the first argument. */
    public static void main(String[] seeds) {
        for (long seed = 0; seed < Long.parseLong(seeds[0]); seed++) {
            System.out.println(live(seed).traceHash());
        }
    }

    /** Two nodes that talk, write, sync, ask for metadata and crash, in an exploring world. */
    static SimWorld live(long seed) {
        SimWorld world = SimWorld.exploring(seed, true);
        SimNode server = world.node("server");
        SimNode client = world.node("client");
        server.program(BusyDay::serve);
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
        SimChaos chaos = SimChaos.start(world, List.of(server, client), 1);
        world.runFor(Duration.ofSeconds(20));
        chaos.stop();
        world.heal();
        world.runFor(Duration.ofSeconds(70));
        return world;
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
