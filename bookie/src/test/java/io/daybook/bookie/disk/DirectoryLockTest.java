package io.daybook.bookie.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.bookie.BookieException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {
    @TempDir
    private Path folder;

    private Layout layout(String journal, String data) {
        return new Layout(folder.resolve(journal), folder.resolve(data));
    }

    @Test
    void makesDirectoriesForTheOwnerOnly() throws Exception {
        try (var lock = DirectoryLock.take(layout("j", "deep/d"))) {
            assertThat(lock).isNotNull();
            for (String directory : new String[] {"j", "deep", "deep/d"}) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(directory))))
                        .isEqualTo("rwx------");
            }
        }
    }

    @Test
    void refusesADirectoryThatIsInUseAndSaysWhich() {
        try (var held = DirectoryLock.take(layout("j1", "shared"))) {
            assertThatThrownBy(() -> DirectoryLock.take(layout("j2", "shared")))
                    .isInstanceOf(BookieException.Refused.class)
                    .hasMessageContaining("shared")
                    .hasMessageContaining("in use by another bookie");
            assertThat(held).isNotNull();
        }
    }

    @Test
    void aRefusedLockHoldsNothing() {
        try (var held = DirectoryLock.take(layout("j1", "shared"))) {
            assertThatThrownBy(() -> DirectoryLock.take(layout("j2", "shared")))
                    .isInstanceOf(BookieException.Refused.class);

            try (var other = DirectoryLock.take(layout("j2", "d2"))) {
                assertThat(other).isNotSameAs(held);
            }
        }
    }

    @Test
    void canBeTakenAgainOnceClosed() {
        DirectoryLock.take(layout("j", "d")).close();

        try (var again = DirectoryLock.take(layout("j", "d"))) {
            assertThat(again).isNotNull();
        }
    }

    @Test
    void journalAndDataMayShareADirectory() {
        try (var lock = DirectoryLock.take(layout("both", "both"))) {
            assertThat(lock).isNotNull();
        }
    }

    @Test
    void refusesAPathThatIsAFile() throws Exception {
        Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> DirectoryLock.take(layout("file", "d")))
                .isInstanceOf(BookieException.Refused.class)
                .hasMessageContaining("cannot be used");
    }
}
