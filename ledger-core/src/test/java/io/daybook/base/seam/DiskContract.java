package io.daybook.base.seam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Loop;
import io.daybook.base.seam.Disk.Access;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Disk} does while nothing fails. */
public abstract class DiskContract {

    /** The disk under test. */
    protected abstract Disk disk();

    /** The loop that asks and owns the files. */
    protected abstract Loop loop();

    /** An empty directory, or one that does not exist yet. */
    protected abstract Path directory();

    /** Lets the world go on until {@code stage} has completed; returns its value or throws its failure, unwrapped. */
    protected abstract <T> T await(CompletionStage<T> stage);

    @BeforeEach
    void makeDirectory() {
        on(() -> disk().createDirectories(directory(), loop()));
    }

    @Test
    void readsBackWhatWasWritten() {
        DiskFile file = create("a");

        on(() -> file.write(0, text("hello ")));
        on(() -> file.write(6, text("world")));

        assertThat(read(file, 0, 100)).isEqualTo("hello world");
        assertThat(read(file, 4, 3)).isEqualTo("o w");
        assertThat(read(file, 11, 5)).isEmpty();
        assertThat(read(file, 1000, 5)).isEmpty();
        close(file);
    }

    @Test
    void readsZerosWhereNothingWasWritten() {
        DiskFile file = create("a");

        on(() -> file.write(5, text("x")));

        assertThat(read(file, 0, 10)).isEqualTo("\0\0\0\0\0x");
        close(file);
    }

    @Test
    void performsTheOperationsOfAFileInTheOrderTheyWereAskedFor() {
        DiskFile file = create("a");
        ByteBuf into = Unpooled.buffer();

        Integer read = on(() -> {
            for (int i = 0; i < 50; i++) {
                file.write(0, text("%03d".formatted(i)));
            }
            file.sync();
            return file.read(0, 3, into);
        });

        assertThat(read).isEqualTo(3);
        assertThat(into.toString(StandardCharsets.UTF_8)).isEqualTo("049");
        into.release();
        close(file);
    }

    @Test
    void releasesWhatItWrites() {
        DiskFile file = create("a");
        ByteBuf data = text("owned by the file from now on");

        on(() -> file.write(0, data));

        assertThat(data.refCnt()).isZero();
        close(file);
    }

    @Test
    void appendsWhatItReads() {
        DiskFile file = create("a");
        on(() -> file.write(0, text("world")));
        ByteBuf into = text("hello ");

        Integer read = on(() -> file.read(0, 5, into));

        assertThat(read).isEqualTo(5);
        assertThat(into.toString(StandardCharsets.UTF_8)).isEqualTo("hello world");
        into.release();
        close(file);
    }

    @Test
    void completesOnTheOwnersLoop() {
        DiskFile file = create("a");
        CompletableFuture<Boolean> inLoop = new CompletableFuture<>();

        on(() -> file.sync().thenAccept(synced -> inLoop.complete(loop().inLoop())));

        assertThat(await(inLoop)).isTrue();
        close(file);
    }

    @Test
    void knowsItsSizeAndCutsIt() {
        DiskFile file = create("a");
        on(() -> file.write(0, text("0123456789")));
        assertThat(on(file::size)).isEqualTo(10L);

        on(() -> file.truncate(4));

        assertThat(on(file::size)).isEqualTo(4L);
        assertThat(read(file, 0, 100)).isEqualTo("0123");
        on(() -> file.write(6, text("x")));
        assertThat(read(file, 0, 100)).as("what was cut does not come back").isEqualTo("0123\0\0x");
        close(file);
    }

    @Test
    void preallocatesZerosAndKeepsWhatIsThere() {
        DiskFile file = create("a");
        on(() -> file.write(0, text("start")));

        on(() -> file.preallocate(10_000));

        assertThat(on(file::size)).isEqualTo(10_000L);
        assertThat(read(file, 0, 7)).isEqualTo("start\0\0");
        close(file);
    }

    @Test
    void writesAlignedBlocksWithDirectAccess() {
        DiskFile file = on(() -> disk().create(path("direct"), Access.DIRECT, loop()));
        int block = Math.max(512, file.alignment());
        on(() -> file.preallocate(4L * block));

        on(() -> file.write(block, aligned(block, (byte) 7)));
        on(file::sync);

        ByteBuf into = Unpooled.buffer();
        assertThat(on(() -> file.read(block, block, into))).isEqualTo(block);
        assertThat(into.getByte(0)).isEqualTo((byte) 7);
        assertThat(into.getByte(block - 1)).isEqualTo((byte) 7);
        into.release();
        close(file);
    }

    @Test
    void opensWhatWasCreated() {
        DiskFile written = create("a");
        on(() -> written.write(0, text("kept")));
        on(written::sync);
        close(written);

        DiskFile file = on(() -> disk().open(path("a"), Access.READ, loop()));

        assertThat(read(file, 0, 10)).isEqualTo("kept");
        assertThat(file.path()).isEqualTo(path("a"));
        close(file);
    }

    @Test
    void refusesToWriteWhatWasOpenedForReading() {
        close(create("a"));
        DiskFile file = on(() -> disk().open(path("a"), Access.READ, loop()));
        ByteBuf data = text("no");

        assertThatThrownBy(() -> on(() -> file.write(0, data))).isInstanceOf(Exception.class);

        assertThat(data.refCnt()).isZero();
        close(file);
    }

