package io.daybook.bookie.entrylog;

import static io.daybook.bookie.entrylog.EntryLogFormat.BLOCK_HEADER_BYTES;
import static io.daybook.bookie.entrylog.EntryLogFormat.RECORD_HEADER_BYTES;
import static io.daybook.bookie.entrylog.EntryLogFormat.TRAILER_BYTES;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.DiskFile;
import io.daybook.bookie.entrylog.EntryLogFormat.BlockHeader;
import io.daybook.bookie.entrylog.EntryLogFormat.Trailer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One entry-log file, opened to find out what it holds: from its footer, or, where the footer fails its checks, from its records, one by one (R67).
 * Belongs to the loop that opened it.
 */
public final class EntryLogFile {
    private static final Logger log = LoggerFactory.getLogger(EntryLogFile.class);

    /** Bytes looked through at a time where blocks are damaged. */
    private static final int SEARCH_BYTES = 256 << 10;

    private final DiskFile file;
    private final long number;
    private final Loop loop;

    private EntryLogFile(DiskFile file, long number, Loop loop) {
        this.file = file;
        this.number = number;
        this.loop = loop;
    }

    /**
     * What the file holds. Never fails for what it finds: what cannot be read makes the contents incomplete.
     *
     * @param listing what the manifest says of the file; null if no manifest can be read
     */
    public static CompletionStage<FileContents> contents(
            Disk disk, Path path, long number, @Nullable ListedFile listing, Loop loop) {
        return disk.open(path, Disk.Access.READ, loop)
                .thenCompose(file -> {
                    EntryLogFile opened = new EntryLogFile(file, number, loop);
                    return opened.contents(listing)
                            .handle((contents, failure) -> file.close()
                                    .handle((closed, ignored) -> contents == null ? opened.lost(failure) : contents))
                            .thenCompose(same -> same);
                })
                .handle((contents, failure) -> {
                    if (contents != null) {
                        return contents;
                    }
                    log.error(
                            "entry-log file {} cannot be opened; its entries count as damaged",
                            path,
                            Futures.cause(failure));
                    return FileContents.lost(number);
                });
    }

    private FileContents lost(Throwable failure) {
        log.error(
                "entry-log file {} cannot be read; its entries count as damaged", file.path(), Futures.cause(failure));
        return FileContents.lost(number);
    }

    private CompletionStage<FileContents> contents(@Nullable ListedFile listing) {
        return file.size().thenCompose(size -> {
            boolean whole = listing == null || listing.size() == size;
            return fromFooter(size)
                    .handle((contents, failure) -> {
                        if (contents != null && whole) {
                            return CompletableFuture.completedStage(contents);
                        }
                        log.warn(
                                "the footer of entry-log file {} cannot be used ({}); its records are read one by one",
                                file.path(),
                                failure == null
                                        ? "the manifest tells another size"
                                        : Futures.cause(failure).getMessage());
                        // Without a footer nobody knows where the data ends, and so whether all of it is there.
                        long dataEnd = listing == null ? size : Math.min(listing.footerOffset(), size);
                        boolean known = listing != null && listing.footerOffset() <= size;
                        return new Scan(dataEnd, known).run();
                    })
                    .thenCompose(same -> same);
        });
    }

    private CompletionStage<FileContents> fromFooter(long size) {
        if (size < TRAILER_BYTES) {
            return failed("is too short for a trailer");
        }
        return read(size - TRAILER_BYTES, TRAILER_BYTES).thenCompose(bytes -> {
            Trailer trailer = EntryLogFormat.trailer(bytes, 0, number);
            if (trailer == null) {
                return failed("has no valid trailer");
            }
            if (trailer.footerOffset() < 0
                    || trailer.footerLength() < 0
                    || trailer.footerLength() > Integer.MAX_VALUE / 2
                    || trailer.footerOffset() + trailer.footerLength() > size - TRAILER_BYTES) {
                return failed("has a trailer that points outside the file");
            }
            return read(trailer.footerOffset(), (int) trailer.footerLength())
                    .thenApply(footer -> parseFooter(footer, trailer));
        });
    }

    private FileContents parseFooter(ByteBuf footer, Trailer trailer) {
        List<LedgerNote> notes = new ArrayList<>();
        List<Run> runs = new ArrayList<>();
        long entries = 0;
        int at = 0;
        while (at < footer.writerIndex()) {
            long offset = trailer.footerOffset() + at;
            BlockHeader header = EntryLogFormat.header(footer, at, number, offset);
            if (header == null
                    || header.kind() != EntryLogFormat.KIND_FOOTER
                    || !EntryLogFormat.bodyMatches(footer, at, header)) {
                throw new MalformedLogException("the footer block at offset %d fails its checks".formatted(offset));
            }
            ByteBuf body = footer.slice(at + BLOCK_HEADER_BYTES, header.bodyLength());
            for (int i = 0; i < header.items(); i++) {
                byte item = body.readByte();
                long ledgerId = body.readLong();
                if (item == EntryLogFormat.ITEM_NOTE) {
                    notes.add(LedgerNote.readFrom(ledgerId, body));
                } else if (item == EntryLogFormat.ITEM_RUN) {
                    Run run = readRun(ledgerId, body);
                    entries += run.ids().count();
                    runs.add(run);
                } else {
                    throw new MalformedLogException("the footer has an item of unknown kind " + item);
                }
            }
            at += header.blockLength();
        }
        if (entries != trailer.entries()) {
            throw new MalformedLogException(
                    "the footer names %d entries, the trailer %d".formatted(entries, trailer.entries()));
        }
        return new FileContents(number, true, notes, runs);
    }

