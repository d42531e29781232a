package io.daybook.ledger.client;

import static io.daybook.ledger.client.ClientWorld.payload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.CloseReason;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Password;
import io.daybook.ledger.RepairHint;
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
import org.junit.jupiter.params.provider.EnumSource;

/** The whole client on simulated loops and metadata, over fake bookies. */
final class LedgerClientTest {
    private final ClientWorld cluster = new ClientWorld(7, 4);
    private final LedgerClient client = cluster.client("c");

    @AfterEach
    void endWhatIsOpen() {
        client.close();
        cluster.world.runFor(Duration.ofMinutes(1));
    }

    private LedgerWriter writer(LedgerOptions options) {
        return cluster.world.await(client.create(options));
    }

    private <T> T await(CompletableFuture<T> future) {
        return cluster.world.await(future);
    }

    private void fill(LedgerWriter writer, int entries) {
        List<CompletableFuture<Long>> appends = new ArrayList<>();
        for (int i = 0; i < entries; i++) {
            appends.add(writer.append(payload("entry " + (writer.lastAddPushed() + 1))));
        }
        appends.forEach(this::await);
    }

    private static List<String> texts(LedgerEntries entries) {
        List<String> texts = new ArrayList<>();
        for (LedgerEntry entry : entries) {
            texts.add(new String(entry.bytes(), StandardCharsets.UTF_8));
        }
        entries.close();
        return texts;
    }

    @ParameterizedTest
    @EnumSource
    void readsBackWhatWasAppendedAndClosed(DigestType digest) {
        LedgerWriter writer =
                writer(LedgerOptions.DEFAULT.withDigestType(digest).withPassword(Password.of("x")));
        fill(writer, 100);
        var closed = await(writer.close());

        LedgerReader reader = await(client.open(writer.ledger(), OpenOptions.DEFAULT.withPassword(Password.of("x"))));

        assertThat(closed.lastEntry()).isEqualTo(99);
        assertThat(closed.length()).isEqualTo(writer.length()).isEqualTo(90 * 8 + 10 * 7);
        assertThat(reader.closed()).isTrue();
        assertThat(texts(await(reader.read(0, 99))))
                .hasSize(100)
                .startsWith("entry 0")
                .endsWith("entry 99");
        assertThat(texts(await(reader.readBatch(42, 3, 1 << 20)))).containsExactly("entry 42", "entry 43", "entry 44");
        assertThatThrownBy(() -> await(reader.read(99, 100))).isInstanceOf(LedgerException.NoSuchEntry.class);
    }

    @ParameterizedTest
    @CsvSource({"3,3,2", "4,2,2", "4,3,2", "1,1,1", "2,2,1", "4,3,3"})
    void readsBackInEveryShape(int ensemble, int writeQuorum, int ackQuorum) {
        LedgerWriter writer =
                writer(LedgerOptions.DEFAULT.withReplication(new Replication(ensemble, writeQuorum, ackQuorum)));
        fill(writer, 50);
        await(writer.close());

        LedgerReader reader = await(client.open(writer.ledger(), OpenOptions.DEFAULT));

        assertThat(texts(await(reader.read(10, 49)))).hasSize(40).startsWith("entry 10");
        assertThat(texts(await(reader.readBatch(0, 1000, 40))))
                .hasSizeBetween(1, 6)
                .startsWith("entry 0");
    }

