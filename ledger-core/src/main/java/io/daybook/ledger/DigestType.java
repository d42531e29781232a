package io.daybook.ledger;

/** How entries are protected; the numbers are those of stock ledger metadata. */
public enum DigestType {
    /** CRC-32 in eight bytes. */
    CRC32(1, 8),
    /** HMAC-SHA1 keyed from the password, twenty bytes; called MAC in stock client APIs. */
    HMAC(2, 20),
    /** CRC-32C in four bytes: the default. */
    CRC32C(3, 4),
    /** Nothing. */
    DUMMY(4, 0);

    private final int number;
    private final int size;

    DigestType(int number, int size) {
        this.number = number;
        this.size = size;
    }

    /** The number in ledger metadata. */
    public int number() {
        return number;
    }

    /** Bytes of a digest. */
    public int size() {
        return size;
    }
}
