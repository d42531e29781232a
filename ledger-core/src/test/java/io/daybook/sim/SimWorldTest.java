package io.daybook.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Promise;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SimWorldTest {

    @Test
    void theSameSeedGivesTheSameHashThreeTimes() {
        for (long seed = 0; seed < 100; seed++) {
            long first = BusyDay.live(seed).traceHash();

            assertThat(BusyDay.live(seed).traceHash())
                    .as("second run of seed %d", seed)
                    .isEqualTo(first);
            assertThat(BusyDay.live(seed).traceHash())
                    .as("third run of seed %d", seed)
                    .isEqualTo(first);
        }
    }

    @Test
    void anotherJvmWithOtherIdentityHashesAndNoCompilerGivesTheSameHashes() throws Exception {
        List<String> here = new ArrayList<>();
        for (long seed = 0; seed < 20; seed++) {
            here.add(String.valueOf(BusyDay.live(seed).traceHash()));
        }

        assertThat(inAnotherJvm(20, "-Xint", "-XX:+UnlockExperimentalVMOptions", "-XX:hashCode=2"))
                .isEqualTo(here);
    }

    @Test
    void differentSeedsGiveDifferentRuns() {
        Set<Long> hashes = new LinkedHashSet<>();
        long events = 0;

        for (long seed = 0; seed < 100; seed++) {
            SimWorld world = BusyDay.live(seed);
            hashes.add(world.traceHash());
            events += world.events();
        }

        assertThat(hashes).hasSize(100);
        assertThat(events).as("enough happened").isGreaterThan(100 * 60);
    }

    @Test
    void seedsCoverAllModesAndFaults() {
        Set<SimMode> modes = new LinkedHashSet<>();
        Set<String> rates = new LinkedHashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            SimWorld world = SimWorld.exploring(seed, true);
            modes.add(world.mode());
            for (String fault : world.faults().toString().split(" ")) {
                rates.add(fault.endsWith("=0") ? fault : fault.substring(0, fault.indexOf('=')));
            }
        }

        assertThat(modes).containsExactlyInAnyOrder(SimMode.values());
        assertThat(rates).as("each fault is on in some runs and off in others").hasSize(2 * 16);
    }

    @Test
    void healingEndsAllFaults() {
        SimWorld world = SimWorld.exploring(5, true);

        world.heal();

        assertThat(world.faults().toString().split(" ")).allMatch(fault -> fault.endsWith("=0"));
    }

    @Test
    void awaitingReturnsTheValueOrThrowsTheFailureItself() {
        SimWorld world = new SimWorld(1);
        SimLoop loop = world.node("n1").loop("loop-0");
        Promise<String> good = loop.promise();
        Promise<String> bad = loop.promise();
        Promise<String> never = loop.promise();
        loop.schedule(Duration.ofMinutes(1).toNanos(), () -> good.complete("value"));
        loop.schedule(Duration.ofMinutes(2).toNanos(), () -> bad.completeExceptionally(new IOException("why")));

        assertThat(world.await(good)).isEqualTo("value");
        assertThatThrownBy(() -> world.await(bad.thenApply(String::length)))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("why");
        assertThatThrownBy(() -> world.await(never))
                .isInstanceOf(SimFailure.class)
                .hasMessageContaining("did not complete");
    }

    private static List<String> inAnotherJvm(int seeds, String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "-Xmx256m", "-XX:+UseSerialGC"));
        command.addAll(List.of(BusyDay.class.getName(), String.valueOf(seeds)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as("exit status").isZero();
            return said.lines().toList();
        } finally {
            process.destroyForcibly();
        }
    }
}
