package io.daybook.stream.record;

import io.daybook.stream.Codec;
import io.daybook.stream.StreamException;
import io.daybook.stream.record.BatchHeader.ProducerFrame;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Numbers of the batch format, version 1, and the reading and writing of its header. Format: docs/formats/batch.md. */
public final class RecordFormat {
    /** Bytes of the header without producer frames. */
    public static final int HEADER_BYTES = 100;
    /** Largest body once decompressed. */
    public static final int BODY_BYTES_MAX = 16 << 20;

    static final int MAGIC = 0x4459;
    static final int VERSION = 1;
    static final int KIND_DATA = 0;
    static final int KIND_CONTROL = 1;
    static final int FRAME_BYTES = 28;
    static final int FRAMES_MAX = 2048;

    static final int FLAG_CODEC = 0b111;
    static final int FLAG_TXIDS = 1 << 3;
    static final int FLAG_SPARSE = 1 << 4;
    static final int FLAG_PRODUCERS_SINCE_SNAPSHOT = 1 << 5;
    static final int FLAGS_RESERVED = 0b11 << 6;

    static final int ATTR_KEY = 1;
    static final int ATTR_HEADERS = 1 << 1;
    static final int ATTR_TOMBSTONE = 1 << 2;

    static final int AT_FLAGS = 4;
    static final int AT_HEADER_LENGTH = 6;
    static final int AT_HEADER_CRC = 8;
    static final int AT_SEQ = 24;
    static final int AT_SNAPSHOT_ENTRY = 60;

    private RecordFormat() {}

    /** Reads and checks the header and that the body has the length it says; borrows {@code entry}. Does not look at the body. */
    public static BatchHeader readHeader(ByteBuf entry) {
        int size = entry.readableBytes();
        int at = entry.readerIndex();
        corruptUnless(size >= 12, "a batch of %s bytes is shorter than its fixed part", size);
        corruptUnless(entry.getUnsignedShort(at) == MAGIC, "an entry that does not start like a batch");
        int headerLength = entry.getUnsignedShort(at + AT_HEADER_LENGTH);
        corruptUnless(
                headerLength >= 16 && headerLength <= size,
                "a batch header of %s bytes in an entry of %s",
                headerLength,
                size);
        corruptUnless(
                entry.getInt(at + AT_HEADER_CRC) == headerCrc(entry, headerLength),
                "a batch header whose checksum does not match");
        int version = entry.getUnsignedByte(at + 2);
        unsupportedUnless(version == VERSION, "a batch of format version %s; this version reads 1", version);
        corruptUnless(headerLength >= HEADER_BYTES, "a batch header of %s bytes", headerLength);
        int kind = entry.getUnsignedByte(at + 3);
        unsupportedUnless(kind <= KIND_CONTROL, "a batch of kind %s", kind);
        int flags = entry.getUnsignedShort(at + AT_FLAGS);
        unsupportedUnless((flags & FLAGS_RESERVED) == 0, "a batch with reserved flags %s", flags);
        int codec = flags & FLAG_CODEC;
        unsupportedUnless(codec < CODECS.length, "a batch with codec %s", codec);
        int frameCount = entry.getUnsignedShort(at + 96);
        corruptUnless(
                frameCount <= FRAMES_MAX && headerLength == HEADER_BYTES + FRAME_BYTES * frameCount,
                "a batch header of %s bytes with %s producer frames",
                headerLength,
                frameCount);
        corruptUnless(entry.getUnsignedShort(at + 98) == 0, "a batch with reserved bytes in use");
        BatchHeader header = new BatchHeader(
                kind == KIND_CONTROL,
                CODECS[codec],
                flags,
                headerLength,
                entry.getInt(at + 12),
                entry.getLong(at + 16),
                entry.getLong(at + AT_SEQ),
                entry.getLong(at + 32),
                entry.getLong(at + 40),
                entry.getInt(at + 48),
                entry.getInt(at + 52),
                entry.getInt(at + 56),
                entry.getInt(at + AT_SNAPSHOT_ENTRY),
                entry.getLong(at + 64),
                entry.getLong(at + 72),
                entry.getLong(at + 80),
                entry.getLong(at + 88),
                frames(entry, at + HEADER_BYTES, frameCount));
        check(header, size);
        return header;
    }

