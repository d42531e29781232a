package io.daybook.sim;

/** One life of a node, from its start to its crash: what belongs to it ends with it. */
final class SimLife {
    private final SimNode node;
    private final int number;
    private boolean alive = true;

    SimLife(SimNode node, int number) {
        this.node = node;
        this.number = number;
    }

    boolean alive() {
        return alive;
    }

    void end() {
        alive = false;
    }

    SimNode node() {
        return node;
    }

    int number() {
        return number;
    }
}
