package io.daybook.ledger.metadata;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaStore;
import io.daybook.sim.SimWorld;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A metadata client that loses the reply to a chosen write. */
final class CountedStore implements MetaStore {
    private final MetaStore store;
    private final SimWorld world;
    private final int lostWrite; // counted from 1
    private final boolean applied;
    private int writes;

    CountedStore(MetaStore store, SimWorld world, int lostWrite, boolean applied) {
        this.store = store;
        this.world = world;
        this.lostWrite = lostWrite;
        this.applied = applied;
    }

    /** Writes asked for so far. */
    int writes() {
        return writes;
    }

    private MetaStore counted() {
        if (++writes == lostWrite) {
            world.metadata().loseNextReply(applied);
        }
        return store;
    }

    @Override
    public Promise<@Nullable Node> get(String path, Loop loop) {
        return store.get(path, loop);
    }

    @Override
    public Promise<@Nullable Node> getLinearizable(String path, Loop loop) {
        return store.getLinearizable(path, loop);
    }

    @Override
    public Promise<String> create(String path, byte[] data, Mode mode, Loop loop) {
        return counted().create(path, data, mode, loop);
    }

    @Override
    public Promise<Void> ensure(String path, Loop loop) {
        return counted().ensure(path, loop);
    }

    @Override
    public Promise<Integer> cas(String path, byte[] data, int expectedVersion, Loop loop) {
        return counted().cas(path, data, expectedVersion, loop);
    }

    @Override
    public Promise<Void> delete(String path, int expectedVersion, Loop loop) {
        return counted().delete(path, expectedVersion, loop);
    }

    @Override
    public Promise<Void> multi(List<Op> operations, Loop loop) {
        return counted().multi(operations, loop);
    }

    @Override
    public Promise<@Nullable List<String>> children(String path, Loop loop) {
        return store.children(path, loop);
    }

    @Override
    public Watch watch(String path, Runnable changed, Loop loop) {
        return store.watch(path, changed, loop);
    }

    @Override
    public long sessionId() {
        return store.sessionId();
    }

    @Override
    public Watch watchSession(SessionListener listener, Loop loop) {
        return store.watchSession(listener, loop);
    }

    @Override
    public void close() {
        store.close();
    }
}
