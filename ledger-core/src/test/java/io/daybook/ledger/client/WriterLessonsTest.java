package io.daybook.ledger.client;

import static io.daybook.ledger.client.AppendHarness.id;
import static io.daybook.ledger.client.AppendHarness.ids;
import static io.daybook.ledger.client.ClientWorld.payload;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Password;
import io.daybook.ledger.client.WriterRulesTest.KeepsAcks;
import io.daybook.ledger.client.WriterRulesTest.UsesListBeforeCommit;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.digest.LedgerKeys;
import io.daybook.sim.Lesson;
import io.daybook.sim.SimNode;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Incidents of writers: each is played with the product, and with the mistake that must make it fail. */
final class WriterLessonsTest {

    /** A writer, what its bookies hold, and the record that readers would follow. */
    private static final class Told {
        final AppendHarness w;
        private final Map<Long, TreeSet<String>> copies = new LinkedHashMap<>();
        private LedgerMetadata record;
        private int committed;

        Told(WriterRules rules) {
            w = new AppendHarness(rules, "b1", "b2", "b3").spare("b4", "b5", "b6");
            record = w.created;
        }

        /** The bookie stores the entry and says so, if it was asked to. */
        void stores(String bookie, long entry) {
            if (w.sentTo(bookie).contains("e" + entry)) {
                copies.computeIfAbsent(entry, none -> new TreeSet<>()).add(bookie);
                w.ok(bookie, entry);
                look();
            }
        }

        /** Whatever the writer wants to be committed is. */
        void commits() {
            while (committed < w.writes.size()) {
                committed = w.writes.size();
                record = w.lastWrite();
                w.commit();
                look();
            }
        }

        /** I7: what was acknowledged has its copies where the record leads to. */
        private void look() {
            for (String waiter : w.acknowledged) {
                long entry = Long.parseLong(waiter.substring(1));
                Fragment fragment = record.fragments().stream()
                        .filter(each -> each.firstEntry() <= entry)
                        .reduce((first, second) -> second)
                        .orElseThrow();
                assertThat(copies.getOrDefault(entry, new TreeSet<>()).stream()
                                .filter(bookie -> fragment.bookies().contains(id(bookie))))
                        .as("acknowledged copies of entry %d on %s", entry, fragment)
                        .hasSizeGreaterThanOrEqualTo(record.replication().ackQuorum());
            }
        }
    }

    /** RG-06. The mutant: a new list of bookies is used before it is committed (R46a). */
    @Test
    void rg06AFailureAfterTheAckQuorumReachesTheRecordBeforeAnythingIsSentElsewhere() {
        Lesson.<WriterRules>of(rules -> {
                    Told story = new Told(rules);
                    story.w.append();
                    story.stores("b2", 0);
                    story.stores("b3", 0);
                    story.w.lose("b1", 0); // A, after the ack quorum
                    story.w.append();
                    story.stores("b4", 1);
                    story.stores("b2", 1);
                    story.commits();
                    story.w.lose("b3", 1); // then B
                    story.commits();
                    story.stores("b4", 1);
                    story.stores("b5", 1);

                    assertThat(story.w.acknowledged).containsExactly("e0", "e1");
                    assertThat(story.record.fragments())
                            .containsExactly(
                                    new Fragment(0, ids("b1", "b2", "b3")), new Fragment(1, ids("b4", "b2", "b5")));
                })
                .holds(new SafeWriterRules())
                .fails("R46a is taken away", new UsesListBeforeCommit(), "acknowledged copies of entry 1");
    }

    /** RG-07. The mutant: a replaced bookie's acknowledgements are kept (R46 step 6). */
    @Test
    void rg07AfterTwoFailuresInOneMomentNothingIsAcknowledgedWithTooFewCopies() {
        Lesson.<WriterRules>of(rules -> {
                    Told story = new Told(rules);
                    story.w.append();
                    story.w.append();
                    story.stores("b1", 1);
                    story.stores("b2", 1);
                    story.w.lose("b1", 0);
                    story.w.lose("b2", 0);
                    story.commits();
                    story.stores("b4", 0);
                    story.stores("b5", 0);
                    story.stores("b4", 1);
                    story.stores("b5", 1);

                    assertThat(story.w.acknowledged).containsExactly("e0", "e1");
                })
                .holds(new SafeWriterRules())
                .fails("R46 step 6 is taken away", new KeepsAcks(), "acknowledged copies of entry 1");
    }

