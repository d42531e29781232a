package io.daybook.ledger.digest;

import io.daybook.ledger.DigestType;
import io.daybook.ledger.Password;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** One way to compute a digest: bytes are fed in, then the digest is written or compared. Keeps state between the calls: one thread. */
interface DigestAlgorithm {

    /** Feeds bytes that {@code buffer} has from its position to its limit. */
    void feed(ByteBuffer buffer);

    /** Feeds bytes of an array. */
    void feed(byte[] bytes, int from, int length);

    /** Writes the digest of all that was fed at {@code index} of {@code into} and starts anew. */
    void finishInto(ByteBuf into, int index);

    /** Whether the digest of all that was fed stands at {@code index} of {@code stored}; starts anew. Borrows. */
    boolean finishMatches(ByteBuf stored, int index);

    /** The algorithm of {@code type}. */
    static DigestAlgorithm of(DigestType type, Password password) {
        return switch (type) {
            case CRC32 -> new Crc(new CRC32(), 8);
            case CRC32C -> new Crc(new CRC32C(), 4);
            case HMAC -> new Hmac(password);
            case DUMMY -> new None();
        };
    }

    /** A cyclic redundancy check of 32 bits, stored in four or, with zeros before it, eight bytes. */
    final class Crc implements DigestAlgorithm {
        private final Checksum checksum;
        private final int size;

        Crc(Checksum checksum, int size) {
            this.checksum = checksum;
            this.size = size;
        }

        @Override
        public void feed(ByteBuffer buffer) {
            checksum.update(buffer);
        }

        @Override
        public void feed(byte[] bytes, int from, int length) {
            checksum.update(bytes, from, length);
        }

        @Override
        public void finishInto(ByteBuf into, int index) {
            long value = finish();
            if (size == 4) {
                into.setInt(index, (int) value);
            } else {
                into.setLong(index, value);
            }
        }

        @Override
        public boolean finishMatches(ByteBuf stored, int index) {
            long value = finish();
            return size == 4 ? stored.getInt(index) == (int) value : stored.getLong(index) == value;
        }

        private long finish() {
            long value = checksum.getValue();
            checksum.reset();
            return value;
        }
    }

    /** HMAC-SHA1 with the key that the password gives. */
    final class Hmac implements DigestAlgorithm {
        private final Mac mac;

        Hmac(Password password) {
            try {
                mac = Mac.getInstance("HmacSHA1");
                mac.init(new SecretKeySpec(LedgerKeys.macKey(password), "HmacSHA1"));
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException("this Java has no HmacSHA1, which every Java must have", impossible);
            }
        }

        @Override
        public void feed(ByteBuffer buffer) {
            mac.update(buffer);
        }

        @Override
        public void feed(byte[] bytes, int from, int length) {
            mac.update(bytes, from, length);
        }

        @Override
        public void finishInto(ByteBuf into, int index) {
            into.setBytes(index, mac.doFinal());
        }

        @Override
        public boolean finishMatches(ByteBuf stored, int index) {
            byte[] found = new byte[DigestType.HMAC.size()];
            stored.getBytes(index, found);
            return MessageDigest.isEqual(mac.doFinal(), found);
        }
    }

    /** No digest. */
    final class None implements DigestAlgorithm {
        @Override
        public void feed(ByteBuffer buffer) {}

        @Override
        public void feed(byte[] bytes, int from, int length) {}

        @Override
        public void finishInto(ByteBuf into, int index) {}

        @Override
        public boolean finishMatches(ByteBuf stored, int index) {
            return true;
        }
    }
}
