package io.daybook.ledger.client;

import static io.daybook.ledger.client.ClientWorld.payload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.config.DataSize;
import io.daybook.base.exec.Futures;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Deferred sync and explicit ids through the whole client, over fake bookies that answer from memory. */
final class DeferredWriterTest {
    private static final LedgerOptions DEFERRED = LedgerOptions.DEFAULT.withDeferredSync(true);
    private static final LedgerOptions EXPLICIT = LedgerOptions.DEFAULT.withExplicitIds(true);

    private final ClientWorld cluster = new ClientWorld(7, 4);
    private LedgerClient client = cluster.client("c");

    @AfterEach
    void endWhatIsOpen() {
        client.close();
        cluster.world.runFor(Duration.ofMinutes(1));
    }

    private LedgerWriter writer(LedgerOptions options) {
        return await(client.create(options));
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

    private List<String> texts(LedgerReader reader) {
        List<String> texts = new ArrayList<>();
        if (reader.lastAddConfirmed() >= 0) {
            try (var entries = await(reader.read(0, reader.lastAddConfirmed()))) {
                for (LedgerEntry entry : entries) {
                    texts.add(new String(entry.bytes(), StandardCharsets.UTF_8));
                }
            }
        }
        reader.close();
        return texts;
    }

    private Throwable failure(CompletableFuture<?> future) {
        cluster.world.runUntil(future::isDone, Duration.ofSeconds(30));
        Throwable[] found = new Throwable[1];
        future.whenComplete((value, failure) -> found[0] = failure == null ? null : Futures.cause(failure));
        return found[0];
    }

    // ---- deferred sync

    @Test
    void r106WhatIsOnlyAcceptedIsNotSeenByReaders() {
        LedgerWriter writer = writer(DEFERRED);
        fill(writer, 10);

        assertThat(writer.lastAddAccepted()).isEqualTo(9);
        assertThat(writer.lastAddConfirmed()).isEqualTo(-1);
        cluster.world.runFor(Duration.ofSeconds(1));
        LedgerReader before = await(client.open(writer.ledger(), OpenOptions.DEFAULT));
        assertThat(before.lastAddConfirmed()).isEqualTo(-1);
        before.close();

        assertThat(await(writer.force())).isEqualTo(9);
        assertThat(writer.lastAddConfirmed()).isEqualTo(9);
        cluster.world.runFor(Duration.ofSeconds(1));
        LedgerReader after = await(client.open(writer.ledger(), OpenOptions.DEFAULT));
        assertThat(texts(after)).hasSize(10).endsWith("entry 9");
    }

    @Test
    void aForceWithoutDeferredSyncHasNothingToDo() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT);
        fill(writer, 3);

