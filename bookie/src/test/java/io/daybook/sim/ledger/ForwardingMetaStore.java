package io.daybook.sim.ledger;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A metadata store that does what another does; subclasses change some of it. */
public class ForwardingMetaStore implements MetaStore {
    private final MetaStore store;

    public ForwardingMetaStore(MetaStore store) {
        this.store = store;
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
        return store.create(path, data, mode, loop);
    }

    @Override
    public Promise<Void> ensure(String path, Loop loop) {
        return store.ensure(path, loop);
    }

    @Override
    public Promise<Integer> cas(String path, byte[] data, int expectedVersion, Loop loop) {
        return store.cas(path, data, expectedVersion, loop);
    }

    @Override
    public Promise<Void> delete(String path, int expectedVersion, Loop loop) {
        return store.delete(path, expectedVersion, loop);
    }

    @Override
    public Promise<Void> multi(List<Op> operations, Loop loop) {
        return store.multi(operations, loop);
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
