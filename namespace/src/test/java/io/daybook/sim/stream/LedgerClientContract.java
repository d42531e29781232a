package io.daybook.sim.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Password;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What streams rely on (LS1 to LS11), for the real client and for its twin. */
abstract class LedgerClientContract {

    abstract LedgerClient client();

    abstract <T> T await(CompletionStage<T> stage);

    @Test
    void idsCountFromZeroInTheOrderOfTheCalls() {
        LedgerWriter writer = create();
        List<CompletableFuture<Long>> ids = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            ids.add(writer.append(payload("e" + i)));
        }

        for (int i = 0; i < 100; i++) {
            assertThat(await(ids.get(i))).isEqualTo(i);
        }
        assertThat(await(writer.close()).lastEntry()).isEqualTo(99);
        LedgerReader reader = await(client().open(writer.ledger(), OpenOptions.DEFAULT));
        assertThat(reader.closed()).isTrue();
        assertThat(reader.lastAddConfirmed()).isEqualTo(99);
        try (LedgerEntries entries = await(reader.read(0, 99))) {
            for (int i = 0; i < 100; i++) {
                assertThat(new String(entries.entries().get(i).bytes(), java.nio.charset.StandardCharsets.UTF_8))
                        .isEqualTo("e" + i);
            }
        }
        reader.close();
    }

    @Test
    void recoveryFencesTheWriterAndKeepsWhatWasAcknowledged() {
        LedgerWriter writer = create();
        await(writer.append(payload("a")));
        await(writer.append(payload("b")));

        LedgerReader recovered = await(client().openAndRecover(writer.ledger(), OpenOptions.DEFAULT));
        LedgerReader again = await(client().openAndRecover(writer.ledger(), OpenOptions.DEFAULT));

        assertThat(recovered.lastAddConfirmed()).isEqualTo(1);
        assertThat(again.lastAddConfirmed()).isEqualTo(1);
        assertThatThrownBy(() -> await(writer.append(payload("c")))).isInstanceOf(LedgerException.class);
        assertThatThrownBy(() -> await(writer.append(payload("d")))).isInstanceOf(LedgerException.class);
        recovered.close();
        again.close();
    }

    @Test
    void recoveringALedgerOfNoEntriesEndsItBeforeTheFirst() {
        LedgerWriter writer = create();

        LedgerReader recovered = await(client().openAndRecover(writer.ledger(), OpenOptions.DEFAULT));

        assertThat(recovered.lastAddConfirmed()).isEqualTo(-1);
        assertThat(recovered.closed()).isTrue();
        recovered.close();
        writer.abandon();
    }

    @Test
    void aClosedLedgerCanBeRecoveredWithTheSameEnd() {
        LedgerWriter writer = create();
        await(writer.append(payload("a")));
        await(writer.close());

        LedgerReader recovered = await(client().openAndRecover(writer.ledger(), OpenOptions.DEFAULT));

        assertThat(recovered.lastAddConfirmed()).isZero();
        recovered.close();
    }

    @Test
    void aReaderSeesWhatTheWriterToldWithoutAFurtherAppend() {
        LedgerWriter writer = create();
        await(writer.append(payload("a")));
        LedgerReader reader = await(client().open(writer.ledger(), OpenOptions.DEFAULT));

        writer.advanceLastAddConfirmed();
        LedgerReader.Poll poll = await(reader.poll(0, Duration.ofSeconds(20)));

        assertThat(poll.lastAddConfirmed()).isZero();
        assertThat(poll.closed()).isFalse();
        if (poll.entry() != null) {
            poll.entry().close();
        }
        await(reader.read(0, 0)).close();
        assertThat(await(reader.readLastAddConfirmed())).isZero();
        reader.close();
        writer.abandon();
    }

    @Test
    void aReaderSeesTheLastEntryAlthoughNobodyTellsItNorAppendsAnother() {
        LedgerWriter writer = create();
        LedgerReader reader = await(client().open(writer.ledger(), OpenOptions.DEFAULT));
        await(writer.append(payload("a")));

        LedgerReader.Poll poll = await(reader.poll(0, Duration.ofSeconds(20)));

        assertThat(poll.lastAddConfirmed()).isZero();
        if (poll.entry() != null) {
            poll.entry().close();
        }
        reader.close();
        writer.abandon();
    }

    @Test
    void aPollEndsWhenTheLedgerDoes() {
        LedgerWriter writer = create();
        await(writer.append(payload("a")));
        LedgerReader reader = await(client().open(writer.ledger(), OpenOptions.DEFAULT));
        CompletableFuture<LedgerReader.Poll> waiting = reader.poll(1, Duration.ofSeconds(20));

        await(writer.close());

        LedgerReader.Poll poll = await(waiting);
        if (!poll.closed()) { // told of the last entry first
            poll = await(reader.poll(1, Duration.ofSeconds(20)));
        }
        assertThat(poll.closed()).isTrue();
        assertThat(poll.lastAddConfirmed()).isZero();
        assertThat(reader.closed()).isTrue();
        reader.close();
    }

    @Test
    void aPollEndsWhenTheTimeIsUp() {
        LedgerWriter writer = create();
        LedgerReader reader = await(client().open(writer.ledger(), OpenOptions.DEFAULT));

        LedgerReader.Poll poll = await(reader.poll(0, Duration.ofMillis(300)));

        assertThat(poll.lastAddConfirmed()).isEqualTo(-1);
        assertThat(poll.closed()).isFalse();
        reader.close();
        writer.abandon();
    }

    @Test
    void entriesThatAreNotConfirmedAreRefused() {
        LedgerWriter writer = create();
        await(writer.append(payload("a")));
        LedgerReader reader = await(client().open(writer.ledger(), OpenOptions.DEFAULT));

        assertThatThrownBy(() -> await(reader.read(5, 5))).isInstanceOf(LedgerException.NoSuchEntry.class);
        reader.close();
        writer.abandon();
    }

    @Test
    void customMetadataIsReadWithoutEntries() {
        LedgerWriter writer = create();

        assertThat(await(client().metadata(writer.ledger())).custom()).containsKey("daybook.stream");
        assertThat(await(client().list())).contains(writer.ledger());
        writer.abandon();
    }

    @Test
    void deletingTwiceIsNoError() {
        LedgerWriter writer = create();
        await(writer.close());

        await(client().delete(writer.ledger(), OpenOptions.DEFAULT));
        await(client().delete(writer.ledger(), OpenOptions.DEFAULT));

        assertThatThrownBy(() -> await(client().open(writer.ledger(), OpenOptions.DEFAULT)))
                .isInstanceOf(LedgerException.NoSuchLedger.class);
        assertThatThrownBy(() -> await(client().openAndRecover(new LedgerId(1L << 50), OpenOptions.DEFAULT)))
                .isInstanceOf(LedgerException.NoSuchLedger.class);
    }

    @Test
    void aBatchReadGivesAtLeastOneEntryAndNoneAboveWhatIsConfirmed() {
        LedgerWriter writer = create();
        for (int i = 0; i < 20; i++) {
            await(writer.append(payload("e" + i)));
        }
        await(writer.close());
        LedgerReader reader = await(client().open(writer.ledger(), OpenOptions.DEFAULT));

        long next = 0;
        while (next < 20) {
            try (LedgerEntries entries = await(reader.readBatch(next, 7, 1 << 20))) {
                assertThat(entries.size()).isBetween(1, 7);
                assertThat(entries.entries().get(0).entryId()).isEqualTo(next);
                next += entries.size();
            }
        }
        assertThat(next).isEqualTo(20);
        reader.close();
    }

    @Test
    void abandoningLeavesTheEndToRecovery() {
        LedgerWriter writer = create();
        await(writer.append(payload("a")));
        writer.abandon();

        LedgerReader recovered = await(client().openAndRecover(writer.ledger(), OpenOptions.DEFAULT));

        assertThat(recovered.lastAddConfirmed()).isZero();
        assertThatThrownBy(() -> await(writer.append(payload("b")))).isInstanceOf(LedgerException.class);
        recovered.close();
    }

    private LedgerWriter create() {
        return await(client().create(LedgerOptions.DEFAULT
                .withPassword(Password.EMPTY)
                .withCustom(Map.of("daybook.stream", new byte[] {1, 2}))));
    }

    private static ByteBuf payload(String text) {
        return Unpooled.copiedBuffer(text, java.nio.charset.StandardCharsets.UTF_8);
    }
}
