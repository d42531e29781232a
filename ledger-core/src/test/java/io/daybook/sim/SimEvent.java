package io.daybook.sim;

/** Something that happens in the world at one moment of virtual time. */
abstract class SimEvent {
    long at; // virtual ns; set by the world
    long tie; // drawn from the seed: the order among events of one moment
    int place = -1; // in the queue, or -1
    boolean background; // true for what an idle world may still wait for: timers, give-up times

    /** Happens; the world's time is {@link #at}. */
    abstract void fire();

    final boolean waiting() {
        return place >= 0;
    }
}
