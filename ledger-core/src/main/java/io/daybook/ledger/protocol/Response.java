package io.daybook.ledger.protocol;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a bookie answers. A response that holds buffers owns them: encoding takes them over; a receiver releases them with {@link
 * #release()} or passes them on.
 */
public sealed interface Response {

    Tag tag();

    Operation operation();

    Status status();

    /** The ledger it is about, 0 if none. */
    default long ledgerId() {
        return 0;
    }

    /** Releases what buffers the response still owns. */
    default void release() {}

    /** The answer of the type that belongs to {@code request}, with {@code status} and nothing else. Borrows. */
    static Response refusing(Request request, Status status) {
        Tag tag = request.tag();
        if (request instanceof Request.Add m) {
            return new Add(tag, status, m.ledgerId(), m.entryId());
        }
        if (request instanceof Request.GroupAdd m) {
            return new GroupAdd(tag, Status.OK, AddOutcomes.all(status, m.count()));
        }
        if (request instanceof Request.Read m) {
            return Read.failed(tag, status, m.ledgerId(), m.entryId());
        }
        if (request instanceof Request.BatchRead m) {
            return new BatchRead(tag, status, m.ledgerId(), m.firstEntry(), m.requestId(), List.of());
        }
        if (request instanceof Request.StridedRead m) {
            return StridedRead.failed(tag, status, m.ledgerId(), m.firstEntry());
        }
        if (request instanceof Request.WriteLac m) {
            return new WriteLac(tag, status, m.ledgerId());
        }
        if (request instanceof Request.ReadLac m) {
            return new ReadLac(tag, status, m.ledgerId(), null, null);
        }
        if (request instanceof Request.Force m) {
            return new Force(tag, status, m.ledgerId());
        }
        if (request instanceof Request.BookieInfo) {
            return new BookieInfo(tag, status, -1, -1);
        }
        if (request instanceof Request.ListEntries m) {
            return new ListEntries(tag, status, m.ledgerId(), null);
        }
        if (request instanceof Request.Refused m) {
            return switch (m.operation()) {
                case ADD -> new Add(tag, status, m.ledgerId(), m.entryId());
                case READ -> Read.failed(tag, status, m.ledgerId(), m.entryId());
                case WRITE_LAC -> new WriteLac(tag, status, m.ledgerId());
                case READ_LAC -> new ReadLac(tag, status, m.ledgerId(), null, null);
                case FORCE -> new Force(tag, status, m.ledgerId());
                case BOOKIE_INFO -> new BookieInfo(tag, status, -1, -1);
                case LIST_ENTRIES -> new ListEntries(tag, status, m.ledgerId(), null);
                case STRIDED_READ -> StridedRead.failed(tag, status, m.ledgerId(), m.entryId());
                case BATCH_READ ->
                    tag.v3()
                            ? new Plain(tag, m.operation(), status)
                            : new BatchRead(tag, status, m.ledgerId(), m.entryId(), 0, List.of());
                default -> new Plain(tag, m.operation(), status);
            };
        }
        return new Plain(tag, request.operation(), status);
    }

    /** Answer to {@link Request.Add}; echoes the ids of the request's fields. */
    record Add(Tag tag, Status status, long ledgerId, long entryId) implements Response {
        @Override
        public Operation operation() {
            return Operation.ADD;
        }
    }

    /**
     * Answer to {@link Request.GroupAdd}, or one of several that together tell of each entry once.
     *
     * @param status OK; what matters stands in {@code outcomes}
     * @param outcomes of every entry of the group; open for those that another answer tells of
     */
    record GroupAdd(Tag tag, Status status, AddOutcomes outcomes) implements Response {
        @Override
        public Operation operation() {
            return Operation.GROUP_ADD;
        }
    }

    /**
     * Answer to {@link Request.Read}.
     *
     * @param body the stored entry, null if none
     * @param maxLac highest last confirmed id the bookie knows; {@link #ABSENT} to leave it out
     * @param lacUpdateMillis wall time of the update that woke a long poll; {@link #ABSENT} to leave it out
     */
    record Read(
            Tag tag,
            Status status,
            long ledgerId,
            long entryId,
            @Nullable ByteBuf body,
            long maxLac,
            long lacUpdateMillis)
            implements Response {
        public static final long ABSENT = Long.MIN_VALUE;

        @Override
        public Operation operation() {
            return Operation.READ;
        }

        /** A read that found nothing. */
        public static Read failed(Tag tag, Status status, long ledgerId, long entryId) {
            return new Read(tag, status, ledgerId, entryId, null, ABSENT, ABSENT);
        }

        @Override
        public void release() {
            if (body != null) {
                body.release();
            }
        }
    }

    /** Answer to {@link Request.BatchRead}; no entries unless OK. */
    record BatchRead(Tag tag, Status status, long ledgerId, long firstEntry, long requestId, List<ByteBuf> entries)
            implements Response {
        @Override
        public Operation operation() {
            return Operation.BATCH_READ;
        }

        @Override
        public void release() {
            entries.forEach(ByteBuf::release);
        }
    }

    /**
     * Answer to {@link Request.StridedRead}.
     *
     * @param count number of records
     * @param records the entries as {@link Records} reads them, null unless OK
     */
    record StridedRead(
            Tag tag,
            Status status,
            long ledgerId,
            long firstEntry,
            int count,
            @Nullable ByteBuf records) implements Response {
        @Override
        public Operation operation() {
            return Operation.STRIDED_READ;
        }

        /** A read that found nothing. */
        public static StridedRead failed(Tag tag, Status status, long ledgerId, long firstEntry) {
            return new StridedRead(tag, status, ledgerId, firstEntry, 0, null);
        }

        @Override
        public void release() {
            if (records != null) {
                records.release();
            }
        }
    }

    /** Answer to {@link Request.WriteLac}. */
    record WriteLac(Tag tag, Status status, long ledgerId) implements Response {
        @Override
        public Operation operation() {
            return Operation.WRITE_LAC;
        }
    }

    /** Answer to {@link Request.ReadLac}. */
    record ReadLac(
            Tag tag,
            Status status,
            long ledgerId,
            @Nullable ByteBuf lacBody,
            @Nullable ByteBuf lastEntryBody) implements Response {
        @Override
        public Operation operation() {
            return Operation.READ_LAC;
        }

        @Override
        public void release() {
            if (lacBody != null) {
                lacBody.release();
            }
            if (lastEntryBody != null) {
                lastEntryBody.release();
            }
        }
    }

    /** Answer to {@link Request.Force}. */
    record Force(Tag tag, Status status, long ledgerId) implements Response {
        @Override
        public Operation operation() {
            return Operation.FORCE;
        }
    }

    /** Answer to {@link Request.BookieInfo}; bytes, −1 to leave a figure out. */
    record BookieInfo(Tag tag, Status status, long totalBytes, long freeBytes) implements Response {
        @Override
        public Operation operation() {
            return Operation.BOOKIE_INFO;
        }
    }

    /** Answer to {@link Request.ListEntries}; {@code availability} is the encoded set of entries. */
    record ListEntries(Tag tag, Status status, long ledgerId, byte @Nullable [] availability) implements Response {
        @Override
        public Operation operation() {
            return Operation.LIST_ENTRIES;
        }
    }

    /** One message of an authentication exchange. */
    record Auth(Tag tag, Status status, String pluginName, byte[] payload) implements Response {
        @Override
        public Operation operation() {
            return Operation.AUTH;
        }
    }

    /** A v3 answer of header and status alone; also the refusal of START_TLS. */
    record Plain(Tag tag, Operation operation, Status status) implements Response {}
}
