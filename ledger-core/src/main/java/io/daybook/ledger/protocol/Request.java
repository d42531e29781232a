package io.daybook.ledger.protocol;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks of a bookie. A request that holds a buffer owns it: whoever takes the request releases it with {@link
 * #release()} or passes the buffer on. Byte arrays are not to be changed.
 */
public sealed interface Request {

    Tag tag();

    Operation operation();

    /** The ledger it is about, 0 if none. */
    default long ledgerId() {
        return 0;
    }

    /** The same request under another tag; takes this one's buffers over. */
    Request tagged(Tag tag);

    /** Releases what buffers the request still owns. */
    default void release() {}

    /**
     * Stores one entry.
     *
     * @param ledgerId as in the request; the bookie goes by {@code body}
     * @param entryId as in the request; the bookie goes by {@code body}
     * @param masterKey access key, normally 20 bytes
     * @param body packaged entry (docs/formats/entry.md)
     * @param recovery a recovery or replication add: ignores the fence
     * @param deferredSync may be answered before the sync (v3 only)
     */
    record Add(
            Tag tag,
            long ledgerId,
            long entryId,
            byte[] masterKey,
            ByteBuf body,
            boolean recovery,
            boolean deferredSync)
            implements Request {
        @Override
        public Operation operation() {
            return Operation.ADD;
        }

        @Override
        public Add tagged(Tag tag) {
            return new Add(tag, ledgerId, entryId, masterKey, body, recovery, deferredSync);
        }

        @Override
        public void release() {
            body.release();
        }
    }

    /**
     * Stores entries, of one ledger or of many; Daybook's own, for bookies that announce it. Each entry is judged by itself, none of them as a recovery add.
     *
     * @param masterKey access key of all their ledgers
     * @param count entries in the group, 1 to {@link EntryGroup#ENTRIES_MAX}
     * @param entries packaged entries as {@link EntryGroup} has them
     */
    record GroupAdd(Tag tag, byte[] masterKey, int count, ByteBuf entries) implements Request {
        @Override
        public Operation operation() {
            return Operation.GROUP_ADD;
        }

        @Override
        public GroupAdd tagged(Tag tag) {
            return new GroupAdd(tag, masterKey, count, entries);
        }

        @Override
        public void release() {
            entries.release();
        }
    }

    /**
     * Reads one entry.
     *
     * @param entryId −1 for the last entry the bookie has
     * @param fence whether to fence the ledger first
     * @param masterKey access key of a fencing read; null if absent
     * @param longPoll whether previousLac is present: a long poll
     * @param previousLac wait until the bookie's last confirmed id exceeds this
     * @param timeoutMillis how long to wait; negative if the field is absent
     * @param piggyback bring entry previousLac + 1 along
     */
    record Read(
            Tag tag,
            long ledgerId,
            long entryId,
            boolean fence,
            byte @Nullable [] masterKey,
            boolean longPoll,
            long previousLac,
            long timeoutMillis,
            boolean piggyback)
            implements Request {
        @Override
        public Operation operation() {
            return Operation.READ;
        }

        @Override
        public Read tagged(Tag tag) {
            return new Read(tag, ledgerId, entryId, fence, masterKey, longPoll, previousLac, timeoutMillis, piggyback);
        }

        /** A plain read. */
        public static Read plain(Tag tag, long ledgerId, long entryId) {
            return new Read(tag, ledgerId, entryId, false, null, false, 0, -1, false);
        }

        /** A fencing read. */
        public static Read fencing(Tag tag, long ledgerId, long entryId, byte[] masterKey) {
            return new Read(tag, ledgerId, entryId, true, masterKey, false, 0, -1, false);
        }

        /** A long poll that brings entry {@code previousLac + 1} along. */
        public static Read poll(Tag tag, long ledgerId, long previousLac, long timeoutMillis) {
            return new Read(tag, ledgerId, -1, false, null, true, previousLac, timeoutMillis, true);
        }
    }

    /**
     * Reads consecutive entries (v2 only).
     *
     * @param requestId chosen by the client, echoed
     * @param countMax 0 or less: no limit
     * @param bytesMax limit of the whole answer; the first entry always comes
     */
    record BatchRead(
            Tag tag,
            long ledgerId,
            long firstEntry,
            long requestId,
            int countMax,
            long bytesMax,
            boolean fence,
            byte @Nullable [] masterKey)
            implements Request {
        @Override
        public Operation operation() {
            return Operation.BATCH_READ;
        }

        @Override
        public BatchRead tagged(Tag tag) {
            return new BatchRead(tag, ledgerId, firstEntry, requestId, countMax, bytesMax, fence, masterKey);
        }
    }

    /**
     * Reads entries {@code firstEntry}, {@code firstEntry + stride}, … as they are stored; Daybook's own, for bookies that announce it. Never fences.
     *
     * @param stride 1 or more: distance between entries, so that a striped ledger can be read from one of its bookies
     * @param countMax at most so many entries, 1 or more
     * @param bytesMax about so many bytes at most; the first entry always comes
     */
    record StridedRead(Tag tag, long ledgerId, long firstEntry, int stride, int countMax, long bytesMax)
            implements Request {
        @Override
        public Operation operation() {
            return Operation.STRIDED_READ;
        }

        @Override
        public StridedRead tagged(Tag tag) {
            return new StridedRead(tag, ledgerId, firstEntry, stride, countMax, bytesMax);
        }
    }

    /** Makes a last confirmed id known without an entry; {@code body} is a LAC packet. */
    record WriteLac(Tag tag, long ledgerId, long lac, byte[] masterKey, ByteBuf body) implements Request {
        @Override
        public Operation operation() {
            return Operation.WRITE_LAC;
        }

        @Override
        public WriteLac tagged(Tag tag) {
            return new WriteLac(tag, ledgerId, lac, masterKey, body);
        }

        @Override
        public void release() {
            body.release();
        }
    }

    /** Asks for the last LAC packet and the last entry. */
    record ReadLac(Tag tag, long ledgerId) implements Request {
        @Override
        public Operation operation() {
            return Operation.READ_LAC;
        }

        @Override
        public ReadLac tagged(Tag tag) {
            return new ReadLac(tag, ledgerId);
        }
    }

    /** Asks that all adds acknowledged so far be synced. */
    record Force(Tag tag, long ledgerId) implements Request {
        @Override
        public Operation operation() {
            return Operation.FORCE;
        }

        @Override
        public Force tagged(Tag tag) {
            return new Force(tag, ledgerId);
        }
    }

    /** Asks for disk figures; {@code requested} is a bit set of {@link #TOTAL} and {@link #FREE}. */
    record BookieInfo(Tag tag, long requested) implements Request {
        public static final long TOTAL = 1;
        public static final long FREE = 2;

        @Override
        public Operation operation() {
            return Operation.BOOKIE_INFO;
        }

        @Override
        public BookieInfo tagged(Tag tag) {
            return new BookieInfo(tag, requested);
        }
    }

    /** Asks which entries of a ledger the bookie has. */
    record ListEntries(Tag tag, long ledgerId) implements Request {
        @Override
        public Operation operation() {
            return Operation.LIST_ENTRIES;
        }

        @Override
        public ListEntries tagged(Tag tag) {
            return new ListEntries(tag, ledgerId);
        }
    }

    /** One message of an authentication exchange. */
    record Auth(Tag tag, String pluginName, byte[] payload) implements Request {
        @Override
        public Operation operation() {
            return Operation.AUTH;
        }

        @Override
        public Auth tagged(Tag tag) {
            return new Auth(tag, pluginName, payload);
        }
    }

    /** Asks to go on in TLS (v3 only). */
    record StartTls(Tag tag) implements Request {
        @Override
        public Operation operation() {
            return Operation.START_TLS;
        }

        @Override
        public StartTls tagged(Tag tag) {
            return new StartTls(tag);
        }
    }

    /**
     * A frame that could be read but must be refused with {@code status}: unknown version, an operation without handler, a missing
     * sub-message.
     *
     * @param ledgerId as in the frame, 0 if it has none
     * @param entryId as in the frame, 0 if it has none
     */
    record Refused(Tag tag, Operation operation, Status status, long ledgerId, long entryId) implements Request {
        @Override
        public Refused tagged(Tag tag) {
            return new Refused(tag, operation, status, ledgerId, entryId);
        }
    }
}
