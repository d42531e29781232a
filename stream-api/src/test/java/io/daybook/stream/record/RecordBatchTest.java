package io.daybook.stream.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.stream.Codec;
import io.daybook.stream.LogRecord;
import io.daybook.stream.ReadRecord;
import io.daybook.stream.RecordHeader;
import io.daybook.stream.StreamException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RecordBatchTest {
    private static final long STREAM = 0x0123456789ABCDEFL;
    private static final PooledByteBufAllocator ALLOCATOR = new PooledByteBufAllocator(true);
    private static final Map<String, byte[]> GOLDEN = golden();

    @Test
    void writesTheGoldenBytes() {
        OpenBatch plain = new OpenBatch(ALLOCATOR, 1_000, false, 256);
        plain.add(LogRecord.of("hello"));
        plain.add(LogRecord.of(""));
        plain.add(LogRecord.tombstone(bytes("k")));
        plain.add(LogRecord.of("v")
                .withKey(bytes(""))
                .withHeader(RecordHeader.of("n", "x"))
                .withHeader(RecordHeader.of("n", "")));
        assertBytes(plain.seal(new BatchStamp(STREAM, 3, 7, 0, 1_700_000_000_123L, 0, 5), Codec.NONE), "data-plain");

        OpenBatch txids = new OpenBatch(ALLOCATOR, 2_000, true, 256);
        txids.add(LogRecord.of("a").withTxid(10));
        txids.add(LogRecord.of("b").withTxid(10));
        txids.add(LogRecord.of("c".repeat(200)).withTxid(310));
        assertBytes(txids.seal(new BatchStamp(STREAM, 3, 7, 0, 1_700_000_000_124L, 0, 0), Codec.NONE), "data-txids");

        assertBytes(
                ControlRecord.encode(
                        new ControlRecord.SegmentStart(STREAM, 3, 7, new TailState(1_000, 99, 98, 5), List.of()),
                        1_000,
                        new BatchStamp(STREAM, 3, 7, 0, 99, 98, 5),
                        ALLOCATOR),
                "segment-start");
        assertBytes(
                ControlRecord.encode(
                        new ControlRecord.SegmentEnd(2_003, 4L, 77L),
                        2_003,
                        new BatchStamp(STREAM, 3, 7, 0, 1_700_000_000_124L, 310, 5),
                        ALLOCATOR),
                "segment-end");
    }

    @Test
    void readsTheGoldenBytes() {
        try (RecordBatch batch = parse("data-plain")) {
            List<ReadRecord> records = batch.records(0);
            assertThat(records).extracting(ReadRecord::offset).containsExactly(1_000L, 1_001L, 1_002L, 1_003L);
            assertThat(records.get(0).text()).isEqualTo("hello");
            assertThat(records.get(0).txid()).isEqualTo(1_700_000_000_123L);
            assertThat(records.get(1).content().value()).isEmpty();
            assertThat(records.get(2).content().value()).isNull();
            assertThat(records.get(2).content().key()).isEqualTo(bytes("k"));
            assertThat(records.get(3).content().key()).isEmpty();
            assertThat(records.get(3).content().headers())
                    .containsExactly(RecordHeader.of("n", "x"), RecordHeader.of("n", ""));
            assertThat(batch.records(1_002)).hasSize(2);
        }
        try (RecordBatch batch = parse("data-txids")) {
            assertThat(batch.records(0)).extracting(ReadRecord::txid).containsExactly(10L, 10L, 310L);
        }
        try (RecordBatch batch = parse("data-lz4")) {
            assertThat(batch.records(0).get(0).text()).isEqualTo("abcdefgh".repeat(30));
        }
        try (RecordBatch batch = parse("data-frames")) {
            assertThat(batch.header().frames())
                    .containsExactly(
                            new BatchHeader.ProducerFrame(42, 1, 9, 0, 1),
                            new BatchHeader.ProducerFrame(43, 2, 0, 1, 1));
            assertThat(batch.records(0)).extracting(ReadRecord::text).containsExactly("p1", "p2");
        }
        try (RecordBatch batch = parse("segment-start")) {
            assertThat(batch.control())
                    .isEqualTo(
                            new ControlRecord.SegmentStart(STREAM, 3, 7, new TailState(1_000, 99, 98, 5), List.of()));
            assertThat(TailState.after(batch.header())).isEqualTo(new TailState(1_000, 99, 98, 5));
        }
        try (RecordBatch batch = parse("segment-end")) {
            assertThat(batch.control()).isEqualTo(new ControlRecord.SegmentEnd(2_003, 4L, 77L));
        }
    }

    @Test
    void noBatchSurvivesBeingCutAnywhere() {
        GOLDEN.forEach((name, bytes) -> {
            for (int length = 1; length < bytes.length; length++) {
                ByteBuf cut = Unpooled.copiedBuffer(bytes, 0, length);
                assertThatThrownBy(() -> RecordBatch.parse(cut))
                        .as("%s cut", name)
                        .isInstanceOfAny(StreamException.Corrupt.class, StreamException.Unsupported.class);
                assertThat(cut.refCnt()).isZero();
            }
        });
    }

    @Test
    void noBitOfABatchCanBeChangedUnnoticed() {
        GOLDEN.forEach((name, bytes) -> {
            for (int bit = 0; bit < bytes.length * 8; bit++) {
                byte[] damaged = bytes.clone();
                damaged[bit / 8] ^= (byte) (1 << bit % 8);
                ByteBuf entry = Unpooled.copiedBuffer(damaged);
                assertThatThrownBy(() -> RecordBatch.parse(entry))
                        .as("%s bit %d", name, bit)
                        .isInstanceOf(StreamException.Corrupt.class);
                assertThat(entry.refCnt()).isZero();
            }
        });
    }

    @Test
    void refusesAnUnknownVersionWhoseHeaderIsWhole() {
        ByteBuf entry = Unpooled.copiedBuffer(GOLDEN.get("data-plain"));
        entry.setByte(2, 2);
        entry.setInt(8, RecordFormat.headerCrc(entry, 100));

        assertThatThrownBy(() -> RecordBatch.parse(entry)).isInstanceOf(StreamException.Unsupported.class);
    }

    @Test
    void refusesABodyThatDecompressesToAnotherLengthThanAnnounced() {
        for (int announced : new int[] {1, 242, 244, 10_000, RecordFormat.BODY_BYTES_MAX}) {
            ByteBuf entry = Unpooled.copiedBuffer(GOLDEN.get("data-lz4"));
            entry.setInt(56, announced);
            entry.setInt(48, 1);
            entry.setInt(8, RecordFormat.headerCrc(entry, 100));
            assertThatThrownBy(() -> {
                        try (RecordBatch batch = RecordBatch.parse(entry)) {
                            batch.records(0);
                        }
                    })
                    .as("announced %d", announced)
                    .isInstanceOf(StreamException.Corrupt.class);
            assertThat(entry.refCnt()).isZero();
        }
    }

    @Test
    void refusesToAllocateMoreThanSixteenMebibytesForABody() {
        ByteBuf entry = Unpooled.copiedBuffer(GOLDEN.get("data-lz4"));
        entry.setInt(56, RecordFormat.BODY_BYTES_MAX + 1);
        entry.setInt(8, RecordFormat.headerCrc(entry, 100));

        assertThatThrownBy(() -> RecordBatch.parse(entry)).isInstanceOf(StreamException.Corrupt.class);
    }

    @Test
    void anyBodyIsReadOrRefusedWhateverItsBytes() {
        byte[] whole = GOLDEN.get("data-txids");
        for (int at = 100; at < whole.length; at++) {
            for (int value : new int[] {0, 1, 0x7F, 0x80, 0xFF}) {
                byte[] changed = whole.clone();
                changed[at] = (byte) value;
                ByteBuf entry = Unpooled.copiedBuffer(changed);
                entry.setInt(12, RecordFormat.crc(entry, 100, changed.length - 100));
                entry.setInt(8, RecordFormat.headerCrc(entry, 100));
                try (RecordBatch batch = RecordBatch.parse(entry)) {
                    assertThat(batch.records(0)).hasSize(3);
                } catch (StreamException.Corrupt refused) {
                    assertThat(refused).hasMessageContaining("cannot use");
                }
                assertThat(entry.refCnt()).isZero();
            }
        }
    }

    @Test
    void aBatchMovedToAnotherSegmentKeepsItsBody() {
        OpenBatch open = new OpenBatch(ALLOCATOR, 5, false, 256);
        open.add(LogRecord.of("x".repeat(1_000)));
        RecordBatch batch = open.seal(new BatchStamp(STREAM, 3, 7, 0, 10, 0, 0), Codec.LZ4);

        RecordBatch moved = batch.movedTo(4, 2, ALLOCATOR);
        batch.close();

        try (RecordBatch parsed = RecordBatch.parse(moved.frame())) {
            assertThat(parsed.header().seq()).isEqualTo(4);
            assertThat(parsed.header().snapshotEntry()).isEqualTo(2);
            assertThat(parsed.header().bodyCrc()).isEqualTo(moved.header().bodyCrc());
            assertThat(parsed.records(0).get(0).text()).hasSize(1_000);
        }
        moved.close();
    }

    @Property(tries = 300)
    void everyBatchReadsBackAsItWasWritten(
            @ForAll("records") List<LogRecord> records, @ForAll Codec codec, @ForAll boolean ownTxids) {
        OpenBatch open = new OpenBatch(ALLOCATOR, 17, ownTxids, 64);
        List<LogRecord> written = new ArrayList<>();
        long txid = 3;
        int bound = RecordFormat.HEADER_BYTES;
        for (LogRecord record : records) {
            txid += record.contentBytes();
            LogRecord one = ownTxids ? record.withTxid(txid) : record;
            bound += OpenBatch.sizeMax(one);
            open.add(one);
            written.add(one);
        }
        assertThat(open.size()).isLessThanOrEqualTo(bound);
        RecordBatch sealed = open.seal(new BatchStamp(STREAM, 1, 1, 0, 99, 0, 0), codec);

        ByteBuf frame = sealed.frame();
        try (RecordBatch batch = RecordBatch.parse(frame)) {
            assertThat(batch.records(0)).extracting(ReadRecord::content).isEqualTo(written);
            assertThat(batch.header().endOffset()).isEqualTo(17 + records.size());
        }
        sealed.close();
        assertThat(frame.refCnt()).isZero();
    }

    @Provide
    Arbitrary<List<LogRecord>> records() {
        Arbitrary<byte[]> blob = Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
        Arbitrary<LogRecord> record = Combinators.combine(
                        blob, blob, Arbitraries.integers().between(0, 7))
                .as((key, value, shape) -> {
                    LogRecord plain = (shape & 4) == 0 ? LogRecord.of(value) : LogRecord.tombstone(key);
                    LogRecord keyed = (shape & 1) == 0 ? plain : plain.withKey(key);
                    return (shape & 2) == 0 ? keyed : keyed.withHeader(new RecordHeader(key, value));
                });
        return record.list().ofMinSize(1).ofMaxSize(40);
    }

    private static RecordBatch parse(String name) {
        return RecordBatch.parse(Unpooled.copiedBuffer(GOLDEN.get(name)));
    }

    private static void assertBytes(RecordBatch batch, String name) {
        try (batch) {
            ByteBuf frame = batch.frame();
            assertThat(ByteBufUtil.hexDump(frame)).isEqualTo(ByteBufUtil.hexDump(GOLDEN.get(name)));
            frame.release();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, byte[]> golden() {
        Map<String, byte[]> golden = new TreeMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                RecordBatchTest.class.getResourceAsStream("/vectors/batches.txt"), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    String[] parts = line.split(": ", 2);
                    golden.put(parts[0], ByteBufUtil.decodeHexDump(parts[1]));
                }
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return golden;
    }
}