    @Test
    void refusesOperationsOnAClosedFile() {
        DiskFile file = create("a");
        close(file);
        ByteBuf data = text("no");

        assertThatThrownBy(() -> on(() -> file.write(0, data))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> on(file::sync)).isInstanceOf(IOException.class);

        assertThat(data.refCnt()).isZero();
    }

    @Test
    void createsAFileOnlyOnce() {
        close(create("a"));

        assertThatThrownBy(() -> create("a"))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining("a");
    }

    @Test
    void opensNoFileThatIsNotThere() {
        assertThatThrownBy(() -> on(() -> disk().open(path("absent"), Access.READ_WRITE, loop())))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("absent");
    }

    @Test
    void createsNoFileInADirectoryThatIsNotThere() {
        assertThatThrownBy(() -> on(() -> disk().create(directory().resolve("absent/a"), Access.READ_WRITE, loop())))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void renamesOverAnExistingFile() {
        DiskFile first = create("a");
        on(() -> first.write(0, text("new")));
        close(first);
        DiskFile second = create("b");
        on(() -> second.write(0, text("old")));
        close(second);

        on(() -> disk().rename(path("a"), path("b"), loop()));

        assertThat(names()).containsExactly("b");
        DiskFile file = on(() -> disk().open(path("b"), Access.READ, loop()));
        assertThat(read(file, 0, 10)).isEqualTo("new");
        close(file);
    }

    @Test
    void renamesNoFileThatIsNotThere() {
        assertThatThrownBy(() -> on(() -> disk().rename(path("absent"), path("b"), loop())))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void deletesFilesAndEmptyDirectories() {
        close(create("a"));
        on(() -> disk().createDirectories(path("d"), loop()));

        on(() -> disk().delete(path("a"), loop()));
        on(() -> disk().delete(path("d"), loop()));

        assertThat(names()).isEmpty();
        assertThatThrownBy(() -> on(() -> disk().delete(path("a"), loop()))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void deletesNoDirectoryThatHoldsSomething() {
        on(() -> disk().createDirectories(path("d/e"), loop()));

        assertThatThrownBy(() -> on(() -> disk().delete(path("d"), loop()))).isInstanceOf(IOException.class);
    }

    @Test
    void goesOnReadingAFileThatWasDeleted() {
        DiskFile file = create("a");
        on(() -> file.write(0, text("still here")));

        on(() -> disk().delete(path("a"), loop()));

        assertThat(read(file, 0, 20)).isEqualTo("still here");
        close(file);
    }

    @Test
    void listsNamesInOrder() {
        close(create("b"));
        close(create("a"));
        on(() -> disk().createDirectories(path("c/d"), loop()));
        on(() -> disk().createDirectories(path("c/d"), loop()));

        assertThat(names()).containsExactly("a", "b", "c");
        assertThat(on(() -> disk().list(path("absent"), loop()))).isEmpty();
        on(() -> disk().syncDirectory(directory(), loop()));
    }

    @Test
    void hasRoom() {
        Disk.Space space = on(() -> disk().space(directory(), loop()));

        assertThat(space.total()).isPositive();
        assertThat(space.usable()).isBetween(0L, space.total());
    }

    @Test
    void keepsManyFilesOpenAtOnce() {
        List<DiskFile> files = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            files.add(create("f" + i));
        }

        for (DiskFile file : files) {
            on(() -> file.write(0, text(file.path().getFileName().toString())));
        }

        for (int i = 0; i < 20; i++) {
            assertThat(read(files.get(i), 0, 10)).isEqualTo("f" + i);
        }
        files.forEach(this::close);
    }

    // ---- what the tests are made of

    /** Asks on the loop, and waits for the answer. */
    protected final <T> T on(Supplier<? extends CompletionStage<T>> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        loop().execute(() -> {
            try {
                question.get().whenComplete((value, failure) -> {
                    if (failure == null) {
                        answer.complete(value);
                    } else {
                        answer.completeExceptionally(failure);
                    }
                });
            } catch (Throwable failure) {
                answer.completeExceptionally(failure);
            }
        });
        return await(answer);
    }

    protected final Path path(String name) {
        return directory().resolve(name);
    }

    protected final DiskFile create(String name) {
        return on(() -> disk().create(path(name), Access.READ_WRITE, loop()));
    }

    protected final String read(DiskFile file, long position, int length) {
        ByteBuf into = Unpooled.buffer();
        try {
            int read = on(() -> file.read(position, length, into));
            assertThat(read).isEqualTo(into.readableBytes());
            return into.toString(StandardCharsets.UTF_8);
        } finally {
            into.release();
        }
    }

    protected final void close(DiskFile file) {
        on(file::close);
    }

    protected static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    private List<String> names() {
        return on(() -> disk().list(directory(), loop()));
    }

    /** A buffer whose address is a multiple of its size, as direct access wants it. */
    private static ByteBuf aligned(int size, byte fill) {
        ByteBuf whole = Unpooled.directBuffer(2 * size);
        int from = whole.hasMemoryAddress() ? (int) ((size - whole.memoryAddress() % size) % size) : 0;
        ByteBuf part = whole.slice(from, size);
        for (int i = 0; i < size; i++) {
            part.setByte(i, fill);
        }
        return part;
    }
}
