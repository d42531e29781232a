package io.daybook.bookie.storage;

import io.daybook.base.error.Check;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.EntryStore;
import io.daybook.bookie.ReadOutcome;
import io.daybook.bookie.StoredLedger;
import io.daybook.bookie.StoredRecords;
import io.daybook.bookie.entrylog.EntryLog;
import io.daybook.bookie.entrylog.FileContents;
import io.daybook.bookie.entrylog.LedgerNote;
import io.daybook.bookie.entrylog.ListedFile;
import io.daybook.bookie.index.StoreIndex;
import io.daybook.ledger.protocol.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Entries in memory first, then sorted in entry-log files with an index over them.
 *
 * <p>To start: {@link #open}, feed the journal to {@link #replay}, {@link StoreReplay#finish} it with the journal opened for writing, and only then
 * register (R33, R39). To stop in order: {@link #close}. After a crash the same start makes everything good.
 *
 * <p><b>Threads.</b> As {@link EntryStore} says. Each owner loop has its own caches, of an equal share of the memory. <b>Failure.</b> When a flush fails,
 * {@code onFailure} is told once, on the flush loop; what is stored can still be read, and puts are refused when the caches are full.
 */
public final class TieredEntryStore implements EntryStore {
    private static final Logger log = LoggerFactory.getLogger(TieredEntryStore.class);

    private final StoreLoops loops;
    private final EntryLog entryLog;
    private final Flusher flusher;
    private final List<EntryReader> readers;
    private final List<CacheShard> shards;
    private final ByteBufAllocator buffers;
    private volatile boolean doubt; // files were lost, and nobody knows of which ledgers: absence proves nothing

    private TieredEntryStore(
            StorageConfig config,
            Disk disk,
            StoreLoops loops,
            StoreIndex index,
            ByteBufAllocator buffers,
            EntryLog entryLog,
            Consumer<BookieException.Stopped> onFailure) {
        this.loops = loops;
        this.entryLog = entryLog;
        this.buffers = buffers;
        this.flusher = new Flusher(loops.flush(), disk, entryLog, index, config, onFailure);
        long incomplete = index.lastIncomplete();
        this.doubt = entryLog.doubt() || (incomplete > 0 && incomplete >= entryLog.settledBelow());
        this.readers = loops.readers().all().stream()
                .map(loop -> new EntryReader(loop, disk, entryLog, index, buffers))
                .toList();
        List<Loop> readLoops = loops.readers().all();
        LongFunction<EntryReader> readerOf =
                ledgerId -> readers.get(readLoops.indexOf(loops.readers().of(ledgerId)));
        int owners = loops.owners().all().size();
        long readAhead = Math.min(config.readAhead().bytes(), config.readCache().bytes() / owners);
        this.shards = loops.owners().all().stream()
                .map(loop -> new CacheShard(
                        loop,
                        flusher,
                        () -> doubt,
                        readerOf,
                        buffers,
                        config.writeCache().bytes() / owners,
                        config.readCache().bytes() / owners,
                        readAhead))
                .toList();
        flusher.serve(shards);
    }

    /**
     * Opens the store in the directories of {@code config}, tidies up after a crash, and brings {@code index} up to date, or makes it anew if it does not fit
     * the files.
     *
     * @param index stays the caller's, who closes it after the store
     * @param buffers for what reads return
     * @param onFailure told when nothing can be written any more and the bookie must stop
     * @return completes on {@code caller}; fails with BookieException.Refused when the directories cannot be used
     */
    public static Promise<TieredEntryStore> open(
            StorageConfig config,
            Disk disk,
            StoreLoops loops,
            StoreIndex index,
            ByteBufAllocator buffers,
            Consumer<BookieException.Stopped> onFailure,
            Loop caller) {
        Promise<TieredEntryStore> opened = caller.promise();
        Loop flush = loops.flush();
        flush.execute(() -> {
            CompletionStage<TieredEntryStore> opening = EntryLog.open(config.entryDirectories(), disk, flush)
                    .thenCompose(entryLog -> bringUpToDate(index, entryLog)
                            .thenApply(done ->
                                    new TieredEntryStore(config, disk, loops, index, buffers, entryLog, onFailure)));
            Futures.whenDone(opening.toCompletableFuture(), flush, (store, failure) -> {
                if (store != null) {
                    opened.complete(store);
                } else if (failure != null) {
                    opened.completeExceptionally(new BookieException.Refused(
                            "the entry logs in %s cannot be opened: %s; see to the disk, then start again"
                                    .formatted(config.directories(), failure.getMessage()),
                            failure));
                }
            });
        });
        return opened;
    }

    private static CompletionStage<Void> bringUpToDate(StoreIndex index, EntryLog entryLog) {
        List<ListedFile> listed = entryLog.files();
        long[] known = index.files();
        boolean fits = known.length <= listed.size();
        for (int i = 0; i < known.length && fits; i++) {
            fits = listed.get(i).number() == known[i];
        }
        if (!fits) {
            log.warn("the index does not belong to the entry logs and is made anew from {} files", listed.size());
            index.clear();
        }
        return publish(index, entryLog, listed.subList(fits ? known.length : 0, listed.size()));
    }

    private static CompletionStage<Void> publish(StoreIndex index, EntryLog entryLog, List<ListedFile> files) {
        CompletionStage<Void> done = CompletableFuture.completedStage(null);
        for (ListedFile file : files) {
            done = done.thenCompose(before -> entryLog.contents(file)).thenAccept((FileContents contents) -> {
                if (!contents.complete()) {
                    log.error(
                            "entry-log file {} is lost in part; what is not found here may have been in it",
                            file.number());
                }
                index.publish(contents);
            });
        }
        return done;
    }

    /** Begins to feed the journal; called on, and belonging to, {@code caller}. */
    public StoreReplay replay(Loop caller) {
        return new StoreReplay(this, flusher, shards, caller);
    }

    void release(CheckpointedLog journal) {
        loops.flush().execute(() -> flusher.release(journal));
    }

    /** Completes on {@code caller} once all that was put before is in synced files; fails with BookieException.Stopped. Safe from any loop. */
    public Promise<Void> flush(Loop caller) {
        return flusher.flush(caller);
    }

    /**
     * Notes that entries or fences of this bookie may have been lost: until {@link #settle}, also after restarts, what is not found is answered as
     * damaged, and every ledger is loaded as in limbo (R79, R81). Completes on {@code caller} when that is durable.
     */
    public Promise<Void> distrust(Loop caller) {
        doubt = true;
        return noted(entryLog::distrust, caller);
    }

    /**
     * Ends the doubt: every ledger that may have lost something is in limbo by itself, durably, so that new ones are as good as any (R80). Completes on {@code
     * caller} when that is durable.
     */
    public Promise<Void> settle(Loop caller) {
        Promise<Void> noted = noted(entryLog::settle, caller);
        return (Promise<Void>) noted.thenRun(() -> doubt = false);
    }

    private Promise<Void> noted(Supplier<CompletionStage<Void>> note, Loop caller) {
        Promise<Void> done = caller.promise();
        loops.flush()
                .execute(() -> Futures.whenDone(note.get().toCompletableFuture(), loops.flush(), (noted, failure) -> {
                    if (failure == null) {
                        done.complete(null);
                    } else {
                        done.completeExceptionally(failure);
                    }
                }));
        return done;
    }

    /** True if absence proves nothing here, because files are lost. Safe from any loop. */
    public boolean inDoubt() {
        return doubt;
    }

    int shardIndex(long ledgerId) {
        return loops.owners().all().indexOf(loops.owners().of(ledgerId));
    }

    private CacheShard shard(Loop owner) {
        for (int i = 0; i < shards.size(); i++) {
            if (shards.get(i).loop() == owner) {
                return shards.get(i);
            }
        }
        throw new IllegalArgumentException("loop %s owns no ledgers of this store".formatted(owner.name()));
    }

    // ---- EntryStore

    @Override
    public Promise<@Nullable StoredLedger> load(long ledgerId, Loop owner) {
        Promise<@Nullable StoredLedger> result = owner.promise();
        shard(owner).load(ledgerId, (state, failure) -> {
            if (failure == null) {
                result.complete(state);
            } else {
                result.completeExceptionally(failure);
            }
        });
        return result;
    }

    @Override
    public void putState(long ledgerId, StoredLedger state, Loop owner) {
        shard(owner).note(LedgerNote.of(ledgerId, state));
    }

    @Override
    public boolean put(long ledgerId, long entryId, ByteBuf body, Loop owner) {
        Check.argument(ledgerId >= 0 && entryId >= 0, "entry %s of ledger %s: ids are 0 or more", entryId, ledgerId);
        return shard(owner).put(ledgerId, entryId, body);
    }

    @Override
    public @Nullable ByteBuf cached(long ledgerId, long entryId, Loop owner) {
        return shard(owner).cached(ledgerId, entryId);
    }

    @Override
    public Promise<ReadOutcome> read(long ledgerId, long entryId, Loop owner) {
        Promise<ReadOutcome> result = owner.promise();
        shard(owner).read(ledgerId, entryId, (outcome, failure) -> {
            if (outcome != null) {
                result.complete(outcome);
            } else if (failure != null) {
                result.completeExceptionally(failure);
            }
        });
        return result;
    }

    @Override
    public Promise<List<ByteBuf>> readBatch(long ledgerId, long firstEntry, int countMax, long bytesMax, Loop owner) {
        Promise<StoredRecords> records = owner.promise();
        var wanted = new RecordRead.Wanted(ledgerId, firstEntry, 1, countMax, bytesMax, 0, true);
        new RecordRead(shard(owner), buffers, wanted, records).goOn();
        return (Promise<List<ByteBuf>>) records.thenApply(StoredRecords::bodies);
    }

    @Override
    public Promise<StoredRecords> readRecords(
            long ledgerId, long firstEntry, int stride, int countMax, long bytesMax, Loop owner) {
        Promise<StoredRecords> result = owner.promise();
        var wanted =
                new RecordRead.Wanted(ledgerId, firstEntry, stride, countMax, bytesMax, Records.HEADER_BYTES, false);
        new RecordRead(shard(owner), buffers, wanted, result).goOn();
        return result;
    }

    @Override
    public Promise<long @Nullable []> entries(long ledgerId, Loop owner) {
        Promise<long @Nullable []> result = owner.promise();
        if (doubt) {
            result.completeExceptionally(new BookieException.Damaged(
                    "the entries of ledger %d cannot be listed: entry-log files of this bookie are lost"
                            .formatted(ledgerId),
                    null));
            return result;
        }
        shard(owner).entries(ledgerId, (ids, failure) -> {
            if (failure == null) {
                result.complete(ids);
            } else {
                result.completeExceptionally(failure);
            }
        });
        return result;
    }

    @Override
    public void remove(long ledgerId, Loop owner) {
        shard(owner).note(LedgerNote.forget(ledgerId));
    }

    /** Memory of an owner loop's caches, bytes: what the configuration bounds. Called on that loop. */
    public long cacheBytes(Loop owner) {
        return shard(owner).bytes();
    }

    /**
     * Flushes and closes; nothing may be asked meanwhile or later. Completes on {@code caller} when the loops may be closed, also if the flush failed: then
     * the journal has what is missing.
     */
    public Promise<Void> close(Loop caller) {
        Promise<Void> closed = caller.promise();
        Futures.whenDone(flusher.flush(caller), caller, (flushed, failure) -> {
            Futures.whenDone(abandon(caller), caller, (done, problem) -> closed.complete(null));
        });
        return closed;
    }

    /** Closes without a flush, as a crash would: the journal has what is missing. Otherwise as {@link #close}. */
    public Promise<Void> abandon(Loop caller) {
        Promise<Void> closed = caller.promise();
        List<CompletableFuture<Void>> steps = new ArrayList<>();
        steps.add(on(loops.flush(), flusher::close, caller));
        for (CacheShard shard : shards) {
            steps.add(on(shard.loop(), shard::close, caller));
        }
        for (int i = 0; i < readers.size(); i++) {
            steps.add(on(loops.readers().all().get(i), readers.get(i)::close, caller));
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(steps.toArray(CompletableFuture[]::new));
        Futures.whenDone(all, caller, (done, problem) -> closed.complete(null));
        return closed;
    }

    private static CompletableFuture<Void> on(Loop loop, Runnable step, Loop caller) {
        Promise<Void> done = caller.promise();
        loop.execute(() -> {
            step.run();
            done.complete(null);
        });
        return done;
    }
}
