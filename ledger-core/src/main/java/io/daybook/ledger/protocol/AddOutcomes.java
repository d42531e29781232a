package io.daybook.ledger.protocol;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What became of each entry of a group, in order, as runs of equal answers: most groups are one run. A run may be open: of its entries another
 * answer tells. Immutable.
 */
public final class AddOutcomes {
    private final @Nullable Status[] statuses; // of each run
    private final int[] ends; // index after the last entry of each run

    private AddOutcomes(@Nullable Status[] statuses, int[] ends) {
        this.statuses = statuses;
        this.ends = ends;
    }

    /** The same for all {@code count} entries. */
    public static AddOutcomes all(Status status, int count) {
        return new AddOutcomes(new Status[] {status}, new int[] {count});
    }

    /** One for each entry, null for an open one; at least one. */
    public static AddOutcomes of(@Nullable Status[] each) {
        int runs = 1;
        for (int i = 1; i < each.length; i++) {
            runs += each[i] == each[i - 1] ? 0 : 1;
        }
        @Nullable Status[] statuses = new @Nullable Status[runs];
        int[] ends = new int[runs];
        int run = 0;
        for (int i = 0; i < each.length; i++) {
            run += i > 0 && each[i] != each[i - 1] ? 1 : 0;
            statuses[run] = each[i];
            ends[run] = i + 1;
        }
        return new AddOutcomes(statuses, ends);
    }

    /** Runs as they came: {@code ends} is increasing. Both arrays are given away. */
    static AddOutcomes ofRuns(@Nullable Status[] statuses, int[] ends) {
        return new AddOutcomes(statuses, ends);
    }

    /** Entries of the group, the open ones included. */
    public int count() {
        return ends[ends.length - 1];
    }

    /** Entries told of: those in no open run. */
    public int told() {
        int told = 0;
        for (int run = 0; run < ends.length; run++) {
            told += statuses[run] == null ? 0 : ends[run] - (run == 0 ? 0 : ends[run - 1]);
        }
        return told;
    }

    public int runs() {
        return ends.length;
    }

    /** The answer to the entries of a run, null if it is open. */
    public @Nullable Status status(int run) {
        return statuses[run];
    }

    /** Index after the last entry of a run; the next one begins there, the first at 0. */
    public int end(int run) {
        return ends[run];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddOutcomes that
                && Arrays.equals(statuses, that.statuses)
                && Arrays.equals(ends, that.ends);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(statuses) + Arrays.hashCode(ends);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int run = 0; run < runs(); run++) {
            text.append(run == 0 ? "" : ", ")
                    .append(statuses[run] == null ? "open" : statuses[run])
                    .append(" to ")
                    .append(ends[run]);
        }
        return text.toString();
    }
}
