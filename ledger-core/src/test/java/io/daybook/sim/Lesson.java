package io.daybook.sim;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An incident of the past as a story that is told more than once: with the product it must end well, and with the mistake that once was made it
 * must end badly, since a story that cannot fail tells nothing.
 *
 * @param <R> what the tellings differ in: the rules of a class of production, a switch
 */
public final class Lesson<R> {
    private final Consumer<R> story;

    private Lesson(Consumer<R> story) {
        this.story = story;
    }

    /** {@code story} throws when it ends badly, saying what is broken. */
    public static <R> Lesson<R> of(Consumer<R> story) {
        return new Lesson<>(story);
    }

    /** Tells the story with what production has. */
    public Lesson<R> holds(R product) {
        story.accept(product);
        return this;
    }

    /**
     * Tells the story with a mistake.
     *
     * @param mistake the rule that is taken away or the switch that is turned, in words
     * @param harm what the failure must speak of, lest the story fail for a reason of its own
     */
    public Lesson<R> fails(String mistake, R mutant, String harm) {
        Throwable found = end(mutant);
        if (found == null) {
            throw new AssertionError("the story ends well although: " + mistake);
        }
        if (!String.valueOf(found.getMessage()).contains(harm)) {
            throw new AssertionError("%s: the story should have failed with '%s'".formatted(mistake, harm), found);
        }
        return this;
    }

    /** How the story ends; null if well. */
    private @Nullable Throwable end(R mutant) {
        try {
            story.accept(mutant);
            return null;
        } catch (RuntimeException | AssertionError failure) {
            return failure;
        }
    }
}
