package io.daybook.bookie.disk;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.daybook.base.error.FileReason;
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
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps other processes, and other bookies of this process, out of a bookie's directories until it is closed.
 *
 * <p>The operating system drops the lock with the process, so a crash leaves nothing to clean up. A lock file that was made here is removed at the end if
 * nothing else came to lie beside it: then the directory was never used. One thread at a time.
 */
public final class DirectoryLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryLock.class);

    private final List<FileChannel> held = new ArrayList<>();
    private final List<Path> made = new ArrayList<>();

    private DirectoryLock() {}

    /** Makes the directories of {@code layout} where they are missing and locks them; fails with {@link BookieException.Refused}. */
    public static DirectoryLock take(Layout layout) {
        var lock = new DirectoryLock();
        try {
            var directories = new LinkedHashSet<Path>();
            for (Path directory : layout.all()) {
                Files.createDirectories(directory, FileDisk.ownerOnlyDirectory(directory));
                directories.add(directory.toRealPath());
            }
            for (Path directory : directories) {
                lock.add(directory, "bookie");
            }
            return lock;
        } catch (IOException e) {
            lock.close();
            throw new BookieException.Refused(
                    "the bookie's directories %s cannot be used: %s; check that they exist and belong to this user"
                            .formatted(layout.all(), FileReason.of(e)),
                    e);
        } catch (BookieException.Refused e) {
            lock.close();
            throw e;
        }
    }

    /** Makes {@code directory} where it is missing and locks it for {@code owner}, such as a server; fails with {@link BookieException.Refused}. */
    public static DirectoryLock take(Path directory, String owner) {
        var lock = new DirectoryLock();
        try {
            Files.createDirectories(directory, FileDisk.ownerOnlyDirectory(directory));
            lock.add(directory.toRealPath(), owner);
            return lock;
        } catch (IOException e) {
            lock.close();
            throw new BookieException.Refused(
                    "directory %s cannot be used: %s; check that it is one and belongs to this user"
                            .formatted(directory, FileReason.of(e)),
                    e);
        } catch (BookieException.Refused e) {
            lock.close();
            throw e;
        }
    }

    private void add(Path directory, String owner) throws IOException {
        Path file = Layout.lock(directory);
        boolean there = Files.exists(file);
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
                    "directory %s is in use by another %s, which holds %s; stop that one or choose another directory"
                            .formatted(directory, owner, file),
                    null);
        }
        if (!there) {
            made.add(file);
        }
    }

    /** Lets the directories go. */
    @Override
    public void close() {
        made.forEach(DirectoryLock::removeIfAlone);
        made.clear();
        for (FileChannel channel : held) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new BookieException.Stopped("the lock of a bookie's directory could not be closed: " + e, e);
            }
        }
        held.clear();
    }

    private static void removeIfAlone(Path file) {
        try (Stream<Path> all = Files.list(file.getParent())) {
            if (all.allMatch(file::equals)) {
                Files.delete(file);
            }
        } catch (IOException e) {
            LOG.debug("the lock file {} stays", file, e);
        }
    }
}
