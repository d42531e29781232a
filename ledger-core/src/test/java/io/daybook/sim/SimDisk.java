package io.daybook.sim;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.DiskFile;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node's file system, in memory. Writes, sizes and names are pending until a sync of the file or its directory; a power failure keeps what
 * {@link CrashOutcome} says.
 *
 * <p>All operations complete later, those of one file in order; an operation takes effect at its completion, and one that was under way when
 * the process died may or may not have.
 */
public final class SimDisk implements Disk {
    private final SimWorld world;
    private final String node;
    private final SimRandom random;
    private final SimTree tree = new SimTree();
    private final List<SimFile> open = new ArrayList<>();
    private final int alignment;
    private SimLife life;

    private long budgetBytes = Long.MAX_VALUE;
    private long usedBytes;
    private long writeNanos = 10_000;
    private long syncNanos = 100_000;
    private @Nullable String nextSyncFailure;
    private @Nullable String nextWriteFailure;
    private @Nullable String nextReadFailure;
    private boolean shortWriteNext;
    private boolean loseWriteNext;
    private long misdirectNext;
    private @Nullable CrashOutcome forced;

    /** What a power failure leaves of what was never synced. */
    public enum CrashOutcome {
        /** Everything. */
        ALL,
        /** Nothing. */
        NONE,
        /** The first so many writes of each file. */
        PREFIX,
        /** Any of the writes. */
        WRITES,
        /** Any of the sectors of any of the writes. */
        SECTORS,
        /** The first so many writes, and the beginning of the next. */
        TORN
    }

    SimDisk(SimWorld world, String node, SimRandom random) {
        this.world = world;
        this.node = node;
        this.random = random;
        this.alignment = world.isExploring() && random.flip() ? 512 : 4096;
    }

    // ---- what tests do to it

    /** The next sync of any file or directory fails; what it should have saved never will be, though reads still show it. */
    public void failNextSync(String reason) {
        nextSyncFailure = reason;
    }

    /** The next write fails and stores nothing. */
    public void failNextWrite(String reason) {
        nextWriteFailure = reason;
    }

    /** The next read fails. */
    public void failNextRead(String reason) {
        nextReadFailure = reason;
    }

    /** The next write stores a part of its bytes and fails. */
    public void shortNextWrite() {
        shortWriteNext = true;
    }

    /** The next write is confirmed, synced and never stored: damage. */
    public void loseNextWrite() {
        loseWriteNext = true;
    }

    /** The next write is stored {@code bytes} further on: damage. */
    public void misdirectNextWrite(long bytes) {
        misdirectNext = bytes;
    }

    /** Files may hold this much together; a write beyond fails as on a full disk. */
    public void budget(long bytes) {
        budgetBytes = bytes;
    }

    /** A write takes about {@code write}, a sync about {@code sync}. */
    public void latency(Duration write, Duration sync) {
        writeNanos = Math.max(1, write.toNanos());
        syncNanos = Math.max(1, sync.toNanos());
    }

    /** The next power failure ends as {@code outcome} instead of as the seed says. */
    public void nextCrash(CrashOutcome outcome) {
        forced = outcome;
    }

    /** Flips one bit on the medium. */
    public void rot(Path file, long position) {
        inode(file).flipBit(position, random.below(8));
    }

    /** The sector at {@code position} can no longer be read, by anyone, until it is written again. */
    public void ruin(Path file, long position) {
        inode(file).ruin(position);
    }

    /** Forgets cached pages: reads see what failed syncs and lost writes really left. */
    public void evict() {
        tree.inodes().forEach(SimInode::evict);
    }

    /** What a reader of the file would see now; fails if there is none. */
    public byte[] content(Path file) {
        return inode(file).live().toArray();
    }

    /** What of the file's content has been synced. */
    public byte[] durableContent(Path file) {
        return inode(file).durable().toArray();
    }

    /** True if a file or directory of this name is seen. */
    public boolean exists(Path file) {
        return tree.find(file) != null;
    }

    /** Files that are open now. */
    public int openFiles() {
        return open.size();
    }

    /** Bytes in all files. */
    public long usedBytes() {
        return usedBytes;
    }

    // ---- the seam

    @Override
    public Promise<DiskFile> create(Path file, Access access, Loop owner) {
        return perform(owner, "create", writeNanos, () -> {
            SimDirectory parent = tree.parent(file);
            if (parent.get(SimTree.name(file)) != null) {
                throw new FileAlreadyExistsException(file.toString());
            }
            SimInode inode = new SimInode();
            parent.put(SimTree.name(file), inode);
            return opened(file, inode, access, owner);
        });
    }