    /** RG-08. The mutant: a change whose write lost a race once is not made again (R10). */
    @Test
    void rg08AChangeThatLostARaceIsMadeAgainAndTheWriterGoesOn() {
        Lesson.<WriterRules>of(rules -> {
                    Told story = new Told(rules);
                    story.w.append();
                    story.stores("b2", 0);
                    story.stores("b3", 0);
                    story.w.append();
                    story.w.lose("b1", 1);
                    story.w.protocol.onConflict(story.w.created, 3); // only the version differs
                    story.commits();
                    story.stores("b2", 1);
                    story.stores("b4", 1);
                    assertThat(story.w.acknowledged)
                            .as("acknowledged after the change")
                            .containsExactly("e0", "e1");

                    story.w.append();
                    story.w.lose("b2", 2); // nothing of the first change is left over
                    story.commits();
                    story.stores("b4", 2);
                    story.stores("b5", 2);
                    assertThat(story.w.acknowledged).endsWith("e2");
                })
                .holds(new SafeWriterRules())
                .fails(
                        "R10 is taken away",
                        new SafeWriterRules() {
                            private int asked;

                            @Override
                            public boolean mayChange(LedgerState found) {
                                return asked++ == 0;
                            }
                        },
                        "acknowledged after the change");
    }

    // ---- through the whole client

    /** RG-11. The switch: bookies answer on another loop than the writer's. */
    @Test
    void rg11CompletionsComeOnTheLoopOfTheWriterOnly() {
        Lesson.<Boolean>of(confined -> {
                    ClientWorld cluster = new ClientWorld(11, 4);
                    SimNode node = cluster.world.node("c");
                    Loops loops = node.loops("db", 2);
                    Loop elsewhere = node.loop("elsewhere");
                    LedgerClient client = cluster.world.await(LedgerClients.open(
                            ClientConfig.DEFAULT,
                            ClientWorld.URI,
                            node.metaStore(),
                            loops,
                            node.entropy(),
                            ClientRules.SAFE,
                            (registry, loop) -> new ClientLoop.Connections(
                                    cluster.bookies.of(confined ? loop : elsewhere), () -> {})));
                    LedgerWriter writer = cluster.world.await(client.create(LedgerOptions.DEFAULT));
                    List<Boolean> onItsLoop = new ArrayList<>();
                    for (int i = 0; i < 8; i++) {
                        Loop caller = loops.all().get(i % 2);
                        caller.execute(() -> writer.append(payload("x"))
                                .whenComplete((entry, failure) -> onItsLoop.add(
                                        failure == null && writer.loop().inLoop())));
                        if (i == 4) {
                            cluster.kill("b1"); // completions of a change, too
                        }
                    }
                    cluster.world.runUntil(() -> onItsLoop.size() == 8, Duration.ofMinutes(1));

                    assertThat(onItsLoop)
                            .as("completed on the writer's loop")
                            .hasSize(8)
                            .containsOnly(true);
                    client.close();
                    cluster.world.runFor(Duration.ofMinutes(1));
                })
                .holds(true)
                .fails("answers come on another loop", false, "completed on the writer's loop");
    }

    /** RG-13. The switch: bookies say yes to a force and sync nothing. */
    @Test
    void rg13AnOrdinaryCloseForcesWhatDeferredSyncHasAccepted() {
        Lesson.<Boolean>of(honest -> {
                    ClientWorld cluster = new ClientWorld(13, 4);
                    for (int i = 1; i <= 4; i++) {
                        cluster.bookies.fake("b" + i).forcesNothing = !honest;
                    }
                    LedgerClient client = cluster.client("c");
                    LedgerWriter writer =
                            cluster.world.await(client.create(LedgerOptions.DEFAULT.withDeferredSync(true)));
                    for (int i = 0; i < 10; i++) {
                        cluster.world.await(writer.append(payload("entry " + i)));
                    }
                    assertThat(cluster.world.await(writer.close()).lastEntry())
                            .as("the end of the ledger")
                            .isEqualTo(9);
                    cluster.bookies.fakes.values().forEach(FakeBookies.Fake::crash);

                    assertThat(cluster.bookies.fakes.values().stream()
                                    .mapToInt(
                                            fake -> fake.ledger(writer.ledger().value())
                                                    .entries
                                                    .size())
                                    .sum())
                            .as("copies after the crash")
                            .isGreaterThanOrEqualTo(20);
                    LedgerReader reader = cluster.world.await(client.open(writer.ledger(), OpenOptions.DEFAULT));
                    cluster.world.await(reader.read(0, 9)).close();
                    reader.close();
                    client.close();
                    cluster.world.runFor(Duration.ofMinutes(1));
                })
                .holds(true)
                .fails("bookies do not sync when they are asked to", false, "copies after the crash");
    }

