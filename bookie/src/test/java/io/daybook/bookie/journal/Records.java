package io.daybook.bookie.journal;

import io.daybook.bookie.DurableLog.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Entries whose bytes follow from their ids, and what replay handed over of them. */
final class Records implements JournalReplay.Visitor {

    /** One record. */
    record Key(Kind kind, long ledger, long entry) {}

    final List<Key> seen = new ArrayList<>();

    /** Bytes of an entry: mostly small, now and then larger than a group. */
    static ByteBuf payload(long ledger, long entry) {
        int length = length(ledger, entry);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (ledger * 31 + entry * 7 + i);
        }
        return Unpooled.wrappedBuffer(bytes); // not pooled: a process that is killed releases nothing
    }

    private static boolean isPayload(long ledger, long entry, ByteBuf bytes) {
        int length = length(ledger, entry);
        boolean same = bytes.readableBytes() == length;
        for (int i = 0; same && i < length; i++) {
            same = bytes.getByte(bytes.readerIndex() + i) == (byte) (ledger * 31 + entry * 7 + i);
        }
        return same;
    }

    static int length(long ledger, long entry) {
        long mixed = (ledger * 1_000_003 + entry) * 0x9E3779B97F4A7C15L >>> 40;
        return entry % 23 == 22 ? 9_000 : 1 + (int) (mixed % 1_500);
    }

    @Override
    public CompletableFuture<Void> onRecord(
            JournalPosition group, Kind kind, long ledger, long entry, ByteBuf payload) {
        boolean same = kind != Kind.ENTRY ? !payload.isReadable() : isPayload(ledger, entry, payload);
        if (!same) {
            throw new AssertionError("replay changed the bytes of %s %s/%s".formatted(kind, ledger, entry));
        }
        payload.release();
        seen.add(new Key(kind, ledger, entry));
        return null;
    }
}
