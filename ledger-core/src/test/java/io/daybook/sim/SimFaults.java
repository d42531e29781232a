package io.daybook.sim;

/**
 * How often things go wrong by themselves, per million opportunities; all 0 in a calm world.
 *
 * <p>Drawn anew for each exploring run (swarm testing: Groce et al., ISSTA 2012), where about half of the faults are off altogether:
 * one that is everywhere hides the bugs that need its absence.
 */
public final class SimFaults {
    /** A connection breaks, per frame sent. */
    public int connectionBreak;
    /** Of breaks, how many leave the other side unaware (half-open). */
    public int halfOpen;
    /** A frame takes up to 100 times as long. */
    public int frameDelay;
    /** A pass of a loop comes up to 10 ms late, as after a collection or a preemption. */
    public int loopStall;
    /** A disk operation takes up to 1000 times as long. */
    public int diskDelay;
    /** A write stores a part and fails. */
    public int diskShortWrite;
    /** A write fails for want of space. */
    public int diskFull;
    /** A read fails. */
    public int diskReadError;
    /** A sync fails; what it should have saved is lost though reads still show it. */
    public int diskSyncError;
    /** The reply to a metadata write is lost, whether it happened or not. */
    public int metaLostReply;
    /** A metadata request is not delivered. */
    public int metaUnavailable;
    /** A plain read shows an older state. */
    public int metaStaleRead;
    /** A change is told only after seconds. */
    public int metaLateWatch;
    /** A change is told twice. */
    public int metaDoubleWatch;
    /** A session expires, per request. */
    public int metaExpiry;
    /** {@code Probe.decision} takes a rare choice. */
    public int rareDecision;

    /** Nothing goes wrong by itself. */
    public static SimFaults none() {
        return new SimFaults();
    }

    /** Rates drawn from {@code random}; disks keep their promises unless {@code damaging}. */
    static SimFaults drawn(SimRandom random, boolean damaging) {
        SimFaults faults = new SimFaults();
        faults.connectionBreak = rate(random, 20_000);
        faults.halfOpen = rate(random, 500_000);
        faults.frameDelay = rate(random, 100_000);
        faults.loopStall = rate(random, 20_000);
        faults.diskDelay = rate(random, 50_000);
        faults.metaLostReply = rate(random, 200_000);
        faults.metaUnavailable = rate(random, 100_000);
        faults.metaStaleRead = rate(random, 500_000);
        faults.metaLateWatch = rate(random, 200_000);
        faults.metaDoubleWatch = rate(random, 200_000);
        faults.metaExpiry = rate(random, 20_000);
        faults.rareDecision = rate(random, 500_000);
        if (damaging) {
            faults.diskShortWrite = rate(random, 5_000);
            faults.diskFull = rate(random, 5_000);
            faults.diskReadError = rate(random, 10_000);
            faults.diskSyncError = rate(random, 5_000);
        }
        return faults;
    }

    private static int rate(SimRandom random, int max) {
        return random.flip() ? 0 : (int) random.magnitude(Math.max(1, max / 1000), max);
    }

    SimFaults copy() {
        SimFaults copy = new SimFaults();
        copy.connectionBreak = connectionBreak;
        copy.halfOpen = halfOpen;
        copy.frameDelay = frameDelay;
        copy.loopStall = loopStall;
        copy.diskDelay = diskDelay;
        copy.diskShortWrite = diskShortWrite;
        copy.diskFull = diskFull;
        copy.diskReadError = diskReadError;
        copy.diskSyncError = diskSyncError;
        copy.metaLostReply = metaLostReply;
        copy.metaUnavailable = metaUnavailable;
        copy.metaStaleRead = metaStaleRead;
        copy.metaLateWatch = metaLateWatch;
        copy.metaDoubleWatch = metaDoubleWatch;
        copy.metaExpiry = metaExpiry;
        copy.rareDecision = rareDecision;
        return copy;
    }

    /** Sets every rate to 0: the beginning of healing. */
    void clear() {
        connectionBreak = 0;
        halfOpen = 0;
        frameDelay = 0;
        loopStall = 0;
        diskDelay = 0;
        diskShortWrite = 0;
        diskFull = 0;
        diskReadError = 0;
        diskSyncError = 0;
        metaLostReply = 0;
        metaUnavailable = 0;
        metaStaleRead = 0;
        metaLateWatch = 0;
        metaDoubleWatch = 0;
        metaExpiry = 0;
        rareDecision = 0;
    }

    @Override
    public String toString() {
        return ("break=%d half-open=%d frame-delay=%d stall=%d disk-delay=%d short-write=%d full=%d read-error=%d sync-error=%d"
                        + " lost-reply=%d unavailable=%d stale=%d late-watch=%d double-watch=%d expiry=%d rare=%d")
                .formatted(
                        connectionBreak,
                        halfOpen,
                        frameDelay,
                        loopStall,
                        diskDelay,
                        diskShortWrite,
                        diskFull,
                        diskReadError,
                        diskSyncError,
                        metaLostReply,
                        metaUnavailable,
                        metaStaleRead,
                        metaLateWatch,
                        metaDoubleWatch,
                        metaExpiry,
                        rareDecision);
    }
}