    /** How an application tries again after an append has failed. */
    private interface Retry {
        void with(ClientWorld cluster, LedgerWriter writer, String text);
    }

    /** RG-15. The mistake: the same id is sent again with what comes next. */
    @Test
    void rg15AFailedAppendIsNeverFollowedByAnotherEntryUnderItsId() {
        Lesson.<Retry>of(retry -> {
                    ClientWorld cluster = new ClientWorld(15, 3);
                    LedgerWriter writer =
                            cluster.world.await(cluster.client("w").create(LedgerOptions.DEFAULT));
                    cluster.world.await(writer.append(payload("first")));
                    List<BookieId> members = writer.metadata().lastFragment().bookies();
                    cluster.bookies.fake(members.get(1)).down = true;
                    cluster.bookies.fake(members.get(2)).down = true;
                    assertThat(outcome(cluster, writer.append(payload("second"))))
                            .isEqualTo(Outcome.UNKNOWN);
                    cluster.bookies.fake(members.get(1)).down = false;
                    cluster.bookies.fake(members.get(2)).down = false;

                    retry.with(cluster, writer, "third");
                    oneContentPerId(cluster, writer);
                    LedgerReader reader = cluster.world.await(
                            cluster.client("r").openAndRecover(writer.ledger(), OpenOptions.DEFAULT));

                    oneContentPerId(cluster, writer);
                    assertThat(reader.lastAddConfirmed()).isBetween(0L, 1L);
                    reader.close();
                })
                .holds((cluster, writer, text) -> assertThat(outcome(cluster, writer.append(payload(text))))
                        .isEqualTo(Outcome.NOT_APPLIED))
                .fails(
                        "the retry has the id of what failed",
                        (cluster, writer, text) -> {
                            for (BookieId member :
                                    writer.metadata().lastFragment().bookies().subList(1, 3)) {
                                again(cluster, writer, member, text);
                            }
                            cluster.world.runFor(Duration.ofSeconds(1));
                        },
                        "contents of entry 1");
    }

    private static void oneContentPerId(ClientWorld cluster, LedgerWriter writer) {
        for (long entry = 0; entry <= 1; entry++) {
            TreeSet<String> texts = new TreeSet<>();
            for (FakeBookies.Fake fake : cluster.bookies.fakes.values()) {
                byte[] copy = fake.ledger(writer.ledger().value()).entries.get(entry);
                if (copy != null) {
                    texts.add(new String(copy, 36, copy.length - 36, StandardCharsets.UTF_8));
                }
            }
            assertThat(texts).as("contents of entry %d", entry).hasSize(1);
        }
    }

    private static void again(ClientWorld cluster, LedgerWriter writer, BookieId member, String text) {
        EntryDigest digest = EntryDigest.of(DigestType.CRC32C, Password.EMPTY);
        cluster.bookies
                .of(writer.loop())
                .add(
                        member,
                        writer.ledger().value(),
                        1,
                        LedgerKeys.masterKey(Password.EMPTY),
                        digest.pack(writer.ledger().value(), 1, 0, 10, payload(text), ByteBufAllocator.DEFAULT),
                        false,
                        Duration.ofSeconds(1),
                        0,
                        0,
                        (from, slot, token, entry, status, failure) -> {});
    }

    private static Outcome outcome(ClientWorld cluster, CompletableFuture<Long> append) {
        cluster.world.runUntil(append::isDone, Duration.ofMinutes(1));
        List<Outcome> found = new ArrayList<>();
        append.whenComplete((entry, failure) -> {
            if (Futures.cause(failure) instanceof LedgerException told) {
                found.add(told.outcome());
            }
        });
        assertThat(found).as("typed failures").hasSize(1);
        return found.get(0);
    }
}
