package io.daybook.stream.record;

import io.daybook.stream.Codec;
import io.daybook.stream.LogRecord;
import io.daybook.stream.ReadRecord;
import io.daybook.stream.RecordHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One ledger entry of a stream: encoded once, stored as it is, decoded by readers. Owns its bytes until {@link #close()}. One thread only.
 *
 * <p>Everything a decoder gives out has been checked: header and body checksums, lengths before anything is allocated, exact consumption.
 */
public final class RecordBatch implements AutoCloseable {
    private final BatchHeader header;
    private final ByteBuf bytes;

    RecordBatch(BatchHeader header, ByteBuf bytes) {
        this.header = header;
        this.bytes = bytes;
    }

    /** Checks an entry and takes it over; on failure (Corrupt, Unsupported) it is released. */
    public static RecordBatch parse(ByteBuf entry) {
        try {
            BatchHeader header = RecordFormat.readHeader(entry);
            int crc = RecordFormat.crc(entry, entry.readerIndex() + header.headerLength(), header.bodyLength());
            RecordFormat.corruptUnless(crc == header.bodyCrc(), "a batch body whose checksum does not match");
            return new RecordBatch(header, entry);
        } catch (RuntimeException refused) {
            entry.release();
            throw refused;
        }
    }

    public BatchHeader header() {
        return header;
    }

    /** Bytes as stored. */
    public int size() {
        return bytes.readableBytes();
    }

    /** The bytes, to be sent; the caller gets a reference of its own. */
    public ByteBuf frame() {
        return bytes.retainedDuplicate();
    }

    /**
     * The same records for another segment: only segment, snapshot entry and header checksum differ. In a buffer of its own, since the old one may
     * still be on its way to a slow server.
     */
    public RecordBatch movedTo(long seq, int snapshotEntry, ByteBufAllocator allocator) {
        BatchHeader h = header;
        BatchHeader moved = new BatchHeader(
                h.control(),
                h.codec(),
                h.flags(),
                h.headerLength(),
                h.bodyCrc(),
                h.streamId(),
                seq,
                h.epoch(),
                h.baseOffset(),
                h.recordCount(),
                h.bodyLength(),
                h.bodyLengthUncompressed(),
                snapshotEntry,
                h.timestamp(),
                h.firstTxid(),
                h.lastTxid(),
                h.fence(),
                h.frames());
        ByteBuf copy = allocator.directBuffer(bytes.readableBytes()).writeBytes(bytes, bytes.readerIndex(), size());
        RecordFormat.writeHeader(copy, moved);
        return new RecordBatch(moved, copy);
    }

    /** The records from {@code fromOffset} on; the whole body is checked whatever is asked for. */
    public List<ReadRecord> records(long fromOffset) {
        RecordFormat.unsupportedUnless(!header.sparse(), "a batch of a compacted segment");
        ByteBuf body = body();
        try {
            int skip = (int) Math.max(0, Math.min(header.recordCount(), fromOffset - header.baseOffset()));
            List<ReadRecord> records = new ArrayList<>(header.recordCount() - skip);
            long txid = header.firstTxid();
            for (int i = 0; i < header.recordCount(); i++) {
                int end = Uvarint.readLength(body);
                end += body.readerIndex();
                RecordFormat.corruptUnless(body.readerIndex() < end, "a record of no bytes");
                int attrs = body.readUnsignedByte();
                RecordFormat.corruptUnless(attrs <= 0b111, "a record with attributes %s", attrs);
                if (header.hasTxids()) {
                    long next = header.firstTxid() + Uvarint.read(body);
                    RecordFormat.corruptUnless(
                            next >= txid && next <= header.lastTxid(), "ordering numbers that decrease");
                    txid = next;
                }
                LogRecord content = content(body, end, attrs);
                if (i >= skip) {
                    records.add(new ReadRecord(
                            header.baseOffset() + i,
                            header.timestamp(),
                            txid,
                            header.hasTxids() ? content.withTxid(txid) : content));
                }
            }
            RecordFormat.corruptUnless(!body.isReadable(), "a batch with bytes behind its last record");
            RecordFormat.corruptUnless(
                    !header.hasTxids() || txid == header.lastTxid(), "a batch that does not end at its last txid");
            return records;
        } finally {
            body.release();
        }
    }

    /** What a control batch says. */
    public ControlRecord control() {
        RecordFormat.corruptUnless(header.control(), "a data batch where a control batch must stand");
        ByteBuf body = body();
        try {
            return ControlRecord.decode(body);
        } finally {
            body.release();
        }
    }

    @Override
    public void close() {
        bytes.release();
    }

    @Override
    public String toString() {
        return (header.control() ? "control batch" : "batch") + " of segment " + header.seq() + " at offsets "
                + header.baseOffset() + " to " + header.endOffset();
    }

    private ByteBuf body() {
        int index = bytes.readerIndex() + header.headerLength();
        if (header.codec() == Codec.NONE) {
            return bytes.retainedSlice(index, header.bodyLength());
        }
        return Compression.decompress(
                header.codec(),
                bytes,
                index,
                header.bodyLength(),
                header.bodyLengthUncompressed(),
                ByteBufAllocator.DEFAULT);
    }

    private static LogRecord content(ByteBuf body, int end, int attrs) {
        byte @Nullable [] key = (attrs & RecordFormat.ATTR_KEY) == 0 ? null : field(body, end);
        List<RecordHeader> headers = List.of();
        if ((attrs & RecordFormat.ATTR_HEADERS) != 0) {
            int count = Uvarint.readLength(body); // each takes two bytes at least, so the bound is a bound on the count
            RecordFormat.corruptUnless(count >= 1 && count <= (end - body.readerIndex()) / 2, "%s headers", count);
            headers = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                byte[] name = field(body, end);
                headers.add(new RecordHeader(name, field(body, end)));
            }
        }
        int rest = end - body.readerIndex();
        RecordFormat.corruptUnless(rest >= 0, "a record that reaches past its end");
        byte @Nullable [] value = null;
        if ((attrs & RecordFormat.ATTR_TOMBSTONE) == 0) {
            value = new byte[rest];
            body.readBytes(value);
        } else {
            RecordFormat.corruptUnless(rest == 0, "a tombstone with a value");
        }
        return LogRecord.read(key, headers, value);
    }

    private static byte[] field(ByteBuf body, int end) {
        int length = Uvarint.readLength(body);
        RecordFormat.corruptUnless(
                length <= end - body.readerIndex(), "a field of %s bytes that reaches past its record", length);
        byte[] field = new byte[length];
        body.readBytes(field);
        return field;
    }
}