    /** Writes all fields but the header's own checksum, and then that; borrows {@code to}, which only the caller holds, with room at its reader index. */
    static void writeHeader(ByteBuf to, BatchHeader header) {
        ByteBuffer bytes = to.internalNioBuffer(to.readerIndex(), header.headerLength());
        int at = bytes.position();
        bytes.putShort(at, (short) MAGIC);
        bytes.put(at + 2, (byte) VERSION);
        bytes.put(at + 3, (byte) (header.control() ? KIND_CONTROL : KIND_DATA));
        bytes.putShort(at + AT_FLAGS, (short) header.flags());
        bytes.putShort(at + AT_HEADER_LENGTH, (short) header.headerLength());
        bytes.putInt(at + 12, header.bodyCrc());
        bytes.putLong(at + 16, header.streamId());
        bytes.putLong(at + AT_SEQ, header.seq());
        bytes.putLong(at + 32, header.epoch());
        bytes.putLong(at + 40, header.baseOffset());
        bytes.putInt(at + 48, header.recordCount());
        bytes.putInt(at + 52, header.bodyLength());
        bytes.putInt(at + 56, header.bodyLengthUncompressed());
        bytes.putInt(at + AT_SNAPSHOT_ENTRY, header.snapshotEntry());
        bytes.putLong(at + 64, header.timestamp());
        bytes.putLong(at + 72, header.firstTxid());
        bytes.putLong(at + 80, header.lastTxid());
        bytes.putLong(at + 88, header.fence());
        bytes.putShort(at + 96, (short) header.frames().size());
        bytes.putShort(at + 98, (short) 0);
        int frameAt = at + HEADER_BYTES;
        for (ProducerFrame frame : header.frames()) {
            bytes.putLong(frameAt, frame.producerId());
            bytes.putInt(frameAt + 8, frame.producerEpoch());
            bytes.putLong(frameAt + 12, frame.sequence());
            bytes.putInt(frameAt + 20, frame.firstRecordIndex());
            bytes.putInt(frameAt + 24, frame.recordCount());
            frameAt += FRAME_BYTES;
        }
        bytes.putInt(at + AT_HEADER_CRC, 0);
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        bytes.putInt(at + AT_HEADER_CRC, (int) crc.getValue());
    }

    /** CRC32C over the header as if its own checksum were zero. */
    static int headerCrc(ByteBuf entry, int headerLength) {
        CRC32C crc = new CRC32C();
        ByteBuffer bytes = entry.nioBuffer(entry.readerIndex(), headerLength);
        crc.update(bytes.slice(0, AT_HEADER_CRC));
        crc.update(ZERO, 0, ZERO.length);
        crc.update(bytes.slice(AT_HEADER_CRC + 4, headerLength - AT_HEADER_CRC - 4));
        return (int) crc.getValue();
    }

    static int crc(ByteBuf bytes, int index, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.nioBuffer(index, length));
        return (int) crc.getValue();
    }

    /** As {@link #crc}, of a buffer that only we hold yet: through its own view, which leaves no garbage. */
    static int crcOfOwn(ByteBuf bytes, int index, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.internalNioBuffer(index, length));
        return (int) crc.getValue();
    }

    private static void check(BatchHeader header, int size) {
        corruptUnless(header.streamId() != 0, "a batch of no stream");
        corruptUnless(
                header.bodyLength() >= 0 && header.bodyLength() == size - header.headerLength(),
                "a batch whose body of %s bytes stands in an entry of %s",
                header.bodyLength(),
                size);
        int plain = header.bodyLengthUncompressed();
        corruptUnless(plain >= 0 && plain <= BODY_BYTES_MAX, "a batch body of %s bytes", plain);
        corruptUnless(
                header.codec() != Codec.NONE || plain == header.bodyLength(), "an uncompressed body of two lengths");
        corruptUnless(
                header.seq() >= 0 && header.epoch() >= 0 && header.snapshotEntry() >= 0 && header.fence() >= 0,
                "a batch with negative numbers");
        corruptUnless(
                header.baseOffset() >= 0 && header.baseOffset() <= Long.MAX_VALUE - Integer.MAX_VALUE,
                "a batch at offset %s",
                header.baseOffset());
        if (header.control()) {
            corruptUnless(
                    header.recordCount() == 0
                            && header.frames().isEmpty()
                            && !header.hasTxids()
                            && !header.sparse()
                            && plain >= 1,
                    "a control batch with records");
        } else { // a record is two bytes at least
            corruptUnless(
                    header.recordCount() >= 1 && header.recordCount() <= plain / 2,
                    "%s records in %s bytes",
                    header.recordCount(),
                    plain);
            corruptUnless(header.firstTxid() <= header.lastTxid(), "ordering numbers that decrease");
            corruptUnless(!header.hasTxids() || header.firstTxid() >= 0, "a negative ordering number");
        }
        int free = 0;
        for (ProducerFrame frame : header.frames()) {
            corruptUnless(
                    frame.firstRecordIndex() >= free
                            && frame.recordCount() >= 1
                            && frame.recordCount() <= header.recordCount() - frame.firstRecordIndex(),
                    "producer frames that overlap or reach past the records");
            free = frame.firstRecordIndex() + frame.recordCount();
        }
    }

    private static List<ProducerFrame> frames(ByteBuf entry, int at, int count) {
        if (count == 0) {
            return List.of();
        }
        List<ProducerFrame> frames = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int frame = at + FRAME_BYTES * i;
            frames.add(new ProducerFrame(
                    entry.getLong(frame),
                    entry.getInt(frame + 8),
                    entry.getLong(frame + 12),
                    entry.getInt(frame + 20),
                    entry.getInt(frame + 24)));
        }
        return frames;
    }

    static void corruptUnless(boolean ok, String format, Object... values) {
        if (!ok) {
            throw new StreamException.Corrupt("cannot use " + format.formatted(values), null);
        }
    }

    static void unsupportedUnless(boolean ok, String format, Object... values) {
        if (!ok) {
            throw new StreamException.Unsupported("cannot use " + format.formatted(values), null);
        }
    }

    private static final Codec[] CODECS = Codec.values(); // in the order of their numbers
    private static final byte[] ZERO = new byte[4];
}
