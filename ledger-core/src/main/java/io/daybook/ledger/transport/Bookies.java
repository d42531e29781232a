package io.daybook.ledger.transport;

import io.daybook.base.exec.Promise;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.BookieServiceInfo;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * All bookies as one loop reaches them. Belongs to that loop: called there, answers there, never inside the call.
 *
 * <p>Connections are opened when first needed and again after a failure; every call has a time-out. What became of a call that
 * failed is unknown, unless {@link UnreachableException#sent()} is false.
 */
public interface Bookies {

    /**
     * Sends {@code request} and completes with the answer of matching type. The request's tag is chosen here. Takes the request's buffers over; the receiver
     * releases those of the response. Fails with {@link UnreachableException}. A late answer is dropped.
     */
    <R extends Response> Promise<R> call(BookieId bookie, Request request, Class<R> answer, Duration timeout);

    /**
     * Sends one add; the hot path of {@link #call}, without a promise. Takes {@code body} over. {@code slot} and {@code token} come back with the answer.
     *
     * @param token whatever the caller wants back, such as a number for the tenure of the slot (R42)
     */
    void add(
            BookieId bookie,
            long ledgerId,
            long entryId,
            byte[] masterKey,
            ByteBuf body,
            boolean recovery,
            Duration timeout,
            int slot,
            int token,
            AddListener listener);

    /**
     * Sends adds that travel together, to a bookie that announces {@link BookieServiceInfo#GROUP_ADD}; always over v3. Takes the group's buffers over; the
     * group's tag is chosen here. If it throws, nothing was taken over and nobody is told.
     */
    void addGroup(BookieId bookie, Request.GroupAdd group, Duration timeout, GroupListener listener);

    /**
     * Sends one add that the bookie may answer before the entry is on disk (R106); always over v3. Takes {@code body} over. The answer is told with the
     * number of the connection it came over, and promises nothing once that connection is gone (R107).
     */
    void addDeferred(
            BookieId bookie,
            long ledgerId,
            long entryId,
            byte[] masterKey,
            ByteBuf body,
            Duration timeout,
            int slot,
            int token,
            DeferredListener listener);

    /** As {@link #call}, but over the connection that {@link #force} can use, whose number comes with the answer (X9). */
    Promise<TracedRead> readTraced(BookieId bookie, Request.Read request, Duration timeout);

    /**
     * Asks {@code bookie} to sync all adds and fences it has answered, over the very connection that brought the answers: fails, with nothing sent, if that
     * one is gone, since the process behind another one may never have seen them (R107, X9, X23).
     *
     * @param connection as told to {@link DeferredListener} or by {@link #readTraced}
     */
    Promise<Response.Force> force(BookieId bookie, long ledgerId, int connection, Duration timeout);

    /**
     * Bytes of adds to {@code bookie} that were sent and not answered, or wait to be sent. One that has timed out counts until its late answer
     * comes or the connection is lost, since its bytes may still be queued.
     */
    long outstandingBytes(BookieId bookie);

    /**
     * What a bookie answered, and over which connection.
     *
     * @param answer the receiver's to release
     */
    record TracedRead(Response.Read answer, int connection) {}

    /** Told of the end of an add. */
    interface AddListener {

        /** The answer to an add: {@code failure} is null if a status came, otherwise the status is meaningless. */
        void onAdd(
                BookieId bookie,
                int slot,
                int token,
                long entryId,
                Status status,
                @Nullable UnreachableException failure);
    }

    /** Told of the ends of the adds of a group. */
    interface GroupListener {

        /**
         * So ended the entries from the one at {@code from} to that before {@code to}, counted from 0: {@code failure} is null if a status came, otherwise
         * the status is meaningless. Of each entry it is told once; in which pieces depends on the bookie.
         */
        void onOutcome(BookieId bookie, int from, int to, Status status, @Nullable UnreachableException failure);
    }

    /** Told of the end of an add that may be answered from memory. */
    interface DeferredListener {

        /**
         * The answer: {@code failure} is null if a status came, otherwise the status is meaningless.
         *
         * @param connection number of the connection that brought the answer; each that is opened to a bookie has another one
         */
        void onDeferred(
                BookieId bookie,
                int slot,
                int token,
                long entryId,
                Status status,
                int connection,
                @Nullable UnreachableException failure);
    }
}
