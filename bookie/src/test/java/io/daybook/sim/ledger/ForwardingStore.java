package io.daybook.sim.ledger;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.bookie.EntryStore;
import io.daybook.bookie.ReadOutcome;
import io.daybook.bookie.StoredLedger;
import io.daybook.bookie.StoredRecords;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A store that does what another does; subclasses change some of it. */
class ForwardingStore implements EntryStore {
    private final EntryStore store;

    ForwardingStore(EntryStore store) {
        this.store = store;
    }

    @Override
    public Promise<@Nullable StoredLedger> load(long ledgerId, Loop owner) {
        return store.load(ledgerId, owner);
    }

    @Override
    public void putState(long ledgerId, StoredLedger state, Loop owner) {
        store.putState(ledgerId, state, owner);
    }

    @Override
    public boolean put(long ledgerId, long entryId, ByteBuf body, Loop owner) {
        return store.put(ledgerId, entryId, body, owner);
    }

    @Override
    public @Nullable ByteBuf cached(long ledgerId, long entryId, Loop owner) {
        return store.cached(ledgerId, entryId, owner);
    }

    @Override
    public Promise<ReadOutcome> read(long ledgerId, long entryId, Loop owner) {
        return store.read(ledgerId, entryId, owner);
    }

    @Override
    public Promise<List<ByteBuf>> readBatch(long ledgerId, long firstEntry, int countMax, long bytesMax, Loop owner) {
        return store.readBatch(ledgerId, firstEntry, countMax, bytesMax, owner);
    }

    @Override
    public Promise<StoredRecords> readRecords(
            long ledgerId, long firstEntry, int stride, int countMax, long bytesMax, Loop owner) {
        return store.readRecords(ledgerId, firstEntry, stride, countMax, bytesMax, owner);
    }

    @Override
    public Promise<long @Nullable []> entries(long ledgerId, Loop owner) {
        return store.entries(ledgerId, owner);
    }

    @Override
    public void remove(long ledgerId, Loop owner) {
        store.remove(ledgerId, owner);
    }
}
