package io.daybook.sim.stream;

import io.daybook.base.exec.Loops;
import io.daybook.base.seam.Probe;
import io.daybook.namespace.Namespace;
import io.daybook.namespace.client.NamespaceConfig;
import io.daybook.namespace.client.Namespaces;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import io.daybook.stream.ReadRecord;
import io.daybook.stream.Records;
import io.daybook.stream.StartPosition;
import io.daybook.stream.StreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A simulated world with one ledger service, and processes that have a namespace open in it. */
final class StreamWorld {
    final SimWorld world;
    final SimLedgers ledgers;
    NamespaceConfig config = NamespaceConfig.DEFAULT;

    StreamWorld(SimWorld world) {
        this.world = world;
        this.ledgers = new SimLedgers(world);
    }

    StreamWorld(long seed) {
        this(new SimWorld(seed));
    }

    /** The namespace as process {@code name} sees it, on a fresh life of its node. */
    Namespace process(String name) {
        return process(name, Probe.NONE);
    }

    Namespace process(String name, Probe probe) {
        SimNode node = world.node(name);
        if (!node.alive()) {
            node.restart();
        }
        Loops loops = node.loops("stream", 2);
        return world.await(Namespaces.open(
                config.withAddress(name),
                node.metaStore(),
                ledgers.client(loops),
                loops,
                node.entropy(),
                node.clock(),
                probe,
                world.allocator()));
    }

    <T> T await(CompletionStage<T> stage) {
        return world.await(stage);
    }

    /** Everything from the head to the tail. */
    List<ReadRecord> readAll(Namespace namespace, String stream) {
        StreamReader reader = await(namespace.openReader(stream, StartPosition.head()));
        long tail = await(await(namespace.open(stream)).tail());
        List<ReadRecord> all = new ArrayList<>();
        while (reader.offset() < tail) {
            Records some = await(reader.next(1_000, 1 << 20, Duration.ofMinutes(5)));
            if (some.isEmpty()) {
                throw new AssertionError("nothing at offset %d of %d".formatted(reader.offset(), tail));
            }
            some.forEach(all::add);
        }
        reader.close();
        return all;
    }
}
