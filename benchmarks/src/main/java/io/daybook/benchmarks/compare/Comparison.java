package io.daybook.benchmarks.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs of two sides in pairs, and what follows from them: the median of each side, and the ratio of ours to theirs pair by pair, of which the median
 * and the extremes are told. A figure that a run of either side lacks is left out.
 */
public final class Comparison {

    /** The name, in a run's figures, of what the side reached in a closed loop before a run at half of that. */
    public static final String MOST_KEY = "maxEntriesPerS";

    /** The figures that are compared, in the order in which they are shown. */
    public enum Figure {
        MOST(MOST_KEY, "most, closed loop", "entries/s", true),
        THROUGHPUT("entriesPerS", "throughput", "entries/s", true),
        P50("P50us", "append p50", "µs", false),
        P99("P99us", "append p99", "µs", false),
        CPU("cpuNoJitUsPerEntry", "CPU per entry", "µs", false),
        MEMORY("serverRssMB", "memory of servers", "MB", false),
        DISK("diskWriteBytesPerEntry", "disk written per entry", "B", false);

        private final String key;
        private final String words;
        private final String unit;
        private final boolean moreIsBetter;

        Figure(String key, String words, String unit, boolean moreIsBetter) {
            this.key = key;
            this.words = words;
            this.unit = unit;
            this.moreIsBetter = moreIsBetter;
        }

        /** Its name in a run's figures. */
        public String key() {
            return key;
        }

        /** For people. */
        public String words() {
            return words;
        }

        public String unit() {
            return unit;
        }

        public boolean moreIsBetter() {
            return moreIsBetter;
        }
    }

    /**
     * What came out for one figure.
     *
     * @param ours median over our runs
     * @param theirs median over theirs
     * @param ratio median over the pairs of ours divided by theirs
     * @param least smallest of those ratios
     * @param most largest of those ratios
     */
    public record Row(Figure figure, double ours, double theirs, double ratio, double least, double most) {}

    private final List<Map<String, Object>> ours = new ArrayList<>();
    private final List<Map<String, Object>> theirs = new ArrayList<>();

    /** Adds one pair of runs, by the names of their figures. */
    public void add(Map<String, Object> our, Map<String, Object> their) {
        ours.add(new LinkedHashMap<>(our));
        theirs.add(new LinkedHashMap<>(their));
    }

    /** How many pairs there are. */
    public int pairs() {
        return ours.size();
    }

    /** One row for each figure that all runs have. */
    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Figure figure : Figure.values()) {
            if (!ours.isEmpty() && has(ours, figure) && has(theirs, figure)) {
                rows.add(row(figure));
            }
        }
        return rows;
    }

    private Row row(Figure figure) {
        List<Double> our = values(ours, figure);
        List<Double> their = values(theirs, figure);
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < our.size(); i++) {
            ratios.add(our.get(i) / their.get(i));
        }
        ratios.sort(null);
        return new Row(
                figure, median(our), median(their), median(ratios), ratios.get(0), ratios.get(ratios.size() - 1));
    }

    private static boolean has(List<Map<String, Object>> runs, Figure figure) {
        return runs.stream().allMatch(run -> run.get(figure.key) instanceof Number number && number.doubleValue() > 0);
    }

    private static List<Double> values(List<Map<String, Object>> runs, Figure figure) {
        List<Double> values = new ArrayList<>();
        for (Map<String, Object> run : runs) {
            if (run.get(figure.key) instanceof Number number) {
                values.add(number.doubleValue());
            }
        }
        return values;
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
