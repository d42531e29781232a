package io.daybook.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.error.Advice;
import io.daybook.base.exec.Awaiting;
import io.daybook.base.seam.HostPort;
import io.daybook.bookie.embedded.EmbeddedBookies;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Replication;
import io.daybook.ledger.client.ClientConfig;
import io.daybook.ledger.client.ClientConfig.Wire;
import io.daybook.ledger.client.ClientMutants;
import io.daybook.ledger.protocol.Operation;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.RequestDecoder;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.ResponseDecoder;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.WireV2;
import io.daybook.ledger.protocol.WireV3;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Incidents that begin on the network, played over real connections. Each is played twice: as it is, and with a rule taken away or a switch of
 * the relay turned that must make it fail, since a story that cannot fail tells nothing.
 */
@Timeout(120)
@SuppressWarnings("NullAway.Init") // JUnit sets them
final class LessonsTest {
    private static final int BOOKIES = 4;
    private static final int PAYLOAD = 256;
    private static final Replication THREE = new Replication(3, 3, 2);
    private static final PooledByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;

    private static EmbeddedBookies cluster;
    private static final List<BookieRelay> relays = new ArrayList<>();

    @BeforeAll
    static void start() {
        cluster = EmbeddedBookies.start(BOOKIES);
        cluster.addresses().forEach(address -> relays.add(BookieRelay.start(address)));
    }

    @AfterAll
    static void stop() {
        relays.forEach(BookieRelay::close);
        relays.clear();
        cluster.close();
    }

    @BeforeEach
    void heal() {
        relays.forEach(BookieRelay::heal);
    }

    // ---- RG-01

    @Test
    void rg01_whatAWriterGotAcknowledgedWhileItWasFencedIsInTheClosedLedger() {
        keepsWhatWasAcknowledged(ClientMutants.NONE);
    }

