package io.daybook.bookie.index;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * RocksDB's native library. It comes from {@code java.library.path}, where the launcher has it; without it there, from RocksDB's jar by way of a file.
 *
 * <p>RocksDB itself would leave that file, 15 MB, when the process is killed. Here it is gone as soon as it is loaded: the system keeps what is mapped.
 */
final class RocksLibrary {
    private static boolean loaded; // guarded by the class

    private RocksLibrary() {}

    /** Returns when RocksDB can be used. */
    static synchronized void load() {
        if (!loaded && !isOnPath()) {
            loadFromJar();
        }
        RocksDB.loadLibrary(); // finds it loaded
        loaded = true;
    }

    private static boolean isOnPath() {
        try {
            System.loadLibrary(Environment.getJniLibraryName("rocksdb"));
            return true;
        } catch (UnsatisfiedLinkError absent) {
            return false;
        }
    }

    private static void loadFromJar() {
        try {
            File folder =
                    Files.createTempDirectory("daybook-rocksdb-").toFile(); // new, and nobody else may write to it
            folder.deleteOnExit(); // in case the process is told to end meanwhile
            try {
                NativeLibraryLoader.getInstance().loadLibrary(folder.getPath());
            } finally {
                delete(folder.toPath());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("RocksDB's library cannot be loaded: " + failure.getMessage(), failure);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
