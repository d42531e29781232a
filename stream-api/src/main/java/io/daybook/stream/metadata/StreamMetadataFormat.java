package io.daybook.stream.metadata;

import com.google.protobuf.InvalidProtocolBufferException;
import io.daybook.base.config.DataSize;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.Replication;
import io.daybook.stream.Codec;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamId;
import io.daybook.stream.StreamOwner;
import io.daybook.stream.TxidMode;
import io.daybook.stream.metadata.StreamMetadata.LifeState;
import io.daybook.stream.metadata.proto.AllowedWriters;
import io.daybook.stream.metadata.proto.ClosedBy;
import io.daybook.stream.metadata.proto.OwnerRecord;
import io.daybook.stream.metadata.proto.SegmentDescriptor;
import io.daybook.stream.metadata.proto.SegmentState;
import io.daybook.stream.metadata.proto.StreamRecord;
import io.daybook.stream.metadata.proto.StreamSettings;
import io.daybook.stream.metadata.proto.StreamState;
import io.daybook.stream.metadata.proto.TailRecord;
import io.daybook.stream.metadata.proto.TxidAuthority;
import io.daybook.stream.record.TailState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The bytes of a stream's record, format 1. Fields that this version does not know survive a read and a write. */
public final class StreamMetadataFormat {
    /** Largest record, in bytes; a change that would exceed it is refused. */
    public static final int RECORD_BYTES_MAX = 512 << 10;

    private static final int FORMAT = 1;

    private StreamMetadataFormat() {}

    /** Reads a record; fails with Unsupported for a later format and Corrupt for anything that is not a record. */
    public static StreamMetadata decode(byte[] bytes) {
        try {
            StreamRecord message = StreamRecord.parseFrom(bytes);
            if (message.getFormat() > FORMAT) {
                throw new StreamException.Unsupported(
                        "the record of stream %s has format %d; this version reads 1"
                                .formatted(new StreamId(message.getStreamId()), message.getFormat()),
                        null);
            }
            return decode(message);
        } catch (InvalidProtocolBufferException | IllegalArgumentException | ArithmeticException malformed) {
            throw new StreamException.Corrupt("a stream's record cannot be read: " + malformed.getMessage(), malformed);
        }
    }

    /** Writes a record; fails with LimitExceeded above {@link #RECORD_BYTES_MAX}. */
    public static byte[] encode(StreamMetadata metadata) {
        byte[] bytes = message(metadata).toByteArray();
        if (bytes.length > RECORD_BYTES_MAX) {
            throw new StreamException.LimitExceeded("the record of stream %s would take %d bytes, over the limit of %d"
                    .formatted(metadata.id(), bytes.length, RECORD_BYTES_MAX));
        }
        return bytes;
    }

    private static StreamMetadata decode(StreamRecord message) {
        List<SegmentInfo> segments = new ArrayList<>();
        for (SegmentDescriptor descriptor : message.getSegmentsList()) {
            segments.add(segment(descriptor));
        }
        List<GarbageLedger> garbage = new ArrayList<>();
        message.getGarbageList()
                .forEach(g -> garbage.add(new GarbageLedger(new LedgerId(g.getLedgerId()), g.getNotBeforeMs())));
        TailRecord tail = message.getTail();
        @Nullable
        StreamOwner owner = message.hasOwner()
                ? new StreamOwner(
                        message.getOwner().getInstanceId(),
                        message.getOwner().getAddress(),
                        message.getOwner().getSinceMs())
                : null;
        return new StreamMetadata(
                new StreamId(message.getStreamId()),
                message.getName(),
                message.getCreatedMs(),
                config(message.getConfig()),
                lifeState(message.getState()),
                message.getEpoch(),
                owner,
                message.getNextSeq(),
                segments,
                message.getHead(),
                new TailState(tail.getNextOffset(), tail.getTimestamp(), tail.getTxid(), tail.getFence()),
                garbage,
                message.hasSealedOffset() ? message.getSealedOffset() : -1,
                message);
    }

