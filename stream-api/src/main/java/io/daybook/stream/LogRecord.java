package io.daybook.stream;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an application appends: a value, and optionally a key, headers, and an ordering number of its own. Immutable.
 *
 * <p><b>Buffers.</b> Arrays are taken over, not copied: leave them alone once they are handed in. A value of null is a <em>tombstone</em>,
 * which is not the same as a value of no bytes.
 */
public final class LogRecord {

    /** The ordering number of a record that leaves it to the stream. */
    public static final long NO_TXID = -1;

    private final byte @Nullable [] key;
    private final List<RecordHeader> headers;
    private final byte @Nullable [] value;
    private final long txid;

    private LogRecord(byte @Nullable [] key, List<RecordHeader> headers, byte @Nullable [] value, long txid) {
        this.key = key;
        this.headers = headers;
        this.value = value;
        this.txid = txid;
    }

    /** A record of {@code value} alone. */
    public static LogRecord of(byte[] value) {
        return new LogRecord(null, List.of(), value, NO_TXID);
    }

    /** A record of {@code text} as UTF-8. */
    public static LogRecord of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A record without a value: says that {@code key} is gone. */
    public static LogRecord tombstone(byte[] key) {
        return new LogRecord(key, List.of(), null, NO_TXID);
    }

    /** A record from its parts, as a decoder finds them; the parts are taken over. */
    public static LogRecord read(byte @Nullable [] key, List<RecordHeader> headers, byte @Nullable [] value) {
        return new LogRecord(key, headers.isEmpty() ? List.of() : List.copyOf(headers), value, NO_TXID);
    }

    public LogRecord withKey(byte[] next) {
        return new LogRecord(next, headers, value, txid);
    }

    /** One more header, behind those that are there. */
    public LogRecord withHeader(RecordHeader header) {
        List<RecordHeader> next = new ArrayList<>(headers);
        next.add(header);
        return new LogRecord(key, List.copyOf(next), value, txid);
    }

    /** The caller's ordering number, 0 or more; only for streams whose {@link TxidMode} is APPLICATION. */
    public LogRecord withTxid(long next) {
        if (next < 0) {
            throw new IllegalArgumentException("a txid is 0 or more, not " + next);
        }
        return new LogRecord(key, headers, value, next);
    }

    /** The key, or null; not to be changed. */
    public byte @Nullable [] key() {
        return key;
    }

    public List<RecordHeader> headers() {
        return headers;
    }

    /** The value, or null for a tombstone; not to be changed. */
    public byte @Nullable [] value() {
        return value;
    }

    /** The caller's ordering number, or {@link #NO_TXID}. */
    public long txid() {
        return txid;
    }

    /** Bytes of key, headers and value. */
    public long contentBytes() {
        long bytes = (key == null ? 0 : key.length) + (value == null ? 0 : (long) value.length);
        for (int i = 0; i < headers.size(); i++) {
            RecordHeader header = headers.get(i);
            bytes += header.name().length + (long) header.value().length;
        }
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LogRecord r
                && Arrays.equals(key, r.key)
                && headers.equals(r.headers)
                && Arrays.equals(value, r.value)
                && txid == r.txid;
    }

    @Override
    public int hashCode() {
        return (31 * Arrays.hashCode(key) + headers.hashCode()) * 31 + Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return "record of " + contentBytes() + " bytes";
    }
}
