package io.daybook.ledger;

import io.netty.buffer.ByteBuf;

/**
 * One entry as read and verified. Owns {@code payload}; whoever gets the entry releases it once with {@link #close()}.
 *
 * @param ledgerId ledger it belongs to
 * @param entryId its id, from 0
 * @param lastAddConfirmed the confirmed id its writer knew when it sent the entry, −1 if none
 * @param length payload bytes of the ledger up to and including this entry
 * @param payload the bytes the application appended
 */
public record LedgerEntry(long ledgerId, long entryId, long lastAddConfirmed, long length, ByteBuf payload)
        implements AutoCloseable {

    /** The payload as a new array. */
    public byte[] bytes() {
        byte[] copy = new byte[payload.readableBytes()];
        payload.getBytes(payload.readerIndex(), copy);
        return copy;
    }

    @Override
    public void close() {
        payload.release();
    }
}
