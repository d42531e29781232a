package io.daybook.bookie.membership;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.Disk.Access;
import io.daybook.base.seam.DiskFile;
import io.daybook.bookie.disk.Layout;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The two files that say whose a directory is. Belongs to its loop.
 *
 * <p>Each file is written beside its place, synced, renamed and the directory synced, so that after a crash it is there whole or not at all.
 */
final class DirectoryFiles {
    private static final int FILE_BYTES_MAX = 1 << 20;
    private static final Set<String> NOT_DATA = Set.of("LOCK", "current", "lost+found");

    private final Disk disk;
    private final Path directory;
    private final Loop loop;

    /**
     * What was found in a directory.
     *
     * @param cookie content of VERSION, null if there is none
     * @param identity content of IDENTITY, null if there is none
     * @param data name of something else that lies there, null if nothing does
     */
    record Found(
            Path directory,
            byte @Nullable [] cookie,
            byte @Nullable [] identity,
            @Nullable String data) {

        boolean untouched() {
            return cookie == null && identity == null && data == null;
        }
    }

    DirectoryFiles(Disk disk, Path directory, Loop loop) {
        this.disk = disk;
        this.directory = directory;
        this.loop = loop;
    }

    Path directory() {
        return directory;
    }

    /** Looks without changing anything; a directory that does not exist is empty. */
    Promise<Found> look() {
        Path cookie = Layout.cookie(directory);
        Path identity = Layout.identity(directory);
        Path current = parent(cookie);
        return (Promise<Found>) disk.list(directory, loop)
                .thenCompose(names -> disk.list(current, loop)
                        .thenCompose(files -> read(cookie, files)
                                .thenCompose(version -> read(identity, files)
                                        .thenApply(id -> new Found(directory, version, id, data(names, files))))));
    }

    /** Writes both files and makes them durable, over what is there. */
    Promise<Void> write(byte[] cookie, byte[] identity) {
        Path current = parent(Layout.cookie(directory));
        Path above = directory.toAbsolutePath().getParent();
        return (Promise<Void>) disk.createDirectories(current, loop)
                .thenCompose(made -> above == null ? made() : disk.syncDirectory(above, loop))
                .thenCompose(synced -> disk.syncDirectory(directory, loop))
                .thenCompose(synced -> replace(Layout.identity(directory), identity))
                .thenCompose(written -> replace(Layout.cookie(directory), cookie));
    }

    private Promise<Void> replace(Path file, byte[] content) {
        Path unfinished = Layout.unfinished(file);
        Path current = parent(file);
        return (Promise<Void>) disk.list(current, loop)
                .thenCompose(files -> files.contains(name(unfinished)) ? disk.delete(unfinished, loop) : made())
                .thenCompose(deleted -> disk.create(unfinished, Access.READ_WRITE, loop))
                .thenCompose(made -> closing(made, open -> (Promise<Void>)
                        open.write(0, Unpooled.wrappedBuffer(content)).thenCompose(written -> open.sync())))
                .thenCompose(synced -> disk.rename(unfinished, file, loop))
                .thenCompose(renamed -> disk.syncDirectory(current, loop));
    }

    private Promise<byte @Nullable []> read(Path file, List<String> there) {
        if (!there.contains(name(file))) {
            return (Promise<byte @Nullable []>) made().thenApply(nothing -> (byte @Nullable []) null);
        }
        return (Promise<byte @Nullable []>) disk.open(file, Access.READ, loop)
                .thenCompose(opened -> closing(opened, open ->
                        (Promise<byte[]>) open.size().thenCompose(size -> content(open, size))));
    }

    private static Promise<byte[]> content(DiskFile file, long size) {
        if (size > FILE_BYTES_MAX) {
            throw new CompletionException(
                    new IOException("%s holds %d bytes, more than such a file ever has".formatted(file.path(), size)));
        }
        ByteBuf buffer = Unpooled.buffer((int) size);
        return (Promise<byte[]>) file.read(0, (int) size, buffer).thenApply(count -> {
            byte[] bytes = new byte[count];
            buffer.readBytes(bytes);
            return bytes;
        });
    }

    /** Works on {@code file} and closes it, whatever comes of the work. */
    private static <T> Promise<T> closing(DiskFile file, Function<DiskFile, Promise<T>> work) {
        Promise<T> done = work.apply(file);
        return (Promise<T>) done.handle((value, failure) -> file.close().thenCompose(closed -> done))
                .thenCompose(following -> following);
    }

    private static @Nullable String data(List<String> names, List<String> files) {
        for (String name : names) {
            if (!NOT_DATA.contains(name)) {
                return name;
            }
        }
        for (String name : files) {
            if (!name.equals("VERSION") && !name.equals("IDENTITY") && !Layout.isUnfinished(name)) {
                return "current/" + name;
            }
        }
        return null;
    }

    private Promise<Void> made() {
        Promise<Void> done = loop.promise();
        done.complete(null);
        return done;
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException(file + " lies in no directory");
        }
        return parent;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
