package io.daybook.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Loop;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.Disk.Access;
import io.daybook.base.seam.DiskContract;
import io.daybook.base.seam.DiskFile;
import io.daybook.sim.SimDisk.CrashOutcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

final class SimDiskTest extends DiskContract {
    private final SimWorld world = new SimWorld(3);
    private final SimNode node = world.node("n1");
    private final SimDisk disk = node.disk();

    @Override
    protected Disk disk() {
        return disk;
    }

    @Override
    protected Loop loop() {
        return node.loop("journal-0");
    }

    @Override
    protected Path directory() {
        return Path.of("/data/journal");
    }

    @Override
    protected <T> T await(CompletionStage<T> stage) {
        return world.await(stage);
    }

    @Test
    void aPowerFailureKeepsWhatWasSyncedWhateverTheSeed() {
        for (CrashOutcome outcome : CrashOutcome.values()) {
            String name = "synced-" + outcome;
            DiskFile file = durableFile(name);
            on(() -> file.write(0, text("synced")));
            on(file::sync);
            on(() -> file.write(6, text(" and not")));

            disk.nextCrash(outcome);
            node.crash();
            node.restart();

            assertThat(new String(disk.content(path(name)), StandardCharsets.UTF_8))
                    .startsWith("synced");
        }
    }

    @Test
    void aPowerFailureMayForgetEverythingElse() {
        DiskFile file = durableFile("a");
        on(() -> file.write(0, text("gone")));
        close(create("never-synced-directory"));

        disk.nextCrash(CrashOutcome.NONE);
        node.crash();

        assertThat(disk.content(path("a"))).isEmpty();
        assertThat(disk.exists(path("never-synced-directory"))).isFalse();
    }

    @Test
    void aKilledProcessLosesNothingThatWasWritten() {
        DiskFile file = create("a");
        on(() -> file.write(0, text("in the page cache")));

        node.kill();
        node.restart();

        assertThat(disk.content(path("a"))).isEqualTo("in the page cache".getBytes(StandardCharsets.UTF_8));
        assertThat(disk.openFiles()).isZero();
    }

    @Test
    void aRenameIsOldOrNewAfterAPowerFailure() {
        Set<String> seen = new LinkedHashSet<>();
        for (int i = 0; i < 40; i++) {
            String name = "current-" + i;
            write(name, "old");
            write(name + ".tmp", "new");
            on(() -> disk.syncDirectory(directory(), loop()));
            on(() -> disk.rename(path(name + ".tmp"), path(name), loop()));

            node.crash();
            node.restart();

            seen.add(new String(disk.content(path(name)), StandardCharsets.UTF_8));
        }

        assertThat(seen).containsExactlyInAnyOrder("old", "new");
    }

    @Test
    void aSyncedDirectoryKeepsARename() {
        write("a.tmp", "new");
        on(() -> disk.rename(path("a.tmp"), path("a"), loop()));
        makeNamesDurable();

        disk.nextCrash(CrashOutcome.NONE);
        node.crash();

        assertThat(disk.exists(path("a"))).isTrue();
        assertThat(disk.exists(path("a.tmp"))).isFalse();
    }

    @Test
    void unsyncedWritesComeBackInEveryLegalWay() {
        Set<String> seen = new LinkedHashSet<>();
        for (int i = 0; i < 300; i++) {
            String name = "f" + i;
            DiskFile file = durableFile(name);
            on(() -> file.preallocate(2048));
            on(file::sync);
            on(() -> file.write(0, sectors('a', 2)));
            on(() -> file.write(1024, sectors('b', 2)));

            node.crash();
            node.restart();

            byte[] content = disk.content(path(name));
            StringBuilder state = new StringBuilder();
            for (int sector = 0; sector < 4; sector++) {
                byte first = content[sector * 512];
                assertThat(content[sector * 512 + 511]).as("a sector is whole").isEqualTo(first);
                state.append(first == 0 ? '-' : (char) first);
            }
            seen.add(state.toString());
        }

        assertThat(seen)
                .contains("----", "aabb", "aa--", "--bb", "a---", "aab-", "-a--")
                .hasSizeGreaterThan(10);
    }

