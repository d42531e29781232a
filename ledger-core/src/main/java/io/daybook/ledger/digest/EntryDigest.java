package io.daybook.ledger.digest;

import io.daybook.ledger.DigestType;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.Password;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Packs entries and explicit-LAC packets of one ledger into their stored form, and verifies them when they come back.
 *
 * <p>Keeps the state of a running checksum, so one instance belongs to one loop or one handle; it is cheap enough to make
 * one for each. Format: docs/formats/entry.md.
 */
public final class EntryDigest {

    /** Up to here a payload is copied behind its header: one buffer is cheaper to send three times than two. */
    private static final int COPIED_BYTES_MAX = 4096;

    private static final int LAC_SIZE = 16;

    private final DigestType type;
    private final DigestAlgorithm algorithm;

    private EntryDigest(DigestType type, DigestAlgorithm algorithm) {
        this.type = type;
        this.algorithm = algorithm;
    }

    /** A digest of {@code type}; the password matters to HMAC only. */
    public static EntryDigest of(DigestType type, Password password) {
        return new EntryDigest(type, DigestAlgorithm.of(type, password));
    }

    public DigestType type() {
        return type;
    }

    /** Bytes that a packaged entry has more than its payload. */
    public int overhead() {
        return EntryHeader.SIZE + type.size();
    }

    /**
     * The stored form of an entry: header, digest, payload. Takes {@code payload} over; the result is the caller's.
     *
     * @param lac last confirmed id the writer knows, −1 if none
     * @param length payload bytes of the ledger up to and including this entry
     */
    public ByteBuf pack(
            long ledgerId, long entryId, long lac, long length, ByteBuf payload, ByteBufAllocator allocator) {
        int payloadSize = payload.readableBytes();
        boolean copied = payloadSize <= COPIED_BYTES_MAX;
        ByteBuf packed = allocator.directBuffer(overhead() + (copied ? payloadSize : 0));
        packed.writeLong(ledgerId).writeLong(entryId).writeLong(lac).writeLong(length);
        packed.writerIndex(overhead());
        feedOwn(packed, 0, EntryHeader.SIZE);
        if (copied) {
            packed.writeBytes(payload, payload.readerIndex(), payloadSize);
            payload.release();
            feedOwn(packed, overhead(), payloadSize);
            algorithm.finishInto(packed, EntryHeader.SIZE);
            return packed;
        }
        feed(payload, payload.readerIndex(), payloadSize);
        algorithm.finishInto(packed, EntryHeader.SIZE);
        return allocator.compositeBuffer(2).addComponents(true, packed, payload);
    }

    /** Whether {@link #packInto} takes an entry of so many payload bytes; a larger payload is better not copied. */
    public static boolean packsSmall(int payloadBytes) {
        return payloadBytes <= COPIED_BYTES_MAX;
    }

    /** As {@link #pack}, but behind what is in {@code out} already, which only the caller holds and which has room. Takes {@code payload} over. */
    public void packInto(ByteBuf out, long ledgerId, long entryId, long lac, long length, ByteBuf payload) {
        int payloadSize = payload.readableBytes();
        int at = out.writerIndex();
        out.writeLong(ledgerId).writeLong(entryId).writeLong(lac).writeLong(length);
        out.writerIndex(at + overhead());
        feedOwn(out, at, EntryHeader.SIZE);
        out.writeBytes(payload, payload.readerIndex(), payloadSize);
        payload.release();
        feedOwn(out, at + overhead(), payloadSize);
        algorithm.finishInto(out, at + EntryHeader.SIZE);
    }

