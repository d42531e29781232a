package io.daybook.sim.ledger;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.bookie.EntryStore;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Fills a store from what a {@link MemoryDurableLog} left, with the replay of production. */
public final class MemoryReplay {
    private MemoryReplay() {}

    /** Completes on {@code loop}, which owns all ledgers. */
    public static CompletableFuture<Void> into(EntryStore store, MemoryDurableLog.Platter platter, Loop loop) {
        LedgerReplay replay = new LedgerReplay(store, new Loops(List.of(loop)), loop);
        for (MemoryDurableLog.Record record : platter.records()) {
            byte[] payload = record.payload();
            replay.record(
                    record.kind(),
                    record.ledgerId(),
                    record.entryId(),
                    payload == null ? Unpooled.EMPTY_BUFFER : Unpooled.copiedBuffer(payload));
        }
        return replay.finish();
    }
}
