package io.daybook.stream;

/**
 * Conditions on one append request.
 *
 * @param expectedOffset the offset its first record must get, else it is refused with ConditionFailed; {@link #ANY_OFFSET} for none
 * @param mayWait with full queues, true waits for room behind earlier waiters, false is refused with Throttled
 */
public record AppendOptions(long expectedOffset, boolean mayWait) {

    /** No condition on the offset. */
    public static final long ANY_OFFSET = -1;

    /** No condition; refused when queues are full. */
    public static final AppendOptions DEFAULT = new AppendOptions(ANY_OFFSET, false);

    public AppendOptions {
        if (expectedOffset < ANY_OFFSET) {
            throw new IllegalArgumentException("an expected offset is 0 or more, not " + expectedOffset);
        }
    }

    public AppendOptions withExpectedOffset(long next) {
        return new AppendOptions(next, mayWait);
    }

    public AppendOptions withMayWait(boolean next) {
        return new AppendOptions(expectedOffset, next);
    }
}
