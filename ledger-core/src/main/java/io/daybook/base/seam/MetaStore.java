package io.daybook.base.seam;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tree of small versioned nodes shared by the cluster, with linearizable conditional writes.
 *
 * <p>Paths are absolute, {@code /}-separated, without a trailing slash. A node's version is 0 when created and grows by one with
 * each write. Failures are {@link MetaException}. An {@link MetaException.Kind#AMBIGUOUS} write may have happened: read back
 * before deciding anything (R7).
 *
 * <p><b>Threads.</b> Safe from any thread; promises and watchers run on the loop the caller names.
 */
public interface MetaStore extends AutoCloseable {

    /** Any version, in conditional writes. */
    int ANY_VERSION = -1;

    /** The node, or null if there is none; the answer may be stale. */
    Promise<@Nullable Node> get(String path, Loop loop);

    /** The node as of some moment after the call, or null if there is none. */
    Promise<@Nullable Node> getLinearizable(String path, Loop loop);

    /**
     * Makes a node under an existing parent. Completes with the path, which for {@link Mode#EPHEMERAL_SEQUENTIAL} ends in ten digits
     * the store chose. Fails with NODE_EXISTS, or NO_NODE when the parent is missing.
     */
    Promise<String> create(String path, byte[] data, Mode mode, Loop loop);

    /** Makes {@code path} and its missing parents as empty persistent nodes; existing ones are left alone. */
    Promise<Void> ensure(String path, Loop loop);

    /** Replaces the data if the version matches; completes with the new version. Fails with BAD_VERSION or NO_NODE. */
    Promise<Integer> cas(String path, byte[] data, int expectedVersion, Loop loop);

    /** Removes a childless node if the version matches. Fails with BAD_VERSION, NO_NODE or NOT_EMPTY. */
    Promise<Void> delete(String path, int expectedVersion, Loop loop);

    /** All or none of {@code operations}, as one write. Fails with the kind of the first operation that cannot be done. */
    Promise<Void> multi(List<Op> operations, Loop loop);

    /** Names of the children, sorted, or null if there is no such node; complete or failed, never cut short. */
    Promise<@Nullable List<String>> children(String path, Loop loop);

    /**
     * Calls {@code changed} on {@code loop} soon after the node at {@code path}, or its set of children, was created, changed or removed,
     * and after a session was lost and found again; several changes may share a call, and a call may come without a change. Read
     * again after each call.
     */
    Watch watch(String path, Runnable changed, Loop loop);

    /** The session on which ephemeral nodes depend: changes whenever the old one expired and a new one began. */
    long sessionId();

    /** Calls {@code listener} on {@code loop} with each new state of the session. */
    Watch watchSession(SessionListener listener, Loop loop);

    /** Ends the session; ephemeral nodes vanish. What is asked afterwards fails with REFUSED: no waiting helps. */
    @Override
    void close();

    /** How long a node lives. */
    enum Mode {
        PERSISTENT,
        /** Removed when the session that made it ends. */
        EPHEMERAL,
        /** Ephemeral, with ten increasing digits added to the name. */
        EPHEMERAL_SEQUENTIAL
    }

    /**
     * A node as read.
     *
     * @param data content; not to be changed
     * @param version version of the data
     * @param childrenVersion grows with each child made or removed
     * @param createdMillis creation time by the store's clock, ms since the epoch
     * @param ephemeralOwner session that owns the node, 0 if persistent
     */
    record Node(byte[] data, int version, int childrenVersion, long createdMillis, long ephemeralOwner) {}

    /** One part of a {@link #multi}. */
    sealed interface Op {

        String path();

        record Create(String path, byte[] data, Mode mode) implements Op {}

        record Set(String path, byte[] data, int expectedVersion) implements Op {}

        record Delete(String path, int expectedVersion) implements Op {}

        /** Only asserts that the node exists with this version. */
        record CheckVersion(String path, int expectedVersion) implements Op {}
    }

    /** State of the session. */
    enum Session {
        CONNECTED,
        /** No server answers; the session may still live. */
        SUSPENDED,
        /** The old session is gone with its ephemeral nodes; a new one began. */
        RENEWED,
        /** Closed by us. */
        CLOSED
    }

    /** Told of changes of the session. */
    interface SessionListener {
        void onSession(Session state);
    }

    /** Something to stop being told of. */
    interface Watch {
        void close();
    }
}
