package io.daybook.bookie.index;

import io.daybook.base.config.DataSize;
import io.daybook.base.error.Check;
import io.daybook.bookie.BookieException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows in RocksDB, without its log: after a crash the last batches may be gone, each as a whole, and are made again from the entry-log files.
 *
 * <p>Rows that fail RocksDB's checks are reported as damaged for good: the folder is then marked, and the next start begins with an empty one.
 */
final class RocksRows implements Rows {
    private static final Logger log = LoggerFactory.getLogger(RocksRows.class);

    /** Stands in the folder once its rows turned out damaged. */
    private static final String DAMAGED_MARK = "DAYBOOK_DAMAGED";

    private static final int CLEAR_BATCH = 10_000;

    private final Path folder;
    private final LRUCache cache;
    private final Options options;
    private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
    private final ReadOptions reads = new ReadOptions().setVerifyChecksums(true);
    private final RocksDB db;
    private volatile boolean closed; // RocksDB itself would end the process

    private RocksRows(Path folder, LRUCache cache, Options options) throws RocksDBException {
        this.folder = folder;
        this.cache = cache;
        this.options = options;
        db = RocksDB.open(options, folder.toString());
    }

    /** Opens the rows in {@code folder}; starts with none if they cannot be opened. {@code memory} bounds its cache and buffers. */
    static RocksRows open(Path folder, DataSize memory) {
        RocksLibrary.load();
        if (Files.exists(folder.resolve(DAMAGED_MARK))) {
            log.warn("the index in {} was damaged; it is made again from the entry logs", folder);
            deleteAll(folder);
        }
        makeFolder(folder);
        try {
            return openOnce(folder, memory);
        } catch (RocksDBException failure) {
            log.error("the index in {} cannot be opened; it is made again from the entry logs", folder, failure);
            deleteAll(folder);
            makeFolder(folder);
        }
        try {
            return openOnce(folder, memory);
        } catch (RocksDBException failure) {
            throw new BookieException.Refused(
                    "no index can be made in %s: %s; check the folder and its rights"
                            .formatted(folder, failure.getMessage()),
                    failure);
        }
    }

    private static RocksRows openOnce(Path folder, DataSize memory) throws RocksDBException {
        LRUCache cache = new LRUCache(memory.bytes() / 2);
        BlockBasedTableConfig table = new BlockBasedTableConfig();
        table.setBlockCache(cache).setCacheIndexAndFilterBlocks(true);
        Options options = new Options()
                .setCreateIfMissing(true)
                .setParanoidChecks(true)
                .setTableFormatConfig(table)
                .setWriteBufferSize(Math.max(1 << 20, memory.bytes() / 4)) // two at a time
                .setMaxWriteBufferNumber(2)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setMaxOpenFiles(256)
                .setMaxBackgroundJobs(2)
                .setKeepLogFileNum(2)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL);
        try {
            return new RocksRows(folder, cache, options);
        } catch (RocksDBException failure) {
            options.close();
            cache.close();
            throw failure;
        }
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        checkOpen();
        try {
            return db.get(reads, key);
        } catch (RocksDBException failure) {
            throw damaged(failure);
        }
    }

    @Override
    public Cursor cursor() {
        checkOpen();
        return new RocksCursor(db.newIterator(reads));
    }

    @Override
    public void write(List<Change> changes) {
        checkOpen();
        try (WriteBatch batch = new WriteBatch()) {
            for (Change change : changes) {
                if (change.value() == null) {
                    batch.delete(change.key());
                } else {
                    batch.put(change.key(), change.value());
                }
            }
            db.write(unlogged, batch);
        } catch (RocksDBException failure) {
            throw damaged(failure);
        }
    }

    @Override
    public void clear() {
        List<Change> removals = new ArrayList<>();
        try (Cursor cursor = cursor()) {
            for (cursor.seek(new byte[0]); cursor.valid(); cursor.next()) {
                removals.add(new Change(cursor.key(), null));
                if (removals.size() == CLEAR_BATCH) {
                    write(removals);
                    removals.clear();
                }
            }
        }
        write(removals);
    }

    private void checkOpen() {
        Check.state(!closed, "the index in %s was used after it was closed", folder);
    }

    @Override
    public void close() {
        closed = true;
        try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
            db.flush(wait);
            db.closeE();
        } catch (RocksDBException failure) {
            log.warn(
                    "the index in {} did not close cleanly; the next start makes good what is missing",
                    folder,
                    failure);
        } finally {
            db.close();
            reads.close();
            unlogged.close();
            options.close();
            cache.close();
        }
    }

    private BookieException damaged(RocksDBException failure) {
        try {
            Files.write(folder.resolve(DAMAGED_MARK), new byte[0]);
        } catch (IOException unmarked) {
            failure.addSuppressed(unmarked);
        }
        return new BookieException.Damaged(
                "the index in %s is damaged: %s; restart the bookie to have it made again"
                        .formatted(folder, failure.getMessage()),
                failure);
    }

    private static void makeFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException failure) {
            throw new BookieException.Refused(
                    "the folder of the index, %s, cannot be made: %s".formatted(folder, failure.getMessage()), failure);
        }
    }

    private static void deleteAll(Path folder) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                        throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private final class RocksCursor implements Cursor {
        private final RocksIterator iterator;

        RocksCursor(RocksIterator iterator) {
            this.iterator = iterator;
        }

        @Override
        public void seek(byte[] key) {
            iterator.seek(key);
        }

        @Override
        public void seekBack(byte[] key) {
            iterator.seekForPrev(key);
        }

        @Override
        public void next() {
            iterator.next();
        }

        @Override
        public void previous() {
            iterator.prev();
        }

        /** An iterator that met damage says "no more rows": only its status tells the two apart (R27). */
        @Override
        public boolean valid() {
            boolean valid = iterator.isValid();
            if (!valid) {
                try {
                    iterator.status();
                } catch (RocksDBException failure) {
                    throw damaged(failure);
                }
            }
            return valid;
        }

        @Override
        public byte[] key() {
            return iterator.key();
        }

        @Override
        public byte[] value() {
            return iterator.value();
        }

        @Override
        public void close() {
            iterator.close();
        }
    }
}
