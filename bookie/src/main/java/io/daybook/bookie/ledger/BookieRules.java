package io.daybook.bookie.ledger;

import io.daybook.base.exec.Loop;
import io.daybook.ledger.protocol.Status;

/**
 * What a bookie may never do otherwise: one method per rule that a test takes away to see whether the simulator notices (R92).
 *
 * <p>{@link SafeBookieRules} is the only implementation of production. A test overrides a single method and has a bookie with exactly that
 * bug. Called on the loop of the ledger concerned.
 */
interface BookieRules {

    /** Lets an add, or a group of them, take effect that was just found acceptable: in the same step as the look at the fence (R15). */
    void effect(Loop loop, HostedLedger ledger, Runnable effect);

    /**
     * Whether an add is answered only when its record is durable (R16).
     *
     * @param deferred whether its client would be content with less, as it forces later (R106)
     */
    boolean addWaitsForSync(boolean deferred);

    /** Whether an add of an entry that is here already is answered only when the kept copy is durable (R18). */
    boolean duplicateWaitsForSync();

    /** Whether a fence also ends the adds of a ledger that this bookie has nothing of (R23). */
    boolean fencesUnknownLedger();

    /** Whether a fence is written to the journal, so that it outlives the process (R24). */
    boolean journalsFence();

    /** Whether the news that something is absent waits for the durable fence of the request, as all other answers do (R24). */
    boolean negativeWaitsForFence();

    /** What is answered for an entry whose bytes are damaged or cannot be read: never that it is absent (R27). */
    Status unreadable();

    /** Whether a bookie that starts after a loss raises its incarnation, and fences and doubts what it may have lost, before it registers (R79). */
    boolean doubtsAfterLoss();

    /** What is answered for an entry that is not here, of a ledger in limbo (R81). */
    Status absentInLimbo();
}
