package io.daybook.bookie.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.config.DataSize;
import io.daybook.base.seam.Disk;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.DurableLog.Kind;
import io.daybook.bookie.journal.Records.Key;
import io.daybook.sim.SimLoop;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import io.netty.buffer.ByteBuf;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A journal on a simulated machine, and what its user was told: which records were put, acknowledged, refused, and which are durable
 * elsewhere.
 */
final class JournalNode {
    static final Path DIRECTORY = Path.of("/journal");

    final SimWorld world;
    final SimNode node;
    final JournalConfig config;
    final Set<Key> appended = new LinkedHashSet<>();
    final Set<Key> acknowledged = new LinkedHashSet<>();
    final Map<Key, BookieException> refused = new LinkedHashMap<>();
    final Set<Key> flushed = new LinkedHashSet<>(); // durable elsewhere
    final List<BookieException> stops = new ArrayList<>();
    final List<ByteBuf> payloads = new ArrayList<>();

    Journal journal; // null until opened
    Disk disk; // what the journal is given: the node's, or one around it
    Replayed replayed;
    Records records = new Records();

    JournalNode(long seed, JournalConfig config) {
        this.world = new SimWorld(seed);
        this.node = world.node("b1");
        this.disk = node.disk();
        this.config = config;
    }

    /** The same machine, configured anew. */
    JournalNode(JournalNode before, JournalConfig config) {
        this.world = before.world;
        this.node = before.node;
        this.disk = before.disk;
        this.config = config;
    }

    /** Small files and groups, so that a short run sees many. */
    static JournalConfig small() {
        return new JournalConfig(
                DIRECTORY, DataSize.kibibytes(128), DataSize.kibibytes(8), DataSize.kibibytes(512), true);
    }

    SimLoop loop() {
        return node.loop("journal");
    }

    SimLoop caller() {
        return node.loop("caller");
    }

    /** Replays and opens, without running the world. */
    void start() {
        records = new Records();
        JournalReplay.run(config, disk, loop(), records).whenComplete((outcome, failure) -> {
            assertThat(failure).isNull();
            replayed = outcome;
            Journal.open(config, disk, node.entropy(), loop(), node.loop("files"), outcome, stops::add)
                    .whenComplete((opened, failed) -> journal = opened);
        });
    }

    /** Replays and opens. */
    JournalNode started() {
        start();
        world.runUntilIdle();
        assertThat(journal).isNotNull();
        return this;
    }

    /** Replays only. */
    Replayed replay() {
        records = new Records();
        return world.await(JournalReplay.run(config, disk, loop(), records));
    }

    void append(long ledger, long entry) {
        append(Kind.ENTRY, ledger, entry, caller());
    }

    void append(Kind kind, long ledger, long entry, SimLoop from) {
        from.execute(() -> {
            var key = new Key(kind, ledger, entry);
            ByteBuf payload = kind == Kind.ENTRY ? Records.payload(ledger, entry) : null;
            if (payload != null) {
                payloads.add(payload);
            }
            appended.add(key);
            journal.append(kind, ledger, entry, payload, from, failure -> {
                assertThat(from.inLoop()).isTrue();
                if (failure == null) {
                    acknowledged.add(key);
                } else {
                    refused.put(key, failure);
                }
            });
        });
    }

    /** As a checkpoint does: what was put before the position is durable elsewhere, then the journal is told. */
    void checkpoint() {
        caller().execute(() -> {
            JournalPosition position = journal.writtenPosition();
            flushed.addAll(appended);
            journal.release(position, caller());
        });
    }

    void powerFailure() {
        node.crash();
        node.restart();
        journal = null;
    }

    /** What a replay after a crash must show, given what users were told. */
    void checkReplay(List<Key> seen) {
        assertThat(appended).as("nothing foreign").containsAll(seen);
        assertThat(new LinkedHashSet<>(seen)).as("nothing twice").hasSameSizeAs(seen);
        var there = new LinkedHashSet<>(seen);
        there.addAll(flushed);
        assertThat(there).as("nothing lost").containsAll(acknowledged);
        var last = new LinkedHashMap<Long, Long>();
        for (Key key : seen) {
            Long before = last.put(key.ledger(), key.entry());
            assertThat(before == null || before < key.entry())
                    .as("in order: %s after %s", key, before)
                    .isTrue();
        }
    }

    void checkNothingIsHeld() {
        assertThat(payloads.stream().filter(payload -> payload.refCnt() != 0).count())
                .as("payloads not released")
                .isZero();
    }
}
