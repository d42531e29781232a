package io.daybook.ledger;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a ledger came to its end, for people who look at its record later; nothing that is safe depends on it. Kept under {@link #KEY} among the custom pairs
 * of the record, where stock software does not look and whence it removes nothing.
 */
public enum CloseReason {
    /** Its writer closed it (T3). */
    CLEAN,
    /** A recovery found its end (T5). */
    RECOVERED,
    /** An operator had it closed although copies could not be asked for. */
    FORCED;

    public static final String KEY = "daybook.close";

    private final byte[] text = name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);

    /** Lower case, as it is written. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The reason in the custom pairs of a record; null if there is none, or none we know. */
    public static @Nullable CloseReason of(Map<String, byte[]> custom) {
        byte[] found = custom.get(KEY);
        for (CloseReason reason : values()) {
            if (Arrays.equals(reason.text, found)) {
                return reason;
            }
        }
        return null;
    }

    /** Puts this reason among custom pairs. */
    void putInto(Map<String, byte[]> custom) {
        custom.put(KEY, text);
    }
}
