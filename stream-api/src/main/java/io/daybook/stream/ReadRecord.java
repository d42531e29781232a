package io.daybook.stream;

import java.nio.charset.StandardCharsets;

/**
 * A record as a reader gets it, with the place and time the stream gave it.
 *
 * @param offset position in the stream; the next record has the next number
 * @param timestamp when it was appended, ms since the epoch by its owner's clock; never decreases along offsets
 * @param txid ordering number; never decreases along offsets
 * @param content what was appended
 */
public record ReadRecord(long offset, long timestamp, long txid, LogRecord content) {

    /** The value; a tombstone has none of them and gives no bytes. */
    public byte[] value() {
        byte[] value = content.value();
        return value == null ? new byte[0] : value;
    }

    /** The value as UTF-8 text. */
    public String text() {
        return new String(value(), StandardCharsets.UTF_8);
    }
}
