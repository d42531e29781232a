package io.daybook.cli;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** One SHA-256 over a sequence of records, each with its length, so that content, order and boundaries all count. One thread. */
final class RecordDigest {
    private final MessageDigest sha256;
    private final ByteBuffer length = ByteBuffer.allocate(4);

    private long records;
    private long bytes;

    RecordDigest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    void add(byte[] record) {
        sha256.update(length.clear().putInt(record.length).flip());
        sha256.update(record);
        records++;
        bytes += record.length;
    }

    long records() {
        return records;
    }

    long bytes() {
        return bytes;
    }

    /** The digest of all records so far; ends the sequence. */
    String finish() {
        return HexFormat.of().formatHex(sha256.digest());
    }
}
