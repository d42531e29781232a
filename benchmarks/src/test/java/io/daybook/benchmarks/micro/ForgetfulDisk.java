package io.daybook.benchmarks.micro;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.DiskFile;
import io.netty.buffer.ByteBuf;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A disk that is done at once and keeps names and sizes, no bytes: what is left of a benchmark over it is the code above. */
final class ForgetfulDisk implements Disk {
    private static final long ROOM = 1L << 50;

    private final TreeMap<Path, File> files = new TreeMap<>();

    @Override
    public Promise<DiskFile> create(Path file, Access access, Loop owner) {
        File made = new File(file, owner);
        files.put(file, made);
        return done(owner, made);
    }

    @Override
    public Promise<DiskFile> open(Path file, Access access, Loop owner) {
        File found = files.get(file);
        if (found == null) {
            Promise<DiskFile> none = owner.promise();
            none.completeExceptionally(new NoSuchFileException(file.toString()));
            return none;
        }
        return done(owner, found);
    }

    @Override
    public Promise<Void> rename(Path from, Path to, Loop caller) {
        File moved = files.remove(from);
        if (moved != null) {
            files.put(to, moved);
        }
        return done(caller, null);
    }

    @Override
    public Promise<Void> delete(Path file, Loop caller) {
        files.remove(file);
        return done(caller, null);
    }

    @Override
    public Promise<Void> createDirectories(Path directory, Loop caller) {
        return done(caller, null);
    }

    @Override
    public Promise<List<String>> list(Path directory, Loop caller) {
        List<String> names = files.keySet().stream()
                .filter(path -> directory.equals(path.getParent()))
                .map(path -> path.getFileName().toString())
                .sorted()
                .toList();
        return done(caller, names);
    }

    @Override
    public Promise<Void> syncDirectory(Path directory, Loop caller) {
        return done(caller, null);
    }

    @Override
    public Promise<Space> space(Path directory, Loop caller) {
        return done(caller, new Space(ROOM, ROOM));
    }

    private static <T> Promise<T> done(Loop loop, @Nullable T value) {
        Promise<T> promise = loop.promise();
        promise.complete(value);
        return promise;
    }

    private static final class File implements DiskFile {
        private final Path path;
        private final Loop owner;
        private long size;

        File(Path path, Loop owner) {
            this.path = path;
            this.owner = owner;
        }

        @Override
        public Path path() {
            return path;
        }

        @Override
        public int alignment() {
            return 4096;
        }

        @Override
        public Promise<Void> write(long position, ByteBuf data) {
            size = Math.max(size, position + data.readableBytes());
            data.release();
            return done(owner, null);
        }

        @Override
        public Promise<Integer> read(long position, int length, ByteBuf into) {
            int bytes = (int) Math.max(0, Math.min(length, size - position));
            into.writeZero(bytes);
            return done(owner, bytes);
        }

        @Override
        public Promise<Void> sync() {
            return done(owner, null);
        }

        @Override
        public Promise<Void> truncate(long to) {
            size = to;
            return done(owner, null);
        }

        @Override
        public Promise<Long> size() {
            return done(owner, size);
        }

        @Override
        public Promise<Void> preallocate(long to) {
            size = Math.max(size, to);
            return done(owner, null);
        }

        @Override
        public Promise<Void> close() {
            return done(owner, null);
        }
    }
}
