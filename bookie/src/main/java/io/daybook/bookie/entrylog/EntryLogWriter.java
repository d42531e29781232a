package io.daybook.bookie.entrylog;

import static io.daybook.bookie.entrylog.EntryLogFormat.BLOCK_BYTES;
import static io.daybook.bookie.entrylog.EntryLogFormat.BLOCK_HEADER_BYTES;
import static io.daybook.bookie.entrylog.EntryLogFormat.RECORD_HEADER_BYTES;

import io.daybook.base.error.Check;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.DiskFile;
import io.daybook.bookie.disk.Pace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Writes one entry-log file, once, from front to back: records by ascending ledger and entry, then the footer.
 *
 * <p>{@link #add} only fills the buffer. When {@link #wantsToWrite}, or before, the caller must await {@link #write} before it adds more. Belongs to the loop
 * that created it; promises complete there. After a failure the file is worthless: close it and never list it (R38).
 */
public final class EntryLogWriter {
    /** Most bytes of one write. */
    private static final int WRITE_BYTES = Pace.PIECE_BYTES_MAX;

    /** Capacity of the buffer a writer should be given. */
    public static final int BUFFER_BYTES = WRITE_BYTES + 3 * BLOCK_BYTES;

    private static final int FOOTER_BLOCK_BYTES = 32 << 10;

    private final DiskFile file;
    private final long number;
    private final AlignedBuffer aligned;

    private ByteBuf buffer;
    private long written; // file offset of the first byte of the buffer
    private int blockStart; // index in the buffer; what stands before it is whole blocks
    private int end; // index in the buffer of the next byte
    private int recordsInBlock;
    private int uncopied; // bytes of records that were noted and not copied yet

    private final List<Run> runs = new ArrayList<>();
    private final List<LedgerNote> notes = new ArrayList<>();
    private long blocks;
    private long entries;

    // the runs of the block in progress
    private RunCollector collector = new RunCollector();

    private EntryLogWriter(DiskFile file, long number, AlignedBuffer aligned) {
        this.file = file;
        this.number = number;
        this.aligned = aligned;
        buffer = aligned.bytes();
        startBlock(0);
    }

    /** Makes the file; it must not exist. The buffer belongs to the writer until it is closed. */
    public static Promise<EntryLogWriter> create(Disk disk, Path path, long number, AlignedBuffer buffer, Loop loop) {
        Promise<EntryLogWriter> made = loop.promise();
        disk.create(path, Disk.Access.DIRECT, loop).whenComplete((file, failure) -> {
            if (file == null) {
                made.completeExceptionally(failure);
            } else {
                made.complete(new EntryLogWriter(file, number, buffer));
            }
        });
        return made;
    }

    public long number() {
        return number;
    }

    /** Bytes of the file so far. */
    public long size() {
        return written + end;
    }

    /** Adds a note; the next record must belong to the same or a later ledger. */
    public void add(LedgerNote note) {
        ByteBuf body = Unpooled.buffer(64);
        note.writeTo(body);
        add(EntryLogFormat.RECORD_NOTE, note.ledgerId(), -1, body, 0, body.writerIndex());
        notes.add(note);
    }

    /** Adds the {@code length} bytes of an entry that start at {@code index} of {@code from}, which is borrowed. */
    public void add(long ledgerId, long entryId, ByteBuf from, int index, int length) {
        add(EntryLogFormat.RECORD_ENTRY, ledgerId, entryId, from, index, length);
        entries++;
    }

    private void add(int kind, long ledgerId, long entryId, ByteBuf from, int index, int length) {
        Check.state(!wantsToWrite(), "entry-log file %s was given records while it waited to be written", number);
        int recordBytes = RECORD_HEADER_BYTES + length;
        if (recordsInBlock > 0 && end - blockStart - BLOCK_HEADER_BYTES + recordBytes > BLOCK_BYTES) {
            finishBlock();
        }
        buffer = aligned.ensure(end + recordBytes + EntryLogFormat.BLOCK_ALIGNMENT, end);
        if (kind == EntryLogFormat.RECORD_ENTRY) {
            collector.add(ledgerId, entryId, end - blockStart, recordBytes);
        } else {
            collector.finish();
        }
        EntryLogFormat.putRecordHeader(buffer, end, kind, ledgerId, entryId, length);
        buffer.setBytes(end + RECORD_HEADER_BYTES, from, index, length);
        end += recordBytes;
        recordsInBlock++;
        finishFullBlock();
    }

    /**
     * Begins to add entries whose records stand one after the other in memory as they will in the file: {@link #addRecord} for each, as long as
     * there is room, then {@link #copy} once.
     *
     * @param recordBytes of the first one
     * @return bytes of records that there is room for, at least {@code recordBytes}
     */
    public int begin(int recordBytes) {
        Check.state(!wantsToWrite(), "entry-log file %s was given records while it waited to be written", number);
        if (recordsInBlock > 0 && end - blockStart - BLOCK_HEADER_BYTES + recordBytes > BLOCK_BYTES) {
            finishBlock();
        }
        return Math.max(recordBytes, BLOCK_BYTES - (end - blockStart - BLOCK_HEADER_BYTES));
    }

    /** Takes note of the next record, {@code recordBytes} long with its header. */
    public void addRecord(long ledgerId, long entryId, int recordBytes) {
        collector.add(ledgerId, entryId, end - blockStart + uncopied, recordBytes);
        uncopied += recordBytes;
        recordsInBlock++;
        entries++;
    }

    /** Copies the records noted since {@link #begin}, which start at {@code index} of {@code from}; that is borrowed. */
    public void copy(ByteBuf from, int index) {
        buffer = aligned.ensure(end + uncopied + EntryLogFormat.BLOCK_ALIGNMENT, end);
        buffer.setBytes(end, from, index, uncopied);
        end += uncopied;
        uncopied = 0;
        finishFullBlock();
    }

    private void finishFullBlock() {
        if (end - blockStart - BLOCK_HEADER_BYTES >= BLOCK_BYTES) {
            finishBlock();
        }
    }

    private void finishBlock() {
        if (recordsInBlock == 0) {
            return;
        }
        int bodyLength = end - blockStart - BLOCK_HEADER_BYTES;
        int length = EntryLogFormat.finishBlock(
                buffer, blockStart, bodyLength, number, written + blockStart, EntryLogFormat.KIND_DATA, recordsInBlock);
        collector.take(number, written + blockStart, length, runs);
        blocks++;
        startBlock(blockStart + length);
    }

    private void startBlock(int at) {
        buffer = aligned.ensure(at + BLOCK_HEADER_BYTES + BLOCK_BYTES, at);
        blockStart = at;
        end = at + BLOCK_HEADER_BYTES;
        recordsInBlock = 0;
    }

    /** True when no more may be added before a write. */
    public boolean wantsToWrite() {
        return blockStart >= WRITE_BYTES;
    }

    /** Bytes of whole blocks that wait in the buffer. */
    public int waiting() {
        return blockStart;
    }

    /** Writes the whole blocks that wait, except for what does not fill the last aligned unit. */
    public CompletionStage<Void> write() {
        int alignment = file.alignment();
        int bytes = blockStart / alignment * alignment;
        return file.write(written, buffer.retainedSlice(0, bytes)).thenRun(() -> {
            buffer.setBytes(0, buffer.slice(bytes, end - bytes)); // the block in progress moves to the front
            written += bytes;
            blockStart -= bytes;
            end -= bytes;
        });
    }

    /**
     * Writes what is left, the footer and the trailer, syncs, and closes the file. Not durable before its directory is synced (R34).
     *
     * @return what the file holds and where its footer is
     */
    public CompletionStage<Finished> finish() {
        finishBlock();
        long footerOffset = written + blockStart;
        ByteBuf footer = footer(footerOffset);
        int before = blockStart;
        long bytes = before + (long) footer.readableBytes() + EntryLogFormat.TRAILER_BYTES;
        int alignment = file.alignment();
        int total = Math.toIntExact((bytes + alignment - 1) / alignment * alignment);
        buffer = aligned.ensure(total, before);
        buffer.setZero(before, total - before);
        buffer.setBytes(before, footer, 0, footer.readableBytes());
        EntryLogFormat.writeTrailer(
                buffer,
                total - EntryLogFormat.TRAILER_BYTES,
                number,
                new EntryLogFormat.Trailer(footerOffset, footer.readableBytes(), blocks, entries));
        long size = written + total;
        return file.write(written, buffer.retainedSlice(0, total))
                .thenCompose(done -> file.sync())
                .thenCompose(synced -> file.close())
                .thenApply(closed -> new Finished(
                        new ListedFile(number, size, footerOffset), new FileContents(number, true, notes, runs)));
    }

    private ByteBuf footer(long footerOffset) {
        ByteBuf footer = Unpooled.buffer(4096);
        footer.writeZero(BLOCK_HEADER_BYTES);
        int start = 0;
        int items = 0;
        for (int i = 0; i < notes.size() + runs.size(); i++) {
            if (i < notes.size()) {
                LedgerNote note = notes.get(i);
                footer.writeByte(EntryLogFormat.ITEM_NOTE);
                footer.writeLong(note.ledgerId());
                note.writeTo(footer);
            } else {
                writeRun(footer, runs.get(i - notes.size()));
            }
            items++;
            if (footer.writerIndex() - start >= FOOTER_BLOCK_BYTES) {
                start = finishFooterBlock(footer, start, footerOffset, items);
                footer.writeZero(BLOCK_HEADER_BYTES);
                items = 0;
            }
        }
        finishFooterBlock(footer, start, footerOffset, items);
        return footer;
    }

    private int finishFooterBlock(ByteBuf footer, int start, long footerOffset, int items) {
        int bodyLength = footer.writerIndex() - start - BLOCK_HEADER_BYTES;
        footer.ensureWritable(EntryLogFormat.BLOCK_ALIGNMENT);
        int length = EntryLogFormat.finishBlock(
                footer, start, bodyLength, number, footerOffset + start, EntryLogFormat.KIND_FOOTER, items);
        footer.writerIndex(start + length);
        return start + length;
    }

    private static void writeRun(ByteBuf footer, Run run) {
        footer.writeByte(EntryLogFormat.ITEM_RUN);
        footer.writeLong(run.ledgerId());
        Varint.write(footer, run.blockOffset());
        Varint.write(footer, run.blockLength());
        Varint.write(footer, run.position());
        Varint.write(footer, run.bytes());
        run.ids().writeTo(footer);
    }

    /** Gives the file up after a failure. */
    public CompletionStage<Void> abandon() {
        return file.close();
    }

    /** A file that is written and synced. */
    public record Finished(ListedFile listing, FileContents contents) {}
}