    /** The mutant: recovery reads do not fence (R50). */
    @Test
    void rg01_aRecoveryWhoseReadsDoNotFenceLosesAnAcknowledgedEntry() {
        assertThatThrownBy(() -> keepsWhatWasAcknowledged(ClientMutants.readsDoNotFence()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("acknowledged");
    }

    /** The story of X6: a bookie is partitioned off while the others are fenced, the writer goes on, the partition heals. */
    private static void keepsWhatWasAcknowledged(ClientMutants rules) {
        try (ClientSession writing = session(ClientConfig.DEFAULT, ClientMutants.NONE);
                ClientSession recovering = session(ClientConfig.DEFAULT, rules)) {
            LedgerWriter writer = create(writing, THREE);
            List<BookieRelay> members = members(writer);
            append(writer, 0, 1); // all have heard of the ledger: none will look at its record again
            Match add =
                    Match.requests().of(Operation.ADD).ledger(writer.ledger()).normal();
            Held toFirst = members.get(0).hold(add);
            Rule second = members.get(1).watch(answers(writer, Operation.ADD).entry(1));
            Held toThird = members.get(2).hold(add);
            CompletableFuture<Long> append = writer.append(Payloads.of(1, PAYLOAD));
            second.await(1);
            toFirst.await(1);
            toThird.await(1);

            members.get(2).drop(requests(writer, Operation.READ).entry(-1).fencing());
            Held late = members.get(1).hold(answers(writer, Operation.READ).entry(1));
            try (LedgerReader closed = recover(recovering, writer.ledger())) {
                toThird.release();
                boolean acknowledged = succeeds(append);

                assertThat(!acknowledged || closed.lastAddConfirmed() >= 1)
                        .as("the closed ledger has what was acknowledged")
                        .isTrue();
            } finally {
                toFirst.drop();
                late.drop();
                writer.abandon();
            }
        }
    }

    // ---- RG-05

    @Test
    void rg05_aSlowLastReplierInEveryWriteSetDoesNotHoldUpRecovery() {
        recoversWithout(1);
    }

    /** The switch: one more replier of each write set is late, and the others are too few to decide anything. */
    @Test
    void rg05_twoSlowRepliersInEveryWriteSetDo() {
        assertThatThrownBy(() -> recoversWithout(2))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("in time");
    }

    private static void recoversWithout(int lastRepliers) {
        int entries = 40;
        try (ClientSession session = session(ClientConfig.DEFAULT, ClientMutants.NONE)) {
            LedgerWriter writer = create(session, new Replication(4, 3, 2));
            List<BookieRelay> members = members(writer);
            append(writer, 0, entries);
            for (int slot = 0; slot < 4; slot++) {
                int mine = slot;
                members.get(slot).hold(answers(writer, Operation.READ).fencing().and(passing -> {
                    long placeInWriteSet = Math.floorMod(mine - passing.entry(), 4L);
                    return passing.entry() >= 0 && placeInWriteSet < 3 && placeInWriteSet >= 3 - lastRepliers;
                }));
            }

            CompletableFuture<LedgerReader> recovery =
                    session.client().openAndRecover(writer.ledger(), OpenOptions.DEFAULT);
            assertThat(succeedsWithin(recovery, Duration.ofSeconds(4)))
                    .as("recovered in time")
                    .isTrue();
            try (LedgerReader closed = recovery.join()) {
                assertThat(closed.lastAddConfirmed()).isEqualTo(entries - 1);
                verify(closed, 0, entries - 1);
            }
        }
    }

    // ---- RG-12

    @ParameterizedTest
    @EnumSource
    void rg12_recoveryWritesTheLastEntryToFencedBookiesOverEachWire(Wire wire) {
        replicatesTheLastEntry(wire, UnaryOperator.identity());
    }

    /** The switch: the relay takes the flag of recovery adds away. */
    @ParameterizedTest
    @EnumSource
    void rg12_withoutItsFlagRecoveryCannotWriteToFencedBookies(Wire wire) {
        assertThatThrownBy(() -> replicatesTheLastEntry(wire, LessonsTest::withoutRecoveryFlag))
                .isInstanceOf(LedgerException.RecoveryUndecided.class)
                .hasMessageContaining("FENCED");
    }

    private static void replicatesTheLastEntry(Wire wire, UnaryOperator<ByteBuf> change) {
        ClientConfig config = ClientSession.config(wire, Duration.ofSeconds(5));
        try (ClientSession session = session(config, ClientMutants.NONE)) {
            LedgerWriter writer = create(session, THREE);
            List<BookieRelay> members = members(writer);
            append(writer, 0, 10);
            Rule first = members.get(0).watch(answers(writer, Operation.ADD).entry(10));
            Held second = members.get(1).hold(requests(writer, Operation.ADD).entry(10));
            Held third = members.get(2).hold(requests(writer, Operation.ADD).entry(10));
            CompletableFuture<Long> last = writer.append(Payloads.of(10, PAYLOAD));
            first.await(1);
            second.await(1);
            third.await(1);
            second.drop();
            third.drop();
            List<Rule> flagged = new ArrayList<>();
            for (BookieRelay relay : relays) {
                flagged.add(relay.watch(requests(writer, Operation.ADD).recovery()));
                relay.change(requests(writer, Operation.ADD).recovery(), change);
            }

            try (LedgerReader closed = recover(session, writer.ledger())) {
                assertThat(closed.lastAddConfirmed()).isEqualTo(10);
                assertThat(flagged.stream().mapToLong(Rule::met).sum()).isPositive();
                for (BookieId bookie : closed.metadata().lastFragment().bookies()) {
                    try (CopyReader copies = new CopyReader(
                            session.transport(), session.loops().loops().all().get(0), address(bookie))) {
                        assertThat(copies.copies(writer.ledger(), 10).get(10))
                                .as("%s has the last entry", bookie)
                                .isTrue();
                    }
                }
            }
            assertThat(last).isNotCompletedExceptionally();
            writer.abandon();
        }
    }

    private static ByteBuf withoutRecoveryFlag(ByteBuf frame) {
        Request.Add add = (Request.Add) new RequestDecoder().decode(frame);
        Request plain = new Request.Add(
                add.tag(), add.ledgerId(), add.entryId(), add.masterKey(), add.body(), false, add.deferredSync());
        return add.tag().v3() ? WireV3.encode(plain, ALLOCATOR) : WireV2.encode(plain, ALLOCATOR);
    }

    // ---- RG-17

    /** What may come in place of an answer to a batch read. */
    enum OddBatch {
        TRUNCATED {
            @Override
            ByteBuf of(ByteBuf answer) {
                return answer.writerIndex(answer.writerIndex() - 5);
            }
        },
        EMPTY {
            @Override
            ByteBuf of(ByteBuf answer) {
                var decoded = (Response.StridedRead) new ResponseDecoder(true).decode(answer);
                decoded.release();
                return WireV3.encode(
                        new Response.StridedRead(
                                decoded.tag(),
                                Status.OK,
                                decoded.ledgerId(),
                                decoded.firstEntry(),
                                0,
                                Unpooled.EMPTY_BUFFER),
                        ALLOCATOR);
            }
        },
        WITHOUT_ITS_MESSAGE {
            @Override
            ByteBuf of(ByteBuf answer) {
                int header = answer.getByte(answer.readerIndex() + 1);
                return answer.writerIndex(answer.readerIndex() + 2 + header + 2); // header and status
            }
        },
        OVERSIZE {
            @Override
            ByteBuf of(ByteBuf answer) {
                int size = ClientConfig.DEFAULT.frameSizeMax().intBytes() + 1;
                ByteBuf large = ALLOCATOR.buffer(size).writeBytes(answer);
                answer.release();
                return large.writeZero(size - large.readableBytes());
            }
        };

        /** What comes instead of {@code answer}, a frame without its length; takes it over. */
        abstract ByteBuf of(ByteBuf answer);
    }

    @ParameterizedTest
    @EnumSource
    void rg17_anOddAnswerToABatchReadIsOvercome(OddBatch odd) {
        readsInBatches(odd, 1);
    }

    /** The switch: no bookie gives a better answer, not even to a read of one entry. */
    @ParameterizedTest
    @EnumSource
    void rg17_whereEveryAnswerIsOddTheReadFailsInsteadOfHanging(OddBatch odd) {
        assertThatThrownBy(() -> readsInBatches(odd, 3)).hasMessageContaining("read");
    }

    private static void readsInBatches(OddBatch odd, int liars) {
        int entries = 200;
        try (ClientSession session =
                session(ClientSession.config(Wire.V2, Duration.ofSeconds(2)), ClientMutants.NONE)) {
            LedgerWriter writer = create(session, THREE);
            append(writer, 0, entries);
            Awaiting.real(writer.close());
            List<Rule> lies = new ArrayList<>();
            for (BookieRelay liar : askedFirst(session, writer).subList(0, liars)) {
                lies.add(liar.change(answers(writer, Operation.STRIDED_READ), odd::of));
                if (liars == 3) {
                    liar.drop(answers(writer, Operation.READ));
                }
            }

            for (int first = 0; first < entries; first += 20) {
                try (LedgerReader reader = Awaiting.real(session.client().open(writer.ledger(), OpenOptions.DEFAULT))) {
                    verify(reader, first, first + 19);
                }
            }
            assertThat(lies.stream().mapToLong(Rule::met).sum()).isPositive();
        }
    }

    /** The relays of the ledger's bookies, the one that is asked first before the others. */
    private static List<BookieRelay> askedFirst(ClientSession session, LedgerWriter writer) {
        Map<BookieRelay, Rule> asked = new LinkedHashMap<>();
        members(writer).forEach(relay -> asked.put(relay, relay.watch(requests(writer, Operation.STRIDED_READ))));
        try (LedgerReader reader = Awaiting.real(session.client().open(writer.ledger(), OpenOptions.DEFAULT))) {
            verify(reader, 0, 19);
        }
        List<BookieRelay> order = new ArrayList<>(asked.keySet());
        order.sort(Comparator.comparing(relay -> -asked.get(relay).met()));
        return order;
    }

    // ---- RG-19

    @Test
    void rg19_underLossAndResetsNothingIsReportedMissing() {
        readsThroughLoss(false);
    }

    /** The switch: the network answers "no such entry" where it had lost the answer. */
    @Test
    void rg19_lossThatCountsAsAbsenceLosesEntries() {
        assertThatThrownBy(() -> readsThroughLoss(true)).isInstanceOf(LedgerException.DataLost.class);
    }

    private static void readsThroughLoss(boolean asAbsence) {
        int entries = 500;
        int chunk = 10;
        ClientConfig impatient = ClientSession.config(Wire.V2, Duration.ofMillis(200));
        try (ClientSession writing = session(ClientConfig.DEFAULT, ClientMutants.NONE);
                ClientSession reading = session(impatient, ClientMutants.NONE)) {
            LedgerWriter writer = create(writing, THREE);
            append(writer, 0, entries);
            Awaiting.real(writer.close());
            List<Rule> trouble = new ArrayList<>();
            long seed = 19;
            for (BookieRelay member : members(writer)) {
                Match answers = Match.answers().ledger(writer.ledger());
                if (asAbsence) {
                    trouble.add(
                            member.change(answers.and(passing -> passing.entry() % 50 == 0), LessonsTest::noSuchEntry));
                }
                trouble.add(member.lose(Match.requests().ledger(writer.ledger()), 0.2, seed++));
                trouble.add(member.lose(answers, 0.2, seed++));
                trouble.add(member.resetSome(Match.requests().ledger(writer.ledger()), 0.02, seed++));
            }

            try (LedgerReader reader = Awaiting.real(reading.client().open(writer.ledger(), OpenOptions.DEFAULT))) {
                for (int first = 0; first < entries; first += chunk) {
                    verifyStubbornly(reader, first, first + chunk - 1);
                }
            }
            assertThat(trouble.stream().mapToLong(Rule::met).sum()).isGreaterThan(entries / chunk);
        }
    }

    /** Reads again as long as the client says that a retry helps. */
    private static void verifyStubbornly(LedgerReader reader, int first, int last) {
        for (int attempt = 0; ; attempt++) {
            try {
                verify(reader, first, last);
                return;
            } catch (LedgerException.ReadFailed again) {
                assertThat(again.advice()).isEqualTo(Advice.RETRY);
                assertThat(attempt).as("attempts to read entry %s", first).isLessThan(20);
            }
        }
    }

    private static ByteBuf noSuchEntry(ByteBuf frame) {
        boolean v3 = frame.getUnsignedByte(frame.readerIndex()) > 7;
        Response answer = new ResponseDecoder(v3).decode(frame);
        answer.release();
        Response absent = answer instanceof Response.StridedRead strided
                ? Response.StridedRead.failed(
                        strided.tag(), Status.NO_SUCH_ENTRY, strided.ledgerId(), strided.firstEntry())
                : Response.Read.failed(
                        answer.tag(), Status.NO_SUCH_ENTRY, answer.ledgerId(), ((Response.Read) answer).entryId());
        return v3 ? WireV3.encode(absent, ALLOCATOR) : WireV2.encode(absent, ALLOCATOR);
    }

    // ---- RG-20

    @Test
    void rg20_aTailOfAFencedLedgerThatIsNotClosedWaitsInsteadOfSpinning() {
        waitsAtTheFence(false);
    }

    /** The switch: the relay makes bookies answer every long poll at once. */
    @Test
    void rg20_bookiesThatAnswerAtOnceAreAskedMoreOften() {
        assertThatThrownBy(() -> waitsAtTheFence(true))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("long polls");
    }

    private static void waitsAtTheFence(boolean answeredAtOnce) {
        int seconds = 4;
        try (ClientSession session = session(ClientConfig.DEFAULT, ClientMutants.NONE);
                ClientSession tailing = session(ClientConfig.DEFAULT, ClientMutants.NONE)) {
            LedgerWriter writer = create(session, THREE);
            append(writer, 0, 3);
            try (LedgerReader tail = Awaiting.real(tailing.client().open(writer.ledger(), OpenOptions.DEFAULT))) {
                List<Rule> polls = new ArrayList<>();
                List<Held> fences = new ArrayList<>();
                for (BookieRelay member : members(writer)) {
                    Match poll =
                            requests(writer, Operation.READ).normal().entry(-1).and(Passing::v3);
                    polls.add(member.watch(poll));
                    fences.add(member.hold(
                            answers(writer, Operation.READ).fencing().entries(0, Long.MAX_VALUE)));
                    if (answeredAtOnce) {
                        member.change(poll, LessonsTest::withoutPatience);
                    }
                }
                CompletableFuture<LedgerReader> recovery =
                        session.client().openAndRecover(writer.ledger(), OpenOptions.DEFAULT);
                fences.forEach(held -> held.await(1)); // all are fenced, nothing is decided
                assertThat(Awaiting.real(session.client().metadata(writer.ledger()))
                                .state())
                        .isEqualTo(LedgerState.IN_RECOVERY);

                LedgerReader.Poll nothing = Awaiting.real(tail.poll(3, Duration.ofSeconds(seconds)));
                assertThat(nothing.entry()).isNull();
                assertThat(nothing.closed()).isFalse();
                assertThat(polls.stream().mapToLong(Rule::met).sum())
                        .as("long polls in %s s", seconds)
                        .isBetween(1L, 2L * seconds);

                fences.forEach(Held::release);
                Awaiting.real(recovery).close();
            }
        }
    }

    private static ByteBuf withoutPatience(ByteBuf frame) {
        Request.Read poll = (Request.Read) new RequestDecoder().decode(frame);
        return WireV3.encode(Request.Read.poll(poll.tag(), poll.ledgerId(), poll.previousLac(), 0), ALLOCATOR);
    }

    // ---- RG-22

    @Test
    void rg22_aConnectionWhoseOtherSideIsGoneIsNoticedWithinTenSeconds() {
        comesBack(BookieRelay::freeze);
    }

    /** The switch: new connections are as dead as the old one. */
    @Test
    void rg22_aBookieThatIsGoneStaysGone() {
        assertThatThrownBy(() -> comesBack(relay -> {
                    relay.silence(Direction.TO_BOOKIE);
                    relay.silence(Direction.TO_CLIENT);
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("noticed");
    }

    private static void comesBack(Consumer<BookieRelay> trouble) {
        try (ClientSession session = session(ClientConfig.DEFAULT, ClientMutants.NONE)) {
            LedgerWriter writer = create(session, new Replication(1, 1, 1));
            append(writer, 0, 10);
            Awaiting.real(writer.close());
            try (LedgerReader reader = Awaiting.real(session.client().open(writer.ledger(), OpenOptions.DEFAULT))) {
                verify(reader, 0, 9);
                trouble.accept(members(writer).get(0));

                long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
                boolean back = false;
                while (!back && System.nanoTime() < deadline) {
                    try {
                        verify(reader, 0, 9);
                        back = true;
                    } catch (LedgerException.ReadFailed unanswered) {
                        assertThat(unanswered.advice()).isEqualTo(Advice.RETRY);
                    }
                }
                assertThat(back).as("noticed within ten seconds").isTrue();
            }
        }
    }

    // ---- parts

    private static ClientSession session(ClientConfig config, ClientMutants rules) {
        Map<HostPort, HostPort> detours = new LinkedHashMap<>();
        relays.forEach(relay -> detours.put(relay.bookie(), relay.address()));
        return ClientSession.open(cluster.uri(), config, detours, rules);
    }

    private static LedgerWriter create(ClientSession session, Replication replication) {
        return Awaiting.real(session.client().create(LedgerOptions.DEFAULT.withReplication(replication)));
    }

    /** The relays of a new ledger's bookies, in the order of its slots. */
    private static List<BookieRelay> members(LedgerWriter writer) {
        return writer.metadata().lastFragment().bookies().stream()
                .map(LessonsTest::address)
                .map(address -> relays.get(cluster.addresses().indexOf(address)))
                .toList();
    }

    private static HostPort address(BookieId bookie) {
        return HostPort.parse(bookie.value());
    }

    private static Match requests(LedgerWriter writer, Operation operation) {
        return Match.requests().of(operation).ledger(writer.ledger());
    }

    private static Match answers(LedgerWriter writer, Operation operation) {
        return Match.answers().of(operation).ledger(writer.ledger());
    }

    private static void append(LedgerWriter writer, int first, int count) {
        List<CompletableFuture<Long>> appends = new ArrayList<>();
        for (int entry = first; entry < first + count; entry++) {
            appends.add(writer.append(Payloads.of(entry, PAYLOAD)));
        }
        appends.forEach(Awaiting::real);
    }

    private static LedgerReader recover(ClientSession session, LedgerId ledger) {
        return Awaiting.real(session.client().openAndRecover(ledger, OpenOptions.DEFAULT));
    }

    private static void verify(LedgerReader reader, long first, long last) {
        try (LedgerEntries read = Awaiting.real(reader.read(first, last))) {
            assertThat(read.size()).isEqualTo((int) (last - first + 1));
            long expected = first;
            for (LedgerEntry entry : read) {
                assertThat(entry.entryId()).isEqualTo(expected);
                assertThat(Payloads.matches(entry.payload(), expected++)).isTrue();
            }
        }
    }

    private static boolean succeeds(CompletableFuture<?> future) {
        try {
            Awaiting.real(future);
            return true;
        } catch (LedgerException refused) {
            return false;
        }
    }

    private static boolean succeedsWithin(CompletableFuture<?> future, Duration time) {
        try {
            future.get(time.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException late) {
            return false;
        } catch (InterruptedException interrupted) {
            throw new AssertionError("interrupted while waiting", interrupted);
        }
    }
}