    /**
     * Verifies a stored entry. Takes {@code body} over and passes it on as the payload of the result; after a failure it is
     * released.
     *
     * @param entryId the entry that was asked for, or −1 to accept any
     * @throws DigestMismatchException if the bytes are not that entry as its writer packed it
     */
    public LedgerEntry unpack(long ledgerId, long entryId, ByteBuf body) {
        String problem = problem(ledgerId, entryId, body);
        if (problem != null) {
            body.release();
            throw new DigestMismatchException("entry %s of ledger %d %s; another replica may have it whole"
                    .formatted(entryId < 0 ? "(last)" : Long.toString(entryId), ledgerId, problem));
        }
        long foundId = EntryHeader.entryId(body);
        long lac = EntryHeader.lastAddConfirmed(body);
        long length = EntryHeader.length(body);
        return new LedgerEntry(ledgerId, foundId, lac, length, body.skipBytes(overhead()));
    }

    /** The explicit-LAC packet: what WRITE_LAC carries. The result is the caller's. */
    public ByteBuf packLac(long ledgerId, long lac, ByteBufAllocator allocator) {
        ByteBuf packet = allocator.directBuffer(LAC_SIZE + type.size());
        packet.writeLong(ledgerId).writeLong(lac).writerIndex(LAC_SIZE + type.size());
        feedOwn(packet, 0, LAC_SIZE);
        algorithm.finishInto(packet, LAC_SIZE);
        return packet;
    }

    /**
     * The last confirmed id in an explicit-LAC packet. Takes {@code packet} over.
     *
     * @throws DigestMismatchException if it is not a packet of this ledger as its writer packed it
     */
    public long unpackLac(long ledgerId, ByteBuf packet) {
        try {
            int from = packet.readerIndex();
            if (packet.readableBytes() < LAC_SIZE + type.size()) {
                throw badLac(ledgerId, "is cut short: " + packet.readableBytes() + " bytes");
            }
            feed(packet, from, LAC_SIZE);
            if (!algorithm.finishMatches(packet, from + LAC_SIZE)) {
                throw badLac(ledgerId, "has a wrong " + type + " digest");
            }
            if (packet.getLong(from) != ledgerId) {
                throw badLac(ledgerId, "names ledger " + packet.getLong(from));
            }
            return packet.getLong(from + 8);
        } finally {
            packet.release();
        }
    }

    private static DigestMismatchException badLac(long ledgerId, String problem) {
        return new DigestMismatchException(
                "explicit last-confirmed packet of ledger %d %s; ask another replica".formatted(ledgerId, problem));
    }

    private @Nullable String problem(long ledgerId, long entryId, ByteBuf body) {
        int from = body.readerIndex();
        int size = body.readableBytes();
        if (size < overhead()) {
            return "is cut short: %d bytes, at least %d are needed".formatted(size, overhead());
        }
        feed(body, from, EntryHeader.SIZE);
        feed(body, from + overhead(), size - overhead());
        if (!algorithm.finishMatches(body, from + EntryHeader.SIZE)) {
            return "has a wrong " + type + " digest";
        }
        if (EntryHeader.ledgerId(body) != ledgerId) {
            return "came back as an entry of ledger " + EntryHeader.ledgerId(body);
        }
        if (entryId >= 0 && EntryHeader.entryId(body) != entryId) {
            return "came back as entry " + EntryHeader.entryId(body);
        }
        return null;
    }

    /** Feeds a buffer that only we hold yet, through its own view: no garbage. */
    private void feedOwn(ByteBuf buffer, int index, int length) {
        if (length > 0) {
            algorithm.feed(buffer.internalNioBuffer(index, length));
        }
    }

    /** Feeds a buffer that others may hold too, in whatever pieces it has; never copies. */
    private void feed(ByteBuf buffer, int index, int length) {
        if (length == 0 || type == DigestType.DUMMY) {
            return;
        }
        if (buffer.hasArray()) {
            algorithm.feed(buffer.array(), buffer.arrayOffset() + index, length);
        } else if (buffer.nioBufferCount() == 1) {
            algorithm.feed(buffer.nioBuffer(index, length));
        } else {
            for (ByteBuffer piece : buffer.nioBuffers(index, length)) {
                algorithm.feed(piece);
            }
        }
    }
}
