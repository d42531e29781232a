package io.daybook.stream.record;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnsafeByteOperations;
import io.daybook.stream.Codec;
import io.daybook.stream.StreamException;
import io.daybook.stream.record.proto.FenceBody;
import io.daybook.stream.record.proto.NoopBody;
import io.daybook.stream.record.proto.ProducerEntry;
import io.daybook.stream.record.proto.SealBody;
import io.daybook.stream.record.proto.SegmentEndBody;
import io.daybook.stream.record.proto.SegmentStartBody;
import io.daybook.stream.record.proto.SnapshotBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a batch without records says. Control batches take no offsets. */
public sealed interface ControlRecord {

    /** The type byte. */
    int type();

    /** First entry of every segment: what it continues from, so that the chain can be rebuilt from ledgers alone. */
    record SegmentStart(long streamId, long seq, long epoch, TailState from, List<ProducerEntry> producers)
            implements ControlRecord {
        public SegmentStart {
            producers = List.copyOf(producers);
        }

        @Override
        public int type() {
            return 1;
        }
    }

    /** Nothing follows in this segment; the successor is named where it is known. */
    record SegmentEnd(
            long endOffset,
            @Nullable Long nextSeq,
            @Nullable Long nextLedgerId) implements ControlRecord {
        @Override
        public int type() {
            return 2;
        }
    }

    /** Moves the confirmed end, says nothing. */
    record Noop() implements ControlRecord {
        @Override
        public int type() {
            return 3;
        }
    }

    /** The producers' table. */
    record Snapshot(List<ProducerEntry> producers) implements ControlRecord {
        public Snapshot {
            producers = List.copyOf(producers);
        }

        @Override
        public int type() {
            return 4;
        }
    }

    /** Nothing follows in this stream. */
    record Seal(long sealedOffset) implements ControlRecord {
        @Override
        public int type() {
            return 5;
        }
    }

    /** Raises the application's fence. */
    record Fence(long value) implements ControlRecord {
        @Override
        public int type() {
            return 6;
        }
    }

    /** A type of a later version: readers skip it, recovery refuses it. */
    record Unknown(int type) implements ControlRecord {}

    /** A control batch at {@code nextOffset}, with {@code stamp.txid()} as the unchanged last ordering number. */
    static RecordBatch encode(ControlRecord what, long nextOffset, BatchStamp stamp, ByteBufAllocator allocator) {
        byte[] message = message(what).toByteArray();
        int bodyLength = 1 + message.length;
        ByteBuf bytes = allocator.directBuffer(RecordFormat.HEADER_BYTES + bodyLength);
        bytes.writeZero(RecordFormat.HEADER_BYTES).writeByte(what.type()).writeBytes(message);
        BatchHeader header = new BatchHeader(
                true,
                Codec.NONE,
                0,
                RecordFormat.HEADER_BYTES,
                RecordFormat.crc(bytes, RecordFormat.HEADER_BYTES, bodyLength),
                stamp.streamId(),
                stamp.seq(),
                stamp.epoch(),
                nextOffset,
                0,
                bodyLength,
                bodyLength,
                stamp.snapshotEntry(),
                stamp.timestamp(),
                stamp.txid(),
                stamp.txid(),
                stamp.fence(),
                List.of());
        RecordFormat.writeHeader(bytes, header);
        return new RecordBatch(header, bytes);
    }

    /** Reads a control body to its end; borrows it. */
    static ControlRecord decode(ByteBuf body) {
        int type = body.readUnsignedByte();
        ByteString message = UnsafeByteOperations.unsafeWrap(ByteBufUtil.getBytes(body));
        try {
            switch (type) {
                case 1: {
                    SegmentStartBody b = SegmentStartBody.parseFrom(message);
                    return new SegmentStart(
                            b.getStreamId(),
                            b.getSeq(),
                            b.getEpoch(),
                            new TailState(b.getStartOffset(), b.getTimestamp(), b.getTxid(), b.getFence()),
                            b.getProducersList());
                }
                case 2: {
                    SegmentEndBody b = SegmentEndBody.parseFrom(message);
                    return new SegmentEnd(
                            b.getEndOffset(),
                            b.hasNextSeq() ? b.getNextSeq() : null,
                            b.hasNextLedgerId() ? b.getNextLedgerId() : null);
                }
                case 3:
                    NoopBody.parseFrom(message);
                    return new Noop();
                case 4:
                    return new Snapshot(SnapshotBody.parseFrom(message).getProducersList());
                case 5:
                    return new Seal(SealBody.parseFrom(message).getSealedOffset());
                case 6:
                    return new Fence(FenceBody.parseFrom(message).getValue());
                default:
                    return new Unknown(type);
            }
        } catch (InvalidProtocolBufferException malformed) {
            throw new StreamException.Corrupt(
                    "cannot use a control batch of type " + type + " whose message is malformed", malformed);
        }
    }

    private static MessageLite message(ControlRecord what) {
        if (what instanceof SegmentStart s) {
            return SegmentStartBody.newBuilder()
                    .setStreamId(s.streamId())
                    .setSeq(s.seq())
                    .setEpoch(s.epoch())
                    .setStartOffset(s.from().nextOffset())
                    .setTimestamp(s.from().timestamp())
                    .setTxid(s.from().txid())
                    .setFence(s.from().fence())
                    .addAllProducers(s.producers())
                    .build();
        }
        if (what instanceof SegmentEnd e) {
            SegmentEndBody.Builder body = SegmentEndBody.newBuilder().setEndOffset(e.endOffset());
            if (e.nextSeq() != null && e.nextLedgerId() != null) {
                body.setNextSeq(e.nextSeq()).setNextLedgerId(e.nextLedgerId());
            }
            return body.build();
        }
        if (what instanceof Snapshot s) {
            return SnapshotBody.newBuilder().addAllProducers(s.producers()).build();
        }
        if (what instanceof Seal s) {
            return SealBody.newBuilder().setSealedOffset(s.sealedOffset()).build();
        }
        if (what instanceof Fence f) {
            return FenceBody.newBuilder().setValue(f.value()).build();
        }
        if (what instanceof Noop) {
            return NoopBody.getDefaultInstance();
        }
        throw new IllegalArgumentException("a control batch of unknown type " + what.type() + " cannot be written");
    }
}
