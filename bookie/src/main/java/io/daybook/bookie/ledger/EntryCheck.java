package io.daybook.bookie.ledger;

import io.daybook.ledger.DigestType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;

/** What can be told from the bytes of a packaged entry alone (R19, R21). Belongs to one loop. All buffers are borrowed. */
final class EntryCheck {
    /** Ledger id, entry id and last confirmed id: the least that can be stored. */
    static final int IDS_SIZE = 24;

    private static final int HEADER_SIZE = 32;
    private static final int ENTRY_ID_AT = 8;
    private static final int LAC_AT = 16;
    private static final int LENGTH_AT = 24;

    private final CRC32 crc32 = new CRC32();
    private final CRC32C crc32c = new CRC32C();

    /** The last confirmed id in the entry's header. */
    static long lac(ByteBuf body) {
        return body.getLong(body.readerIndex() + LAC_AT);
    }

    /** Whether the entry may be stored (R21); with {@code digest} null the ledger's record was not read, and little is asked. */
    boolean acceptable(ByteBuf body, boolean recovery, @Nullable DigestType digest) {
        if (body.readableBytes() < IDS_SIZE
                || body.getLong(body.readerIndex()) < 0
                || body.getLong(body.readerIndex() + ENTRY_ID_AT) < 0) {
            return false;
        }
        if (digest == null) {
            return true;
        }
        int payload = body.readableBytes() - HEADER_SIZE - digest.size();
        if (payload < 0 || body.getLong(body.readerIndex() + LENGTH_AT) < payload) {
            return false;
        }
        if (!recovery) {
            long lac = lac(body);
            if (lac < -1 || lac >= body.getLong(body.readerIndex() + ENTRY_ID_AT)) {
                return false;
            }
        }
        return digestHolds(body, digest);
    }

    /** Whether two copies hold the same payload and cumulative length; other fields may differ legally (R19). */
    static boolean sameContent(ByteBuf one, ByteBuf other, DigestType digest) {
        int payloadAt = HEADER_SIZE + digest.size();
        return one.readableBytes() == other.readableBytes()
                && one.readableBytes() >= payloadAt
                && one.getLong(one.readerIndex() + LENGTH_AT) == other.getLong(other.readerIndex() + LENGTH_AT)
                && ByteBufUtil.equals(
                        one,
                        one.readerIndex() + payloadAt,
                        other,
                        other.readerIndex() + payloadAt,
                        one.readableBytes() - payloadAt);
    }

    /** False if the entry's own checksum says it is damaged; true where only a reader with the password could tell. */
    boolean digestHolds(ByteBuf body, DigestType digest) {
        if (body.readableBytes() < HEADER_SIZE + digest.size()) {
            return false;
        }
        int at = body.readerIndex() + HEADER_SIZE;
        return switch (digest) {
            case CRC32 -> body.getLong(at) == computed(crc32, body, digest);
            case CRC32C -> body.getUnsignedInt(at) == computed(crc32c, body, digest);
            case HMAC, DUMMY -> true;
        };
    }

    private static long computed(Checksum checksum, ByteBuf body, DigestType digest) {
        checksum.reset();
        int payloadAt = HEADER_SIZE + digest.size();
        if (body.nioBufferCount() == 1) {
            ByteBuffer view =
                    body.internalNioBuffer(body.readerIndex(), body.readableBytes()); // the same one each time
            int from = view.position();
            int end = view.limit();
            checksum.update(view.limit(from + HEADER_SIZE));
            checksum.update(view.limit(end).position(from + payloadAt));
        } else {
            feed(checksum, body, body.readerIndex(), HEADER_SIZE);
            feed(checksum, body, body.readerIndex() + payloadAt, body.readableBytes() - payloadAt);
        }
        return checksum.getValue();
    }

    private static void feed(Checksum checksum, ByteBuf body, int at, int size) {
        for (var part : body.nioBuffers(at, size)) {
            checksum.update(part);
        }
    }
}
