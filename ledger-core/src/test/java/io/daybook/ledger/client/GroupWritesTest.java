package io.daybook.ledger.client;

import static io.daybook.ledger.client.ClientWorld.payload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Password;
import io.daybook.ledger.Replication;
import io.daybook.ledger.protocol.Status;
import io.daybook.sim.SimLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pass of the writer sends to a bookie leaves as one group, where the bookie takes groups. */
final class GroupWritesTest {
    private static final String GROUPS = "durable-fence,group-add";

    private static ClientWorld cluster(String... features) {
        ClientWorld cluster = new ClientWorld(5, 0);
        for (int i = 0; i < features.length; i++) {
            cluster.register("b" + (i + 1), features[i]);
        }
        return cluster;
    }

    private static LedgerWriter writer(ClientWorld cluster, LedgerClient client, String replication) {
        return cluster.world.await(
                client.create(LedgerOptions.DEFAULT.withReplication(Replication.parse(replication))));
    }

    /** Hands in {@code count} entries before the loop comes to any. */
    private static List<CompletableFuture<Long>> burst(LedgerWriter writer, int count, int size) {
        List<CompletableFuture<Long>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(writer.append(payload(i + "x".repeat(size))));
        }
        return all;
    }

    private static void readsBack(ClientWorld cluster, LedgerClient client, LedgerWriter writer, int count) {
        cluster.world.await(writer.close());
        try (LedgerReader reader = cluster.world.await(client.open(writer.ledger(), OpenOptions.DEFAULT))) {
            try (LedgerEntries entries = cluster.world.await(reader.read(0, count - 1))) {
                int i = 0;
                for (LedgerEntry entry : entries) {
                    assertThat(entry.payload().toString(StandardCharsets.UTF_8)).startsWith(i++ + "x");
                }
                assertThat(i).isEqualTo(count);
            }
        }
    }

    @Test
    void aBurstIsOneGroupForEachBookie() {
        ClientWorld cluster = cluster(GROUPS, GROUPS, GROUPS);
        LedgerClient client = cluster.client("c");
        LedgerWriter writer = writer(cluster, client, "3/3/2");

        burst(writer, 60, 1000).forEach(cluster.world::await);

        for (BookieId bookie : writer.metadata().lastFragment().bookies()) {
            assertThat(cluster.bookies.fake(bookie).groups).isEqualTo(1);
        }
        readsBack(cluster, client, writer, 60);
        client.close();
    }

    @Test
    void moreThanAGroupHoldsIsSeveral() {
        ClientWorld cluster = cluster(GROUPS, GROUPS, GROUPS);
        LedgerClient client = cluster.client("c");
        LedgerWriter writer = writer(cluster, client, "3/3/2");

        burst(writer, 600, 1).forEach(cluster.world::await);
        int small = cluster.bookies.fake("b1").groups;
        burst(writer, 300, 1000).forEach(cluster.world::await);

        assertThat(small).isEqualTo(2);
        assertThat(cluster.bookies.fake("b1").groups).isEqualTo(2 + 5);
        client.close();
    }

    @Test
    void aBookieThatDoesNotTakeGroupsGetsEachEntryByItself() {
        ClientWorld cluster = cluster(GROUPS, "", "durable-fence");
        LedgerClient client = cluster.client("c");
        LedgerWriter writer = writer(cluster, client, "3/3/3");

        burst(writer, 50, 100).forEach(cluster.world::await);

        assertThat(cluster.bookies.fake("b1").groups).isEqualTo(1);
        assertThat(cluster.bookies.fake("b2").groups).isZero();
        assertThat(cluster.bookies.fake("b3").groups).isZero();
        readsBack(cluster, client, writer, 50);
        client.close();
    }

    @Test
    void inAStripedLedgerEachBookieGetsAGroupOfItsOwnEntries() {
        ClientWorld cluster = cluster(GROUPS, GROUPS, GROUPS, GROUPS);
        LedgerClient client = cluster.client("c");
        LedgerWriter writer = writer(cluster, client, "4/3/2");

        burst(writer, 40, 100).forEach(cluster.world::await);

        for (BookieId bookie : writer.metadata().lastFragment().bookies()) {
            assertThat(cluster.bookies.fake(bookie).groups).isEqualTo(1);
            assertThat(cluster.bookies.fake(bookie).ledger(writer.ledger().value()).entries)
                    .hasSize(30);
        }
        readsBack(cluster, client, writer, 40);
        client.close();
    }

    @Test
    void largeEntriesGoByThemselvesAmongSmallOnes() {
        ClientWorld cluster = cluster(GROUPS, GROUPS, GROUPS);
        LedgerClient client = cluster.client("c");
        LedgerWriter writer = writer(cluster, client, "3/3/2");

        List<CompletableFuture<Long>> all = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            all.add(writer.append(payload(i + "x".repeat(i % 3 == 1 ? 20_000 : 50))));
        }
        all.forEach(cluster.world::await);

        readsBack(cluster, client, writer, 9);
        client.close();
    }

    @Test
    void whatABookieCannotTakeInAGroupIsSentAgainOrToAnother() {
        ClientWorld cluster = cluster(GROUPS, GROUPS, GROUPS, GROUPS);
        LedgerClient client = cluster.client("c");
        LedgerWriter writer = writer(cluster, client, "3/3/3");
        BookieId full = writer.metadata().lastFragment().bookies().get(0);
        BookieId busy = writer.metadata().lastFragment().bookies().get(1);
        cluster.bookies.fake(full).addStatus = Status.READ_ONLY;
        cluster.bookies.fake(busy).addStatus = Status.BUSY;

        List<CompletableFuture<Long>> all = burst(writer, 20, 100);
        cluster.world.runFor(java.time.Duration.ofMillis(1));
        cluster.bookies.fake(busy).addStatus = Status.OK;
        all.forEach(cluster.world::await);

        LedgerMetadata now = writer.metadata();
        assertThat(now.lastFragment().bookies()).doesNotContain(full).contains(busy);
        readsBack(cluster, client, writer, 20);
        client.close();
    }

    /** The first of them, and others of the same loop. */
    private static List<LedgerWriter> neighbours(int count, Supplier<LedgerWriter> more) {
        List<LedgerWriter> found = new ArrayList<>();
        while (found.size() < count) {
            LedgerWriter next = more.get();
            if (found.isEmpty() || next.loop() == found.get(0).loop()) {
                found.add(next);
            }
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(strings = {"3/3/2", "4/3/2"})
    void whatManyWritersHandInTogetherIsOneGroupForEachBookie(String replication) {
        ClientWorld cluster = cluster(GROUPS, GROUPS, GROUPS, GROUPS);
        LedgerClient client = cluster.client("c");
        List<LedgerWriter> writers = neighbours(12, () -> writer(cluster, client, replication));

        together(cluster, writers); // now it is known how much a pass brings
        List<Integer> before = groups(cluster);
        together(cluster, writers);

        assertThat(groups(cluster)).isEqualTo(before.stream().map(x -> x + 1).toList());
        writers.forEach(writer -> readsBack(cluster, client, writer, 6));
        client.close();
    }

    @Test
    void ledgersWithDifferentPasswordsDoNotShareAGroup() {
        ClientWorld cluster = cluster(GROUPS, GROUPS, GROUPS);
        LedgerClient client = cluster.client("c");
        Iterator<String> passwords = Stream.iterate("one", before -> before.equals("one") ? "two" : "one")
                .iterator();
        List<LedgerWriter> writers = neighbours(
                4,
                () -> cluster.world.await(
                        client.create(LedgerOptions.DEFAULT.withPassword(Password.of(passwords.next())))));

        together(cluster, writers);
        List<Integer> before = groups(cluster);
        together(cluster, writers);

        int keys = 1;
        for (int i = 1; i < writers.size(); i++) {
            keys += keyOf(writers.get(i)).equals(keyOf(writers.get(i - 1))) ? 0 : 1;
        }
        assertThat(keys).isGreaterThan(1);
        int each = keys;
        assertThat(groups(cluster)).isEqualTo(before.stream().map(x -> x + each).toList());
        client.close();
    }

    /** Three entries of each, in one pass of their loop. */
    private static void together(ClientWorld cluster, List<LedgerWriter> writers) {
        List<CompletableFuture<Long>> all = new ArrayList<>();
        ((SimLoop) writers.get(0).loop())
                .enter(() -> writers.forEach(writer -> {
                    for (int i = 0; i < 3; i++) {
                        all.add(writer.append(payload((writer.lastAddPushed() + 1) + "x".repeat(1000))));
                    }
                }));
        all.forEach(cluster.world::await);
    }

    private static List<Integer> groups(ClientWorld cluster) {
        return cluster.bookies.fakes.values().stream().map(fake -> fake.groups).toList();
    }

    private static Password keyOf(LedgerWriter writer) {
        return writer.metadata().password();
    }

    @Test
    void aListenerThatFailsTakesNoAnswersOfOtherWritersAlong() {
        ClientWorld cluster = cluster(GROUPS, GROUPS, GROUPS);
        ClientConfig d = ClientConfig.DEFAULT;
        LedgerClient client = cluster.client(
                "small",
                new ClientConfig(
                        d.addTimeout(),
                        d.readTimeout(),
                        4,
                        d.windowSize(),
                        d.bookieBudget(),
                        d.readAhead(),
                        d.hedgeDelay(),
                        d.quarantine(),
                        d.ensembleChangesMax(),
                        d.frameSizeMax(),
                        d.wire()));
        List<LedgerWriter> writers = neighbours(2, () -> writer(cluster, client, "3/3/3"));
        int[] told = {0};
        writers.get(0).onWritable(() -> {
            told[0]++;
            throw new IllegalStateException("planted: this listener fails");
        });

        List<CompletableFuture<Long>> all = new ArrayList<>();
        ((SimLoop) writers.get(0).loop()).enter(() -> {
            all.addAll(burst(writers.get(0), 4, 100));
            all.addAll(burst(writers.get(1), 3, 100));
        });
        assertThat(writers.get(0).writable()).isFalse();
        all.forEach(cluster.world::await);

        assertThat(told[0]).isEqualTo(1);
        readsBack(cluster, client, writers.get(1), 3);
        client.close();
    }

    @Test
    void entriesThatStayUntilTheyAreForcedKeepNoOthersInMemory() {
        ClientWorld cluster = cluster(GROUPS, GROUPS, GROUPS);
        LedgerClient client = cluster.client("c");
        LedgerWriter deferred = cluster.world.await(client.create(LedgerOptions.DEFAULT.withDeferredSync(true)));
        List<LedgerWriter> others = new ArrayList<>();
        while (others.isEmpty()) {
            LedgerWriter next = writer(cluster, client, "3/3/2");
            if (next.loop() == deferred.loop()) {
                others.add(next);
            }
        }
        together(cluster, others); // so that a pass has a chunk of some size

        long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        List<CompletableFuture<Long>> all = new ArrayList<>();
        for (int pass = 0; pass < 500; pass++) {
            ((SimLoop) deferred.loop()).enter(() -> {
                all.addAll(burst(others.get(0), 60, 1000));
                all.addAll(burst(deferred, 1, 100));
            });
            all.forEach(cluster.world::await);
            all.clear();
        }

        long kept = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - before;
        assertThat(kept).isLessThan(16 << 20); // 500 chunks would be 32 MB
        cluster.world.await(deferred.force());
        client.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3/3/2", "4/3/2"})
    void r96WritersWhoseGroupCannotBeSentEndAndNobodyElse(String replication) {
        ClientWorld cluster = cluster(GROUPS, GROUPS, GROUPS, GROUPS);
        LedgerClient client = cluster.client("c");
        List<LedgerWriter> writers = neighbours(3, () -> writer(cluster, client, replication));
        LedgerWriter broken = writers.get(0);
        LedgerWriter with = writers.get(1);
        LedgerWriter other = writers.get(2);
        together(cluster, List.of(broken, with));
        cluster.bookies.throwsFor = broken.ledger().value();

        List<CompletableFuture<Long>> lost = new ArrayList<>();
        ((SimLoop) broken.loop()).enter(() -> {
            lost.addAll(burst(broken, 20, 100));
            lost.addAll(burst(with, 1, 100));
        });
        for (CompletableFuture<Long> append : lost) {
            assertThatThrownBy(() -> cluster.world.await(append)).isInstanceOf(LedgerException.class);
        }
        burst(other, 20, 100).forEach(cluster.world::await);

        assertThat(cluster.world.await(broken.ended())).hasMessageContaining("planted");
        assertThat(cluster.world.await(with.ended())).hasMessageContaining("planted");
        nothingIsKept(cluster);
        readsBack(cluster, client, other, 20);
        client.close();
    }

    @Test
    void r96AnEntryThatFindsNoRoomSinceGroupsCannotBeSentFailsWithTheOthers() {
        ClientWorld cluster = cluster(GROUPS, GROUPS, GROUPS);
        LedgerClient client = cluster.client("c");
        LedgerWriter broken = writer(cluster, client, "3/3/2");
        cluster.bookies.throwsFor = broken.ledger().value();

        for (CompletableFuture<Long> append : burst(broken, 300, 1000)) {
            assertThatThrownBy(() -> cluster.world.await(append)).isInstanceOf(LedgerException.class);
        }

        nothingIsKept(cluster);
        client.close();
    }

    private static void nothingIsKept(ClientWorld cluster) {
        assertThat(cluster.bookies.thrown).isNotEmpty();
        List<ByteBuf> chunks = new ArrayList<>();
        for (ByteBuf group : cluster.bookies.thrown) {
            ByteBuf chunk = group;
            while (chunk.unwrap() != null) {
                chunk = chunk.unwrap();
            }
            chunks.add(chunk);
            assertThat(group.refCnt()).isEqualTo(1); // held here
        }
        cluster.bookies.thrown.forEach(ByteBuf::release);
        assertThat(chunks).allSatisfy(chunk -> assertThat(chunk.refCnt()).isZero());
    }

    @Test
    void aGroupWithoutAnAnswerCountsForNoneOfItsEntries() {
        ClientWorld cluster = cluster(GROUPS, GROUPS, GROUPS, GROUPS);
        LedgerClient client = cluster.client("c");
        LedgerWriter writer = writer(cluster, client, "3/3/3");
        BookieId silent = writer.metadata().lastFragment().bookies().get(2);
        cluster.bookies.fake(silent).silent = true;

        burst(writer, 20, 100).forEach(cluster.world::await);

        assertThat(writer.metadata().lastFragment().bookies()).doesNotContain(silent);
        readsBack(cluster, client, writer, 20);
        client.close();
    }
}