    @Test
    void afterAFailedSyncReadsShowWhatNoLaterSyncSaves() {
        DiskFile file = durableFile("a");
        on(() -> file.write(0, text("lost")));
        disk.failNextSync("no space left on device");
        assertThatThrownBy(() -> on(file::sync))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no space left on device");

        assertThat(read(file, 0, 10)).isEqualTo("lost");
        on(file::sync); // succeeds, and means nothing
        assertThat(disk.durableContent(path("a"))).isEmpty();

        disk.evict();
        assertThat(read(file, 0, 10)).isEmpty();
    }

    @Test
    void aFullDiskRefusesWritesUntilThereIsRoomAgain() {
        DiskFile file = create("a");
        disk.budget(10_000);
        on(() -> file.write(0, sectors('a', 16)));

        assertThatThrownBy(() -> on(() -> file.write(8192, sectors('b', 16))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("No space left");
        assertThat(on(() -> disk.space(directory(), loop())).usable()).isLessThan(2_000);
        on(() -> file.truncate(0));
        on(() -> file.write(0, sectors('b', 16)));
        assertThat(disk.usedBytes()).isEqualTo(8192);
    }

    @Test
    void failsTheReadsAndWritesItWasToldTo() {
        DiskFile file = create("a");
        disk.failNextWrite("Input/output error");
        ByteBuf data = text("x");
        assertThatThrownBy(() -> on(() -> file.write(0, data))).hasMessageContaining("Input/output error");
        assertThat(data.refCnt()).isZero();

        on(() -> file.write(0, text("y")));
        disk.failNextRead("Input/output error");
        assertThatThrownBy(() -> read(file, 0, 1)).hasMessageContaining("Input/output error");
        assertThat(read(file, 0, 1)).isEqualTo("y");
    }

    @Test
    void aShortWriteStoresAPartAndFails() {
        DiskFile file = create("a");
        disk.shortNextWrite();

        assertThatThrownBy(() -> on(() -> file.write(0, sectors('a', 4)))).isInstanceOf(IOException.class);

        assertThat(disk.content(path("a")).length).isLessThan(2048);
    }

    @Test
    void aLostOrMisdirectedWriteShowsAfterEviction() {
        DiskFile file = durableFile("a");
        disk.loseNextWrite();
        on(() -> file.write(0, text("lost")));
        disk.misdirectNextWrite(100);
        on(() -> file.write(0, text("else")));
        on(file::sync);
        assertThat(read(file, 0, 4)).isEqualTo("else");

        disk.evict();

        assertThat(read(file, 0, 4)).isEqualTo("\0\0\0\0");
        assertThat(read(file, 100, 4)).isEqualTo("else");
    }

    @Test
    void aRuinedSectorFailsEveryReadUntilItIsWritten() {
        DiskFile file = create("a");
        on(() -> file.write(0, sectors('a', 4)));

        disk.ruin(path("a"), 600);

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> read(file, 0, 2048)).hasMessageContaining("Input/output error");
        }
        assertThat(read(file, 1024, 1024)).hasSize(1024);
        on(() -> file.write(512, sectors('b', 1)));
        assertThat(read(file, 0, 2048)).hasSize(2048);
    }

    @Test
    void rotFlipsOneBit() {
        write("a", "x");

        disk.rot(path("a"), 0);

        assertThat(Integer.bitCount(disk.content(path("a"))[0] ^ 'x')).isOne();
    }

    @Test
    void refusesWhatIsNotAlignedWithDirectAccess() {
        DiskFile file = on(() -> disk.create(path("direct"), Access.DIRECT, loop()));

        assertThatThrownBy(() -> on(() -> file.write(1, sectors('a', 8)))).hasMessageContaining("not aligned");
        assertThatThrownBy(() -> on(() -> file.write(0, text("short")))).hasMessageContaining("not aligned");
    }

    private DiskFile durableFile(String name) {
        on(() -> disk.createDirectories(directory(), loop()));
        DiskFile file = create(name);
        makeNamesDurable();
        return file;
    }

    private void makeNamesDurable() {
        on(() -> disk.syncDirectory(directory(), loop()));
        on(() -> disk.syncDirectory(Path.of("/data"), loop()));
        on(() -> disk.syncDirectory(Path.of("/"), loop()));
    }

    private void write(String name, String content) {
        DiskFile file = durableFile(name);
        on(() -> file.write(0, text(content)));
        on(file::sync);
        close(file);
    }

    private static ByteBuf sectors(char fill, int n) {
        ByteBuf bytes = Unpooled.buffer(n * 512);
        for (int i = 0; i < n * 512; i++) {
            bytes.writeByte(fill);
        }
        return bytes;
    }
}
