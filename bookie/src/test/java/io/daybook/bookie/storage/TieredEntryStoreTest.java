package io.daybook.bookie.storage;

import static io.daybook.bookie.storage.StoreFixture.body;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.config.DataSize;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.ReadOutcome;
import io.daybook.bookie.StoredLedger;
import io.daybook.bookie.StoredRecords;
import io.daybook.sim.SimWorld;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class TieredEntryStoreTest {
    private static final byte[] KEY = {1, 2, 3};

    private final StoreFixture fixture = new StoreFixture(1).start();

    @Test
    void readsWhatWasPutFromMemoryAndAfterAFlushFromDisk() {
        fixture.mustPut(7, 0, body(7, 0, 1, 100));

        assertThat(fixture.bytes(7, 0)).isEqualTo(body(7, 0, 1, 100));
        fixture.flush();
        assertThat(fixture.bytes(7, 0)).isEqualTo(body(7, 0, 1, 100));
        assertThat(fixture.bytes(7, 1)).isNull();
        assertThat(fixture.bytes(8, 0)).isNull();
        fixture.close();
        assertThat(fixture.node.disk().openFiles()).isZero();
    }

    @Test
    void putsWhatIsTooLargeForAChunkAndWhatIsEmpty() {
        fixture.mustPut(7, 0, body(7, 0, 1, 100_000));
        fixture.mustPut(7, 1, new byte[0]);
        fixture.flush();

        assertThat(fixture.bytes(7, 0)).isEqualTo(body(7, 0, 1, 100_000));
        assertThat(fixture.bytes(7, 1)).isEmpty();
    }

    @Test
    void knowsALedgerAgainAfterARestart() {
        byte[] packet = ByteBuffer.allocate(20).putLong(7).putLong(41).array();
        fixture.state(7, new StoredLedger(KEY, true, false, packet, -1, -1));
        fixture.mustPut(7, 5, body(7, 5, 1, 10));
        fixture.mustPut(7, 3, body(7, 3, 1, 10));
        assertThat(fixture.load(7).lastEntry()).isEqualTo(5);
        fixture.flush();
        fixture.crash();
        fixture.start();

        StoredLedger state = fixture.load(7);

        assertThat(state.masterKey()).isEqualTo(KEY);
        assertThat(state.fenced()).isTrue();
        assertThat(state.limbo()).isFalse();
        assertThat(state.explicitLac()).isEqualTo(packet);
        assertThat(state.lastEntry()).isEqualTo(5);
        assertThat(state.maxLac()).isEqualTo(41);
        assertThat(fixture.load(8)).isNull();
        assertThat(fixture.entries(7)).containsExactly(3, 5);
        assertThat(fixture.entries(8)).isNull();
    }

    @Test
    void derivesTheHighestLastConfirmedFromEntriesAlsoWhenTheIndexIsLost() {
        for (int i = 0; i < 10; i++) {
            fixture.mustPut(7, i, body(7, i, 1, 10));
        }
        fixture.flush();
        fixture.crash();
        fixture.loseIndex();
        fixture.start();

        assertThat(fixture.load(7).maxLac()).isEqualTo(8);
        assertThat(fixture.load(7).lastEntry()).isEqualTo(9);
    }

    @Test
    void keepsFencesThroughALostIndex() {
        fixture.fence(7);
        fixture.flush();
        fixture.crash();
        fixture.loseIndex();
        fixture.start();

        assertThat(fixture.load(7).fenced()).isTrue();
    }

    @Test
    void servesTheNewestCopyOfARewrittenEntry() {
        for (int i = 0; i < 50; i++) {
            fixture.mustPut(7, i, body(7, i, 1, 100));
        }
        fixture.flush();
        assertThat(fixture.bytes(7, 20)).isEqualTo(body(7, 20, 1, 100)); // now it is in the read cache
        fixture.mustPut(7, 20, body(7, 20, 2, 90));
        assertThat(fixture.bytes(7, 20)).isEqualTo(body(7, 20, 2, 90));
        fixture.flush();

        assertThat(fixture.bytes(7, 20)).isEqualTo(body(7, 20, 2, 90));
        assertThat(fixture.bytes(7, 19)).isEqualTo(body(7, 19, 1, 100));
        assertThat(fixture.bytes(7, 21)).isEqualTo(body(7, 21, 1, 100));
        List<byte[]> batch = fixture.batch(7, 0, 100, 1 << 20);
        assertThat(batch).hasSize(50);
        assertThat(batch.get(20)).isEqualTo(body(7, 20, 2, 90));
        fixture.crash();
        fixture.loseIndex();
        fixture.start();
        assertThat(fixture.bytes(7, 20)).isEqualTo(body(7, 20, 2, 90));
    }

    @Test
    void replaysWhatNoFlushHadWritten() {
        for (int i = 0; i < 20; i++) {
            fixture.mustPut(7, i, body(7, i, 1, 50));
        }
        fixture.fence(9);
        fixture.crash();
        fixture.start();

        for (int i = 0; i < 20; i++) {
            assertThat(fixture.bytes(7, i)).isEqualTo(body(7, i, 1, 50));
        }
        assertThat(fixture.load(9).fenced()).isTrue();
        assertThat(fixture.released).isEqualTo(21);
    }

    @Test
    void replaysAJournalThatIsLargerThanTheCaches() {
        for (int i = 0; i < 400; i++) {
            fixture.journal.add(
                    new StoreFixture.Logged(io.daybook.bookie.DurableLog.Kind.ENTRY, 7, i, body(7, i, 1, 4000)));
        }
        fixture.crash();
        fixture.start();

        for (int i = 0; i < 400; i++) {
            assertThat(fixture.bytes(7, i)).isEqualTo(body(7, i, 1, 4000));
        }
    }

    @Test
    void refusesAPutWhenBothCachesAreFullAndTakesItAfterTheFlush() {
        int taken = 0;
        while (fixture.store.put(
                7, taken, io.netty.buffer.Unpooled.wrappedBuffer(body(7, taken, 1, 1000)), fixture.owner(7))) {
            taken++; // no loop runs meanwhile, so no flush does
        }

        assertThat(taken).isBetween(50, 128);
        assertThat(fixture.store.cacheBytes(fixture.owner(7))).isLessThanOrEqualTo(128 << 10);
        fixture.world.runUntilIdle();
        fixture.flush();
        assertThat(fixture.put(7, taken, body(7, taken, 1, 1000))).isTrue();
        for (int i = 0; i <= taken; i++) {
            assertThat(fixture.bytes(7, i)).isEqualTo(body(7, i, 1, 1000));
        }
    }

    @Test
    void flushesWhenHalfOfTheMemoryIsFull() {
        for (int i = 0; i < 80; i++) {
            fixture.mustPut(7, i, body(7, i, 1, 1000));
        }
        fixture.world.runUntilIdle();

        assertThat(fixture.released).isGreaterThan(40);
    }

    @Test
    void flushesWithinTheInterval() {
        fixture.mustPut(7, 0, body(7, 0, 1, 10));
        fixture.world.runFor(java.time.Duration.ofSeconds(61));

        assertThat(fixture.released).isEqualTo(1);
        assertThat(fixture.node.disk().exists(Path.of("/data/entries/entries-000000000001.log")))
                .isTrue();
    }

    @Test
    void readsManyLedgersFromManyFiles() {
        StoreFixture small = new StoreFixture(
                        new SimWorld(5), StoreFixture.config(DataSize.mebibytes(8), DataSize.kibibytes(300)))
                .start();
        for (int entry = 0; entry < 40; entry++) {
            for (int ledger = 0; ledger < 30; ledger++) {
                small.mustPut(ledger, entry, body(ledger, entry, 1, 1000));
            }
        }
        small.flush();
        assertThat(small.node.disk().exists(Path.of("/data/entries/entries-000000000002.log")))
                .isTrue();

        for (int ledger = 0; ledger < 30; ledger++) {
            assertThat(small.batch(ledger, 0, 100, 1 << 20)).hasSize(40);
            assertThat(small.entries(ledger)).isEqualTo(LongStream.range(0, 40).toArray());
            for (int entry = 39; entry >= 0; entry--) {
                assertThat(small.bytes(ledger, entry)).isEqualTo(body(ledger, entry, 1, 1000));
            }
        }
        small.close();
    }

    @Test
    void batchesEndAtAHoleAtTheCountAndAtTheBytes() {
        for (int i = 0; i < 10; i++) {
            if (i != 5) {
                fixture.mustPut(7, i, body(7, i, 1, 68));
            }
        }
        for (int round = 0; round < 2; round++) {
            assertThat(fixture.batch(7, 0, 100, 10_000)).hasSize(5);
            assertThat(fixture.batch(7, 1, 3, 10_000)).hasSize(3);
            assertThat(fixture.batch(7, 6, 100, 250)).hasSize(2);
            assertThat(fixture.batch(7, 6, 100, 0)).hasSize(1);
            assertThat(fixture.batch(7, 5, 100, 10_000)).isEmpty();
            fixture.flush();
        }
    }

    @Test
    void recordsComeFromCachesAndFilesAlike() {
        for (int i = 0; i < 300; i++) {
            if (i % 3 != 2) { // as a bookie has it of a striped ledger
                fixture.mustPut(7, i, body(7, i, 1, 900));
                fixture.mustPut(8, i, body(8, i, 1, 10));
            }
            if (i == 100 || i == 200) {
                fixture.flush();
            }
        }
        fixture.mustPut(7, 30, body(7, 30, 2, 900)); // newer than what the file has
        for (int round = 0; round < 3; round++) {
            TreeMap<Long, byte[]> third = fixture.records(7, 0, 3, 1000, 1 << 20);
            assertThat(third).hasSize(100);
            third.forEach(
                    (id, found) -> assertThat(found).as("entry %s", id).isEqualTo(body(7, id, id == 30 ? 2 : 1, 900)));
            assertThat(fixture.records(7, 0, 1, 1000, 1 << 20)).hasSize(2);
            assertThat(fixture.records(7, 100, 3, 5, 1 << 20).lastKey()).isEqualTo(112);
            assertThat(fixture.records(7, 1, 3, 1000, 9_600)).hasSize(10);
            assertThat(fixture.records(7, 1, 3, 1000, 0)).hasSize(1);
            assertThat(fixture.records(7, 2, 3, 1000, 1 << 20)).isEmpty();
            assertThat(fixture.records(7, 297, Integer.MAX_VALUE, 1000, 1 << 20))
                    .hasSize(1);
            assertThat(fixture.records(8, 250, 3, 1000, 1 << 20)).hasSize(17);
            fixture.flush();
            if (round == 1) {
                fixture.crash();
                fixture.start();
            }
        }
    }

    @Test
    void anAnswerOutlivesTheSegmentItWasReadFrom() {
        for (int i = 0; i < 1000; i++) {
            fixture.mustPut(7, i, body(7, i, 1, 1000));
            if (i % 50 == 49) {
                fixture.flush();
            }
        }
        StoredRecords early = fixture.await(7, () -> fixture.store.readRecords(7, 0, 1, 20, 1 << 20, fixture.owner(7)));

        for (int i = 0; i < 1000; i += 20) {
            assertThat(fixture.records(7, i, 1, 20, 1 << 20)).hasSize(20); // pushes the first out of the cache
        }

        List<ByteBuf> bodies = early.bodies();
        for (int i = 0; i < 20; i++) {
            assertThat(StoreFixture.takeShared(bodies.get(i))).isEqualTo(body(7, i, 1, 1000));
        }
        assertThat(early.bytes().refCnt()).isZero();
    }

    @Test
    void anAnswerSharesASegmentOnlyIfItHasMuchOfIt() {
        StoreFixture large = new StoreFixture(
                        new SimWorld(5), StoreFixture.config(DataSize.mebibytes(8), DataSize.mebibytes(8)))
                .start();
        for (int i = 0; i < 100; i++) {
            large.mustPut(7, i, body(7, i, 1, 5000));
        }
        large.flush();
        assertThat(large.records(7, 0, 1, 100, 1 << 20)).hasSize(100); // from now on a segment is in memory

        assertThat(memoryBehind(large, 1)).isLessThan(20_000);
        assertThat(memoryBehind(large, 60)).isGreaterThan(300_000);
        large.close();
    }

    private static int memoryBehind(StoreFixture fixture, int count) {
        StoredRecords answer =
                fixture.await(7, () -> fixture.store.readRecords(7, 0, 1, count, 1 << 20, fixture.owner(7)));
        ByteBuf memory = answer.bytes();
        while (memory.unwrap() != null) {
            memory = memory.unwrap();
        }
        int capacity = memory.capacity();
        List<ByteBuf> bodies = answer.bodies();
        for (int i = 0; i < count; i++) {
            assertThat(StoreFixture.takeShared(bodies.get(i))).isEqualTo(body(7, i, 1, 5000));
        }
        assertThat(answer.bytes().refCnt()).isZero();
        return capacity;
    }

    @Test
    void recordsEndBeforeADamagedBlockAndAnAnswerThatBeginsThereFails() {
        StoreFixture large = new StoreFixture(
                        new SimWorld(5), StoreFixture.config(DataSize.mebibytes(8), DataSize.mebibytes(8)))
                .start();
        for (int i = 0; i < 400; i++) {
            large.mustPut(7, i, body(7, i, 1, 1000));
            if (i % 100 == 99) {
                large.flush();
            }
        }
        large.node.disk().rot(Path.of("/data/entries/entries-000000000001.log"), 70_000); // in the second block

        TreeMap<Long, byte[]> before = large.records(7, 0, 1, 1000, 1 << 20);

        assertThat(before.size()).isBetween(40, 70);
        assertThatThrownBy(() -> large.records(7, before.size(), 1, 1000, 1 << 20))
                .isInstanceOf(BookieException.Damaged.class);
        assertThat(large.records(7, 100, 1, 1000, 1 << 20)).hasSize(300);
        large.close();
    }

    @Test
    void forgetsARemovedLedgerAtOnceAndForGood() {
        fixture.mustPut(7, 0, body(7, 0, 1, 10));
        fixture.fence(7);
        fixture.flush();
        fixture.mustPut(7, 1, body(7, 1, 1, 10));
        fixture.remove(7);

        assertThat(fixture.bytes(7, 0)).isNull();
        assertThat(fixture.bytes(7, 1)).isNull();
        assertThat(fixture.load(7)).isNull();
        assertThat(fixture.entries(7)).isNull();
        fixture.mustPut(7, 2, body(7, 2, 1, 10));
        fixture.flush();
        assertThat(fixture.bytes(7, 0)).isNull();
        assertThat(fixture.entries(7)).containsExactly(2);
        assertThat(fixture.load(7).fenced()).isFalse();
        fixture.crash();
        fixture.loseIndex();
        fixture.start();
        assertThat(fixture.bytes(7, 0)).isNull();
        assertThat(fixture.entries(7)).containsExactly(2);
    }

    @Test
    void stopsForGoodAfterAFailedSync() {
        fixture.mustPut(7, 0, body(7, 0, 1, 10));
        fixture.node.disk().failNextSync("I/O error");

        assertThatThrownBy(fixture::flush).isInstanceOf(BookieException.Stopped.class);

        assertThat(fixture.failures).hasSize(1);
        assertThat(fixture.released).isZero();
        assertThat(fixture.bytes(7, 0)).isEqualTo(body(7, 0, 1, 10));
        assertThatThrownBy(fixture::flush).isInstanceOf(BookieException.Stopped.class);
        fixture.crash();
        fixture.start();
        assertThat(fixture.bytes(7, 0)).isEqualTo(body(7, 0, 1, 10));
    }

    @Test
    void answersDamagedForAMissingFileNeverMissing() {
        fixture.mustPut(7, 0, body(7, 0, 1, 10));
        fixture.flush();
        Path file = Path.of("/data/entries/entries-000000000001.log");
        fixture.world.await(fixture.node.disk().delete(file, fixture.node.loop("main")));
        fixture.world.await(fixture.node.disk().syncDirectory(file.getParent(), fixture.node.loop("main")));

        assertThat(fixture.read(7, 0)).isInstanceOf(ReadOutcome.Damaged.class);
        assertThat(fixture.bytes(7, 1)).isNull(); // the index is whole: it knows that there is none
        fixture.crash();
        fixture.loseIndex();
        fixture.start();
        assertThat(fixture.read(7, 0)).isInstanceOf(ReadOutcome.Damaged.class);
        assertThat(fixture.read(8, 0)).isInstanceOf(ReadOutcome.Damaged.class);
        assertThat(fixture.load(8).limbo()).isTrue();
        assertThatThrownBy(() -> fixture.entries(7)).isInstanceOf(BookieException.Damaged.class);
    }

    @Test
    void distrustOutlivesRestarts() {
        fixture.mustPut(7, 0, body(7, 0, 1, 10));
        fixture.world.await(fixture.store.distrust(fixture.node.loop("main")));
        fixture.flush();
        fixture.crash();
        fixture.start();

        assertThat(fixture.bytes(7, 0)).isEqualTo(body(7, 0, 1, 10));
        assertThat(fixture.read(7, 1)).isInstanceOf(ReadOutcome.Damaged.class);
        assertThat(fixture.load(99).limbo()).isTrue();
    }

    @Test
    void isAbandonedInTheMiddleOfAFlush() {
        for (int steps = 0; steps < 60; steps += 3) {
            StoreFixture one = new StoreFixture(steps + 100).start();
            one.mustPut(7, 0, body(7, 0, 1, 10));
            var flushed = one.store.flush(one.node.loop("main"));
            for (int i = 0; i < steps && !flushed.isDone(); i++) {
                one.world.step();
            }
            one.world.await(one.store.abandon(one.node.loop("main")));
            long[] published = one.index.files();
            one.world.runFor(java.time.Duration.ofMinutes(2));

            assertThat(one.index.files()).isEqualTo(published);
            assertThat(one.failures).isEmpty();
            assertThat(flushed.isDone()).isTrue();
            assertThat(one.node.disk().openFiles()).isZero();
            one.node.kill();
            one.node.restart();
            one.start();
            assertThat(one.bytes(7, 0)).isEqualTo(body(7, 0, 1, 10));
        }
    }
}
