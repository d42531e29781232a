package io.daybook.sim;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class LessonTest {
    private final Lesson<Integer> lesson = Lesson.of(copies -> {
        if (copies < 2) {
            throw new AssertionError("too few copies: " + copies);
        }
    });

    @Test
    void aStoryThatEndsAsItShouldPasses() {
        lesson.holds(2).fails("a copy is missing", 1, "too few copies");
    }

    @Test
    void aProductThatFailsAMistakeThatDoesNotAndAFailureOfAnotherKindAreTold() {
        assertThatThrownBy(() -> lesson.holds(1)).hasMessage("too few copies: 1");
        assertThatThrownBy(() -> lesson.fails("a copy is missing", 3, "too few copies"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("the story ends well although: a copy is missing");
        assertThatThrownBy(() -> lesson.fails("a copy is missing", 1, "lost"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("should have failed with 'lost'")
                .hasRootCauseMessage("too few copies: 1");
    }
}