    private Run readRun(long ledgerId, ByteBuf body) {
        long blockOffset = Varint.read(body);
        int blockLength = Varint.readInt(body, EntryLogFormat.BLOCK_BYTES_MAX);
        int position = Varint.readInt(body, EntryLogFormat.BLOCK_BYTES_MAX);
        int bytes = Varint.readInt(body, EntryLogFormat.BLOCK_BYTES_MAX);
        return new Run(ledgerId, EntryIds.readFrom(body), number, blockOffset, blockLength, position, bytes);
    }

    private CompletionStage<ByteBuf> read(long position, int length) {
        ByteBuf into = Unpooled.buffer(length);
        return file.read(position, length, into).thenApply(count -> into);
    }

    private static <T> CompletionStage<T> failed(String reason) {
        return CompletableFuture.failedStage(new MalformedLogException(reason));
    }

    /**
     * Reads exactly {@code length} bytes into {@code into}, which stays the caller's.
     *
     * @return a failure with EOFException where the file ends before
     */
    public static CompletionStage<Void> readFully(DiskFile file, long position, int length, ByteBuf into) {
        return file.read(position, length, into)
                .thenCompose(count -> count == length
                        ? CompletableFuture.<Void>completedStage(null)
                        : CompletableFuture.failedStage(
                                new EOFException("%s ends at %d, but %d bytes from %d should be there"
                                        .formatted(file.path(), position + count, length, position))));
    }

    /** Walks over all blocks, past damaged ones, one step per block. */
    private final class Scan {
        private final long dataEnd;
        private final List<LedgerNote> notes = new ArrayList<>();
        private final List<Run> runs = new ArrayList<>();
        private final CompletableFuture<FileContents> result = loop.promise();

        private boolean complete;
        private long at;

        Scan(long dataEnd, boolean endIsKnown) {
            this.dataEnd = dataEnd;
            complete = endIsKnown;
        }

        CompletionStage<FileContents> run() {
            next();
            return result;
        }

        private void next() {
            if (dataEnd - at < BLOCK_HEADER_BYTES) {
                complete &= at == dataEnd;
                result.complete(new FileContents(number, complete, notes, runs));
                return;
            }
            read(at, (int) Math.min(dataEnd - at, BLOCK_HEADER_BYTES + EntryLogFormat.BLOCK_BYTES + 1024))
                    .thenCompose(this::whole)
                    .whenComplete((bytes, failure) -> {
                        if (failure == null) {
                            step(bytes);
                        } else if (Futures.cause(failure) instanceof IOException) {
                            log.error("entry-log file {} cannot be read at offset {}", file.path(), at, failure);
                            complete = false;
                            at += EntryLogFormat.BLOCK_ALIGNMENT * 512L; // past the bad sectors
                            loop.execute(this::next);
                        } else {
                            result.completeExceptionally(Futures.cause(failure));
                        }
                    });
        }

        /** The bytes, and the rest of the block that starts with them if it is longer. */
        private CompletionStage<ByteBuf> whole(ByteBuf bytes) {
            BlockHeader header = EntryLogFormat.header(bytes, 0, number, at);
            if (header == null || header.blockLength() <= bytes.writerIndex() || header.blockLength() > dataEnd - at) {
                return CompletableFuture.completedStage(bytes);
            }
            return read(at, header.blockLength());
        }

        private void step(ByteBuf bytes) {
            BlockHeader header = EntryLogFormat.header(bytes, 0, number, at);
            if (header == null) {
                complete = false;
                loop.execute(this::search);
                return;
            }
            if (header.kind() == EntryLogFormat.KIND_DATA) {
                if (EntryLogFormat.bodyMatches(bytes, 0, header)) {
                    collect(bytes, header);
                } else {
                    log.error("the block at offset {} of entry-log file {} is damaged", at, file.path());
                    complete = false;
                }
            }
            at += header.blockLength();
            loop.execute(this::next);
        }

        /** Looks for the next header, which says itself where it belongs. */
        private void search() {
            long from = at + EntryLogFormat.BLOCK_ALIGNMENT;
            int length = (int) Math.min(dataEnd - from, SEARCH_BYTES);
            if (length < BLOCK_HEADER_BYTES) {
                at = dataEnd;
                next();
                return;
            }
            read(from, length).whenComplete((bytes, failure) -> {
                if (bytes == null) {
                    at = from + EntryLogFormat.BLOCK_ALIGNMENT * 512L;
                    loop.execute(this::next);
                    return;
                }
                int i = 0;
                while (i + BLOCK_HEADER_BYTES <= bytes.writerIndex()
                        && EntryLogFormat.header(bytes, i, number, from + i) == null) {
                    i += EntryLogFormat.BLOCK_ALIGNMENT;
                }
                at = from + i;
                loop.execute(i + BLOCK_HEADER_BYTES <= bytes.writerIndex() ? this::next : this::search);
            });
        }

        private void collect(ByteBuf block, BlockHeader header) {
            RunCollector collector = new RunCollector();
            int record = BLOCK_HEADER_BYTES;
            for (int i = 0; i < header.items(); i++) {
                int length = RECORD_HEADER_BYTES + EntryLogFormat.recordLength(block, record);
                long ledgerId = block.getLong(record + 4);
                if (EntryLogFormat.recordKind(block, record) == EntryLogFormat.RECORD_NOTE) {
                    collector.finish();
                    notes.add(LedgerNote.readFrom(
                            ledgerId, block.slice(record + RECORD_HEADER_BYTES, length - RECORD_HEADER_BYTES)));
                } else {
                    collector.add(ledgerId, EntryLogFormat.recordEntry(block, record), record, length);
                }
                record += length;
            }
            collector.take(number, at, header.blockLength(), runs);
        }
    }
}
