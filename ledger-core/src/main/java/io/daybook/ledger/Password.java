package io.daybook.ledger;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A ledger's password: any bytes, possibly none. Its text form never shows them. */
public final class Password {

    /** The password of no bytes. */
    public static final Password EMPTY = new Password(new byte[0]);

    private final byte[] bytes;

    private Password(byte[] bytes) {
        this.bytes = bytes;
    }

    public static Password of(byte[] bytes) {
        return new Password(bytes.clone());
    }

    public static Password of(String text) {
        return new Password(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Password p && java.security.MessageDigest.isEqual(bytes, p.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "***";
    }
}
