package io.daybook.benchmarks.load;

import org.jspecify.annotations.Nullable;

/** What the verifiers of many logs found, added up. Safe from any thread. */
final class Verification {
    private long verified;
    private long problems;
    private @Nullable String first;

    synchronized void add(Verifier one) {
        verified += one.verified();
        problems += one.problems();
        if (first == null) {
            first = one.firstProblem();
        }
    }

    synchronized Verification plus(Verification other) {
        Verification sum = new Verification();
        sum.verified = verified + other.verified();
        sum.problems = problems + other.problems();
        sum.first = first != null ? first : other.first();
        return sum;
    }

    synchronized long verified() {
        return verified;
    }

    synchronized long problems() {
        return problems;
    }

    synchronized @Nullable String first() {
        return first;
    }

    /** The first problem, and how many there are in all; null if there is none. */
    @Nullable
    String sentence() {
        String one = first();
        return one == null ? null : problems() == 1 ? one : "%s (%,d problems in all)".formatted(one, problems());
    }
}
