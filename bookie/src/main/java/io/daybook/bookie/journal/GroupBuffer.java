package io.daybook.bookie.journal;

import static io.daybook.bookie.journal.JournalFormat.BLOCK;
import static io.daybook.bookie.journal.JournalFormat.GROUP_HEADER;
import static io.daybook.bookie.journal.JournalFormat.RECORD_HEADER;

import io.daybook.base.error.Check;
import io.daybook.bookie.disk.AlignedMemory;
import io.daybook.bookie.journal.JournalFormat.GroupHeader;
import io.daybook.ledger.digest.EntryHeader;
import io.daybook.ledger.protocol.EntryGroup;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one group, built in memory that direct writes accept. The journal's loop only; one group at a time, and none while a write
 * of the one before is under way.
 */
final class GroupBuffer {
    private static final byte[] PADDING = new byte[BLOCK];

    private final CRC32C crc = new CRC32C();

    private ByteBuffer bytes; // grown when one record needs it
    private ByteBuf view; // the same memory
    private int end = GROUP_HEADER;
    private int records;

    /** With room for {@code size} bytes of group, and for any single record. */
    GroupBuffer(int size) {
        bytes = AlignedMemory.allocate(JournalFormat.padded(size));
        view = Unpooled.wrappedBuffer(bytes);
    }

    int records() {
        return records;
    }

    /** Bytes the group would have, padding included, with so many more records of {@code payload} bytes in all. */
    int lengthWith(int more, int payload) {
        return JournalFormat.padded(end + more * RECORD_HEADER + payload);
    }

    /** Copies the records of an append in; its payload is released by whoever tells of it. */
    void add(PendingAppend append, int sequence, int mask) {
        makeRoom(lengthWith(append.records, append.payloadLength()));
        ByteBuf payload = append.payload();
        if (append.group && payload != null) {
            EntryGroup walk = new EntryGroup(payload);
            for (int i = 0; walk.next(); i++) {
                record(
                        append,
                        EntryHeader.ledgerId(payload),
                        EntryHeader.entryId(payload),
                        payload,
                        sequence + i,
                        mask);
            }
            walk.rewind();
        } else {
            record(append, append.ledgerId, append.entryId, payload, sequence, mask);
        }
    }

    private void record(
            PendingAppend append, long ledgerId, long entryId, @Nullable ByteBuf payload, int sequence, int mask) {
        int length = 0;
        if (payload != null) {
            length = payload.readableBytes();
            payload.getBytes(
                    payload.readerIndex(),
                    bytes.limit(end + RECORD_HEADER + length).position(end + RECORD_HEADER));
            bytes.clear();
        }
        JournalFormat.putRecordHeader(
                bytes, end, length, Objects.requireNonNull(append.kind), sequence, ledgerId, entryId, mask, crc);
        end += RECORD_HEADER + length;
        records++;
    }

    /** Ends the group; returns all of its bytes, to be written at the position it names, and is ready to build the next one. */
    ByteBuf seal(JournalPosition at, int firstSequence, JournalPosition synced, int mask) {
        int length = JournalFormat.padded(end);
        var header = new GroupHeader(at.file(), at.offset(), firstSequence, records, end - GROUP_HEADER, synced);
        JournalFormat.putGroupHeader(bytes, 0, header, mask, crc);
        bytes.put(end, PADDING, 0, length - end);
        end = GROUP_HEADER;
        records = 0;
        return view.retainedSlice(0, length);
    }

    private void makeRoom(int length) {
        if (length > bytes.capacity()) {
            Check.state(
                    records == 0,
                    "a group of %s records would grow beyond its buffer of %s bytes",
                    records,
                    bytes.capacity());
            bytes = AlignedMemory.allocate(length);
            view = Unpooled.wrappedBuffer(bytes);
        }
    }
}
