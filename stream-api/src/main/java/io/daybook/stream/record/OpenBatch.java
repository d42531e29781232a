package io.daybook.stream.record;

import io.daybook.base.error.Check;
import io.daybook.stream.Codec;
import io.daybook.stream.LogRecord;
import io.daybook.stream.RecordHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A batch being filled: records are encoded straight into the buffer that will be stored. Owns that buffer until {@link #seal} or {@link #release}.
 * One thread only.
 */
public final class OpenBatch {
    private static final int COMPRESS_FROM_BYTES = 128; // less cannot pay for the reader's work

    private final ByteBufAllocator allocator;
    private final long baseOffset;
    private final boolean ownTxids;
    private final ByteBuf bytes;

    private int count;
    private long firstTxid;
    private long lastTxid;

    /**
     * An empty batch.
     *
     * @param baseOffset offset of its first record
     * @param ownTxids whether every record brings its ordering number
     * @param sizeHint bytes it will probably reach
     */
    public OpenBatch(ByteBufAllocator allocator, long baseOffset, boolean ownTxids, int sizeHint) {
        this.allocator = allocator;
        this.baseOffset = baseOffset;
        this.ownTxids = ownTxids;
        this.bytes = allocator.directBuffer(Math.max(sizeHint, 2 * RecordFormat.HEADER_BYTES));
        bytes.writerIndex(RecordFormat.HEADER_BYTES); // written whole when it is sealed
    }

    /** Upper bound of what {@code record} adds to a batch, in bytes. */
    public static int sizeMax(LogRecord record) {
        List<RecordHeader> headers = record.headers();
        // a length of at most five bytes, attributes, an ordering number, a key length, a header count
        long size = record.contentBytes() + 5 + 1 + 10 + 5 + 5 + 10L * headers.size();
        return (int) Math.min(size, Integer.MAX_VALUE);
    }

    /** Adds one record; the ordering number is used only if records bring their own. */
    public void add(LogRecord record) {
        if (count == 0) {
            firstTxid = record.txid();
        }
        long txidDelta = record.txid() - firstTxid;
        if (ownTxids) {
            Check.state(record.txid() >= lastTxid || count == 0, "txid %s after %s", record.txid(), lastTxid);
        }
        byte[] key = record.key();
        byte[] value = record.value();
        List<RecordHeader> headers = record.headers();
        int attrs = (key == null ? 0 : RecordFormat.ATTR_KEY)
                | (headers.isEmpty() ? 0 : RecordFormat.ATTR_HEADERS)
                | (value == null ? RecordFormat.ATTR_TOMBSTONE : 0);
        Uvarint.write(bytes, bodySize(key, value, headers, txidDelta));
        bytes.writeByte(attrs);
        if (ownTxids) {
            Uvarint.write(bytes, txidDelta);
        }
        if (key != null) {
            writeField(key);
        }
        if (!headers.isEmpty()) {
            Uvarint.write(bytes, headers.size());
            for (int i = 0; i < headers.size(); i++) {
                writeField(headers.get(i).name());
                writeField(headers.get(i).value());
            }
        }
        if (value != null) {
            bytes.writeBytes(value);
        }
        lastTxid = record.txid();
        count++;
    }

    /** Bytes so far, header included. */
    public int size() {
        return bytes.readableBytes();
    }

    public long baseOffset() {
        return baseOffset;
    }

    /** Whether it is large enough for compression to be tried. */
    public boolean compressible() {
        return size() - RecordFormat.HEADER_BYTES >= COMPRESS_FROM_BYTES;
    }

    public int count() {
        return count;
    }

    /** Offset after the last record. */
    public long endOffset() {
        return baseOffset + count;
    }

    /**
     * The finished batch, compressed if {@code codec} saves a tenth; this object is spent. The checksum of the body is computed here, once for the life
     * of the bytes.
     */
    public RecordBatch seal(BatchStamp stamp, Codec codec) {
        Check.state(count > 0, "a data batch without records at offset %s", baseOffset);
        int plainLength = bytes.readableBytes() - RecordFormat.HEADER_BYTES;
        ByteBuf stored = bytes;
        Codec used = Codec.NONE;
        if (codec != Codec.NONE && compressible()) {
            @Nullable
            ByteBuf packed = Compression.compress(
                    codec, bytes, RecordFormat.HEADER_BYTES, plainLength, RecordFormat.HEADER_BYTES, allocator);
            if (packed != null) {
                bytes.release();
                stored = packed;
                used = codec;
            }
        }
        int bodyLength = stored.readableBytes() - RecordFormat.HEADER_BYTES;
        BatchHeader header = new BatchHeader(
                false,
                used,
                used.number() | (ownTxids ? RecordFormat.FLAG_TXIDS : 0),
                RecordFormat.HEADER_BYTES,
                RecordFormat.crcOfOwn(stored, RecordFormat.HEADER_BYTES, bodyLength),
                stamp.streamId(),
                stamp.seq(),
                stamp.epoch(),
                baseOffset,
                count,
                bodyLength,
                plainLength,
                stamp.snapshotEntry(),
                stamp.timestamp(),
                ownTxids ? firstTxid : stamp.timestamp(),
                ownTxids ? lastTxid : stamp.timestamp(),
                stamp.fence(),
                List.of());
        RecordFormat.writeHeader(stored, header);
        return new RecordBatch(header, stored);
    }

    /** Gives the buffer up. */
    public void release() {
        bytes.release();
    }

    private int bodySize(byte @Nullable [] key, byte @Nullable [] value, List<RecordHeader> headers, long txidDelta) {
        int size = 1 + (value == null ? 0 : value.length);
        if (ownTxids) {
            size += Uvarint.size(txidDelta);
        }
        if (key != null) {
            size += Uvarint.size(key.length) + key.length;
        }
        if (!headers.isEmpty()) {
            size += Uvarint.size(headers.size());
            for (int i = 0; i < headers.size(); i++) {
                RecordHeader header = headers.get(i);
                size += Uvarint.size(header.name().length)
                        + header.name().length
                        + Uvarint.size(header.value().length)
                        + header.value().length;
            }
        }
        return size;
    }

    private void writeField(byte[] field) {
        Uvarint.write(bytes, field.length);
        bytes.writeBytes(field);
    }
}
