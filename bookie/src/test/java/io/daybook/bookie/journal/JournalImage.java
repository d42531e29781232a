package io.daybook.bookie.journal;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.DiskFile;
import io.daybook.base.time.Clock;
import io.daybook.bookie.disk.Layout;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;

/** The files of a journal in memory, to be damaged and replayed many thousand times: a disk for reading only, answering at once. */
final class JournalImage implements Disk {
    final TreeMap<String, byte[]> files = new TreeMap<>();
    private final QueueLoop loop = new QueueLoop();

    /** What a disk of the simulator holds. */
    static JournalImage of(JournalNode bookie) {
        var image = new JournalImage();
        for (String name : bookie.world.await(bookie.node.disk().list(JournalNode.DIRECTORY, bookie.caller()))) {
            image.files.put(name, bookie.node.disk().content(JournalNode.DIRECTORY.resolve(name)));
        }
        return image;
    }

    /** Shares no bytes. */
    JournalImage copy() {
        var copy = new JournalImage();
        files.forEach((name, bytes) -> copy.files.put(name, bytes.clone()));
        return copy;
    }

    byte[] file(long number) {
        return files.get(
                Layout.journalFile(JournalNode.DIRECTORY, number).getFileName().toString());
    }

    byte[] mark() {
        return files.get("journal.mark");
    }

    Replayed replay(JournalReplay.Visitor visitor) {
        Promise<Replayed> outcome = JournalReplay.run(JournalNode.small(), this, loop, visitor);
        loop.runAll();
        try {
            return outcome.getNow(null);
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException refused) {
                throw refused;
            }
            throw e;
        }
    }

    @Override
    public Promise<DiskFile> open(Path file, Access access, Loop owner) {
        byte[] bytes = files.get(file.getFileName().toString());
        return bytes == null ? failed(new NoSuchFileException(file.toString())) : done(new Bytes(file, bytes));
    }

    @Override
    public Promise<List<String>> list(Path directory, Loop caller) {
        return done(List.copyOf(files.keySet()));
    }

    @Override
    public Promise<DiskFile> create(Path file, Access access, Loop owner) {
        return failed(readOnly());
    }

    @Override
    public Promise<Void> rename(Path from, Path to, Loop caller) {
        return failed(readOnly());
    }

    @Override
    public Promise<Void> delete(Path file, Loop caller) {
        return failed(readOnly());
    }

    @Override
    public Promise<Void> createDirectories(Path directory, Loop caller) {
        return failed(readOnly());
    }

    @Override
    public Promise<Void> syncDirectory(Path directory, Loop caller) {
        return failed(readOnly());
    }

    @Override
    public Promise<Space> space(Path directory, Loop caller) {
        return failed(readOnly());
    }

    private static IOException readOnly() {
        return new IOException("replay changes nothing on the disk");
    }

    private <T> Promise<T> done(T value) {
        Promise<T> promise = loop.promise();
        promise.complete(value);
        return promise;
    }

    private <T> Promise<T> failed(IOException failure) {
        Promise<T> promise = loop.promise();
        promise.completeExceptionally(failure);
        return promise;
    }

    private final class Bytes implements DiskFile {
        private final Path path;
        private final byte[] bytes;

        Bytes(Path path, byte[] bytes) {
            this.path = path;
            this.bytes = bytes;
        }

        @Override
        public Path path() {
            return path;
        }

        @Override
        public int alignment() {
            return 1;
        }

        @Override
        public Promise<Integer> read(long position, int length, ByteBuf into) {
            int count = (int) Math.max(0, Math.min(length, bytes.length - position));
            into.writeBytes(bytes, (int) position, count);
            return done(count);
        }

        @Override
        public Promise<Long> size() {
            return done((long) bytes.length);
        }

        @Override
        public Promise<Void> close() {
            return done(null);
        }

        @Override
        public Promise<Void> write(long position, ByteBuf data) {
            data.release();
            return failed(readOnly());
        }

        @Override
        public Promise<Void> sync() {
            return failed(readOnly());
        }

        @Override
        public Promise<Void> truncate(long size) {
            return failed(readOnly());
        }

        @Override
        public Promise<Void> preallocate(long size) {
            return failed(readOnly());
        }
    }

    /** A loop that the test runs. */
    private static final class QueueLoop implements Loop {
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

        void runAll() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }

        @Override
        public String name() {
            return "image";
        }

        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            throw new UnsupportedOperationException("replay waits for nothing");
        }

        @Override
        public void afterPass(Runnable task) {
            tasks.add(task);
        }

        @Override
        public boolean mayBlock() {
            return true;
        }

        @Override
        public Clock clock() {
            throw new UnsupportedOperationException("replay asks for no time");
        }
    }
}
