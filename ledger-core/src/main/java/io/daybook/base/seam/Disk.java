package io.daybook.base.seam;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import java.nio.file.Path;
import java.util.List;

/**
 * A file system.
 *
 * <p>Every operation names the loop it is asked from, on which its promise completes. From a loop that may block the
 * operation may be done before the call returns; from any other it runs elsewhere. Callers rely on neither. Failures are
 * {@link java.io.IOException} (among them FileAlreadyExistsException and NoSuchFileException).
 *
 * <p>Creating, renaming and deleting are durable only after {@link #syncDirectory} of the directory (R34).
 */
public interface Disk {

    /** Makes a new file, readable and writable by the owner only; fails if it exists. */
    Promise<DiskFile> create(Path file, Access access, Loop owner);

    /** Opens an existing file. */
    Promise<DiskFile> open(Path file, Access access, Loop owner);

    /** Renames within one file system, replacing {@code to} atomically if it exists. */
    Promise<Void> rename(Path from, Path to, Loop caller);

    /** Deletes a file or an empty directory; fails if there is none. */
    Promise<Void> delete(Path file, Loop caller);

    /** Makes a directory and its missing parents, accessible to the owner only; it may exist. */
    Promise<Void> createDirectories(Path directory, Loop caller);

    /** Names of the files and directories in {@code directory}, sorted; empty if there is no such directory. */
    Promise<List<String>> list(Path directory, Loop caller);

    /** Makes creations, renames and deletions in {@code directory} durable. */
    Promise<Void> syncDirectory(Path directory, Loop caller);

    /** Room on the file system that holds {@code directory}. */
    Promise<Space> space(Path directory, Loop caller);

    /** What a file is opened for. */
    enum Access {
        /** Reading only. */
        READ,
        /**
         * As READ, but around the page cache where the file system allows it. Any position and length can be read; it is quick where both, and the address of
         * the buffer, are multiples of {@link DiskFile#alignment()}.
         */
        READ_DIRECT,
        /** Reading and writing through the page cache. */
        READ_WRITE,
        /**
         * As READ_WRITE, but around the page cache where the file system allows it: positions, lengths and buffer addresses of writes
         * are multiples of {@link DiskFile#alignment()}.
         */
        DIRECT
    }

    /**
     * Room on a file system, in bytes.
     *
     * @param total size of the file system
     * @param usable what this process may still write
     */
    record Space(long total, long usable) {}
}