    @Override
    public Promise<DiskFile> open(Path file, Access access, Loop owner) {
        return perform(owner, "open", writeNanos, () -> {
            if (!(tree.find(file) instanceof SimInode inode)) {
                throw new NoSuchFileException(file.toString());
            }
            return opened(file, inode, access, owner);
        });
    }

    @Override
    public Promise<Void> rename(Path from, Path to, Loop caller) {
        return perform(caller, "rename", writeNanos, () -> {
            SimDirectory source = tree.parent(from);
            SimDirectory target = tree.parent(to);
            Object moved = source.get(SimTree.name(from));
            if (moved == null) {
                throw new NoSuchFileException(from.toString());
            }
            Object replaced = target.get(SimTree.name(to));
            if (replaced == moved) {
                return null;
            }
            if (replaced instanceof SimDirectory directory && !directory.isEmpty()) {
                throw new DirectoryNotEmptyException(to.toString());
            }
            free(replaced);
            source.rename(SimTree.name(from), target, SimTree.name(to));
            return null;
        });
    }

    @Override
    public Promise<Void> delete(Path file, Loop caller) {
        return perform(caller, "delete", writeNanos, () -> {
            SimDirectory parent = tree.parent(file);
            Object entry = parent.get(SimTree.name(file));
            if (entry == null) {
                throw new NoSuchFileException(file.toString());
            }
            if (entry instanceof SimDirectory directory && !directory.isEmpty()) {
                throw new DirectoryNotEmptyException(file.toString());
            }
            free(entry);
            parent.remove(SimTree.name(file));
            return null;
        });
    }

    @Override
    public Promise<Void> createDirectories(Path directory, Loop caller) {
        return perform(caller, "mkdir", writeNanos, () -> {
            tree.makeDirectories(directory);
            return null;
        });
    }

    @Override
    public Promise<List<String>> list(Path directory, Loop caller) {
        return perform(caller, "list", writeNanos, () -> {
            Object found = tree.find(directory);
            if (found instanceof SimInode) {
                throw new NotDirectoryException(directory.toString());
            }
            return found instanceof SimDirectory there ? there.names() : List.of();
        });
    }

    @Override
    public Promise<Void> syncDirectory(Path directory, Loop caller) {
        return perform(caller, "sync-directory", syncNanos, () -> {
            if (!(tree.find(directory) instanceof SimDirectory there)) {
                throw new NoSuchFileException(directory.toString());
            }
            failSync(directory);
            there.sync();
            return null;
        });
    }

    @Override
    public Promise<Space> space(Path directory, Loop caller) {
        return perform(caller, "space", writeNanos, () -> {
            long total = budgetBytes == Long.MAX_VALUE ? 1L << 40 : budgetBytes;
            return new Space(total, Math.max(0, total - usedBytes));
        });
    }

    /** The device below {@code directory} was replaced: everything there is gone, for good. To be called while no process runs. */
    public void wipe(Path directory) {
        if (tree.find(directory) instanceof SimDirectory there) {
            world.note(node, "disk replaced", 0, 0);
            for (String name : there.names()) {
                wipe(directory.resolve(name));
                free(there.get(name));
                there.remove(name);
            }
            there.sync();
        }
    }

    // ---- life and death

    void attach(SimLife next) {
        life = next;
    }

    /** The process died: what it had asked for and not heard of may have been done. */
    void detach() {
        for (SimFile file : List.copyOf(open)) {
            file.abandon();
        }
        open.clear();
    }

    /** The power failed. */
    void crash() {
        detach();
        CrashOutcome outcome = forced != null ? forced : draw();
        forced = null;
        world.note(node, "disk crash", outcome.ordinal(), 0);
        for (SimInode inode : tree.inodes()) {
            if (inode.dirty()) {
                inode.crash(outcome, random);
            }
        }
        tree.crash(outcome, random);
        usedBytes = 0;
        tree.inodes().forEach(inode -> usedBytes += inode.size());
    }

    void heal() {
        nextSyncFailure = null;
        nextWriteFailure = null;
        nextReadFailure = null;
        shortWriteNext = false;
        loseWriteNext = false;
        misdirectNext = 0;
        budgetBytes = Long.MAX_VALUE;
    }

    private CrashOutcome draw() {
        return CrashOutcome.values()[random.below(CrashOutcome.values().length)];
    }

    // ---- for the files

    /** One operation of the disk. */
    interface Action<T> {
        @Nullable
        T run() throws IOException;
    }

    SimWorld world() {
        return world;
    }

    String node() {
        return node;
    }

    int alignment() {
        return alignment;
    }

    void closed(SimFile file) {
        open.remove(file);
    }

    long writeNanos(int bytes) {
        return spike(writeNanos / 2 + random.below((int) writeNanos) + bytes / 2);
    }

