package io.daybook.ledger.client;

import static io.daybook.ledger.client.AppendHarness.ids;
import static io.daybook.ledger.client.ClientWorld.payload;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.exec.Futures;
import io.daybook.base.seam.MetaStore.Node;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.CloseReason;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Replication;
import io.daybook.ledger.metadata.LedgerMetadataFormat;
import io.daybook.ledger.metadata.LedgerTree;
import io.daybook.ledger.protocol.Status;
import io.daybook.sim.Lesson;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Incidents of recoveries: each is played with the product, and with the mistake that must make it fail. */
final class RecoveryLessonsTest {

    // ---- RG-03

    /** RG-03. The mutant: recovery begins where the best confirmed id it has heard of says, below the last fragment (R48 step 4). */
    @Test
    void rg03AStaleConfirmedIdNeverLeadsARecoveryBelowTheLastFragment() {
        Lesson.of(RecoveryLessonsTest::recoversTheLastFragmentOnly)
                .holds(SafeRecovererRules.INSTANCE)
                .fails(
                        "R48 step 4 is taken away",
                        new SafeRecovererRules() {
                            @Override
                            public long start(long bestConfirmed, long firstOfLastFragment) {
                                return bestConfirmed;
                            }
                        },
                        "a fragment at 0 would start below 5");
    }

    /** Entries 0 to 4 were stored by b1, b2, b3 and entry 5 by b2 and b3, all before any confirmed id was told; b4, the newcomer, fails. */
    private static void recoversTheLastFragmentOnly(RecovererRules rules) {
        List<BookieId> members = ids("b4", "b2", "b3");
        LedgerMetadata record =
                RecoveryHarness.open(Replication.DEFAULT, "b1", "b2", "b3").withLastFragment(new Fragment(5, members));
        RecoveryHarness r = new RecoveryHarness(rules);
        r.spares.addAll(ids("b6"));
        r.start(record);
        r.fencedEmpty(0);
        r.fenced(1, 5, -1);
        r.fenced(2, 5, -1);
        int read = 0;
        int added = 0;
        while (read < r.reads.size() || added < r.adds.size()) {
            for (; read < r.reads.size(); read++) {
                String[] asked = r.reads.get(read).split(" e");
                int slot = members.indexOf(new BookieId(asked[0]));
                long entry = Long.parseLong(asked[1]);
                if (slot == 0) {
                    r.readFailed(slot, entry, Status.IO_ERROR);
                } else if (entry <= 5) {
                    r.found(slot, entry, -1);
                } else {
                    r.absent(slot, entry);
                }
            }
            for (; added < r.adds.size(); added++) {
                RecoveryHarness.Add add = r.adds.get(added);
                if (add.bookie().value().equals("b4")) {
                    r.lose("b4", add.entry());
                } else {
                    r.ok(add.bookie().value(), add.entry());
                }
            }
            if (read == r.reads.size() && added == r.adds.size()) {
                Arrays.stream(RecoveryEffects.Pause.values()).forEach(r::pauseOver);
            }
        }

        assertThat(r.adds)
                .as("entries that are written again")
                .extracting(RecoveryHarness.Add::entry)
                .containsOnly(5L);
        assertThat(r.lastWrite())
                .isEqualTo(record.withState(LedgerState.IN_RECOVERY)
                        .withLastFragment(new Fragment(5, ids("b6", "b2", "b3")))
                        .withClosed(5, 60, CloseReason.RECOVERED));
    }

    // ---- RG-04

    /** RG-04. The mutant: recovery waits for the fence of every bookie (R12, the other way round). */
    @Test
    void rg04ABookieThatIsGoneForGoodBlocksNoRecovery() {
        Lesson.<RecovererRules>of(rules -> {
                    ClientWorld cluster = new ClientWorld(4, 3);
                    LedgerWriter writer =
                            cluster.world.await(cluster.client("w").create(LedgerOptions.DEFAULT));
                    for (int i = 0; i < 20; i++) {
                        cluster.world.await(writer.append(payload("entry " + i)));
                    }
                    cluster.kill("b2");
                    LedgerClient client = cluster.client("r", ClientConfig.DEFAULT, ClientRules.SAFE.with(rules));

                    CompletableFuture<LedgerReader> recovered =
                            client.openAndRecover(writer.ledger(), OpenOptions.DEFAULT);
                    cluster.world.runUntil(recovered::isDone, Duration.ofMinutes(1));

                    assertThat(recovered).as("recovery without one bookie").isCompleted();
                    assertThat(cluster.world.await(recovered).lastAddConfirmed())
                            .isEqualTo(19);
                })
                .holds(SafeRecovererRules.INSTANCE)
                .fails(
                        "all bookies must be fenced",
                        new SafeRecovererRules() {
                            @Override
                            public boolean covers(Replication replication, long fenced) {
                                return Long.bitCount(fenced) == replication.ensemble();
                            }
                        },
                        "recovery without one bookie");
    }

