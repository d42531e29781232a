package io.daybook.bookie.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.exec.ThreadLoop;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.Disk.Access;
import io.daybook.base.seam.DiskContract;
import io.daybook.base.seam.DiskFile;
import io.daybook.base.time.Clock;
import io.daybook.base.time.SystemClock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real disk, asked from a loop that may block and from one that may not. */
class FileDiskTest {

    abstract static class Contract extends DiskContract {
        @TempDir
        Path folder;

        final ThreadLoop owner = ThreadLoop.start("owner", SystemClock.INSTANCE);
        final ThreadLoop reader = ThreadLoop.start("reader", SystemClock.INSTANCE);
        final FileDisk disk = new FileDisk(List.of(reader));

        @AfterEach
        void closeLoops() {
            owner.close();
            reader.close();
        }

        @Override
        protected Disk disk() {
            return disk;
        }

        @Override
        protected Path directory() {
            return folder.resolve("files");
        }

        @Override
        protected <T> T await(CompletionStage<T> stage) {
            return FileDiskTest.await(stage);
        }
    }

    @Nested
    class FromALoopThatMayBlock extends Contract {
        @Override
        protected Loop loop() {
            return owner;
        }

        @Test
        void isDoneWhenTheCallReturns() {
            Path file = folder.resolve("f");

            boolean done = ask(
                    owner,
                    () -> CompletableFuture.completedFuture(
                            disk.create(file, Access.READ_WRITE, owner).isDone()));

            assertThat(done).isTrue();
        }
    }

    @Nested
    class FromALoopThatMayNotBlock extends Contract {
        private final Loop loop = new NoBlocking(owner);

        @Override
        protected Loop loop() {
            return loop;
        }

        @Test
        void needsLoopsThatMay() {
            var alone = new FileDisk(List.of());

            assertThatThrownBy(() -> alone.list(folder, loop)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> new FileDisk(List.of(loop))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Nested
    class Directly {
        @TempDir
        Path folder;

        private final ThreadLoop owner = ThreadLoop.start("owner", SystemClock.INSTANCE);
        private final FileDisk disk = new FileDisk(List.of());

        @AfterEach
        void closeLoop() {
            owner.close();
        }

        private ByteBuf alignedBlocks(int length, long seed) {
            ByteBuffer bytes = ByteBuffer.allocateDirect(length + 4096)
                    .alignedSlice(4096)
                    .limit(length)
                    .slice();
            byte[] random = new byte[length];
            new Random(seed).nextBytes(random);
            return Unpooled.wrappedBuffer(bytes.put(random).flip());
        }

        @Test
        void growsInManyStepsWithTheMemoryOfOne() {
            DiskFile file = ask(owner, () -> disk.create(folder.resolve("f"), Access.DIRECT, owner));
            long before = directMemory();
            for (int step = 1; step <= 32; step++) {
                long size = (long) step << 20;
                ask(owner, () -> file.preallocate(size));
            }

            assertThat(directMemory() - before).isLessThan(4 << 20);
            assertThat(ask(owner, file::size)).isEqualTo(32L << 20);
            ask(owner, file::close);
        }

        private static long directMemory() {
            return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(pool -> pool.getName().equals("direct"))
                    .mapToLong(BufferPoolMXBean::getMemoryUsed)
                    .sum();
        }

        @Test
        void readsAnyPartOfWhatWasWrittenInBlocks() {
            DiskFile file = ask(owner, () -> disk.create(folder.resolve("f"), Access.DIRECT, owner));
            int size = 3 << 20;
            ByteBuf expected = alignedBlocks(size, 1);
            ask(owner, () -> file.write(0, expected.retainedDuplicate()));
            ask(owner, file::sync);
            var random = new Random(2);
            for (int i = 0; i < 40; i++) {
                int from = random.nextInt(size);
                int length = 1 + random.nextInt(i % 2 == 0 ? 5_000 : 2 << 20);
                ByteBuf into = Unpooled.buffer();

                int count = ask(owner, () -> file.read(from, length, into));

                assertThat(count).isEqualTo(Math.min(length, size - from));
                assertThat(into).isEqualTo(expected.slice(from, count));
            }
            assertThat(size % file.alignment()).isZero();
            assertThat(expected.release()).isTrue();
            ask(owner, file::close);
        }

        @Test
        void preallocatesZerosWithoutTouchingWhatIsThere() throws Exception {
            DiskFile file = ask(owner, () -> disk.create(folder.resolve("f"), Access.DIRECT, owner));
            ByteBuf first = alignedBlocks(8192, 3);
            byte[] expected = new byte[4 << 20];
            first.getBytes(0, expected, 0, 8192);

            ask(owner, () -> file.write(0, first));
            ask(owner, () -> file.preallocate(4 << 20));
            ask(owner, () -> file.preallocate(1 << 20));

            assertThat(Files.readAllBytes(folder.resolve("f"))).isEqualTo(expected);
            assertThat(first.refCnt()).isZero();
            ask(owner, file::close);
        }
    }

    @TempDir
    private Path folder;

    @Test
    void filesAreForTheOwnerOnly() throws Exception {
        ThreadLoop owner = ThreadLoop.start("owner", SystemClock.INSTANCE);
        var disk = new FileDisk(List.of());

        ask(owner, () -> disk.createDirectories(folder.resolve("a/b"), owner));
        DiskFile file = ask(owner, () -> disk.create(folder.resolve("a/b/f"), Access.READ_WRITE, owner));
        ask(owner, file::close);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("a/b/f"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("a"))))
                .isEqualTo("rwx------");
        owner.close();
    }

    /** Asks on the loop, and waits. */
    private static <T> T ask(Loop loop, Supplier<? extends CompletionStage<T>> question) {
        var answer = new CompletableFuture<T>();
        loop.execute(() -> question.get().whenComplete((value, failure) -> {
            if (failure == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(failure);
            }
        }));
        return await(answer);
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            FileDiskTest.<RuntimeException>throwAsIs(e.getCause());
            throw e;
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void throwAsIs(Throwable thrown) throws E {
        throw (E) thrown;
    }

    /** A loop that says it must not block. */
    private record NoBlocking(Loop loop) implements Loop {
        @Override
        public String name() {
            return loop.name();
        }

        @Override
        public boolean inLoop() {
            return loop.inLoop();
        }

        @Override
        public void execute(Runnable task) {
            loop.execute(task);
        }

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            return loop.schedule(delayNanos, task);
        }

        @Override
        public void afterPass(Runnable task) {
            loop.afterPass(task);
        }

        @Override
        public boolean mayBlock() {
            return false;
        }

        @Override
        public Clock clock() {
            return loop.clock();
        }

        @Override
        public <T> Promise<T> promise() {
            return new Promise<>(this);
        }
    }
}
