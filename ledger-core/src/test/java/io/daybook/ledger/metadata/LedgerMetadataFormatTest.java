package io.daybook.ledger.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.Password;
import io.daybook.ledger.Replication;
import io.daybook.ledger.metadata.proto.LedgerRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
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

final class LedgerMetadataFormatTest {
    private static final long NODE_CREATED = 1600000000000L;

    @Test
    void writesTheBytesOfStock() {
        for (Map<String, Object> vector : Vectors.of("ledger-metadata", "vectors")) {
            byte[] data = LedgerMetadataFormat.encode(fromFields(vector));

            assertThat(HexFormat.of().formatHex(data)).as(name(vector)).isEqualTo(vector.get("dataHex"));
        }
    }

    @Test
    void readsTheBytesOfStockAndWritesThemAgain() {
        for (Map<String, Object> vector : Vectors.of("ledger-metadata", "vectors")) {
            byte[] data = Vectors.hex(vector.get("dataHex"));

            LedgerMetadata read = LedgerMetadataFormat.decode(data, NODE_CREATED);

            LedgerMetadata meant = fromFields(vector);
            Map<String, Object> stock = Vectors.map(vector.get("decodedByStock"));
            assertThat(LedgerMetadataFormat.encode(read)).as(name(vector)).isEqualTo(data);
            assertThat(read.state()).isEqualTo(meant.state());
            assertThat(read.fragments()).isEqualTo(meant.fragments());
            assertThat(read.replication().ackQuorum()).isEqualTo(((Long) stock.get("ackQuorumSize")).intValue());
            assertThat(read.hasPassword()).isEqualTo(stock.get("hasPassword"));
            assertThat(read.createdMillis()).isEqualTo(stock.get("ctimeWhenStoreCtimeIs1600000000000"));
            assertThat(read.lastEntry()).isEqualTo(stock.get("lastEntryId"));
            assertThat(read.length()).isEqualTo(stock.get("length"));
            assertThat(read.creationToken()).isEqualTo(stock.get("cToken"));
            if (read.hasPassword()) {
                assertThat(read.password()).isEqualTo(meant.password());
                assertThat(read.digestType()).isEqualTo(meant.digestType());
                assertThat(read.custom()).containsExactlyEntriesOf(meant.custom());
            }
        }
    }

    @Test
    void judgesHandWrittenRecordsAsStockDoes() {
        for (Map<String, Object> input : Vectors.of("ledger-metadata", "parserBehaviour")) {
            byte[] data = Vectors.hex(input.get("dataHex"));
            if (!(boolean) input.get("accepted")) {
                assertThatThrownBy(() -> LedgerMetadataFormat.decode(data, NODE_CREATED))
                        .as(name(input))
                        .isInstanceOf(MalformedMetadataException.class);
                continue;
            }

            LedgerMetadata read = LedgerMetadataFormat.decode(data, NODE_CREATED);

            Map<String, Object> stock = Vectors.map(input.get("decoded"));
            assertThat(read.state().name()).as(name(input)).isEqualTo(stock.get("state"));
            assertThat((long) read.replication().ensemble()).isEqualTo(stock.get("ensembleSize"));
            assertThat((long) read.replication().writeQuorum()).isEqualTo(stock.get("writeQuorumSize"));
            assertThat((long) read.replication().ackQuorum()).isEqualTo(stock.get("ackQuorumSize"));
            assertThat(read.hasPassword()).isEqualTo(stock.get("hasPassword"));
            assertThat(read.lastEntry()).isEqualTo(stock.get("lastEntryId"));
            assertThat(read.length()).isEqualTo(stock.get("length"));
            assertThat(read.createdMillis()).isEqualTo(stock.get("ctime"));
        }
    }

    @Test
    void readsTheLedgersOfARunningStockCluster() {
        int ledgers = 0;
        for (Map<String, Object> node : Vectors.of("znode-tree", "nodes")) {
            String path = ((String) node.get("path")).substring("/ledgers".length());
            if (LedgerTree.HIERARCHICAL.ledgerAt(path) >= 0) {
                byte[] data = Vectors.hex(node.get("dataHex"));
                assertThat(LedgerMetadataFormat.encode(LedgerMetadataFormat.decode(data, NODE_CREATED)))
                        .as(path)
                        .isEqualTo(data);
                ledgers++;
            }
        }
        assertThat(ledgers).isEqualTo(5);
    }