    // ---- RG-14

    /** A way to bring a ledger to an end. */
    private enum End {
        CLOSE,
        RECOVER,
        DELETE
    }

    /** RG-14. The mutants: the writer closes, or a recovery seals, whatever the record has become (R9, R6). */
    @Test
    void rg14OfTwoEndsOfALedgerNeitherOverwritesTheOther() {
        Lesson.of(RecoveryLessonsTest::allPairsOfEnds)
                .holds(ClientRules.SAFE)
                .fails(
                        "R9 is taken away",
                        ClientRules.SAFE.with(new WriterRulesTest.ClosesBlindly()),
                        "written again after the end")
                .fails(
                        "R6 is taken away",
                        ClientRules.SAFE.with(new SafeRecovererRules() {
                            @Override
                            public boolean sealsBlindly(LedgerMetadata found) {
                                return true;
                            }
                        }),
                        "written again after the end");
    }

    private static void allPairsOfEnds(ClientRules rules) {
        for (End first : End.values()) {
            for (End second : End.values()) {
                for (int lag = 0; lag < 12; lag++) {
                    new TwoEnds(rules, first, second, lag * 100_000L).play();
                }
            }
        }
    }

    /** Two clients end one ledger, the second a little later. */
    private static final class TwoEnds {
        private final ClientWorld cluster = new ClientWorld(14, 3);
        private final LedgerClient writing;
        private final LedgerClient other;
        private final LedgerWriter writer;
        private final String path;
        private final End first;
        private final End second;
        private final long lagNanos;
        private @Nullable Node end;
        private boolean gone;

        TwoEnds(ClientRules rules, End first, End second, long lagNanos) {
            this.first = first;
            this.second = second;
            this.lagNanos = lagNanos;
            writing = cluster.client("w", ClientConfig.DEFAULT, rules);
            other = cluster.client("o", ClientConfig.DEFAULT, rules);
            writer = cluster.world.await(writing.create(LedgerOptions.DEFAULT));
            path = ClientWorld.URI.root() + LedgerTree.HIERARCHICAL.path(writer.ledger());
            for (int i = 0; i < 3; i++) {
                cluster.world.await(writer.append(payload("entry " + i)));
            }
        }

        void play() {
            cluster.world.observe(world -> look());
            CompletableFuture<?> one = start(first, writing);
            cluster.world.runFor(Duration.ofNanos(lagNanos));
            CompletableFuture<?> two = start(second, other);
            cluster.world.runUntil(() -> one.isDone() && two.isDone(), Duration.ofMinutes(2));
            cluster.world.runFor(Duration.ofSeconds(1));

            for (CompletableFuture<?> each : List.of(one, two)) {
                assertThat(each)
                        .as("%s and %s, %d ns later", first, second, lagNanos)
                        .isDone();
                each.whenComplete((value, failure) -> assertThat(
                                failure == null || Futures.cause(failure) instanceof LedgerException)
                        .as("typed outcomes, but not %s", failure)
                        .isTrue());
            }
            if (first == End.DELETE || second == End.DELETE) {
                assertThat(cluster.world.metadata().node(path)).isNull();
            } else {
                assertThat(record(cluster.world.metadata().node(path)).lastEntry())
                        .isEqualTo(2);
            }
        }

        private CompletableFuture<?> start(End how, LedgerClient client) {
            return switch (how) {
                case CLOSE -> writer.close();
                case RECOVER -> client.openAndRecover(writer.ledger(), OpenOptions.DEFAULT);
                case DELETE -> client.delete(writer.ledger(), OpenOptions.DEFAULT);
            };
        }

        /** Once the record says that the ledger is closed, or is gone, it stays so. */
        private void look() {
            Node now = cluster.world.metadata().node(path);
            if (now == null) {
                gone = true;
                return;
            }
            if (gone || end != null && end.version() != now.version()) {
                throw new AssertionError(
                        "written again after the end: %s and %s, %d ns later".formatted(first, second, lagNanos));
            }
            if (end == null && record(now).closed()) {
                end = now;
            }
        }

        private static LedgerMetadata record(@Nullable Node node) {
            assertThat(node).as("the ledger's record").isNotNull();
            return LedgerMetadataFormat.decode(node.data(), node.createdMillis());
        }
    }
}
