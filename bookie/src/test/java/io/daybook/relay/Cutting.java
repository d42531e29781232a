package io.daybook.relay;

import io.daybook.base.error.Check;

/** In what portions the bytes of one direction are handed to the socket: frames stay the same, their borders get lost. */
public sealed interface Cutting {

    /** As they came. */
    Cutting NONE = new None();

    /** Each byte by itself. */
    Cutting BYTES = new Bytes();

    /** All that comes within two milliseconds at once. */
    Cutting GLUED = new Glued();

    /** Each frame in two parts, the first of {@code at} bytes, its length included, with half a millisecond between them. */
    static Cutting at(int at) {
        return new At(at);
    }

    /** See {@link #NONE}. */
    record None() implements Cutting {}

    /** See {@link #BYTES}. */
    record Bytes() implements Cutting {}

    /** See {@link #GLUED}. */
    record Glued() implements Cutting {}

    /** See {@link #at}. */
    record At(int at) implements Cutting {
        public At {
            Check.argument(at >= 1, "a frame is cut after at least 1 byte, not %s", at);
        }
    }
}
