package io.daybook.ledger.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.config.ConfigTree;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Replication;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several entries in one answer, of striped ledgers as well, and what can be wrong with such an answer. */
final class StridedReadTest {
    private static final String STRIDED = "durable-fence,striped-batch-read";
    private static final Duration HEDGE_DELAY = ClientConfig.DEFAULT.hedgeDelay();
    private static final Duration HEDGE_DELAY_ABOUT =
            HEDGE_DELAY.multipliedBy(7).dividedBy(4); // it is looked every half of it

    private final ClientWorld cluster = new ClientWorld(5, 0);

    @AfterEach
    void noAnswerIsKept() {
        cluster.bookies
                .fakes
                .values()
                .forEach(fake -> assertThat(fake.lastRecords.refCnt())
                        .isEqualTo(fake.stridedReads == 0 ? 1 : 0)); // an empty buffer counts as one
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "3,3,2", "3,2,2", "4,2,2", "5,3,2", "4,3,3", "5,4,2"})
    void readsEveryShapeWithFewQuestions(int ensemble, int writeQuorum, int ackQuorum) {
        LedgerReader reader = reader(ensemble, new Replication(ensemble, writeQuorum, ackQuorum), 3000);

        assertThat(texts(await(reader.read(7, 2999)))).isEqualTo(expected(7, 2999));
        assertThat(texts(await(reader.readBatch(100, 50, 1 << 20)))).isEqualTo(expected(100, 149));
        assertThat(texts(await(reader.read(42, 42)))).isEqualTo(expected(42, 42));

        assertThat(total(fake -> fake.stridedReads)).isBetween(1, 4 * ensemble);
        assertThat(total(fake -> fake.reads)).isLessThanOrEqualTo(1 + writeQuorum); // the one entry, and the opening
        assertThat(total(fake -> fake.batchReads)).isZero();
    }

    @Test
    void aStockBookieOfAStripedLedgerIsAskedForOneEntryAtATime() {
        cluster.register("b1", STRIDED);
        cluster.register("b2", STRIDED);
        cluster.register("b3", "");
        LedgerReader reader = reader(0, new Replication(3, 2, 2), 60);

        assertThat(texts(await(reader.read(0, 59)))).isEqualTo(expected(0, 59));

        assertThat(total(fake -> fake.stridedReads)).isZero();
        assertThat(total(fake -> fake.reads)).isGreaterThanOrEqualTo(60);
    }

    @Test
    void aStockBookieOfAnotherLedgerGetsStockBatches() {
        cluster.register("b1", STRIDED);
        cluster.register("b2", "");
        cluster.register("b3", "");
        LedgerReader reader = reader(0, new Replication(3, 3, 2), 3000);

        assertThat(texts(await(reader.read(0, 2999)))).isEqualTo(expected(0, 2999));
        cluster.bookies.fake("b2").down = true;
        cluster.bookies.fake("b3").down = true;
        assertThat(texts(await(reader.read(0, 2999)))).isEqualTo(expected(0, 2999));

        assertThat(cluster.bookies.fake("b2").batchReads + cluster.bookies.fake("b3").batchReads)
                .isPositive();
        assertThat(cluster.bookies.fake("b1").stridedReads).isPositive();
        assertThat(cluster.bookies.fake("b1").batchReads).isZero();
    }

    @Test
    void aDamagedEntryAmongOthersComesFromAnotherReplica() {
        LedgerReader reader = reader(3, new Replication(3, 3, 2), 200);
        for (String bookie : List.of("b1", "b2")) {
            cluster.bookies.fake(bookie).damage(reader.ledger().value(), 90);
        }

        assertThat(texts(await(reader.read(0, 199)))).isEqualTo(expected(0, 199));
    }

    @Test
    void whatIsDamagedEverywhereIsCorruptNeverMissing() {
        LedgerReader reader = reader(3, new Replication(3, 2, 2), 200);
        for (String bookie : List.of("b1", "b2", "b3")) {
            var entries = cluster.bookies.fake(bookie).ledger(reader.ledger().value()).entries;
            if (entries.containsKey(90L)) {
                cluster.bookies.fake(bookie).damage(reader.ledger().value(), 90);
            }
        }

        assertThatThrownBy(() -> await(reader.read(0, 199)))
                .isInstanceOf(LedgerException.DataLost.class)
                .hasMessageContaining("entry 90 ")
                .hasMessageContaining("2 with a damaged copy");
    }

    @Test
    void anAnswerThatIsCutShortIsDamageOfItsLastEntryAlone() {
        LedgerReader reader = reader(3, new Replication(3, 3, 2), 200);
        cluster.bookies.fake("b1").answersLack = 3;
        cluster.bookies.fake("b2").answersLack = 25;

        assertThat(texts(await(reader.read(0, 199)))).isEqualTo(expected(0, 199));
    }

    @Test
    void entriesThatABookieLacksComeFromAnother() {
        LedgerReader reader = reader(3, new Replication(3, 2, 2), 200);
        for (long entry = 20; entry < 40; entry++) {
            cluster.bookies.fake("b1").forget(reader.ledger().value(), entry);
        }

        assertThat(texts(await(reader.read(0, 199)))).isEqualTo(expected(0, 199));
    }

    @Test
    void entriesLargerThanAnAnswerComeOneByOne() {
        cluster.register("b1", STRIDED);
        LedgerClient client = cluster.client("c");
        LedgerWriter writer = await(client.create(LedgerOptions.DEFAULT.withReplication(new Replication(1, 1, 1))));
        String large = "x".repeat(3 << 20);
        for (int i = 0; i < 5; i++) {
            await(writer.append(ClientWorld.payload(large + i)));
        }
        await(writer.close());
        LedgerReader reader = await(client.open(writer.ledger(), OpenOptions.DEFAULT));

        List<String> texts = texts(await(reader.read(0, 4)));

        assertThat(texts).extracting(text -> text.substring(large.length())).containsExactly("0", "1", "2", "3", "4");
    }

    @Test
    void aSilentBookieIsOvertakenLongBeforeItsTimeOut() {
        LedgerReader reader = reader(3, new Replication(3, 3, 2), 200);
        for (int i = 0; i < 100; i++) {
            texts(await(reader.read(0, 199))); // so that it is known how long answers take
        }
        cluster.bookies.fakes.values().forEach(fake -> fake.silent = true);
        cluster.bookies.fake("b2").silent = false;
        long before = cluster.world.now();

        assertThat(texts(await(reader.read(0, 199)))).isEqualTo(expected(0, 199));

        assertThat(cluster.world.now() - before)
                .isLessThan(Duration.ofMillis(20).toNanos());
    }

    @Test
    void aBookieThatNeverAnswersCostsOneRangeTheHedgeDelayAndIsAskedLastFromThenOn() {
        LedgerReader reader = reader(3, new Replication(3, 3, 2), 3000);
        FakeBookies.Fake hung = preferred(reader);
        hung.silent = true;
        int before = hung.calls;

        Duration longest = scan(reader, 60); // so few that nothing is known about usual times

        assertThat(longest).isBetween(HEDGE_DELAY, HEDGE_DELAY_ABOUT);
        assertThat(hung.calls - before).isEqualTo(1);
    }

    @Test
    void noRangeWaitsMuchLongerThanTheHedgeDelayWhenTooManyWereHedgedAlready() {
        LedgerReader reader = reader(3, new Replication(3, 3, 2), 3000);
        FakeBookies.Fake hung = preferred(reader);
        scan(reader, 100); // so that it is known how long answers take
        hung.silent = true;
        int before = hung.calls;

        Duration longest = scan(reader, 200);

        assertThat(longest).isBetween(HEDGE_DELAY, HEDGE_DELAY_ABOUT);
        assertThat(hung.calls - before).isBetween(Hedging.BURST, Hedging.BURST + 1);
    }

    @Test
    void aTimeOutTeachesAlsoWhenAnotherBookieWasFaster() {
        LedgerReader reader = reader(3, new Replication(3, 3, 2), 3000);
        FakeBookies.Fake hung = preferred(reader);
        scan(reader, 100);
        hung.silent = true;
        int before = hung.calls;
        assertThat(scan(reader, 1)).isLessThan(HEDGE_DELAY);

        cluster.world.runFor(ClientConfig.DEFAULT.readTimeout().plusSeconds(1));
        scan(reader, 10);

        assertThat(hung.calls - before).isEqualTo(1);
    }

    @Test
    void noAnswerIsAskedForThatIsLargerThanTheFramesOfTheClient() {
        for (int i = 1; i <= 3; i++) {
            cluster.register("b" + i, STRIDED);
        }
        ConfigTree tree = ConfigTree.builder("f")
                .value("client.frame-size-max", "1MiB", 1)
                .build();
        ClientConfig config = ClientConfig.from(tree.section("client"));
        LedgerClient client = cluster.client("c", config);
        LedgerReader reader =
                written(client, new Replication(3, 3, 2), 3000, "entry ".repeat(333)); // more than is guessed at first

        assertThat(texts(await(reader.read(0, 2999)))).hasSize(3000);

        assertThat(cluster.bookies.fakes.values())
                .allSatisfy(fake -> assertThat(fake.largestAnswer).isLessThanOrEqualTo(config.payloadBytesMax()));
        assertThat(total(fake -> fake.stridedReads)).isBetween(6, 20);
    }

    // ---- parts

    /** The one that is asked first for all entries of a short ledger. */
    private FakeBookies.Fake preferred(LedgerReader reader) {
        texts(await(reader.read(0, 9)));
        List<FakeBookies.Fake> asked = cluster.bookies.fakes.values().stream()
                .filter(fake -> fake.stridedReads > 0)
                .toList();
        assertThat(asked).hasSize(1);
        return asked.get(0);
    }

    /** Reads so many ranges one after another; returns how long the slowest took. */
    private Duration scan(LedgerReader reader, int ranges) {
        long longest = 0;
        for (int range = 0; range < ranges; range++) {
            long before = cluster.world.now();
            assertThat(texts(await(reader.read(range * 10, range * 10 + 9))))
                    .isEqualTo(expected(range * 10, range * 10 + 9));
            longest = Math.max(longest, cluster.world.now() - before);
        }
        return Duration.ofNanos(longest);
    }

    private LedgerReader reader(int newBookies, Replication replication, int entries) {
        for (int i = 1; i <= newBookies; i++) {
            cluster.register("b" + i, STRIDED);
        }
        return written(cluster.client("c"), replication, entries, "entry ");
    }

    private LedgerReader written(LedgerClient client, Replication replication, int entries, String text) {
        LedgerWriter writer = await(client.create(LedgerOptions.DEFAULT.withReplication(replication)));
        List<CompletableFuture<Long>> appended = new ArrayList<>();
        for (int i = 0; i < entries; i++) {
            appended.add(writer.append(ClientWorld.payload(text + i)));
        }
        appended.forEach(this::await);
        await(writer.close());
        return await(client.open(writer.ledger(), OpenOptions.DEFAULT));
    }

    private int total(java.util.function.ToIntFunction<FakeBookies.Fake> count) {
        return cluster.bookies.fakes.values().stream().mapToInt(count).sum();
    }

    private <T> T await(CompletableFuture<T> future) {
        return cluster.world.await(future);
    }

    private static List<String> expected(int first, int last) {
        List<String> texts = new ArrayList<>();
        for (int i = first; i <= last; i++) {
            texts.add("entry " + i);
        }
        return texts;
    }

    private static List<String> texts(LedgerEntries entries) {
        List<String> texts = new ArrayList<>();
        for (LedgerEntry entry : entries) {
            texts.add(new String(entry.bytes(), StandardCharsets.UTF_8));
        }
        entries.close();
        return texts;
    }
}
