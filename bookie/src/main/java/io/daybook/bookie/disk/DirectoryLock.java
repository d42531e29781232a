package io.daybook.bookie.disk;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.daybook.bookie.BookieException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Keeps other processes, and other bookies of this process, out of a bookie's directories until it is closed.
 *
 * <p>The operating system drops the lock with the process, so a crash leaves nothing to clean up. One thread at a time.
 */
public final class DirectoryLock implements AutoCloseable {
    private final List<FileChannel> held = new ArrayList<>();

    private DirectoryLock() {}

    /** Makes the directories of {@code layout} where they are missing and locks them; fails with {@link BookieException.Refused}. */
    public static DirectoryLock take(Layout layout) {
        var lock = new DirectoryLock();
        try {
            var directories = new LinkedHashSet<Path>();
            for (Path directory : List.of(layout.journal(), layout.data())) {
                Files.createDirectories(directory, FileDisk.ownerOnlyDirectory(directory));
                directories.add(directory.toRealPath());
            }
            for (Path directory : directories) {
                lock.add(directory);
            }
            return lock;
        } catch (IOException e) {
            lock.close();
            throw new BookieException.Refused(
                    "the bookie's directories %s and %s cannot be used: %s; check that they exist and belong to this user"
                            .formatted(layout.journal(), layout.data(), e),
                    e);
        } catch (BookieException.Refused e) {
            lock.close();
            throw e;
        }
    }

    private void add(Path directory) throws IOException {
        Path file = Layout.lock(directory);
        FileChannel channel = FileChannel.open(file, Set.of(CREATE, WRITE), FileDisk.ownerOnlyFile(file));
        held.add(channel);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            lock = null;
        }
        if (lock == null) {
            throw new BookieException.Refused(
                    "directory %s is in use by another bookie, which holds %s; stop that one or choose another directory"
                            .formatted(directory, file),
                    null);
        }
    }

    /** Lets the directories go. */
    @Override
    public void close() {
        for (FileChannel channel : held) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new BookieException.Stopped("the lock of a bookie's directory could not be closed: " + e, e);
            }
        }
        held.clear();
    }
}
