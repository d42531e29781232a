package io.daybook.bookie.disk;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import com.sun.nio.file.ExtendedOpenOption;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.DiskFile;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file system of the machine.
 *
 * <p><b>Threads.</b> From a loop that may block an operation runs inside the call, and its promise is complete on return. From any
 * other loop it runs on one of the {@code readers}; operations of one file, and those that name one path, go to the same reader, so
 * that their order is kept.
 */
public final class FileDisk implements Disk {
    private final List<Loop> readers; // loops that may block

    /** @param readers loops that may block, for what is asked from loops that may not; empty if no such loop will ask */
    public FileDisk(List<Loop> readers) {
        this.readers = List.copyOf(readers);
        if (!this.readers.stream().allMatch(Loop::mayBlock)) {
            throw new IllegalArgumentException("disk operations can run only on loops that may block");
        }
    }

    /** Work that blocks. */
    interface Operation<T extends @Nullable Object> {
        @Nullable
        T run() throws IOException;
    }

    @Override
    public Promise<DiskFile> create(Path file, Access access, Loop owner) {
        return open(file, access, Set.of(CREATE_NEW, READ, WRITE), owner);
    }

    @Override
    public Promise<DiskFile> open(Path file, Access access, Loop owner) {
        return open(file, access, readOnly(access) ? Set.of(READ) : Set.of(READ, WRITE), owner);
    }

    @Override
    public Promise<Void> rename(Path from, Path to, Loop caller) {
        return run(caller, workerFor(to, caller), () -> {
            try {
                Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                throw new IOException("%s cannot become %s: they are on different file systems".formatted(from, to), e);
            }
            return null;
        });
    }

    @Override
    public Promise<Void> delete(Path file, Loop caller) {
        return run(caller, workerFor(file, caller), () -> {
            Files.delete(file);
            return null;
        });
    }

    @Override
    public Promise<Void> createDirectories(Path directory, Loop caller) {
        return run(caller, workerFor(directory, caller), () -> {
            Files.createDirectories(directory, ownerOnlyDirectory(directory));
            return null;
        });
    }

    @Override
    public Promise<List<String>> list(Path directory, Loop caller) {
        return run(caller, workerFor(directory, caller), () -> {
            var names = new ArrayList<String>();
            try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
                children.forEach(child -> names.add(child.getFileName().toString()));
            } catch (NoSuchFileException nothing) {
                return List.of();
            }
            Collections.sort(names);
            return List.copyOf(names);
        });
    }

    @Override
    public Promise<Void> syncDirectory(Path directory, Loop caller) {
        return run(caller, workerFor(directory, caller), () -> {
            try (FileChannel channel = FileChannel.open(directory, READ)) {
                channel.force(true);
            }
            return null;
        });
    }

    @Override
    public Promise<Space> space(Path directory, Loop caller) {
        return run(caller, workerFor(directory, caller), () -> {
            File asked = directory.toFile(); // unlike a FileStore this needs no walk over all mounts
            long total = asked.getTotalSpace();
            if (total == 0 && !Files.exists(directory)) {
                throw new NoSuchFileException(directory.toString());
            }
            return new Space(total, asked.getUsableSpace());
        });
    }

    private Promise<DiskFile> open(Path file, Access access, Set<? extends OpenOption> options, Loop owner) {
        Loop worker = workerFor(file, owner);
        return run(owner, worker, () -> openNow(file, access, options, owner, worker));
    }

    private static boolean readOnly(Access access) {
        return access == Access.READ || access == Access.READ_DIRECT;
    }

    private static DiskFile openNow(
            Path file, Access access, Set<? extends OpenOption> options, Loop owner, Loop worker) throws IOException {
        FileAttribute<?>[] attributes = options.contains(CREATE_NEW) ? ownerOnlyFile(file) : new FileAttribute<?>[0];
        if (access == Access.DIRECT || access == Access.READ_DIRECT) {
            var direct = new LinkedHashSet<OpenOption>(options);
            direct.add(ExtendedOpenOption.DIRECT);
            try {
                FileChannel channel = FileChannel.open(file, direct, attributes);
                int alignment = (int) Math.max(4096, Files.getFileStore(file).getBlockSize());
                return new ChannelFile(file, channel, alignment, owner, worker);
            } catch (NoSuchFileException | FileAlreadyExistsException e) {
                throw e;
            } catch (UnsupportedOperationException | IOException notHere) {
                // A file system such as tmpfs refuses direct access after it has made the file: open what is there. If
                // direct
                // access was not the reason, this fails as well, with the reason.
                if (Files.exists(file)) {
                    FileChannel channel = FileChannel.open(file, readOnly(access) ? Set.of(READ) : Set.of(READ, WRITE));
                    return new ChannelFile(file, channel, 1, owner, worker);
                }
            }
        }
        return new ChannelFile(file, FileChannel.open(file, options, attributes), 1, owner, worker);
    }

    /** The loop that does the work: the caller's own if it may block. */
    private Loop workerFor(Path path, Loop caller) {
        if (caller.mayBlock()) {
            return caller;
        }
        if (readers.isEmpty()) {
            throw new IllegalStateException(
                    "loop %s must not block and this disk was given no loops that may; it was asked for %s"
                            .formatted(caller.name(), path));
        }
        return readers.get(Math.floorMod(path.hashCode(), readers.size()));
    }

    /** Runs {@code operation} on {@code worker}; inside this call if that is the caller. */
    static <T> Promise<T> run(Loop caller, Loop worker, Operation<T> operation) {
        Promise<T> promise = caller.promise();
        if (worker == caller) {
            perform(operation, promise);
        } else {
            worker.execute(() -> perform(operation, promise));
        }
        return promise;
    }

    private static <T> void perform(Operation<T> operation, Promise<T> promise) {
        @Nullable T value;
        try {
            value = operation.run();
        } catch (IOException e) {
            promise.completeExceptionally(e);
            return;
        } catch (NonWritableChannelException e) {
            promise.completeExceptionally(new IOException("the file was opened for reading only", e));
            return;
        }
        promise.complete(value);
    }

    /** Mode 0600 where the file system knows modes. */
    static FileAttribute<?>[] ownerOnlyFile(Path file) {
        return permissions(file, "rw-------");
    }

    /** Mode 0700 where the file system knows modes. */
    static FileAttribute<?>[] ownerOnlyDirectory(Path directory) {
        return permissions(directory, "rwx------");
    }

    private static FileAttribute<?>[] permissions(Path path, String mode) {
        if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return new FileAttribute<?>[0];
        }
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))};
    }
}
