package io.daybook.benchmarks.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class ChildrenTest {
    private static final List<String> SMALL = List.of("-Xmx32m", "-XX:TieredStopAtLevel=1");

    @TempDir
    private Path folder;

    /** Says its words, and runs until it is told to end. */
    public static final class Endless {
        public static void main(String[] words) throws InterruptedException {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                System.out.println("told");
                System.out.flush();
            }));
            System.out.println("ready " + String.join(" ", words));
            new CountDownLatch(1).await();
        }
    }

    /** Ends by itself, and not well. */
    public static final class Failing {
        public static void main(String[] words) {
            throw new IllegalStateException("no " + words[0]);
        }
    }

    private static JavaCommand command(Class<?> main, String... words) {
        return JavaCommand.ours(SMALL, main.getName(), List.of(words));
    }

    @Test
    void theyEndInAnOrderlyWayAndAreGoneThen() throws Exception {
        try (Children children = new Children()) {
            Child child = children.start("it", command(Endless.class, "a", "b c"), folder.resolve("log"));
            assertThat(child.output().readLine()).isEqualTo("ready a b c");
            ProcessHandle process = ProcessHandle.of(child.pid()).orElseThrow();
            assertThat(children.pids()).containsExactly(child.pid());

            children.stop();

            assertThat(process.isAlive()).isFalse();
            assertThat(child.output().readLine()).as("its hooks ran").isEqualTo("told");
            assertThat(children.pids()).isEmpty();
            assertThat(children.start("another", command(Endless.class), folder.resolve("log"))
                            .output()
                            .readLine())
                    .isEqualTo("ready ");
        }
    }

    @Test
    void theyHaveTheirNativeLibrariesWhereThisProcessHasThem() {
        assertThat(command(Endless.class).line())
                .contains(
                        "-Djava.library.path=" + System.getProperty("java.library.path"),
                        "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
    }

    @Test
    void theyLeaveCtrlCToTheirParent() throws Exception {
        try (Children children = new Children()) {
            Child child = children.start("it", command(Endless.class), folder.resolve("log"));
            assertThat(child.output().readLine()).isEqualTo("ready ");

            new ProcessBuilder("kill", "-INT", Long.toString(child.pid()))
                    .start()
                    .waitFor();

            assertThat(child.ended(200)).isFalse();
            assertThat(Files.readString(Path.of("/proc", Long.toString(child.pid()), "status")))
                    .as("signals that are ignored, among them number 2")
                    .containsPattern("SigIgn:\\s[0-9a-f]*[2367abef]\n");
        }
    }

    @Test
    void noneStartsOnceTheyAreClosed() {
        Children children = new Children();
        children.close();

        assertThatThrownBy(() -> children.start("it", command(Endless.class), folder.resolve("log")))
                .isInstanceOf(IOException.class)
                .hasMessage("it was closed while it started");
    }

    @Test
    void whatAProgramThrowsEndsItAndStandsInItsLog() throws Exception {
        try (Children children = new Children()) {
            Child child = children.start("it", command(Failing.class, "luck"), folder.resolve("log"));

            assertThat(child.exitCode()).isEqualTo(1);
            assertThat(child.log()).anyMatch(line -> line.contains("IllegalStateException: no luck"));
        }
    }

    @Test
    void itEndsAtOnceWhenItsInputDoesAsItDoesWhenItsParentIsKilled() throws Exception {
        Process process = new ProcessBuilder(command(Endless.class).line())
                .redirectOutput(folder.resolve("out").toFile())
                .start();

        process.getOutputStream().close();

        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(Files.readString(folder.resolve("out"))).doesNotContain("told");
    }

    @Test
    void itsOneClassFileIsEnoughForProgramsThatShareNothingWithOurs() throws Exception {
        Path classes = EndsWithParent.copyTo(folder.resolve("classes"));
        JavaCommand alone = new JavaCommand(SMALL, classes.toString(), Endless.class.getName(), List.of());

        try (Children children = new Children()) {
            Child child = children.startLogged("it", alone, folder.resolve("log"));

            assertThat(child.exitCode()).isEqualTo(1);
            assertThat(child.lastWords())
                    .isEqualTo("there is no class %s on the class path".formatted(Endless.class.getName()));
        }
    }
}