    long syncNanos() {
        return spike(syncNanos / 2 + random.below((int) syncNanos));
    }

    long readNanos(int bytes) {
        return spike(writeNanos / 2 + random.below((int) writeNanos) + bytes);
    }

    SimRandom random() {
        return random;
    }

    /** Stores what may be stored of {@code data}; what is missing makes the write fail. */
    void write(SimFile file, SimInode inode, long position, byte[] data) throws IOException {
        SimFaults faults = world.faults();
        if (nextWriteFailure != null) {
            String reason = nextWriteFailure;
            nextWriteFailure = null;
            throw new IOException("%s: %s".formatted(file.path(), reason));
        }
        long growth = Math.max(0, position + data.length - inode.size());
        if (usedBytes + growth > budgetBytes || world.strikes(SimFault.DISK_FULL, faults.diskFull)) {
            long room = Math.max(0, budgetBytes - usedBytes - Math.max(0, position - inode.size()));
            store(inode, position, data, random.flip() ? 0 : (int) Math.min(room, data.length / 2));
            throw new IOException(file.path() + ": No space left on device");
        }
        if (shortWriteNext || world.strikes(SimFault.DISK_SHORT_WRITE, faults.diskShortWrite)) {
            shortWriteNext = false;
            store(inode, position, data, random.below(Math.max(1, data.length)));
            throw new IOException(file.path() + ": Input/output error after a part was written");
        }
        if (loseWriteNext) {
            loseWriteNext = false;
            inode.lose(position, data);
            usedBytes += growth;
        } else if (misdirectNext != 0) {
            inode.misdirect(position, position + misdirectNext, data);
            misdirectNext = 0;
            usedBytes += growth;
        } else {
            store(inode, position, data, data.length);
        }
    }

    void resize(SimFile file, SimInode inode, long size) throws IOException {
        long growth = size - inode.size();
        if (growth > 0 && usedBytes + growth > budgetBytes) {
            throw new IOException(file.path() + ": No space left on device");
        }
        usedBytes += growth;
        inode.resize(size);
    }

    void failRead(SimFile file, SimInode inode, long position, int length) throws IOException {
        if (inode.isRuined(position, length)) {
            throw new IOException(file.path() + ": Input/output error");
        }
        if (nextReadFailure != null || world.strikes(SimFault.DISK_READ_ERROR, world.faults().diskReadError)) {
            String reason = nextReadFailure == null ? "Input/output error" : nextReadFailure;
            nextReadFailure = null;
            throw new IOException("%s: %s".formatted(file.path(), reason));
        }
        if (world.isExploring() && random.below(4) == 0) {
            inode.evict();
        }
    }

    void failSync(Path file) throws IOException {
        if (nextSyncFailure != null || world.strikes(SimFault.DISK_SYNC_ERROR, world.faults().diskSyncError)) {
            String reason = nextSyncFailure == null ? "Input/output error" : nextSyncFailure;
            nextSyncFailure = null;
            world.note(node, "sync fails", 0, 0);
            throw new IOException("%s: %s".formatted(file, reason));
        }
    }

    // ---- private parts

    private void store(SimInode inode, long position, byte[] data, int length) {
        if (length > 0) {
            byte[] stored = length == data.length ? data : java.util.Arrays.copyOf(data, length);
            long before = inode.size();
            inode.write(position, stored);
            usedBytes += inode.size() - before;
        }
    }

    private void free(@Nullable Object entry) {
        if (entry instanceof SimInode inode) {
            usedBytes -= inode.size();
        }
    }

    private DiskFile opened(Path path, SimInode inode, Access access, Loop owner) {
        SimFile file = new SimFile(this, path, inode, access, (SimLoop) owner, life);
        open.add(file);
        return file;
    }

    /** Runs {@code action} after its latency, and answers on {@code caller}. */
    private <T> Promise<T> perform(Loop caller, String what, long nanos, Action<T> action) {
        Promise<T> promise = caller.promise();
        SimLife asked = life;
        world.after(spike(nanos / 2 + random.below((int) nanos)), false, () -> {
            if (asked.alive()) {
                world.note(node, what, 0, 0);
                SimFile.answer((SimLoop) caller, promise, action);
            }
        });
        return promise;
    }

    private long spike(long nanos) {
        return world.strikes(SimFault.DISK_DELAY, world.faults().diskDelay)
                ? nanos * world.chaos().between(2, 1000)
                : nanos;
    }

    private SimInode inode(Path file) {
        if (tree.find(file) instanceof SimInode inode) {
            return inode;
        }
        throw new IllegalArgumentException("node " + node + " has no file " + file);
    }
}
