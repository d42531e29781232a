package io.daybook.bookie.entrylog;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.netty.buffer.Unpooled;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The entry-log files of a bookie, and the manifest that says which there must be.
 *
 * <p>A file is real once the manifest lists it; the manifest lists it once it, and its directory, are synced. What a crash leaves beyond the
 * manifest is deleted at start: the journal still has all of it (R37). Where no manifest can be read any more, every file is kept,
 * and {@link #doubt} says that others may be missing (R27, R67).
 *
 * <p><b>Threads.</b> Belongs to the flush loop, except {@link #path}, which is safe from any.
 */
public final class EntryLog {
    private static final Logger log = LoggerFactory.getLogger(EntryLog.class);
    private static final String PREFIX = "entries-";
    private static final String SUFFIX = ".log";
    private static final String PARTIAL = ".partial";

    private final List<Path> directories;
    private final Disk disk;
    private final Loop loop;
    private final ConcurrentSkipListMap<Long, Path> paths = new ConcurrentSkipListMap<>();

    private Manifest manifest = Manifest.EMPTY;
    private CompletionStage<Void> changing =
            CompletableFuture.completedStage(null); // the latest change of the manifest
    private long nextNumber = 1; // beyond the manifest's when a crash left files

    private EntryLog(List<Path> directories, Disk disk, Loop loop) {
        this.directories = List.copyOf(directories);
        this.disk = disk;
        this.loop = loop;
    }

    /** Opens the files in {@code directories} (at least one, made if missing); tidies up after a crash. Called on {@code loop}. */
    public static CompletionStage<EntryLog> open(List<Path> directories, Disk disk, Loop loop) {
        EntryLog entryLog = new EntryLog(directories, disk, loop);
        return entryLog.recover().thenApply(done -> entryLog);
    }

    /** The listed files, ascending. */
    public List<ListedFile> files() {
        return manifest.files();
    }

    /** True if files may be missing of which nobody knows. */
    public boolean doubt() {
        return manifest.doubt();
    }

    /** Where a file stands, or would stand. */
    public Path path(long number) {
        Path known = paths.get(number);
        return known != null
                ? known
                : directories.get((int) (number % directories.size())).resolve(name(number));
    }

    /** A number that no file had. */
    public long takeNumber() {
        long number = nextNumber++;
        paths.put(number, path(number));
        return number;
    }

    /** What a listed file holds; see {@link EntryLogFile#contents}. */
    public CompletionStage<FileContents> contents(ListedFile listed) {
        // An adopted file was listed without a size: nothing is known of it but its name.
        return EntryLogFile.contents(
                disk, path(listed.number()), listed.number(), listed.size() == 0 ? null : listed, loop);
    }

    /** Lists files that are written and synced; durable, in both copies, when the stage completes. */
    public CompletionStage<Void> list(List<ListedFile> finished) {
        return syncDirectories().thenCompose(synced -> change(listed -> listed.with(finished)));
    }

    /** Notes, durably, that entries of this bookie may be lost, so that absence proves nothing from now on (R81). */
    public CompletionStage<Void> distrust() {
        return change(Manifest::inDoubt);
    }

    /** Losses in files below this number are settled; see {@link #settle}. */
    public long settledBelow() {
        return manifest.settled();
    }

    /** Notes, durably, that every ledger which may have lost something until now is known by itself, so that absence proves something again (R80). */
    public CompletionStage<Void> settle() {
        return change(Manifest::allSettled);
    }

    // ---- start

    private CompletionStage<Void> recover() {
        TreeMap<Long, Path> found = new TreeMap<>();
        List<Path> leftovers = new ArrayList<>();
        CompletionStage<Void> listed = done();
        for (Path directory : directories) {
            listed = listed.thenCompose(before -> make(directory))
                    .thenCompose(made -> syncParent(directory)) // who made it may not have
                    .thenCompose(synced -> disk.list(directory, loop))
                    .thenAccept(names -> {
                        for (String name : names) {
                            sortOut(directory, name, found, leftovers);
                        }
                    });
        }
        List<Manifest> copies = new ArrayList<>();
        return listed.thenCompose(done -> readCopy(0, copies))
                .thenCompose(done -> readCopy(1, copies))
                .thenCompose(done -> settle(found, leftovers, copies));
    }

    /** Makes a directory and its missing parents, and each of them durable (R34). */
    private CompletionStage<Void> make(Path directory) {
        Path parent = directory.toAbsolutePath().getParent();
        if (parent == null) {
            return done();
        }
        return disk.list(parent, loop)
                .thenCompose(names -> names.contains(String.valueOf(directory.getFileName()))
                        ? done()
                        : make(parent)
                                .thenCompose(above -> disk.createDirectories(directory, loop))
                                .thenCompose(made -> disk.syncDirectory(parent, loop)));
    }

    private CompletionStage<Void> syncParent(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        return parent == null ? done() : disk.syncDirectory(parent, loop);
    }

    private static void sortOut(Path directory, String name, TreeMap<Long, Path> found, List<Path> leftovers) {
        if (name.endsWith(PARTIAL)) {
            leftovers.add(directory.resolve(name));
        } else if (name.startsWith(PREFIX) && name.endsWith(SUFFIX)) {
            String digits = name.substring(PREFIX.length(), name.length() - SUFFIX.length());
            try {
                found.put(Long.parseLong(digits), directory.resolve(name));
            } catch (NumberFormatException notOurs) {
                log.warn("{} in {} is not named like an entry-log file and is left alone", name, directory);
            }
        }
    }

    private CompletionStage<Void> settle(TreeMap<Long, Path> found, List<Path> leftovers, List<Manifest> copies) {
        paths.putAll(found);
        Manifest newest = null;
        for (Manifest copy : copies) {
            newest = newest == null || copy.sequence() > newest.sequence() ? copy : newest;
        }
        CompletionStage<Void> tidy = done();
        if (newest == null) {
            newest = found.isEmpty() ? Manifest.EMPTY : adopt(found);
        } else {
            for (var file : found.tailMap(newest.nextNumber(), true).entrySet()) {
                log.info(
                        "{} was left by a flush that did not finish and is deleted; the journal has its entries",
                        file.getValue());
                leftovers.add(file.getValue());
                paths.remove(file.getKey());
            }
        }
        for (Path leftover : leftovers) {
            tidy = tidy.thenCompose(before -> disk.delete(leftover, loop));
        }
        nextNumber = Math.max(newest.nextNumber(), found.isEmpty() ? 1 : found.lastKey() + 1);
        Manifest chosen = newest;
        return tidy.thenCompose(done -> store(chosen)); // both copies are right again
    }

    private Manifest adopt(TreeMap<Long, Path> found) {
        log.error("no manifest of entry logs can be read; {} files are kept, and others may be missing", found.size());
        List<ListedFile> files = new ArrayList<>();
        for (long number : found.keySet()) {
            files.add(new ListedFile(number, 0, 0));
        }
        return new Manifest(1, found.lastKey() + 1, true, 0, files);
    }

    // ---- the manifest and its copies

    private Path copyPath(int copy) {
        Path directory = directories.get(copy == 0 ? 0 : directories.size() - 1);
        return directory.resolve("entries.manifest-" + copy);
    }

    private CompletionStage<Void> readCopy(int copy, List<Manifest> into) {
        Path path = copyPath(copy);
        return disk.open(path, Disk.Access.READ, loop)
                .thenCompose(file -> file.size()
                        .thenCompose(size -> {
                            var bytes = Unpooled.buffer(Math.toIntExact(size));
                            return file.read(0, Math.toIntExact(size), bytes).thenApply(count -> bytes);
                        })
                        .handle((bytes, failure) -> {
                            @Nullable Manifest read = bytes == null ? null : Manifest.decode(bytes);
                            if (read == null) {
                                log.error("{} is damaged; its other copy is used", path, failure);
                            } else {
                                into.add(read);
                            }
                            return file.close();
                        })
                        .thenCompose(closed -> closed))
                .handle((done, failure) -> {
                    if (failure != null && !(Futures.cause(failure) instanceof NoSuchFileException)) {
                        log.error("{} cannot be read; its other copy is used", path, Futures.cause(failure));
                    }
                    return null;
                });
    }

    /** One change at a time, each made from what the one before left; the failure of one is its caller's alone. */
    private CompletionStage<Void> change(UnaryOperator<Manifest> how) {
        Promise<Void> changed = loop.promise();
        CompletionStage<Void> before = changing;
        changing = changed;
        before.handle((done, failure) -> null)
                .thenCompose(turn -> store(how.apply(manifest)))
                .whenComplete((stored, failure) -> {
                    if (failure == null) {
                        changed.complete(null);
                    } else {
                        changed.completeExceptionally(Futures.cause(failure));
                    }
                });
        return changed;
    }

    private CompletionStage<Void> store(Manifest next) {
        return storeCopy(0, next).thenCompose(first -> storeCopy(1, next)).thenRun(() -> manifest = next);
    }

    private CompletionStage<Void> storeCopy(int copy, Manifest next) {
        Path path = copyPath(copy);
        Path partial = path.resolveSibling(path.getFileName() + PARTIAL);
        return disk.create(partial, Disk.Access.READ_WRITE, loop)
                .thenCompose(file -> file.write(0, next.encode())
                        .thenCompose(written -> file.sync())
                        .handle((synced, failure) -> file.close()
                                .thenCompose(closed -> failure == null
                                        ? done()
                                        : CompletableFuture.<Void>failedStage(Futures.cause(failure))))
                        .thenCompose(same -> same))
                .thenCompose(closed -> disk.rename(partial, path, loop))
                .thenCompose(renamed -> syncParent(path));
    }

    private CompletionStage<Void> syncDirectories() {
        CompletionStage<Void> synced = done();
        for (Path directory : directories) {
            synced = synced.thenCompose(before -> disk.syncDirectory(directory, loop));
        }
        return synced;
    }

    private CompletionStage<Void> done() {
        Promise<Void> done = loop.promise();
        done.complete(null);
        return done;
    }

    private static String name(long number) {
        return "%s%012d%s".formatted(PREFIX, number, SUFFIX);
    }
}