    private static StreamRecord message(StreamMetadata metadata) {
        StreamRecord stored = metadata.stored();
        StreamRecord.Builder to = stored.toBuilder()
                .setFormat(FORMAT)
                .setStreamId(metadata.id().value())
                .setName(metadata.name())
                .setCreatedMs(metadata.createdMillis())
                .setConfig(settings(metadata.config(), stored.getConfig()))
                .setState(
                        switch (metadata.state()) {
                            case ACTIVE -> StreamState.ACTIVE;
                            case SEALED -> StreamState.SEALED;
                            case DELETING -> StreamState.DELETING;
                        })
                .setEpoch(metadata.epoch())
                .setNextSeq(metadata.nextSeq())
                .setHead(metadata.head())
                .setTail(stored.getTail().toBuilder()
                        .setNextOffset(metadata.tail().nextOffset())
                        .setTimestamp(metadata.tail().timestamp())
                        .setTxid(metadata.tail().txid())
                        .setFence(metadata.tail().fence()))
                .clearSegments()
                .clearGarbage();
        @Nullable StreamOwner owner = metadata.owner();
        if (owner == null) {
            to.clearOwner();
        } else { // of another owner nothing is kept
            OwnerRecord before = stored.getOwner();
            OwnerRecord.Builder same =
                    before.getInstanceId().equals(owner.instanceId()) ? before.toBuilder() : OwnerRecord.newBuilder();
            to.setOwner(same.setInstanceId(owner.instanceId())
                    .setAddress(owner.address())
                    .setSinceMs(owner.sinceMillis()));
        }
        if (metadata.sealedOffset() >= 0) {
            to.setSealedOffset(metadata.sealedOffset());
        }
        Map<Long, SegmentDescriptor> known = new TreeMap<>();
        stored.getSegmentsList().forEach(descriptor -> known.put(descriptor.getSeq(), descriptor));
        for (SegmentInfo segment : metadata.segments()) {
            to.addSegments(
                    descriptor(segment, known.getOrDefault(segment.seq(), SegmentDescriptor.getDefaultInstance())));
        }
        Map<Long, io.daybook.stream.metadata.proto.GarbageLedger> knownGarbage = new TreeMap<>();
        stored.getGarbageList().forEach(g -> knownGarbage.put(g.getLedgerId(), g));
        for (GarbageLedger entry : metadata.garbage()) {
            to.addGarbage(knownGarbage
                    .getOrDefault(
                            entry.ledger().value(), io.daybook.stream.metadata.proto.GarbageLedger.getDefaultInstance())
                    .toBuilder()
                    .setLedgerId(entry.ledger().value())
                    .setNotBeforeMs(entry.notBeforeMillis()));
        }
        return to.build();
    }

    private static SegmentInfo segment(SegmentDescriptor d) {
        return new SegmentInfo(
                d.getSeq(),
                new LedgerId(d.getLedgerId()),
                d.getEpoch(),
                switch (d.getState()) {
                    case SEGMENT_NEXT -> SegmentInfo.State.NEXT;
                    case SEGMENT_OPEN -> SegmentInfo.State.OPEN;
                    case SEGMENT_CLOSED -> SegmentInfo.State.CLOSED;
                    case SEGMENT_LOST -> SegmentInfo.State.LOST;
                    default ->
                        throw new IllegalArgumentException("segment %d has no known state".formatted(d.getSeq()));
                },
                d.hasStartOffset() ? d.getStartOffset() : SegmentInfo.UNKNOWN,
                d.hasEndOffset() ? d.getEndOffset() : SegmentInfo.UNKNOWN,
                d.hasLastEntry() ? d.getLastEntry() : SegmentInfo.UNKNOWN,
                d.getBytes(),
                d.getStartTimestamp(),
                d.getMaxTimestamp(),
                d.getMaxTxid(),
                d.getCreatedMs(),
                d.getClosedMs(),
                d.getClosedBy() == ClosedBy.BY_RECOVERY);
    }

