package io.daybook.ledger.protocol;

/**
 * What a response repeats of its request so that the client finds it again.
 *
 * @param version 0 to 2 (or a higher number that was refused) for v2 frames, {@link #V3} for v3 frames
 * @param txnId transaction id of v3; 0 in v2
 * @param priority above 0 is high priority
 */
public record Tag(int version, long txnId, int priority) {

    /** The version of all v3 frames in this code (the fixed binary protocol has 0 to 2). */
    public static final int V3 = 1000;

    /** Tag of the requests we send over v2. */
    public static final Tag V2 = new Tag(2, 0, 0);

    /** Tag of a v2 request or answer with high priority. */
    public static final Tag V2_HIGH = new Tag(2, 0, 100);

    public boolean v3() {
        return version == V3;
    }

    public boolean highPriority() {
        return priority > 0;
    }
}
