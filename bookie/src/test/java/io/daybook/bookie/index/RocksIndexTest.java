package io.daybook.bookie.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.config.DataSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RocksIndexTest extends StoreIndexContract {
    private static final DataSize MEMORY = DataSize.mebibytes(8);

    @TempDir
    private Path folder;

    @Override
    StoreIndex open() {
        return Indexes.rocks(folder.resolve("main"), MEMORY);
    }

    @Test
    void keepsWhatWasPublishedThroughAnOrderlyClose() {
        Path own = folder.resolve("own");
        try (StoreIndex index = Indexes.rocks(own, MEMORY)) {
            index.publish(contents(1, run(7, 1, 0, 0, 1)));
        }
        try (StoreIndex index = Indexes.rocks(own, MEMORY)) {
            assertThat(index.files()).containsExactly(1);
            assertThat(index.entries(7)).containsExactly(0, 1);
        }
    }

    /** Whatever is wrong with its files, an index is either right as far as it knows files, or says that it is damaged, or starts empty. */
    @Test
    void neverAnswersWronglyFromDamagedFiles() throws IOException {
        Path good = folder.resolve("good");
        try (StoreIndex index = Indexes.rocks(good, MEMORY)) {
            for (int file = 1; file <= 20; file++) {
                index.publish(contents(file, run(7, file, 0, file * 10, file * 10 + 1), run(8, file, 1000, file)));
            }
        }
        Random random = new Random(1);
        int damaged = 0;
        for (int round = 0; round < 40; round++) {
            Path copy = folder.resolve("copy" + round);
            copyFolder(good, copy);
            damage(copy, random, round % 3);
            damaged += check(copy);
        }
        assertThat(damaged).isPositive();
    }

    /** 1 if the damage was noticed. */
    private static int check(Path copy) {
        try (StoreIndex index = Indexes.rocks(copy, MEMORY)) {
            long[] files = index.files();
            for (int i = 0; i < files.length; i++) {
                assertThat(files[i]).isEqualTo(i + 1);
            }
            for (int file = 1; file <= files.length; file++) {
                assertThat(index.find(7, file * 10 + 1).file()).isEqualTo(file);
                assertThat(index.find(8, file).file()).isEqualTo(file);
            }
            return files.length == 20 ? 0 : 1;
        } catch (io.daybook.bookie.BookieException.Damaged noticed) {
            try (StoreIndex index = Indexes.rocks(copy, MEMORY)) {
                assertThat(index.files()).isEmpty(); // the next start makes it anew
            }
            return 1;
        }
    }

    private static void damage(Path copy, Random random, int how) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(copy)) {
            all.filter(file -> !file.getFileName().toString().startsWith("LOG"))
                    .sorted()
                    .forEach(files::add);
        }
        Path file = files.get(random.nextInt(files.size()));
        byte[] bytes = Files.readAllBytes(file);
        if (how == 0 && bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, bytes);
        } else if (how == 1) {
            Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        } else {
            Files.delete(file);
        }
    }

    private static void copyFolder(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
    }
}
