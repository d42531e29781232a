package io.daybook.ledger.metadata;

import java.util.Collections;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a bookie says about where it stands, for placement: words like {@code zone=a} and {@code rack=r1}. The keys {@link #ZONE}, {@link #RACK} and {@link
 * #WEIGHT} mean something to placement, others are for people.
 *
 * @param byKey value by key; a label without a value has the empty text
 */
public record Labels(SortedMap<String, String> byKey) {

    /** Bookies of one zone may fail together: a data centre or an availability zone. */
    public static final String ZONE = "zone";

    /** Bookies of one rack, within their zone, may fail together. */
    public static final String RACK = "rack";

    /** How many new fragments a bookie should get compared with others, 0 to {@link #WEIGHT_MAX}; 1 if it says nothing. */
    public static final String WEIGHT = "weight";

    public static final int WEIGHT_MAX = 1000;
    public static final Labels NONE = new Labels(Collections.emptySortedMap());

    private static final int LABELS_MAX = 16;
    private static final int WORD_MAX = 63;

    public Labels {
        byKey = Collections.unmodifiableSortedMap(new TreeMap<>(byKey));
    }

    /**
     * Reads what an operator wrote, such as {@code zone=a, rack=r1}; empty text means no labels. Fails with IllegalArgumentException that says what is
     * wrong: at most 16 labels, keys of small letters, digits and {@code -}, values of letters, digits and {@code - _ . : /}, up to 63 characters each.
     */
    public static Labels parse(String text) {
        TreeMap<String, String> labels = new TreeMap<>();
        if (text.isBlank()) {
            return NONE;
        }
        for (String word : text.split(",", -1)) {
            int equals = word.indexOf('=');
            String key = (equals < 0 ? word : word.substring(0, equals)).strip();
            String value = equals < 0 ? "" : word.substring(equals + 1).strip();
            require(
                    consistsOf(key, "-") && key.equals(key.toLowerCase(Locale.ROOT)) && !key.isEmpty(),
                    "'%s' is no label: write key=value with a key of small letters, digits and '-', such as zone=a, rack=r1",
                    word.strip());
            require(
                    consistsOf(value, "-_.:/") && (equals < 0 || !value.isEmpty()),
                    "the value of label '%s' must be of letters, digits and - _ . : /, at most 63 of them",
                    key);
            require(
                    equals >= 0 || !key.equals(ZONE) && !key.equals(RACK) && !key.equals(WEIGHT),
                    "label '%s' needs a value, such as %s=1",
                    key,
                    key);
            require(labels.put(key, value) == null, "label '%s' is given twice", key);
        }
        require(
                labels.size() <= LABELS_MAX,
                "there are %s labels, but at most %s are allowed",
                labels.size(),
                LABELS_MAX);
        Labels parsed = new Labels(labels);
        String weight = parsed.get(WEIGHT);
        require(
                !labels.containsKey(WEIGHT) || parsed.weight(-1) >= 0,
                "weight is '%s' but must be between 0 and %s",
                weight,
                WEIGHT_MAX);
        return parsed;
    }

    /** Reads what a bookie published; what cannot be understood in it is passed over, since it is not ours to correct. */
    static Labels published(String text) {
        TreeMap<String, String> labels = new TreeMap<>();
        for (String word : text.split(",", -1)) {
            int equals = word.indexOf('=');
            String key = (equals < 0 ? word : word.substring(0, equals)).strip();
            if (!key.isEmpty()) {
                labels.put(key, equals < 0 ? "" : word.substring(equals + 1).strip());
            }
        }
        return labels.isEmpty() ? NONE : new Labels(labels);
    }

    /** The value of {@code key}, or the empty text. */
    public String get(String key) {
        return byKey.getOrDefault(key, "");
    }

    /** The weight, 0 to {@link #WEIGHT_MAX}; {@code otherwise} if there is none that can be read. */
    public int weight(int otherwise) {
        String text = get(WEIGHT);
        boolean number = !text.isEmpty() && text.length() <= 4 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int weight = number ? Integer.parseInt(text) : -1;
        return weight >= 0 && weight <= WEIGHT_MAX ? weight : otherwise;
    }

    public boolean isEmpty() {
        return byKey.isEmpty();
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return byKey.entrySet().stream()
                .map(label -> label.getValue().isEmpty() ? label.getKey() : label.getKey() + "=" + label.getValue())
                .collect(Collectors.joining(","));
    }

    private static boolean consistsOf(String text, String marks) {
        return text.length() <= WORD_MAX
                && text.chars()
                        .allMatch(c -> c >= 'a' && c <= 'z'
                                || c >= 'A' && c <= 'Z'
                                || c >= '0' && c <= '9'
                                || marks.indexOf(c) >= 0);
    }

    private static void require(boolean holds, String sentence, Object... parts) {
        if (!holds) {
            throw new IllegalArgumentException(sentence.formatted(parts));
        }
    }
}
