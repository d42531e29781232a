package io.daybook.sim;

import io.daybook.base.error.Check;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk.Access;
import io.daybook.base.seam.DiskFile;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** An open file of a {@link SimDisk}; owns the bytes of writes that are under way. */
final class SimFile implements DiskFile {
    private final SimDisk disk;
    private final Path path;
    private final SimInode inode;
    private final Access access;
    private final SimLoop owner;
    private final SimLife life;
    private final ArrayDeque<Operation> operations = new ArrayDeque<>(); // the first is under way
    private boolean closed;

    SimFile(SimDisk disk, Path path, SimInode inode, Access access, SimLoop owner, SimLife life) {
        this.disk = disk;
        this.path = path;
        this.inode = inode;
        this.access = access;
        this.owner = owner;
        this.life = life;
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public int alignment() {
        return access == Access.DIRECT || access == Access.READ_DIRECT ? disk.alignment() : 1;
    }

    @Override
    public Promise<Void> write(long position, ByteBuf data) {
        byte[] bytes = new byte[data.readableBytes()];
        data.readBytes(bytes);
        data.release();
        return ask("write", disk.writeNanos(bytes.length), position, bytes.length, true, () -> {
            requireWritable();
            if (position % alignment() != 0 || bytes.length % alignment() != 0) {
                throw new IOException("%s: Invalid argument: %d bytes at %d are not aligned to %d"
                        .formatted(path, bytes.length, position, alignment()));
            }
            disk.write(this, inode, position, bytes);
            return null;
        });
    }

    @Override
    public Promise<Integer> read(long position, int length, ByteBuf into) {
        return ask("read", disk.readNanos(length), position, length, false, () -> {
            disk.failRead(this, inode, position, length);
            int available = (int) Math.max(0, Math.min(length, inode.size() - position));
            inode.live().read(position, available, into);
            return available;
        });
    }

    @Override
    public Promise<Void> sync() {
        return ask("sync", disk.syncNanos(), 0, 0, false, () -> {
            try {
                disk.failSync(path);
            } catch (IOException failed) {
                inode.failSync();
                throw failed;
            }
            inode.sync();
            return null;
        });
    }

    @Override
    public Promise<Void> truncate(long size) {
        return ask("truncate", disk.writeNanos(0), size, 0, true, () -> {
            requireWritable();
            if (size < inode.size()) {
                disk.resize(this, inode, size);
            }
            return null;
        });
    }

    @Override
    public Promise<Long> size() {
        return ask("size", disk.writeNanos(0), 0, 0, false, inode::size);
    }

    @Override
    public Promise<Void> preallocate(long size) {
        return ask("preallocate", disk.writeNanos((int) Math.min(size, 1 << 20)), size, 0, true, () -> {
            requireWritable();
            if (size > inode.size()) {
                disk.resize(this, inode, size);
            }
            return null;
        });
    }

    @Override
    public Promise<Void> close() {
        return ask("close", disk.writeNanos(0), 0, 0, false, () -> {
            closed = true;
            disk.closed(this);
            return null;
        });
    }

    /** The process died: the system may have done some of what was asked. */
    void abandon() {
        for (Operation operation : operations) {
            if (!operation.changes || disk.random().flip()) {
                break;
            }
            operation.runUnheard();
        }
        operations.forEach(disk.world()::remove);
        operations.clear();
    }

    /** Runs {@code action} and completes {@code promise} on {@code loop} with what came of it. */
    static <T> void answer(SimLoop loop, Promise<T> promise, SimDisk.Action<T> action) {
        T result;
        try {
            result = action.run();
        } catch (IOException failure) {
            loop.tell(() -> promise.completeExceptionally(failure));
            return;
        }
        loop.tell(() -> promise.complete(result));
    }

    private void requireWritable() throws IOException {
        if (access == Access.READ || access == Access.READ_DIRECT) {
            throw new IOException(path + ": opened for reading only");
        }
    }

    private <T> Promise<T> ask(
            String what, long nanos, long first, long second, boolean changes, SimDisk.Action<T> action) {
        Check.argument(
                first >= 0 && second >= 0,
                "%s of %s at %d, %d bytes: neither may be negative",
                what,
                path,
                first,
                second);
        Promise<T> promise = owner.promise();
        Operation operation = new Operation(what, nanos, first, second, changes, promise, action);
        if (!life.alive()) {
            return promise; // the process is gone, and so is who would hear of it
        }
        operations.add(operation);
        if (operations.size() == 1) {
            disk.world().add(operation, nanos);
        }
        return promise;
    }

    private final class Operation extends SimEvent {
        private final String what;
        private final long nanos;
        private final long first;
        private final long second;
        private final boolean changes;
        private final Promise<?> promise;
        private final SimDisk.Action<?> action;

        <T> Operation(
                String what,
                long nanos,
                long first,
                long second,
                boolean changes,
                Promise<T> promise,
                SimDisk.Action<T> action) {
            this.what = what;
            this.nanos = nanos;
            this.first = first;
            this.second = second;
            this.changes = changes;
            this.promise = promise;
            this.action = action;
        }

        @Override
        void fire() {
            disk.world().note(disk.node(), what, first, second);
            operations.poll();
            complete(promise, closed ? SimFile::isClosed : action);
            Operation next = operations.peek();
            if (next != null) {
                disk.world().add(next, next.nanos);
            }
        }

        void runUnheard() {
            try {
                action.run();
            } catch (IOException nobodyHears) {
                disk.world().note(disk.node(), "failed unheard", first, second);
            }
        }

        @SuppressWarnings("unchecked") // the constructor took both with one type
        private <T> void complete(Promise<?> promise, SimDisk.Action<?> action) {
            answer(owner, (Promise<T>) promise, (SimDisk.Action<T>) action);
        }
    }

    private static @Nullable Object isClosed() throws IOException {
        throw new ClosedChannelException();
    }
}
