package io.daybook.sim;

import java.util.List;

/**
 * Bugs that can be planted in the code of production, to see how soon the simulator finds them (R92). Found by {@code
 * java.util.ServiceLoader}; used by {@code daybook simulate --mutants} and by the corpus.
 */
public interface PlantedBugs {

    /** What {@link Scenario#layer} they are of. */
    String layer();

    /** All of them, in the order of the report. */
    List<Bug> all();

    /** How many must be found in a full series, of 1,000,000 schedules each. */
    int foundMin();

    /** How many must be found within 20,000 schedules. */
    int foundSoonMin();

    /**
     * One bug.
     *
     * @param name a word, such as {@code FENCE_IN_MEMORY}
     * @param rules what is taken away, by its numbers in docs/protocol.md
     * @param sentence the bug in a few words
     * @param counted whether it counts towards the numbers that must be found
     * @param scenario a story of the product with the bug
     */
    record Bug(String name, String rules, String sentence, boolean counted, Scenario scenario) {}
}
