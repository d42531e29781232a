package io.daybook.ledger.metadata;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import com.google.protobuf.UninitializedMessageException;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.Password;
import io.daybook.ledger.Replication;
import io.daybook.ledger.metadata.proto.LedgerRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a ledger's node: a line that names the version, then lines of text (1), protobuf as text (2) or protobuf (3).
 *
 * <p>All three are read. A record is written in the version it was read in, a new one in version 3, so that every client of
 * the ledger goes on understanding it. What a newer version-3 writer added is kept. Format: docs/formats/metadata.md.
 */
public final class LedgerMetadataFormat {
    private static final String HEADER = "BookieMetadataFormatVersion\t";
    private static final int VERSION_DIGITS_MAX = 10;

    private LedgerMetadataFormat() {}

    /** The bytes of {@code metadata} in its own format version. */
    public static byte[] encode(LedgerMetadata metadata) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes((HEADER + metadata.formatVersion() + "\n").getBytes(StandardCharsets.US_ASCII));
        switch (metadata.formatVersion()) {
            case 1 -> out.writeBytes(LedgerMetadataLines.print(metadata).getBytes(StandardCharsets.UTF_8));
            case 2 ->
                out.writeBytes(TextFormat.printer()
                        .printToString(record(metadata).clearCToken().build())
                        .getBytes(StandardCharsets.UTF_8));
            case 3 -> {
                try {
                    withUnknown(record(metadata), metadata.unknown()).build().writeDelimitedTo(out);
                } catch (IOException impossible) {
                    throw new UncheckedIOException(impossible); // the stream is an array
                }
            }
            default ->
                throw new IllegalArgumentException("there is no ledger metadata format " + metadata.formatVersion());
        }
        return out.toByteArray();
    }

    /**
     * Reads the bytes of a node; fails with {@link MalformedMetadataException}.
     *
     * @param nodeCreatedMillis creation time of the node, which stands in for one that the record does not hold
     */
    public static LedgerMetadata decode(byte[] data, long nodeCreatedMillis) {
        int end = headerEnd(data);
        int version = version(data, end);
        byte[] body = Arrays.copyOfRange(data, end + 1, data.length);
        try {
            return switch (version) {
                case 1 -> LedgerMetadataLines.parse(new String(body, StandardCharsets.UTF_8));
                case 2 -> {
                    LedgerRecord.Builder record = LedgerRecord.newBuilder();
                    TextFormat.merge(new String(body, StandardCharsets.UTF_8), record);
                    yield metadata(record.build(), 2, nodeCreatedMillis);
                }
                case 3 -> {
                    CodedInputStream in = CodedInputStream.newInstance(body);
                    // parseDelimitedFrom would take a record that ends too early, between two fields, for a whole one
                    byte[] record = in.readRawBytes(in.readRawVarint32());
                    yield metadata(LedgerRecord.parseFrom(record), 3, nodeCreatedMillis);
                }
                default -> throw malformed("its format version " + version + " is not 1, 2 or 3", null);
            };
        } catch (InvalidProtocolBufferException
                | UninitializedMessageException
                | TextFormat.ParseException unreadable) {
            throw malformed(unreadable.getMessage(), unreadable);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible); // the stream is an array
        } catch (IllegalArgumentException contradictory) {
            throw malformed(contradictory.getMessage(), contradictory);
        }
    }

    private static int headerEnd(byte[] data) {
        int limit = Math.min(data.length, HEADER.length() + VERSION_DIGITS_MAX + 1);
        for (int i = 0; i < limit; i++) {
            if (data[i] == '\n') {
                return i;
            }
        }
        throw malformed("it does not start with a line that names its version", null);
    }

    private static int version(byte[] data, int end) {
        String line = new String(data, 0, end, StandardCharsets.ISO_8859_1);
        if (!line.startsWith(HEADER)) {
            throw malformed("it does not start with a line that names its version", null);
        }
        String digits = line.substring(HEADER.length());
        if (digits.isEmpty() || !LedgerTree.digits(digits, digits.length()) || digits.length() > 9) {
            throw malformed("its format version '" + digits + "' is not a number we know", null);
        }
        return Integer.parseInt(digits);
    }

    private static LedgerRecord.Builder record(LedgerMetadata metadata) {
        LedgerRecord.Builder record = LedgerRecord.newBuilder()
                .setQuorumSize(metadata.replication().writeQuorum())
                .setEnsembleSize(metadata.replication().ensemble())
                .setLength(metadata.closed() ? metadata.length() : 0)
                .setLastEntryId(metadata.closed() ? metadata.lastEntry() : -1)
                .setState(LedgerRecord.State.forNumber(metadata.state().number()))
                .setAckQuorumSize(metadata.replication().ackQuorum())
                .setCToken(metadata.creationToken());
        for (Fragment fragment : metadata.fragments()) {
            LedgerRecord.Segment.Builder segment = record.addSegmentBuilder().setFirstEntryId(fragment.firstEntry());
            fragment.bookies().forEach(bookie -> segment.addEnsembleMember(bookie.value()));
        }
        if (metadata.hasPassword()) {
            record.setDigestType(LedgerRecord.DigestType.forNumber(
                            metadata.digestType().number()))
                    .setPassword(ByteString.copyFrom(metadata.password().bytes()));
        }
        if (metadata.createdMillisStored()) {
            record.setCtime(metadata.createdMillis());
        }
        metadata.custom()
                .forEach((key, value) ->
                        record.addCustomMetadataBuilder().setKey(key).setValue(ByteString.copyFrom(value)));
        return record;
    }

    private static LedgerMetadata metadata(LedgerRecord record, int version, long nodeCreatedMillis) {
        if (record.getUnknownFields().hasField(LedgerRecord.DIGESTTYPE_FIELD_NUMBER)) {
            throw malformed("its digest type is none we know", null);
        }
        boolean closed = record.getState() == LedgerRecord.State.CLOSED;
        if (closed && !record.hasLastEntryId()) {
            throw malformed("it is closed without a last entry", null);
        }
        TreeMap<String, byte[]> custom = new TreeMap<>();
        record.getCustomMetadataList()
                .forEach(pair -> custom.put(pair.getKey(), pair.getValue().toByteArray()));
        return new LedgerMetadata(
                new Replication(
                        record.getEnsembleSize(),
                        record.getQuorumSize(),
                        record.hasAckQuorumSize() ? record.getAckQuorumSize() : record.getQuorumSize()),
                digestType(record),
                record.hasPassword() ? Password.of(record.getPassword().toByteArray()) : Password.EMPTY,
                state(record.getState()),
                fragments(record),
                closed ? record.getLastEntryId() : -1,
                closed ? record.getLength() : 0,
                record.hasCtime() ? record.getCtime() : nodeCreatedMillis,
                record.hasCtime(),
                record.hasPassword(),
                version,
                record.getCToken(),
                custom,
                unknown(record));
    }

    private static List<Fragment> fragments(LedgerRecord record) {
        TreeMap<Long, Fragment> fragments = new TreeMap<>();
        for (LedgerRecord.Segment segment : record.getSegmentList()) {
            List<BookieId> bookies =
                    segment.getEnsembleMemberList().stream().map(BookieId::new).toList();
            if (fragments.put(segment.getFirstEntryId(), new Fragment(segment.getFirstEntryId(), bookies)) != null) {
                throw malformed("two of its segments start at entry " + segment.getFirstEntryId(), null);
            }
        }
        return List.copyOf(fragments.values());
    }

    private static LedgerState state(LedgerRecord.State state) {
        return switch (state) {
            case OPEN -> LedgerState.OPEN;
            case IN_RECOVERY -> LedgerState.IN_RECOVERY;
            case CLOSED -> LedgerState.CLOSED;
        };
    }

    private static DigestType digestType(LedgerRecord record) {
        return switch (record.getDigestType()) {
            case CRC32 -> DigestType.CRC32;
            case HMAC -> DigestType.HMAC;
            case CRC32C -> DigestType.CRC32C;
            case DUMMY -> DigestType.DUMMY;
        };
    }

    /** The parts of {@code record} that our schema does not name: a partial record that holds nothing else. */
    private static byte[] unknown(LedgerRecord record) {
        LedgerRecord.Builder rest = LedgerRecord.newBuilder().setUnknownFields(record.getUnknownFields());
        for (LedgerRecord.Segment segment : record.getSegmentList()) {
            if (segment.getUnknownFields().getSerializedSize() > 0) {
                rest.addSegment(LedgerRecord.Segment.newBuilder()
                        .setFirstEntryId(segment.getFirstEntryId())
                        .setUnknownFields(segment.getUnknownFields()));
            }
        }
        return rest.buildPartial().toByteArray();
    }

    private static LedgerRecord.Builder withUnknown(LedgerRecord.Builder record, byte[] unknown) {
        if (unknown.length == 0) {
            return record;
        }
        LedgerRecord.Builder rest = LedgerRecord.newBuilder();
        try {
            rest.mergeFrom(unknown);
        } catch (InvalidProtocolBufferException notOurs) {
            throw new IllegalArgumentException("the unknown part of a ledger's metadata was not made here", notOurs);
        }
        record.setUnknownFields(rest.getUnknownFields());
        Map<Long, LedgerRecord.Segment> kept = new TreeMap<>();
        rest.getSegmentList().forEach(segment -> kept.put(segment.getFirstEntryId(), segment));
        for (LedgerRecord.Segment.Builder segment : record.getSegmentBuilderList()) {
            LedgerRecord.Segment same = kept.get(segment.getFirstEntryId());
            if (same != null) {
                segment.setUnknownFields(same.getUnknownFields());
            }
        }
        return record;
    }

    static MalformedMetadataException malformed(@Nullable String why, @Nullable Throwable cause) {
        return new MalformedMetadataException("this is not ledger metadata: " + why, cause);
    }
}
