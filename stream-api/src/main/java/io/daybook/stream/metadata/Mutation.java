package io.daybook.stream.metadata;

import io.daybook.stream.StreamException;
import org.jspecify.annotations.Nullable;

/**
 * One change of a stream's record that can be tried again whatever the store answered: when it is refused, what it does, and how to see that it has
 * been done. Pure functions.
 */
public interface Mutation {

    /** For messages: "claim", "roll". */
    String name();

    /** Why the change may not be made on {@code record}, or null. */
    @Nullable
    StreamException refusal(StreamMetadata record);

    /** Whether {@code record} shows the effect, whoever made it. */
    boolean done(StreamMetadata record);

    /** The changed record. */
    StreamMetadata apply(StreamMetadata record);

    /** True if {@link #done} may be asked only after an ambiguous answer to our own write. */
    default boolean doneOnlyIfAmbiguous() {
        return false;
    }
}