    @Test
    void keepsWhatItDoesNotUnderstandThroughARewrite() throws Exception {
        UnknownFieldSet future = UnknownFieldSet.newBuilder()
                .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(7).build())
                .build();
        LedgerRecord.Segment.Builder segment = LedgerRecord.Segment.newBuilder()
                .setFirstEntryId(0)
                .addEnsembleMember("b1:1")
                .setUnknownFields(future);
        LedgerRecord record = LedgerRecord.newBuilder()
                .setQuorumSize(1)
                .setEnsembleSize(1)
                .setLength(0)
                .setState(LedgerRecord.State.OPEN)
                .addSegment(segment)
                .setDigestType(LedgerRecord.DigestType.CRC32C)
                .setPassword(ByteString.EMPTY)
                .setUnknownFields(future)
                .build();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("BookieMetadataFormatVersion\t3\n".getBytes(StandardCharsets.US_ASCII));
        record.writeDelimitedTo(out);

        LedgerMetadata read = LedgerMetadataFormat.decode(out.toByteArray(), NODE_CREATED);
        LedgerMetadata changed = read.withLastFragment(new Fragment(10, List.of(new BookieId("b2:1"))))
                .withState(LedgerState.IN_RECOVERY)
                .withClosed(12, 100);
        byte[] written = LedgerMetadataFormat.encode(changed);

