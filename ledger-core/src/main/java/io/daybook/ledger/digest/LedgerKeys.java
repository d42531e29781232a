package io.daybook.ledger.digest;

import io.daybook.ledger.Password;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The two keys that a ledger's password gives. */
public final class LedgerKeys {

    /** Bytes of a key. */
    public static final int SIZE = 20;

    private LedgerKeys() {}

    /** The key that bookies compare before they accept an entry or a fence. */
    public static byte[] masterKey(Password password) {
        return derive("ledger", password);
    }

    /** The key of HMAC digests; never sent. */
    public static byte[] macKey(Password password) {
        return derive("mac", password);
    }

    private static byte[] derive(String purpose, Password password) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-1");
            sha.update(purpose.getBytes(StandardCharsets.US_ASCII));
            return sha.digest(password.bytes());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("this Java has no SHA-1, which every Java must have", impossible);
        }
    }
}
