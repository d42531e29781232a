package io.daybook.bookie.storage;

import static io.daybook.bookie.storage.StoreFixture.body;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.config.DataSize;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.base.exec.ThreadLoop;
import io.daybook.base.time.SystemClock;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.ReadOutcome;
import io.daybook.bookie.disk.FileDisk;
import io.daybook.bookie.index.Indexes;
import io.daybook.bookie.index.StoreIndex;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same store on a real disk, with real threads and RocksDB. */
final class StoreOnDiskTest {
    private static final int ENTRIES = 3000;
    private static final int LEDGERS = 8;

    @TempDir
    private Path folder;

    private final List<ThreadLoop> threads = new ArrayList<>();
    private final List<BookieException.Stopped> failures = new ArrayList<>();
    private StoreLoops loops;
    private Loop main;
    private StoreIndex index;
    private TieredEntryStore store;
    private StorageConfig config;

    @BeforeEach
    void open() throws Exception {
        config = new StorageConfig(
                List.of(folder),
                DataSize.mebibytes(8),
                DataSize.mebibytes(4),
                DataSize.mebibytes(1),
                DataSize.mebibytes(8),
                DataSize.mebibytes(6),
                Duration.ofSeconds(60));
        loops = new StoreLoops(
                new Loops(List.of(thread("owner-0"), thread("owner-1"))),
                thread("flush"),
                new Loops(List.of(thread("read"))));
        main = thread("main");
        start();
    }

    private Loop thread(String name) {
        ThreadLoop thread = ThreadLoop.start(name, SystemClock.INSTANCE);
        threads.add(thread);
        return thread;
    }

    private void start() throws Exception {
        index = Indexes.rocks(config.indexDirectory(), DataSize.mebibytes(8));
        FileDisk disk = new FileDisk(List.of());
        store = get(TieredEntryStore.open(config, disk, loops, index, ByteBufAllocator.DEFAULT, failures::add, main));
        get(on(
                main,
                () -> store.replay(main).finish(() -> caller -> {
                    Promise<Void> released = caller.promise();
                    released.complete(null);
                    return released;
                })));
    }

    private void stop() throws Exception {
        get(store.close(main));
        index.close();
    }

    @AfterEach
    void close() throws Exception {
        stop();
        threads.forEach(ThreadLoop::close);
        assertThat(failures).isEmpty();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    private static <T> CompletableFuture<T> on(Loop loop, java.util.function.Supplier<CompletableFuture<T>> step) {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> step.get().whenComplete((value, failure) -> {
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(failure);
            }
        }));
        return result;
    }

    private void putAll() throws Exception {
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (long ledgerId = 0; ledgerId < LEDGERS; ledgerId++) {
            CompletableFuture<Void> written = new CompletableFuture<>();
            putFrom(ledgerId, 0, written);
            writers.add(written);
        }
        for (CompletableFuture<Void> writer : writers) {
            get(writer);
        }
    }

    private void putFrom(long ledgerId, int from, CompletableFuture<Void> written) {
        Loop owner = loops.owners().of(ledgerId);
        owner.execute(() -> {
            for (int entry = from; entry < ENTRIES; entry++) {
                if (!store.put(ledgerId, entry, Unpooled.wrappedBuffer(body(ledgerId, entry, 1, 900)), owner)) {
                    int next = entry;
                    store.flush(owner).thenRun(() -> putFrom(ledgerId, next, written));
                    return;
                }
            }
            written.complete(null);
        });
    }

    private void readAll() throws Exception {
        for (long ledgerId = 0; ledgerId < LEDGERS; ledgerId++) {
            long ledger = ledgerId;
            Loop owner = loops.owners().of(ledgerId);
            long next = 0;
            while (next < ENTRIES) {
                long first = next;
                List<ByteBuf> batch = get(on(owner, () -> store.readBatch(ledger, first, 1000, 1 << 20, owner)));
                assertThat(batch).isNotEmpty();
                for (ByteBuf each : batch) {
                    assertThat(StoreFixture.takeShared(each)).isEqualTo(body(ledgerId, next, 1, 900));
                    next++;
                }
            }
            assertThat(get(on(owner, () -> store.entries(ledger, owner)))).hasSize(ENTRIES);
            assertThat(get(on(owner, () -> store.read(ledger, ENTRIES, owner)))).isSameAs(ReadOutcome.MISSING);
        }
    }

    @Test
    void keepsEntriesThroughRestartsAndALostIndex() throws Exception {
        putAll();
        readAll();
        stop();
        start();
        readAll();
        stop();
        deleteIndex();
        start();
        readAll();
        for (Loop owner : loops.owners().all()) {
            long bytes = get(on(owner, () -> CompletableFuture.completedFuture(store.cacheBytes(owner))));
            assertThat(bytes).isLessThanOrEqualTo(6 << 20);
        }
    }

    private void deleteIndex() throws IOException {
        Files.walkFileTree(config.indexDirectory(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