        byte[] body = Arrays.copyOfRange(written, 30, written.length);
        LedgerRecord again = LedgerRecord.parseDelimitedFrom(new ByteArrayInputStream(body));
        assertThat(again.getUnknownFields()).isEqualTo(future);
        assertThat(again.getSegment(0).getUnknownFields()).isEqualTo(future);
        assertThat(again.getSegment(1).getUnknownFields().getSerializedSize()).isZero();
        assertThat(again.getState()).isEqualTo(LedgerRecord.State.CLOSED);
    }

    @Test
    void theWorkedExampleOfTheDocumentIsRight() {
        byte[] body = HexFormat.of()
                .parseHex("2408011001180020ffffffffffffffffff01280132070a03623a311000380342004801" + "6005");
        byte[] header = "BookieMetadataFormatVersion\t3\n".getBytes(StandardCharsets.US_ASCII);
        byte[] data = Arrays.copyOf(header, header.length + body.length);
        System.arraycopy(body, 0, data, header.length, body.length);

        LedgerMetadata read = LedgerMetadataFormat.decode(data, NODE_CREATED);

        assertThat(read.fragments()).containsExactly(new Fragment(0, List.of(new BookieId("b:1"))));
        assertThat(read.digestType()).isEqualTo(DigestType.CRC32C);
        assertThat(read.state()).isEqualTo(LedgerState.OPEN);
        assertThat(read.creationToken()).isEqualTo(5);
        assertThat(LedgerMetadataFormat.encode(read)).isEqualTo(data);
    }

    @Test
    void refusesARecordCutAtAnyByte() {
        for (Map<String, Object> vector : Vectors.of("ledger-metadata", "vectors")) {
            if ((Long) vector.get("formatVersion") != 3) {
                continue;
            }
            byte[] whole = Vectors.hex(vector.get("dataHex"));
            for (int length = 0; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThatThrownBy(() -> LedgerMetadataFormat.decode(cut, NODE_CREATED))
                        .isInstanceOf(MalformedMetadataException.class);
            }
        }
    }

    @Test
    void refusesADigestTypeItDoesNotKnow() {
        byte[] data = "BookieMetadataFormatVersion\t3\n".getBytes(StandardCharsets.US_ASCII);
        byte[] body = LedgerRecord.newBuilder()
                .setQuorumSize(1)
                .setEnsembleSize(1)
                .setLength(0)
                .setState(LedgerRecord.State.OPEN)
                .addSegment(LedgerRecord.Segment.newBuilder().setFirstEntryId(0).addEnsembleMember("b1:1"))
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                7,
                                UnknownFieldSet.Field.newBuilder().addVarint(9).build())
                        .build())
                .build()
                .toByteArray();
        byte[] whole = Arrays.copyOf(data, data.length + 1 + body.length);
        whole[data.length] = (byte) body.length;
        System.arraycopy(body, 0, whole, data.length + 1, body.length);

        assertThatThrownBy(() -> LedgerMetadataFormat.decode(whole, NODE_CREATED))
                .hasMessageContaining("digest type");
    }

    @Property(tries = 300)
    void whatIsWrittenIsRead(@ForAll("records") LedgerMetadata record) {
        LedgerMetadata read = LedgerMetadataFormat.decode(LedgerMetadataFormat.encode(record), record.createdMillis());

        assertThat(read)
                .usingRecursiveComparison()
                .isEqualTo(record.formatVersion() == 3 ? record : record.withCreationToken(0));
    }

    @Provide
    Arbitrary<LedgerMetadata> records() {
        Arbitrary<Map<String, byte[]>> custom = Arbitraries.maps(
                        Arbitraries.strings().ofMaxLength(8),
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(20))
                .ofMaxSize(4);
        return Combinators.combine(
                        Arbitraries.integers().between(1, 5),
                        Arbitraries.of(DigestType.values()),
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(20).map(Password::of),
                        Arbitraries.of(LedgerState.values()),
                        Arbitraries.longs().between(1, Long.MAX_VALUE).set().ofMaxSize(4),
                        Arbitraries.integers().between(2, 3),
                        Arbitraries.longs().greaterOrEqual(0),
                        custom)
                .as((e, digest, password, state, starts, version, number, pairs) -> {
                    List<Fragment> fragments = new ArrayList<>();
                    TreeMap<Long, Integer> firsts = new TreeMap<>();
                    firsts.put(0L, 0);
                    starts.forEach(start -> firsts.put(start, 0));
                    firsts.keySet().forEach(first -> fragments.add(new Fragment(first, bookies(e))));
                    boolean closed = state == LedgerState.CLOSED;
                    return new LedgerMetadata(
                            new Replication(e, (e + 1) / 2, (e + 3) / 4),
                            digest,
                            password,
                            state,
                            fragments,
                            closed ? number : -1,
                            closed ? number / 2 : 0,
                            number / 3,
                            number % 2 == 0,
                            true,
                            version,
                            number,
                            pairs);
                });
    }

    private static List<BookieId> bookies(int count) {
        List<BookieId> bookies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bookies.add(new BookieId("bookie-" + i + ":3181"));
        }
        return bookies;
    }

    private static String name(Map<String, Object> vector) {
        return vector.get("name") + ", version " + vector.get("formatVersion");
    }

    private static LedgerMetadata fromFields(Map<String, Object> vector) {
        List<Fragment> fragments = new ArrayList<>();
        Vectors.map(vector.get("segments"))
                .forEach((first, members) -> fragments.add(new Fragment(
                        Long.parseLong(first),
                        Vectors.strings(members).stream().map(BookieId::new).toList())));
        Map<String, byte[]> custom = new TreeMap<>();
        Vectors.map(vector.get("customMetadataHex")).forEach((key, value) -> custom.put(key, Vectors.hex(value)));
        String digest = (String) vector.get("digestType");
        return new LedgerMetadata(
                new Replication(
                        ((Long) vector.get("ensembleSize")).intValue(),
                        ((Long) vector.get("writeQuorumSize")).intValue(),
                        ((Long) vector.get("ackQuorumSize")).intValue()),
                digest.equals("MAC") ? DigestType.HMAC : DigestType.valueOf(digest),
                Password.of(Vectors.hex(vector.get("passwordHex"))),
                LedgerState.valueOf((String) vector.get("state")),
                fragments,
                (Long) vector.get("lastEntryId"),
                (Long) vector.get("length"),
                (Long) vector.get("ctime"),
                (Boolean) vector.get("ctimeStored"),
                true,
                ((Long) vector.get("formatVersion")).intValue(),
                (Long) vector.get("cToken"),
                custom);
    }
}
