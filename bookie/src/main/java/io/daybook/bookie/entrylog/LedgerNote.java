package io.daybook.bookie.entrylog;

import io.daybook.bookie.StoredLedger;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * News of one ledger beside its entries. Notes add up: {@link #then} joins an older with a newer one, in any grouping the same. Byte arrays
 * are not to be changed.
 *
 * @param forgotten everything known of the ledger before this note is void
 * @param masterKey null if the note does not say
 * @param fenced true if fenced; false says nothing, since no ledger is ever un-fenced (R26)
 * @param explicitLac the LAC packet, null if the note does not say
 * @param lastEntry highest entry id, −1 if none
 * @param maxLac highest last confirmed id in entries and packets, −1 if none
 */
public record LedgerNote(
        long ledgerId,
        boolean forgotten,
        byte @Nullable [] masterKey,
        boolean fenced,
        Limbo limbo,
        byte @Nullable [] explicitLac,
        long lastEntry,
        long maxLac) {

    /** Whether entries or fences may have been lost (R81). */
    public enum Limbo {
        UNSAID,
        NO,
        YES
    }

    private static final int BLOB_MAX = 1 << 16;
    private static final int FORGOTTEN = 1;
    private static final int FENCED = 2;
    private static final int KEY = 4;
    private static final int LAC = 8;
    private static final int LIMBO_SHIFT = 4;

    /** A note that says nothing. */
    public static LedgerNote nothing(long ledgerId) {
        return new LedgerNote(ledgerId, false, null, false, Limbo.UNSAID, null, -1, -1);
    }

    /** All that {@code state} says; its highest ids are not taken. */
    public static LedgerNote of(long ledgerId, StoredLedger state) {
        return new LedgerNote(
                ledgerId,
                false,
                state.masterKey(),
                state.fenced(),
                state.limbo() ? Limbo.YES : Limbo.NO,
                state.explicitLac(),
                -1,
                lacOf(state.explicitLac()));
    }

    public static LedgerNote key(long ledgerId, byte[] masterKey) {
        return new LedgerNote(ledgerId, false, masterKey, false, Limbo.UNSAID, null, -1, -1);
    }

    public static LedgerNote fence(long ledgerId) {
        return new LedgerNote(ledgerId, false, null, true, Limbo.UNSAID, null, -1, -1);
    }

    public static LedgerNote limbo(long ledgerId) {
        return new LedgerNote(ledgerId, false, null, false, Limbo.YES, null, -1, -1);
    }

    public static LedgerNote lac(long ledgerId, byte[] packet) {
        return new LedgerNote(ledgerId, false, null, false, Limbo.UNSAID, packet, -1, lacOf(packet));
    }

    public static LedgerNote forget(long ledgerId) {
        return new LedgerNote(ledgerId, true, null, false, Limbo.UNSAID, null, -1, -1);
    }

    /** What both together say, {@code newer} having the last word where they differ. */
    public LedgerNote then(LedgerNote newer) {
        if (newer.forgotten) {
            return newer;
        }
        boolean lacIsNewer = newer.explicitLac != null && lacOf(newer.explicitLac) >= lacOf(explicitLac);
        return new LedgerNote(
                ledgerId,
                forgotten,
                newer.masterKey != null ? newer.masterKey : masterKey,
                fenced || newer.fenced,
                newer.limbo != Limbo.UNSAID ? newer.limbo : limbo,
                lacIsNewer ? newer.explicitLac : explicitLac,
                Math.max(lastEntry, newer.lastEntry),
                Math.max(maxLac, newer.maxLac));
    }

    /** The same with the highest ids raised to at least these. */
    public LedgerNote withIds(long lastEntryAtLeast, long maxLacAtLeast) {
        if (lastEntryAtLeast <= lastEntry && maxLacAtLeast <= maxLac) {
            return this;
        }
        return new LedgerNote(
                ledgerId,
                forgotten,
                masterKey,
                fenced,
                limbo,
                explicitLac,
                Math.max(lastEntry, lastEntryAtLeast),
                Math.max(maxLac, maxLacAtLeast));
    }

    /** The same without the word that what came before is void. */
    public LedgerNote withoutForgotten() {
        return forgotten
                ? new LedgerNote(ledgerId, false, masterKey, fenced, limbo, explicitLac, lastEntry, maxLac)
                : this;
    }

    /** True if it says nothing that is worth keeping. */
    public boolean isEmpty() {
        return !forgotten
                && masterKey == null
                && !fenced
                && limbo == Limbo.UNSAID
                && explicitLac == null
                && lastEntry < 0
                && maxLac < 0;
    }

    /** As the rest of the bookie sees it. */
    public StoredLedger state() {
        return new StoredLedger(masterKey, fenced, limbo == Limbo.YES, explicitLac, lastEntry, maxLac);
    }

    /** Bytes it takes on the heap, about. */
    public int heapBytes() {
        return 96 + (masterKey == null ? 0 : masterKey.length) + (explicitLac == null ? 0 : explicitLac.length);
    }

    /** {@code flags(1) [key] [lac] lastEntry(8) maxLac(8)}; the ledger id stands elsewhere. */
    public void writeTo(ByteBuf into) {
        into.writeByte((forgotten ? FORGOTTEN : 0)
                | (fenced ? FENCED : 0)
                | (masterKey == null ? 0 : KEY)
                | (explicitLac == null ? 0 : LAC)
                | limbo.ordinal() << LIMBO_SHIFT);
        if (masterKey != null) {
            writeBlob(into, masterKey);
        }
        if (explicitLac != null) {
            writeBlob(into, explicitLac);
        }
        into.writeLong(lastEntry);
        into.writeLong(maxLac);
    }

    public static LedgerNote readFrom(long ledgerId, ByteBuf from) {
        if (!from.isReadable()) {
            throw new MalformedLogException("a ledger note is cut off");
        }
        int flags = from.readUnsignedByte();
        int limbo = flags >>> LIMBO_SHIFT;
        if (limbo >= Limbo.values().length) {
            throw new MalformedLogException("a ledger note has unknown flags " + flags);
        }
        byte[] key = (flags & KEY) != 0 ? readBlob(from) : null;
        byte[] lac = (flags & LAC) != 0 ? readBlob(from) : null;
        if (from.readableBytes() < 16) {
            throw new MalformedLogException("a ledger note is cut off");
        }
        long lastEntry = from.readLong();
        long maxLac = from.readLong();
        return new LedgerNote(
                ledgerId,
                (flags & FORGOTTEN) != 0,
                key,
                (flags & FENCED) != 0,
                Limbo.values()[limbo],
                lac,
                lastEntry,
                maxLac);
    }

    private static void writeBlob(ByteBuf into, byte[] blob) {
        if (blob.length > BLOB_MAX) {
            throw new IllegalArgumentException(
                    "a key or packet of %d bytes; at most %d can be kept".formatted(blob.length, BLOB_MAX));
        }
        Varint.write(into, blob.length);
        into.writeBytes(blob);
    }

    private static byte[] readBlob(ByteBuf from) {
        byte[] blob = new byte[Varint.readInt(from, Math.min(BLOB_MAX, from.readableBytes()))];
        if (from.readableBytes() < blob.length) {
            throw new MalformedLogException("a key or packet is cut off");
        }
        from.readBytes(blob);
        return blob;
    }

    /** The id a LAC packet carries (its bytes 8 to 15), −1 without a packet. */
    private static long lacOf(byte @Nullable [] packet) {
        return packet == null || packet.length < 16
                ? -1
                : Math.max(-1, ByteBuffer.wrap(packet).getLong(8));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LedgerNote note
                && note.ledgerId == ledgerId
                && note.forgotten == forgotten
                && Arrays.equals(note.masterKey, masterKey)
                && note.fenced == fenced
                && note.limbo == limbo
                && Arrays.equals(note.explicitLac, explicitLac)
                && note.lastEntry == lastEntry
                && note.maxLac == maxLac;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(ledgerId * 31 + lastEntry);
    }
}