        assertThat(await(writer.force())).isEqualTo(2);
        assertThat(writer.lastAddAccepted()).isEqualTo(2);
    }

    @Test
    void x23AForceAfterABookieCrashedReplacesItAndConfirmsOnlyWhatOthersHave() {
        LedgerWriter writer = writer(DEFERRED);
        fill(writer, 10);
        List<BookieId> members = writer.metadata().lastFragment().bookies();
        cluster.bookies.fake(members.get(0)).crash();

        assertThat(await(writer.force())).isEqualTo(9);
        fill(writer, 10);
        await(writer.close());

        assertThat(writer.metadata().lastFragment().bookies()).doesNotContain(members.get(0));
        LedgerReader reader = await(client.open(writer.ledger(), OpenOptions.DEFAULT));
        assertThat(texts(reader)).hasSize(20);
    }

    @Test
    void r109TwoBookiesThatForgetAreReplacedOneAfterTheOtherAndNothingIsLost() {
        cluster.register("b5");
        LedgerWriter writer = writer(DEFERRED);
        fill(writer, 5);
        await(writer.force());
        fill(writer, 5);
        List<BookieId> members = writer.metadata().lastFragment().bookies();
        cluster.bookies.fake(members.get(0)).crash();
        cluster.bookies.fake(members.get(1)).crash();

        assertThat(await(writer.force())).isEqualTo(9);
        cluster.bookies.fakes.values().forEach(FakeBookies.Fake::crash); // nothing forced is lost by that
        LedgerReader reader = await(client.openAndRecover(writer.ledger(), OpenOptions.DEFAULT));
        assertThat(texts(reader)).hasSize(10);
    }

    @Test
    void r109AWindowThatFillsUpForcesByItself() {
        client.close();
        ClientConfig d = ClientConfig.DEFAULT;
        client = cluster.client(
                "small",
                new ClientConfig(
                        d.addTimeout(),
                        d.readTimeout(),
                        8,
                        DataSize.kibibytes(1),
                        d.bookieBudget(),
                        d.readAhead(),
                        d.hedgeDelay(),
                        d.quarantine(),
                        d.ensembleChangesMax(),
                        d.frameSizeMax(),
                        d.wire()));
        LedgerWriter writer = writer(DEFERRED);
        for (int i = 0; i < 100; i++) {
            CompletableFuture<Long> stored = writer.append(payload("x".repeat(i % 2 == 0 ? 10 : 900)));
            while (failure(stored) instanceof LedgerException.WindowFull) {
                cluster.world.runUntil(writer::writable, Duration.ofSeconds(1));
                stored = writer.append(payload("x".repeat(i % 2 == 0 ? 10 : 900)));
            }
            assertThat(await(stored)).isEqualTo(i);
        }
        cluster.world.runFor(Duration.ofSeconds(1));

        assertThat(writer.lastAddConfirmed()).isGreaterThan(90);
        assertThat(await(writer.close()).lastEntry()).isEqualTo(99);
    }

    @Test
    void rg13CloseForcesWhatWasAccepted() {
        LedgerWriter writer = writer(DEFERRED);
        fill(writer, 10);

        assertThat(await(writer.close()).lastEntry()).isEqualTo(9);
        cluster.bookies.fakes.values().forEach(FakeBookies.Fake::crash);

        LedgerReader reader = await(client.open(writer.ledger(), OpenOptions.DEFAULT));
        assertThat(texts(reader)).hasSize(10);
    }

    @Test
    void r111WhatNobodyForcedMayBeGoneWhenTheLedgerIsTakenOver() {
        LedgerWriter writer = writer(DEFERRED);
        fill(writer, 4);
        await(writer.force());
        fill(writer, 4);
        writer.abandon();
        cluster.bookies.fakes.values().forEach(FakeBookies.Fake::crash);

        LedgerReader reader = await(client.openAndRecover(writer.ledger(), OpenOptions.DEFAULT));

        assertThat(reader.metadata().lastEntry()).isEqualTo(3);
        assertThat(texts(reader)).hasSize(4);
        assertThat(failure(writer.force()))
                .isInstanceOfSatisfying(
                        LedgerException.class, e -> assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN));
    }

    // ---- explicit ids

    @Test
    void r40IdsMayComeInAnyOrderAndAreAcknowledgedInTheirs() {
        LedgerWriter writer = writer(EXPLICIT);
        List<Long> told = new ArrayList<>();
        for (long id : new long[] {3, 1, 2, 0, 5, 4}) {
            Futures.whenDone(
                    writer.append(id, payload("entry " + id)), writer.loop(), (entry, failure) -> told.add(entry));
        }
        cluster.world.runUntil(() -> told.size() == 6, Duration.ofSeconds(5));

        assertThat(told).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
        var closed = await(writer.close());
        assertThat(closed.length()).isEqualTo(6 * 7);
        LedgerReader reader = await(client.open(writer.ledger(), OpenOptions.DEFAULT));
        assertThat(texts(reader)).containsExactly("entry 0", "entry 1", "entry 2", "entry 3", "entry 4", "entry 5");
    }

    @Test
    void r40AnIdThatWasGivenBeforeIsRefusedAndTheHandleLivesOn() {
        LedgerWriter writer = writer(EXPLICIT);
        await(writer.append(0, payload("a")));
        CompletableFuture<Long> held = writer.append(2, payload("c"));

        ByteBuf again = payload("b");
        ByteBuf heldAgain = payload("d");
        for (CompletableFuture<Long> refused : List.of(writer.append(0, again), writer.append(2, heldAgain))) {
            assertThat(failure(refused))
                    .isInstanceOf(LedgerException.DuplicateEntry.class)
                    .hasMessageContaining("was given before; each id is taken once");
            assertThat(((LedgerException) failure(refused)).outcome()).isEqualTo(Outcome.NOT_APPLIED);
        }
        assertThat(again.refCnt() + heldAgain.refCnt()).isZero();
        await(writer.append(1, payload("b")));
        assertThat(await(held)).isEqualTo(2);
    }

    @Test
    void whatWaitsForAMissingIdWhenTheWriterClosesWasNotApplied() {
        LedgerWriter writer = writer(EXPLICIT);
        await(writer.append(0, payload("a")));
        ByteBuf waiting = payload("c");
        CompletableFuture<Long> held = writer.append(2, waiting);

        assertThat(await(writer.close()).lastEntry()).isZero();

        assertThat(failure(held))
                .isInstanceOfSatisfying(
                        LedgerException.HandleClosed.class,
                        e -> assertThat(e.outcome()).isEqualTo(Outcome.NOT_APPLIED))
                .hasMessageContaining("waited for entry 1");
        assertThat(waiting.refCnt()).isZero();
        assertThat(failure(writer.append(1, payload("b")))).isInstanceOf(LedgerException.HandleClosed.class);
    }

    @Test
    void idsTooFarAboveAMissingOneAreRefusedUntilItCame() {
        client.close();
        ClientConfig d = ClientConfig.DEFAULT;
        client = cluster.client(
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
        LedgerWriter writer = writer(EXPLICIT);
        List<CompletableFuture<Long>> held = new ArrayList<>();
        for (long id = 1; id <= 4; id++) {
            held.add(writer.append(id, payload("x")));
            cluster.world.runFor(Duration.ofMillis(1));
        }

        assertThat(failure(writer.append(5, payload("x"))))
                .isInstanceOf(LedgerException.WindowFull.class)
                .hasMessageContaining("append entry 0 first");
        assertThat(await(writer.append(0, payload("x")))).isZero();
        held.forEach(this::await);
        assertThat(await(writer.append(5, payload("x")))).isEqualTo(5);
    }

    @Test
    void whoeverChoosesIdsSaysSoWhenTheLedgerIsMade() {
        LedgerWriter explicit = writer(EXPLICIT);
        LedgerWriter plain = writer(LedgerOptions.DEFAULT);
        ByteBuf payload = payload("x");

        assertThatThrownBy(() -> explicit.append(payload.retain())).hasMessageContaining("made for explicit ids");
        assertThatThrownBy(() -> explicit.append(-1, payload.retain())).hasMessageContaining("ids start at 0");
        assertThatThrownBy(() -> plain.append(0, payload.retain())).hasMessageContaining("gives ids by itself");
        assertThat(payload.refCnt()).isOne();
        payload.release();
    }

    @Test
    void explicitIdsAndDeferredSyncGoTogether() {
        LedgerWriter writer = writer(EXPLICIT.withDeferredSync(true));
        CompletableFuture<Long> second = writer.append(1, payload("b"));
        await(writer.append(0, payload("a")));
        await(second);
        assertThat(writer.lastAddConfirmed()).isEqualTo(-1);

        assertThat(await(writer.force())).isEqualTo(1);
    }

    // ---- outcomes

    @Test
    void r58AnUnknownAppendIsResolvedByTakingTheLedgerOver() {
        LedgerWriter writer = writer(LedgerOptions.DEFAULT);
        fill(writer, 3);
        CompletableFuture<Long> unknown = writer.append(payload("entry 3"));
        writer.abandon();
        assertThat(failure(unknown))
                .isInstanceOfSatisfying(
                        LedgerException.class, e -> assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN));

        Outcome outcome = await(client.resolve(writer.ledger(), 3, OpenOptions.DEFAULT));

        assertThat(await(client.resolve(writer.ledger(), 2, OpenOptions.DEFAULT)))
                .isEqualTo(Outcome.APPLIED);
        assertThat(await(client.resolve(writer.ledger(), 4, OpenOptions.DEFAULT)))
                .isEqualTo(Outcome.NOT_APPLIED);
        long last = await(client.metadata(writer.ledger())).lastEntry();
        assertThat(outcome).isEqualTo(last >= 3 ? Outcome.APPLIED : Outcome.NOT_APPLIED);
    }
}
