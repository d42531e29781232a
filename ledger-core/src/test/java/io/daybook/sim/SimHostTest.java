package io.daybook.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.seam.Host;
import io.daybook.base.seam.HostContract;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SimHostTest extends HostContract {
    private final SimWorld world = new SimWorld(1);
    private final SimNode node = world.node("n1");

    @Override
    protected Host host() {
        return node.host();
    }

    @Override
    protected void restart() {
        node.crash();
        node.restart();
    }

    @Override
    protected int exitStatus() {
        return node.lastExit() == null ? -1 : node.lastExit().status();
    }

    @Test
    void anExitWithinATaskEndsTheNodeButNotTheTask() {
        List<String> seen = new ArrayList<>();
        SimLoop loop = node.loop("loop-0");
        loop.execute(() -> {
            node.host().exit(1, "enough");
            seen.add("the rest of the task");
        });
        loop.execute(() -> seen.add("the next task"));

        world.runUntilIdle();

        assertThat(seen).containsExactly("the rest of the task");
        assertThat(node.alive()).isFalse();
        assertThat(node.lastExit().reason()).isEqualTo("enough");
    }

    @Test
    void aRestartRunsTheProgram() {
        List<Long> started = new ArrayList<>();
        node.program(it -> started.add(it.host().bootId()));

        node.kill();
        node.restart();
        node.crash();
        world.heal();

        assertThat(started).hasSize(2).doesNotHaveDuplicates();
    }
}