    private static SegmentDescriptor.Builder descriptor(SegmentInfo segment, SegmentDescriptor stored) {
        SegmentDescriptor.Builder to = stored.toBuilder()
                .setSeq(segment.seq())
                .setLedgerId(segment.ledger().value())
                .setEpoch(segment.epoch())
                .setState(
                        switch (segment.state()) {
                            case NEXT -> SegmentState.SEGMENT_NEXT;
                            case OPEN -> SegmentState.SEGMENT_OPEN;
                            case CLOSED -> SegmentState.SEGMENT_CLOSED;
                            case LOST -> SegmentState.SEGMENT_LOST;
                        })
                .setBytes(segment.bytes())
                .setStartTimestamp(segment.startTimestamp())
                .setMaxTimestamp(segment.maxTimestamp())
                .setMaxTxid(segment.maxTxid())
                .setCreatedMs(segment.createdMillis())
                .setClosedMs(segment.closedMillis());
        if (segment.startOffset() != SegmentInfo.UNKNOWN) {
            to.setStartOffset(segment.startOffset());
        }
        if (segment.ended()) {
            to.setEndOffset(segment.endOffset())
                    .setLastEntry(segment.lastEntry())
                    .setClosedBy(segment.closedByRecovery() ? ClosedBy.BY_RECOVERY : ClosedBy.BY_WRITER);
        }
        return to;
    }

    /** Settings as stored; also of a namespace's defaults. */
    public static StreamSettings settings(StreamConfig config, StreamSettings stored) {
        return stored.toBuilder()
                .setEnsemble(config.replication().ensemble())
                .setWriteQuorum(config.replication().writeQuorum())
                .setAckQuorum(config.replication().ackQuorum())
                .setDigest(config.digestType().number())
                .setCodec(config.codec().number())
                .setTxidMode(
                        config.txidMode() == TxidMode.APPLICATION
                                ? TxidAuthority.TXID_APPLICATION
                                : TxidAuthority.TXID_TIMESTAMP)
                .setInitialOffset(config.initialOffset())
                .setSegmentBytes(config.segmentSizeMax().bytes())
                .setSegmentAgeMs(config.segmentAgeMax().toMillis())
                .setMaxRecordBytes(config.recordSizeMax().bytes())
                .setMaxBatchBytes(config.batchSizeMax().bytes())
                .build();
    }

    /** Whether this version finds all of the stream's segments; those in pages it would miss. */
    public static boolean readable(StreamMetadata metadata) {
        return metadata.stored().getPagesCount() == 0;
    }

    /** Whether this version may write to the stream; what it asks of writers may be beyond it. */
    public static boolean writable(StreamMetadata metadata) {
        StreamSettings settings = metadata.stored().getConfig();
        return !settings.getRequireFence()
                && settings.getWriters() != AllowedWriters.PROXY_ONLY
                && settings.getWriters() != AllowedWriters.UNRECOGNIZED
                && readable(metadata);
    }

    private static StreamConfig config(StreamSettings s) {
        return new StreamConfig(
                new Replication(s.getEnsemble(), s.getWriteQuorum(), s.getAckQuorum()),
                digest(s.getDigest()),
                codec(s.getCodec()),
                s.getTxidMode() == TxidAuthority.TXID_APPLICATION ? TxidMode.APPLICATION : TxidMode.TIMESTAMP,
                s.getInitialOffset(),
                DataSize.bytes(s.getSegmentBytes()),
                Duration.ofMillis(s.getSegmentAgeMs()),
                DataSize.bytes(s.getMaxRecordBytes()),
                DataSize.bytes(s.getMaxBatchBytes()));
    }

    private static DigestType digest(int number) {
        for (DigestType type : DigestType.values()) {
            if (type.number() == number) {
                return type;
            }
        }
        throw new IllegalArgumentException("no digest has number " + number);
    }

    private static Codec codec(int number) {
        for (Codec codec : Codec.values()) {
            if (codec.number() == number) {
                return codec;
            }
        }
        throw new IllegalArgumentException("no codec has number " + number);
    }

    private static LifeState lifeState(StreamState state) {
        return switch (state) {
            case ACTIVE -> LifeState.ACTIVE;
            case SEALED -> LifeState.SEALED;
            case DELETING -> LifeState.DELETING;
            default -> throw new IllegalArgumentException("no state " + state);
        };
    }
}
