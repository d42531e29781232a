package io.daybook.stream;

import org.jspecify.annotations.Nullable;

/**
 * Where a reader starts.
 *
 * @param kind how {@code value} is meant
 * @param value an offset for OFFSET, a number of records for LAST, else 0
 * @param token only for TOKEN
 */
public record StartPosition(Kind kind, long value, @Nullable PositionToken token) {

    public StartPosition {
        if (value < 0) {
            throw new IllegalArgumentException("a position counts from 0, not " + value);
        }
    }

    /** The oldest record that can be read. */
    public static StartPosition head() {
        return new StartPosition(Kind.HEAD, 0, null);
    }

    /** What will be committed next. */
    public static StartPosition tail() {
        return new StartPosition(Kind.TAIL, 0, null);
    }

    /** The record with this offset. */
    public static StartPosition offset(long offset) {
        return new StartPosition(Kind.OFFSET, offset, null);
    }

    /** So many records before the tail, or the head if there are fewer. */
    public static StartPosition last(long count) {
        return new StartPosition(Kind.LAST, count, null);
    }

    /** Where another reader was. */
    public static StartPosition token(PositionToken token) {
        return new StartPosition(Kind.TOKEN, token.offset(), token);
    }

    /** How a position is given. */
    public enum Kind {
        HEAD,
        TAIL,
        OFFSET,
        LAST,
        TOKEN
    }
}
