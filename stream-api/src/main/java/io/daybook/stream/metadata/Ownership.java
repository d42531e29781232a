package io.daybook.stream.metadata;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaStore;
import io.daybook.stream.StreamId;
import io.daybook.stream.StreamOwner;

/**
 * Who this process is, and which other owners live. Liveness only decides who should try; safety never depends on it.
 *
 * <p><b>Threads.</b> Safe from any thread.
 */
public interface Ownership {

    /** Random, new at each start of the process: 32 hexadecimal digits. */
    String instanceId();

    /** How people find this process. */
    String address();

    /** Whether {@code owner} still stands: its process has its node and, if that process is this one, a writer of {@code stream} is open. */
    Promise<Boolean> isLive(StreamOwner owner, StreamId stream, Loop loop);

    /** Calls {@code changed} soon after that may have changed. */
    MetaStore.Watch watch(StreamOwner owner, Runnable changed, Loop loop);
}
