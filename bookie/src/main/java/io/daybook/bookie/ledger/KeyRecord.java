package io.daybook.bookie.ledger;

import io.daybook.bookie.BookieException;
import io.daybook.ledger.DigestType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * What a bookie keeps of a ledger's access key: enough to tell whether a request has it, not the key (R115). Also the digest type, where
 * the ledger's metadata was read. Format: docs/formats/key-record.md.
 *
 * @param digest the ledger's digest type, null if nobody looked
 * @param verifier hash of ledger id and key; not to be changed
 */
public record KeyRecord(@Nullable DigestType digest, byte[] verifier) {
    private static final byte FORMAT = 1;
    private static final byte TOMBSTONE = 2;
    private static final int VERIFIER_SIZE = 32;
    private static final int SIZE = 2 + VERIFIER_SIZE;
    private static final byte[] PREFIX = "daybook ledger key".getBytes(StandardCharsets.US_ASCII);

    /** What takes the place of the key of a deleted ledger: no key opens it any more (R65). */
    static byte[] tombstone() {
        return new byte[] {TOMBSTONE};
    }

    static boolean isTombstone(byte[] bytes) {
        return bytes.length == 1 && bytes[0] == TOMBSTONE;
    }

    /** The record of {@code key}, which is only looked at. */
    public static KeyRecord of(long ledgerId, byte[] key, @Nullable DigestType digest) {
        return new KeyRecord(digest, hash(ledgerId, key));
    }

    /** Reads what {@link #encoded} wrote; throws {@link BookieException.Damaged} for anything else. */
    public static KeyRecord decode(long ledgerId, byte[] bytes) {
        if (bytes.length != SIZE || bytes[0] != FORMAT) {
            throw new BookieException.Damaged(
                    "the key record of ledger %d is not one: %d bytes; restore this bookie from its peers"
                            .formatted(ledgerId, bytes.length),
                    null);
        }
        byte[] verifier = new byte[VERIFIER_SIZE];
        System.arraycopy(bytes, 2, verifier, 0, VERIFIER_SIZE);
        return new KeyRecord(digestOf(ledgerId, bytes[1]), verifier);
    }

    public byte[] encoded() {
        return ByteBuffer.allocate(SIZE)
                .put(FORMAT)
                .put((byte) (digest == null ? 0 : digest.number()))
                .put(verifier)
                .array();
    }

    /** Whether {@code key} is the ledger's, compared in constant time. */
    public boolean matches(long ledgerId, byte[] key) {
        return MessageDigest.isEqual(verifier, hash(ledgerId, key));
    }

    private static @Nullable DigestType digestOf(long ledgerId, byte number) {
        if (number == 0) {
            return null;
        }
        for (DigestType type : DigestType.values()) {
            if (type.number() == number) {
                return type;
            }
        }
        throw new BookieException.Damaged(
                "the key record of ledger %d names digest type %d, which there is not".formatted(ledgerId, number),
                null);
    }

    private static byte[] hash(long ledgerId, byte[] key) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(PREFIX);
            sha.update(ByteBuffer.allocate(Long.BYTES).putLong(0, ledgerId));
            return sha.digest(key);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyRecord that
                && that.digest == digest
                && MessageDigest.isEqual(that.verifier, verifier);
    }

    @Override
    public int hashCode() {
        return ByteBuffer.wrap(verifier).getInt();
    }

    @Override
    public String toString() {
        return "KeyRecord[digest=" + digest + "]";
    }
}
