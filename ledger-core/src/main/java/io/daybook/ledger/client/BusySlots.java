package io.daybook.ledger.client;

import java.time.Duration;

/**
 * Patience with bookies that say they are too busy: a pause per slot that doubles, until the slot says yes again or counts as failed.
 * Belongs to one state machine.
 */
final class BusySlots {
    /** Pauses in a row before a slot has failed: together about two thirds of a second. */
    private static final int ROUNDS_MAX = 7;

    private static final Duration PAUSE = Duration.ofMillis(5);

    private final int[] rounds; // pauses since the slot last said yes
    private final boolean[] pausing;
    private boolean patient; // whether any slot has rounds

    BusySlots(int slots) {
        this.rounds = new int[slots];
        this.pausing = new boolean[slots];
    }

    /** Whether a pause is running, which serves whatever the slot refuses meanwhile. */
    boolean pausing(int slot) {
        return pausing[slot];
    }

    boolean outOfPatience(int slot) {
        return rounds[slot] == ROUNDS_MAX;
    }

    /** Begins a pause; returns its length. */
    long pauseNanos(int slot) {
        pausing[slot] = true;
        patient = true;
        return PAUSE.toNanos() << rounds[slot]++;
    }

    void pauseOver(int slot) {
        pausing[slot] = false;
    }

    /** The slot said yes. */
    void accepted(int slot) {
        if (patient) {
            rounds[slot] = 0;
        }
    }

    /** Another bookie holds the slot. */
    void reset(int slot) {
        rounds[slot] = 0;
        pausing[slot] = false;
    }
}
