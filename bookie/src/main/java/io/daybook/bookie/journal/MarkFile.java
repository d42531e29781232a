package io.daybook.bookie.journal;

import static io.daybook.bookie.journal.JournalFormat.BLOCK;
import static io.daybook.bookie.journal.JournalFormat.MARK_SLOTS;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.Disk.Access;
import io.daybook.base.seam.DiskFile;
import io.daybook.bookie.disk.Layout;
import io.daybook.bookie.journal.JournalFormat.Mark;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The mark on disk: two slots written in turns, so that a crash while one is written leaves the other, and no write needs new space.
 *
 * <p>One loop; one write at a time.
 */
final class MarkFile {
    private final Disk disk;
    private final Path directory;
    private final Loop loop;

    private @Nullable Mark latest; // what is durable

    MarkFile(Disk disk, Path directory, Loop loop, @Nullable Mark latest) {
        this.disk = disk;
        this.directory = directory;
        this.loop = loop;
        this.latest = latest;
    }

    @Nullable
    Mark latest() {
        return latest;
    }

    /** The better of the two slots, or null if neither is whole. */
    static CompletableFuture<@Nullable Mark> read(Disk disk, Path directory, Loop loop) {
        return disk.open(Layout.journalMark(directory), Access.READ, loop).thenCompose(file -> {
            ByteBuf bytes = Unpooled.buffer(MARK_SLOTS * BLOCK, MARK_SLOTS * BLOCK);
            return file.read(0, MARK_SLOTS * BLOCK, bytes)
                    .handle((count, failure) -> file.close().thenCompose(closed -> {
                        if (failure != null) {
                            return CompletableFuture.<@Nullable Mark>failedFuture(failure);
                        }
                        return CompletableFuture.completedFuture(best(bytes.nioBuffer()));
                    }))
                    .thenCompose(each -> each);
        });
    }

    private static @Nullable Mark best(ByteBuffer slots) {
        Mark best = null;
        for (int slot = 0; slot < MARK_SLOTS; slot++) {
            Mark mark = JournalFormat.readMark(slots, slot * BLOCK);
            if (mark != null && (best == null || mark.serial() > best.serial())) {
                best = mark;
            }
        }
        return best;
    }

    /** Makes the file, with both slots saying {@code position}; replaces what is there. Durable when the future completes. */
    CompletableFuture<Void> create(JournalPosition position, long lastFile, int salt) {
        Path finished = Layout.journalMark(directory);
        Path unfinished = Layout.unfinished(finished);
        var mark = new Mark(1, position, lastFile, salt);
        ByteBuffer slots = ByteBuffer.allocate(MARK_SLOTS * BLOCK);
        for (int slot = 0; slot < MARK_SLOTS; slot++) {
            JournalFormat.putMark(slots, mark);
        }
        return disk.create(unfinished, Access.READ_WRITE, loop)
                .thenCompose(file -> writeSyncClose(file, 0, Unpooled.wrappedBuffer(slots.flip())))
                .thenCompose(written -> disk.rename(unfinished, finished, loop))
                .thenCompose(renamed -> disk.syncDirectory(directory, loop))
                .thenRun(() -> latest = mark);
    }

    /** Moves the mark of an existing file. Durable when the future completes. */
    CompletableFuture<Void> advance(Mark from, JournalPosition position, long lastFile) {
        var mark = new Mark(from.serial() + 1, position, lastFile, from.salt());
        ByteBuffer slot = ByteBuffer.allocate(BLOCK);
        JournalFormat.putMark(slot, mark);
        long at = mark.serial() % MARK_SLOTS * BLOCK;
        return disk.open(Layout.journalMark(directory), Access.READ_WRITE, loop)
                .thenCompose(file -> writeSyncClose(file, at, Unpooled.wrappedBuffer(slot.flip())))
                .thenRun(() -> latest = mark);
    }

    private static CompletableFuture<Void> writeSyncClose(DiskFile file, long position, ByteBuf bytes) {
        return file.write(position, bytes)
                .thenCompose(written -> file.sync())
                .handle((synced, failure) -> {
                    Promise<Void> closed = file.close();
                    return failure == null ? closed : CompletableFuture.<Void>failedFuture(failure);
                })
                .thenCompose(each -> each);
    }
}
