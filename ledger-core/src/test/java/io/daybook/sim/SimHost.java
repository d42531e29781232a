package io.daybook.sim;

import io.daybook.base.seam.Host;

/** The process of one life of a node: to exit is to die. */
public final class SimHost implements Host {
    private final SimNode node;
    private final SimLife life;
    private final long bootId;

    SimHost(SimNode node, SimLife life, long bootId) {
        this.node = node;
        this.life = life;
        this.bootId = bootId;
    }

    @Override
    public long bootId() {
        return bootId;
    }

    @Override
    public void exit(int status, String reason) {
        if (life.alive()) {
            node.exited(status, reason);
        }
    }
}
