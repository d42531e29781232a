package io.daybook.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.exec.Futures;
import io.daybook.bookie.embedded.EmbeddedZooKeeper;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.client.LedgerClients;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bookie processes killed with SIGKILL under load, thirty times, and restarted each time: every acknowledged entry is read back unchanged and in
 * order, every other entry that is read was submitted, none twice.
 */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class BookieKillTest {
    private static final int BOOKIES = 3;
    private static final int KILLS = 30;
    private static final int OUTSTANDING = 64;
    private static final int ACKNOWLEDGED_BETWEEN_KILLS = 400;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    private final List<DaybookProcess> bookies = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (DaybookProcess bookie : bookies) {
            bookie.kill();
        }
    }

    @Test
    void everyAcknowledgedEntrySurvivesThirtyKills() throws Exception {
        long seed = Long.getLong("daybook.seed", System.nanoTime());
        System.out.println("BookieKillTest seed " + seed);
        Random random = new Random(seed);
        try (EmbeddedZooKeeper zooKeeper = EmbeddedZooKeeper.start(directory.resolve("zk"), 0)) {
            String metadata = zooKeeper.uri().toString();
            try (DaybookProcess init = DaybookProcess.start(
                    directory.resolve("init.log"), List.of("cluster", "init", "--metadata", metadata))) {
                assertThat(init.exitCode()).isZero();
            }
            for (int i = 0; i < BOOKIES; i++) {
                bookies.add(startBookie(metadata, i));
            }
            for (DaybookProcess bookie : bookies) {
                bookie.awaitReady();
            }

            try (LedgerClient client = LedgerClients.connect(metadata).join()) {
                Load load = new Load(client);
                load.start();
                for (int kill = 0; kill < KILLS; kill++) {
                    load.awaitAcknowledged(ACKNOWLEDGED_BETWEEN_KILLS + random.nextInt(ACKNOWLEDGED_BETWEEN_KILLS));
                    int victim = random.nextInt(BOOKIES);
                    bookies.get(victim).kill();
                    bookies.set(victim, startBookie(metadata, victim));
                    bookies.get(victim).awaitReady();
                }
                load.stop();
                load.verify();
            }
        }
    }

    private DaybookProcess startBookie(String metadata, int i) throws Exception {
        Path home = directory.resolve("bookie-" + i);
        return DaybookProcess.start(
                directory.resolve("bookie-" + i + ".log"),
                List.of(
                        "bookie",
                        "start",
                        "--metadata",
                        metadata,
                        "--port",
                        "0",
                        "--journal",
                        home.resolve("journal").toString(),
                        "--data",
                        home.resolve("data").toString(),
                        "--set",
                        "bookie.id=bookie-" + i,
                        "--set",
                        "memory=128MiB",
                        "--set",
                        "bookie.journal.file-size-max=16MiB",
                        "--set",
                        "metadata.session-timeout=4s"));
    }

    /** One ledger after the other, with a fixed number of appends outstanding; whoever appended knows what is acknowledged. */
    private static final class Load {

        /** What happened to one ledger. */
        private static final class Written {
            private final LedgerId ledger;
            private long submitted;
            private long acknowledged = -1; // highest id
            private boolean failed; // a new ledger is under way

            private Written(LedgerId ledger) {
                this.ledger = ledger;
            }
        }

        private final LedgerClient client;
        private final List<Written> ledgers = new ArrayList<>(); // guarded by this
        private final CompletableFuture<@Nullable Void> stopped = new CompletableFuture<>();

        private long acknowledged; // guarded by this
        private long wanted = Long.MAX_VALUE; // guarded by this
        private CompletableFuture<@Nullable Void> reached = new CompletableFuture<>(); // guarded by this
        private boolean stopping; // guarded by this
        private int outstanding; // guarded by this

        private Load(LedgerClient client) {
            this.client = client;
        }

        private void start() {
            client.create(LedgerOptions.DEFAULT).whenComplete((writer, failure) -> {
                if (failure != null) {
                    retryStart(failure);
                    return;
                }
                Written written = new Written(writer.ledger());
                synchronized (this) {
                    ledgers.add(written);
                }
                for (int i = 0; i < OUTSTANDING; i++) {
                    next(writer, written);
                }
            });
        }

        private void retryStart(Throwable failure) {
            if (!(Futures.cause(failure) instanceof LedgerException)) {
                stopped.completeExceptionally(failure);
                return;
            }
            // too few bookies are registered right now: the next attempt is made when one more event has passed
            new CompletableFuture<@Nullable Void>()
                    .completeOnTimeout(null, 100, TimeUnit.MILLISECONDS)
                    .thenRun(this::start);
        }

        private void next(LedgerWriter writer, Written written) {
            long id;
            synchronized (this) {
                if (stopping) {
                    endIfIdle();
                    return;
                }
                outstanding++;
                id = written.submitted++;
                writer.append(payload(written.ledger, id))
                        .whenComplete((entry, failure) -> done(writer, written, entry, failure));
            }
        }

        private void done(LedgerWriter writer, Written written, @Nullable Long entry, @Nullable Throwable failure) {
            boolean again;
            boolean newLedger = false;
            synchronized (this) {
                outstanding--;
                again = failure == null;
                if (failure == null && entry != null) {
                    if (entry != written.acknowledged + 1) {
                        stopped.completeExceptionally(new AssertionError(
                                "entry %d acknowledged after %d".formatted(entry, written.acknowledged)));
                    }
                    written.acknowledged = entry;
                    acknowledged++;
                    if (acknowledged >= wanted) {
                        wanted = Long.MAX_VALUE;
                        reached.complete(null);
                    }
                } else if (!written.failed) {
                    written.failed = true;
                    newLedger = !stopping;
                }
                endIfIdle();
            }
            if (again) {
                next(writer, written);
            } else if (newLedger) {
                start();
            }
        }

        private void endIfIdle() {
            if (stopping && outstanding == 0) {
                stopped.complete(null);
            }
        }

        private void awaitAcknowledged(int more) {
            CompletableFuture<@Nullable Void> wait;
            synchronized (this) {
                wanted = acknowledged + more;
                reached = new CompletableFuture<>();
                wait = reached;
            }
            CompletableFuture.anyOf(wait, stopped).join();
        }

        private void stop() {
            synchronized (this) {
                stopping = true;
                endIfIdle();
            }
            stopped.join();
        }

        private void verify() {
            long entries = 0;
            for (Written written : ledgers) {
                try (LedgerReader reader = client.openAndRecover(written.ledger, OpenOptions.DEFAULT)
                        .join()) {
                    long last = reader.metadata().lastEntry();
                    assertThat(last)
                            .as("end of ledger %s", written.ledger)
                            .isBetween(written.acknowledged, written.submitted - 1);
                    for (long first = 0; first <= last; first += 1000) {
                        try (LedgerEntries read =
                                reader.read(first, Math.min(last, first + 999)).join()) {
                            long expected = first;
                            for (LedgerEntry entry : read) {
                                assertThat(entry.entryId()).isEqualTo(expected);
                                ByteBuf wanted = payload(written.ledger, expected++);
                                assertThat(entry.payload()).isEqualTo(wanted);
                                wanted.release();
                                entries++;
                            }
                        }
                    }
                }
            }
            System.out.printf(
                    "BookieKillTest: %d kills, %d ledgers, %d acknowledged, %d read back%n",
                    KILLS, ledgers.size(), acknowledged, entries);
            assertThat(entries).isGreaterThanOrEqualTo(acknowledged);
        }

        /** What entry {@code id} of a ledger holds: it names itself, and its length varies. */
        private static ByteBuf payload(LedgerId ledger, long id) {
            ByteBuf bytes = Unpooled.buffer(16 + (int) (id % 1500));
            bytes.writeLong(ledger.value()).writeLong(id);
            for (int i = 0; i < id % 1500; i++) {
                bytes.writeByte((int) (id * 31 + i));
            }
            return bytes;
        }
    }
}