    @Test
    void givesIdsInTheOrderOfCallsWhereverTheyComeFrom() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT);
        List<Long> ids = new ArrayList<>();

        for (int i = 0; i < 10; i++) {
            writer.append(payload("outside " + i)).thenAccept(ids::add);
        }
        assertThat(writer.lastAddPushed()).isEqualTo(9);
        writer.loop().execute(() -> writer.append(payload("inside")).thenAccept(ids::add));
        cluster.world.runFor(Duration.ofSeconds(1));

        assertThat(ids).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
    }

    @Test
    void goesOnWithAnotherBookieWhenOneDies() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT);
        fill(writer, 10);
        BookieId victim = writer.metadata().lastFragment().bookies().get(0);

        cluster.kill(victim.value());
        fill(writer, 10);
        var closed = await(writer.close());

        assertThat(closed.fragments()).hasSize(2);
        assertThat(closed.fragments().get(1).firstEntry()).isEqualTo(10);
        assertThat(closed.fragments().get(1).bookies()).doesNotContain(victim).doesNotHaveDuplicates();
        assertThat(await(writer.decisions())).contains("change from entry 10").contains("closed at entry 19");
        LedgerReader reader = await(client.open(writer.ledger(), OpenOptions.DEFAULT));
        assertThat(texts(await(reader.read(0, 19)))).hasSize(20).endsWith("entry 19");
    }

    @Test
    void carriesOnWithTwoOfThreeWhenNobodyCanStepInAndRemembersWhatIsMissing() {
        ClientWorld small = new ClientWorld(8, 3);
        LedgerClient its = small.client("c");
        LedgerWriter writer = small.world.await(its.create(LedgerOptions.DEFAULT));
        small.world.await(writer.append(payload("first")));
        BookieId victim = writer.metadata().lastFragment().bookies().get(1);

        small.kill(victim.value());
        for (int i = 0; i < 5; i++) {
            small.world.await(writer.append(payload("more")));
        }
        var closed = small.world.await(writer.close());

        assertThat(closed.fragments()).hasSize(1);
        assertThat(closed.lastEntry()).isEqualTo(5);
        assertThat(small.world.await(writer.repairHints())).containsExactly(new RepairHint(0, 1, victim, 1, 5));
        assertThat(small.world.await(its.repairHints(writer.ledger())))
                .containsExactly(new RepairHint(0, 1, victim, 1, 5));
        small.world.await(its.delete(writer.ledger(), OpenOptions.DEFAULT));
        assertThat(small.world.await(its.repairHints(writer.ledger()))).isEmpty();
    }

    @Test
    void failsWhenTooFewBookiesAreLeftAndNamesThem() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT);
        fill(writer, 1);
        BookieId survivor = writer.metadata().lastFragment().bookies().get(2);
        for (String bookie : List.of("b1", "b2", "b3", "b4")) {
            if (!bookie.equals(survivor.value())) {
                cluster.kill(bookie);
            }
        }

        var append = writer.append(payload("lost?"));

        assertThatThrownBy(() -> await(append)).isInstanceOfSatisfying(LedgerException.NotEnoughBookies.class, e -> {
            assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(e).hasMessageContaining("is down").hasMessageContaining("found 0 of 2");
        });
        assertThatThrownBy(() -> await(writer.append(payload("later"))))
                .isInstanceOfSatisfying(
                        LedgerException.NotEnoughBookies.class,
                        e -> assertThat(e.outcome()).isEqualTo(Outcome.NOT_APPLIED));
        assertThat(await(writer.ended())).isInstanceOf(LedgerException.NotEnoughBookies.class);
    }

    /** A client whose writers have room for four entries. */
    private LedgerClient narrow() {
        ClientConfig config = new ClientConfig(
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                4,
                ClientConfig.DEFAULT.windowSize(),
                ClientConfig.DEFAULT.bookieBudget(),
                ClientConfig.DEFAULT.readAhead(),
                Duration.ofMillis(200),
                Duration.ofSeconds(30),
                32,
                ClientConfig.DEFAULT.frameSizeMax(),
                ClientConfig.Wire.V2);
        return cluster.client("narrow", config);
    }

    @Test
    void aCallerWhoAppendsAnotherForEachThatIsAcknowledgedIsNeverRefused() {
        LedgerWriter writer = await(narrow().create(LedgerOptions.DEFAULT));
        List<Long> acknowledged = new ArrayList<>();
        List<Throwable> refused = new ArrayList<>();
        for (int i = 0; i < 4; i++) { // all there is room for
            appendAnotherForEach(writer, acknowledged, refused);
        }

        cluster.world.runUntil(() -> acknowledged.size() >= 100 || !refused.isEmpty(), Duration.ofSeconds(30));

        assertThat(refused).isEmpty();
        assertThat(acknowledged).startsWith(0L, 1L, 2L, 3L, 4L, 5L).isSorted();
        await(writer.close());
    }

    private static void appendAnotherForEach(LedgerWriter writer, List<Long> acknowledged, List<Throwable> refused) {
        writer.append(payload("x")).whenComplete((entry, failure) -> {
            if (failure != null) {
                refused.add(failure);
            } else {
                acknowledged.add(entry);
                if (acknowledged.size() < 100) {
                    appendAnotherForEach(writer, acknowledged, refused);
                }
            }
        });
    }

    @Test
    void refusesWhatIsTooLargeOrTooMuchAndSendsNoneOfIt() {
        LedgerClient its = narrow();
        LedgerWriter writer = await(its.create(LedgerOptions.DEFAULT));
        int[] told = new int[1];
        writer.onWritable(() -> told[0]++);

        List<CompletableFuture<Long>> appends = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            appends.add(writer.append(payload("x")));
        }
        var large = writer.append(payload("x".repeat(its.payloadBytesMax() + 1)));

        assertThat(writer.writable()).isFalse();
        assertThatThrownBy(() -> await(large))
                .isInstanceOfSatisfying(
                        LedgerException.TooLarge.class,
                        e -> assertThat(e.outcome()).isEqualTo(Outcome.NOT_APPLIED));
        assertThatThrownBy(() -> await(appends.get(5)))
                .isInstanceOfSatisfying(
                        LedgerException.WindowFull.class,
                        e -> assertThat(e.outcome()).isEqualTo(Outcome.NOT_APPLIED));
        assertThat(await(appends.get(3))).isEqualTo(3);
        cluster.world.runUntilIdle();
        assertThat(told[0]).isEqualTo(1);
        assertThat(writer.writable()).isTrue();
        assertThat(await(writer.append(payload("y")))).isEqualTo(4);
    }

    @Test
    void takesALedgerOverFromALiveWriter() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT);
        fill(writer, 20);
        LedgerClient other = cluster.client("other");

        LedgerReader reader = await(other.openAndRecover(writer.ledger(), OpenOptions.DEFAULT));
        var late = writer.append(payload("too late"));

        assertThat(reader.closed()).isTrue();
        assertThat(reader.lastAddConfirmed()).isEqualTo(19);
        assertThat(reader.decisions()).contains("certainly absent");
        assertThat(texts(await(reader.read(0, 19)))).hasSize(20);
        assertThatThrownBy(() -> await(late))
                .isInstanceOfSatisfying(
                        LedgerException.Fenced.class,
                        e -> assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN));
        assertThatThrownBy(() -> await(writer.close())).isInstanceOf(LedgerException.Fenced.class);
    }

    @Test
    void theRecordTellsHowItsLedgerWasClosedBesideWhatTheApplicationPutThere() {
        LedgerOptions options = LedgerOptions.DEFAULT.withCustom(java.util.Map.of("k", new byte[] {1}));
        LedgerWriter clean = writer(options);
        LedgerWriter left = writer(options);
        fill(clean, 2);
        fill(left, 2);
        assertThat(left.metadata().closeReason()).isNull();

        await(clean.close());
        await(cluster.client("other").openAndRecover(left.ledger(), OpenOptions.DEFAULT));

        for (LedgerWriter writer : List.of(clean, left)) {
            var record = await(client.metadata(writer.ledger()));
            assertThat(record.closeReason()).isEqualTo(writer == clean ? CloseReason.CLEAN : CloseReason.RECOVERED);
            assertThat(record.custom()).containsOnlyKeys("k", CloseReason.KEY);
        }
    }

    @Test
    void recoversWithOneBookieDownAndNobodyToStepIn() {
        ClientWorld small = new ClientWorld(9, 3);
        LedgerClient its = small.client("c");
        LedgerWriter writer = small.world.await(its.create(LedgerOptions.DEFAULT));
        for (int i = 0; i < 5; i++) {
            small.world.await(writer.append(payload("entry " + i)));
        }
        small.kill(writer.metadata().lastFragment().bookies().get(2).value());

        LedgerReader reader =
                small.world.await(small.client("other").openAndRecover(writer.ledger(), OpenOptions.DEFAULT));

        assertThat(reader.lastAddConfirmed()).isEqualTo(4);
        assertThat(texts(small.world.await(reader.read(0, 4)))).hasSize(5);
    }

    @Test
    void asksABookieWithoutDurableFencesToSyncBeforeItsNoIsBelieved() {
        for (String name : List.of("s1", "s2", "s3")) {
            cluster.register(name, "");
        }
        for (String name : List.of("b2", "b3", "b4")) {
            cluster.kill(name);
        }
        cluster.world.runFor(Duration.ofMinutes(1)); // their sessions expire
        LedgerWriter writer = writer(LedgerOptions.DEFAULT.withReplication(new Replication(4, 4, 2)));
        fill(writer, 3);

        LedgerReader reader = await(cluster.client("other").openAndRecover(writer.ledger(), OpenOptions.DEFAULT));

        assertThat(reader.lastAddConfirmed()).isEqualTo(2);
        assertThat(cluster.bookies.fake("s1").forces).isEqualTo(1);
        assertThat(cluster.bookies.fake("b1").forces).isZero();
    }

    @Test
    void aNoCountsForNothingIfTheBookieIsGoneBeforeItConfirmsItsFence() {
        for (String name : List.of("s1", "s2", "s3")) {
            cluster.register(name, "");
        }
        for (String name : List.of("b1", "b2", "b3", "b4")) {
            cluster.kill(name);
        }
        cluster.world.runFor(Duration.ofMinutes(1)); // their sessions expire
        LedgerWriter writer = writer(LedgerOptions.DEFAULT);
        fill(writer, 3);
        List<String> stock = List.of("s1", "s2", "s3");
        stock.forEach(name -> cluster.bookies.fake(name).crashesAfterNo = 1);

        LedgerClient other = cluster.client("other");

        assertThatThrownBy(() -> await(other.openAndRecover(writer.ledger(), OpenOptions.DEFAULT)))
                .isInstanceOf(LedgerException.RecoveryUndecided.class);
        LedgerReader reader = await(other.openAndRecover(writer.ledger(), OpenOptions.DEFAULT));

        assertThat(reader.lastAddConfirmed()).isEqualTo(2);
        long ledger = writer.ledger().value();
        assertThat(stock.stream()
                        .filter(name -> cluster.bookies.fake(name).ledger(ledger).fenced)
                        .count())
                .as("bookies that still know the fence; two of three keep the writer from an ack quorum")
                .isGreaterThanOrEqualTo(2);
    }

    @Test
    void aClosedClientRefuses() {
        client.close();

        assertThatThrownBy(() -> await(client.create(LedgerOptions.DEFAULT)))
                .isInstanceOf(LedgerException.HandleClosed.class);
    }

    @Test
    void concurrentRecoveriesAgree() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT);
        fill(writer, 20);
        List<CompletableFuture<LedgerReader>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(cluster.client("r" + i).openAndRecover(writer.ledger(), OpenOptions.DEFAULT));
        }

        List<Long> ends = new ArrayList<>();
        all.forEach(one -> ends.add(await(one).lastAddConfirmed()));

        assertThat(ends).containsOnly(19L).hasSize(4);
    }

    @Test
    void tailsALedgerToItsEndAndSeesTheLastEntryWithoutAnotherAppend() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT);
        LedgerReader reader = await(cluster.client("r").open(writer.ledger(), OpenOptions.DEFAULT));
        var first = reader.poll(0, Duration.ofSeconds(30));
        cluster.world.runFor(Duration.ofMillis(100));
        assertThat(first).isNotDone();

        long before = cluster.world.now();
        fill(writer, 1);
        LedgerReader.Poll poll = await(first);

        assertThat(poll.lastAddConfirmed()).isZero();
        assertThat(cluster.world.now() - before).isLessThan(Duration.ofMillis(2).toNanos());
        if (poll.entry() != null) {
            poll.entry().close();
        }
        var end = reader.poll(1, Duration.ofSeconds(30));
        cluster.world.runFor(Duration.ofMillis(50));
        await(writer.close());
        assertThat(await(end)).isEqualTo(new LedgerReader.Poll(0, true, null));
    }

    @Test
    void aPollThatFindsNothingEndsWithItsTimeAndAsksRarely() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT);
        fill(writer, 1);
        LedgerReader reader = await(client.open(writer.ledger(), OpenOptions.DEFAULT));
        cluster.world.runUntilIdle();
        cluster.bookies.fakes.values().forEach(fake -> fake.ledgers.values().forEach(ledger -> ledger.fenced = true));
        cluster.bookies.fakes.values().forEach(fake -> fake.polls = 0);

        var poll = await(reader.poll(1, Duration.ofSeconds(10)));

        assertThat(poll.closed()).isFalse();
        assertThat(cluster.bookies.fakes.values().stream()
                        .mapToInt(fake -> fake.polls)
                        .sum())
                .isLessThan(60);
    }

    @Test
    void peeksAtTheEndThroughOneBookieWhereAQuorumDoesNotAnswer() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT);
        fill(writer, 10);
        cluster.world.runUntilIdle();
        LedgerReader reader = await(client.open(writer.ledger(), OpenOptions.DEFAULT));
        assertThat(await(reader.peekLastAddConfirmed())).as("nothing is above").isEqualTo(9);
        fill(writer, 5);
        cluster.world.runUntilIdle();
        List<BookieId> members = writer.metadata().lastFragment().bookies();
        members.subList(0, 2).forEach(member -> cluster.bookies.fake(member).silent = true);

        assertThatThrownBy(() -> await(reader.readLastAddConfirmed())).isInstanceOf(LedgerException.ReadFailed.class);
        assertThat(await(reader.peekLastAddConfirmed())).isEqualTo(14);
        cluster.bookies.fake(members.get(2)).silent = true;
        assertThatThrownBy(() -> await(reader.peekLastAddConfirmed())).isInstanceOf(LedgerException.ReadFailed.class);
    }

    @Test
    void damageIsCountedAndNamedAndNeverTakenForAbsence() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT);
        fill(writer, 10);
        await(writer.close());
        cluster.world.runUntilIdle();
        LedgerReader reader = await(client.open(writer.ledger(), OpenOptions.DEFAULT));
        List<BookieId> members = writer.metadata().lastFragment().bookies();
        members.forEach(
                member -> cluster.bookies.fake(member).damage(writer.ledger().value(), 4));

        assertThatThrownBy(() -> await(reader.read(4, 4)))
                .isInstanceOf(LedgerException.DataLost.class)
                .hasMessageContaining("0 without it, 3 with a damaged copy")
                .hasMessageContaining(members.get(0).value());
        assertThat(client.metrics().read().toString())
                .contains(
                        "daybook.client.read.damaged, tags=[], value=3]",
                        "daybook.client.read.lost, tags=[], value=1]");
    }

    @Test
    void reportsNoLossWhileItCannotLookUpWhoHasTheEntryNow() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT);
        fill(writer, 10);
        await(writer.close());
        cluster.world.runUntilIdle();
        LedgerReader reader = await(client.open(writer.ledger(), OpenOptions.DEFAULT));
        writer.metadata()
                .lastFragment()
                .bookies()
                .forEach(member ->
                        cluster.bookies.fake(member).forget(writer.ledger().value(), 4));

        cluster.world.metadata().outage(true);
        assertThatThrownBy(() -> await(reader.read(0, 9))).isInstanceOf(LedgerException.ReadFailed.class);
        cluster.world.metadata().outage(false);
        assertThatThrownBy(() -> await(reader.read(0, 9))).isInstanceOf(LedgerException.DataLost.class);
    }

    @Test
    void readsAroundDamageAndAbsenceAndReportsLossOnlyWhenNobodyHasIt() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT);
        fill(writer, 10);
        await(writer.close());
        cluster.world.runUntilIdle();
        long ledger = writer.ledger().value();
        List<BookieId> members = writer.metadata().lastFragment().bookies();
        cluster.bookies.fake(members.get(0)).damage(ledger, 4);
        cluster.bookies.fake(members.get(1)).forget(ledger, 4);
        LedgerReader reader = await(client.open(writer.ledger(), OpenOptions.DEFAULT));
        assertThat(texts(await(reader.read(0, 9)))).hasSize(10).contains("entry 4");

        cluster.bookies.fake(members.get(2)).down = true;
        assertThatThrownBy(() -> await(reader.read(0, 9))).isInstanceOf(LedgerException.ReadFailed.class);
        cluster.bookies.fake(members.get(2)).down = false;
        cluster.bookies.fake(members.get(2)).forget(ledger, 4);
        assertThatThrownBy(() -> await(reader.read(0, 9))).isInstanceOf(LedgerException.DataLost.class);
        cluster.world.runUntilIdle();
        assertThat(await(client.repairHints(writer.ledger())))
                .as("whom to look for it")
                .hasSize(3);
        assertThat(client.metrics().read().toString()).contains("daybook.client.read.lost, tags=[], value=1]");
    }

    @Test
    void asksASecondBookieWhenTheFirstIsSlow() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT.withReplication(new Replication(2, 2, 2)));
        fill(writer, 1);
        await(writer.close());
        LedgerReader reader = await(client.open(writer.ledger(), OpenOptions.DEFAULT));
        List<BookieId> members = writer.metadata().lastFragment().bookies();
        cluster.bookies.fake(members.get((int) (writer.ledger().value() % 2))).silent = true;

        long before = cluster.world.now();
        assertThat(texts(await(reader.read(0, 0)))).containsExactly("entry 0");

        assertThat(cluster.world.now() - before)
                .isLessThan(Duration.ofMillis(400).toNanos());
    }

    @Test
    void readsBeyondTheConfirmedEntryOnlyWhenAskedTo() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT.withReplication(new Replication(2, 2, 2)));
        fill(writer, 3);
        List<BookieId> members = writer.metadata().lastFragment().bookies();
        cluster.bookies.fake(members.get(1)).silent = true;
        writer.append(payload("hanging"));
        cluster.world.runFor(Duration.ofMillis(10));
        cluster.bookies.fake(members.get(1)).silent = false;

        LedgerReader reader = await(client.open(writer.ledger(), OpenOptions.DEFAULT));

        assertThat(reader.lastAddConfirmed()).isEqualTo(2);
        assertThatThrownBy(() -> await(reader.read(0, 3))).isInstanceOf(LedgerException.NoSuchEntry.class);
        assertThat(texts(await(reader.readUnconfirmed(0, 3)))).hasSize(4).endsWith("hanging");
        assertThat(texts(await(reader.readUnconfirmed(0, 9)))).hasSize(4).endsWith("hanging");
        assertThatThrownBy(() -> await(reader.readUnconfirmed(8, 9))).isInstanceOf(LedgerException.NoSuchEntry.class);
        assertThat(reader.lastAddConfirmed()).isEqualTo(2);
    }

    @Test
    void deletingAnOpenLedgerStopsItsWriterAndDeletingTwiceIsFine() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT);
        fill(writer, 3);

        await(client.delete(writer.ledger(), OpenOptions.DEFAULT));
        await(client.delete(writer.ledger(), OpenOptions.DEFAULT));

        assertThatThrownBy(() -> await(writer.append(payload("x")))).isInstanceOf(LedgerException.Fenced.class);
        assertThatThrownBy(() -> await(client.open(writer.ledger(), OpenOptions.DEFAULT)))
                .isInstanceOf(LedgerException.NoSuchLedger.class);
        assertThat(await(client.list())).doesNotContain(writer.ledger());
    }

    @Test
    void aLedgerThatCannotBeSealedIsDeletedOnlyWhenThatIsAskedFor() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT);
        fill(writer, 3);
        for (BookieId bookie : writer.metadata().lastFragment().bookies()) {
            cluster.kill(bookie.value());
        }

        assertThatThrownBy(() -> await(client.delete(writer.ledger(), OpenOptions.DEFAULT)))
                .isInstanceOf(LedgerException.RecoveryUndecided.class);
        assertThat(await(client.list())).contains(writer.ledger());

        await(client.deleteUnrecoverable(writer.ledger(), OpenOptions.DEFAULT));
        assertThat(await(client.list())).doesNotContain(writer.ledger());
    }

    @Test
    void listsLedgersAndTellsTheirMetadata() {
        LedgerId one = writer(LedgerOptions.DEFAULT.withCustom(java.util.Map.of("k", new byte[] {1})))
                .ledger();
        LedgerId two = writer(LedgerOptions.DEFAULT).ledger();

        assertThat(await(client.list())).containsExactly(one, two);
        assertThat(await(client.metadata(one)).custom()).containsOnlyKeys("k");
        assertThatThrownBy(() -> await(client.metadata(new LedgerId(12345))))
                .isInstanceOf(LedgerException.NoSuchLedger.class);
    }

    @Test
    void wantsThePasswordOfTheLedger() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT.withPassword(Password.of("right")));

        for (var attempt : List.of(
                client.open(writer.ledger(), OpenOptions.DEFAULT),
                client.openAndRecover(writer.ledger(), OpenOptions.DEFAULT.withPassword(Password.of("wrong"))),
                client.delete(writer.ledger(), OpenOptions.DEFAULT))) {
            assertThatThrownBy(() -> await(attempt)).isInstanceOf(LedgerException.Unauthorized.class);
        }
    }

    @Test
    void saysWhyThereAreNotEnoughBookies() {
        var create = client.create(LedgerOptions.DEFAULT.withReplication(new Replication(5, 3, 2)));

        assertThatThrownBy(() -> await(create))
                .isInstanceOf(LedgerException.NotEnoughBookies.class)
                .hasMessageContaining("5/3/2")
                .hasMessageContaining("found 4 of 5");
    }

    @Test
    void closingTheClientEndsWhatIsOpen() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT);
        LedgerReader reader = await(client.open(writer.ledger(), OpenOptions.DEFAULT));
        var poll = reader.poll(0, Duration.ofMinutes(1));
        cluster.world.runFor(Duration.ofMillis(5));

        client.close();

        assertThatThrownBy(() -> await(poll)).isInstanceOf(LedgerException.HandleClosed.class);
        assertThat(await(writer.ended())).isNull();
        assertThatThrownBy(() -> await(writer.append(payload("x")))).isInstanceOf(LedgerException.HandleClosed.class);
    }

    @Test
    void anIdleWriterReplacesABookieThatStaysAway() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT);
        fill(writer, 2);
        BookieId victim = writer.metadata().lastFragment().bookies().get(2);

        cluster.kill(victim.value());
        cluster.world.runFor(Duration.ofMinutes(2));

        assertThat(writer.metadata().lastFragment().bookies()).doesNotContain(victim);
        assertThat(writer.metadata().lastFragment().firstEntry()).isEqualTo(2);
    }
}
