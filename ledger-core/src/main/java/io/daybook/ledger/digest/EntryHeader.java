package io.daybook.ledger.digest;

import io.netty.buffer.ByteBuf;

/**
 * The fixed fields at the start of a packaged entry, read without verifying anything. Offsets count from the buffer's reader index; every method
 * borrows and moves no index. The caller has checked that the buffer is long enough.
 */
public final class EntryHeader {

    /** Bytes before the digest. */
    public static final int SIZE = 32;

    /** Bytes that a bookie looks at: ledger, entry and last confirmed id. */
    public static final int IDS_SIZE = 24;

    private EntryHeader() {}

    public static long ledgerId(ByteBuf entry) {
        return entry.getLong(entry.readerIndex());
    }

    public static long entryId(ByteBuf entry) {
        return entry.getLong(entry.readerIndex() + 8);
    }

    /** The confirmed id its writer knew, −1 if none; may be the entry's own id or more in repackaged copies. */
    public static long lastAddConfirmed(ByteBuf entry) {
        return entry.getLong(entry.readerIndex() + 16);
    }

    /** Payload bytes of the ledger up to and including this entry. */
    public static long length(ByteBuf entry) {
        return entry.getLong(entry.readerIndex() + 24);
    }
}
