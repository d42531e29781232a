package io.daybook.sim.ledger;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.bookie.EntryStore;
import io.daybook.bookie.ReadOutcome;
import io.daybook.bookie.StoredLedger;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A store of plain maps. All of it is gone with the object, so that after a crash a new one has to be filled from the {@link
 * MemoryDurableLog.Platter}, as the real store is from the journal.
 *
 * <p>Odd entries count as cached, even ones as on disk, where a read takes a turn of the loop: so both ways are walked.
 */
public final class MemoryEntryStore implements EntryStore {
    private final Map<Long, Kept> ledgers = new TreeMap<>();
    private final long bytesMax;
    private final TreeMap<String, String> damaged = new TreeMap<>();
    private long bytes;

    /** A store with room for {@code bytesMax} bytes of entries. */
    public MemoryEntryStore(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    @Override
    public Promise<@Nullable StoredLedger> load(long ledgerId, Loop owner) {
        return later(owner, () -> {
            Kept kept = ledgers.get(ledgerId);
            return kept == null ? null : kept.described();
        });
    }

    @Override
    public void putState(long ledgerId, StoredLedger state, Loop owner) {
        kept(ledgerId).state = state;
    }

    @Override
    public boolean put(long ledgerId, long entryId, ByteBuf body, Loop owner) {
        if (bytes + body.readableBytes() > bytesMax) {
            return false;
        }
        byte[] old = kept(ledgerId).entries.put(entryId, ByteBufUtil.getBytes(body));
        bytes += body.readableBytes() - (old == null ? 0 : old.length);
        kept(ledgerId).maxLac = Math.max(kept(ledgerId).maxLac, body.getLong(body.readerIndex() + 16));
        return true;
    }

    @Override
    public @Nullable ByteBuf cached(long ledgerId, long entryId, Loop owner) {
        byte[] body = entryId % 2 == 0 ? null : entry(ledgerId, entryId);
        return body == null ? null : Unpooled.copiedBuffer(body);
    }

    @Override
    public Promise<ReadOutcome> read(long ledgerId, long entryId, Loop owner) {
        return later(owner, () -> {
            String reason = damaged.get(ledgerId + "/" + entryId);
            if (reason != null) {
                return new ReadOutcome.Damaged(reason);
            }
            byte[] body = entry(ledgerId, entryId);
            return body == null ? ReadOutcome.MISSING : new ReadOutcome.Found(Unpooled.copiedBuffer(body));
        });
    }

    @Override
    public Promise<List<ByteBuf>> readBatch(long ledgerId, long firstEntry, int countMax, long bytesMax, Loop owner) {
        return later(owner, () -> {
            List<ByteBuf> found = new ArrayList<>();
            long size = 0;
            for (long id = firstEntry; found.size() < countMax && (found.isEmpty() || size < bytesMax); id++) {
                byte[] body = entry(ledgerId, id);
                if (body == null) {
                    break;
                }
                found.add(Unpooled.copiedBuffer(body));
                size += body.length;
            }
            return found;
        });
    }

    @Override
    public Promise<long @Nullable []> entries(long ledgerId, Loop owner) {
        return later(owner, () -> {
            Kept kept = ledgers.get(ledgerId);
            return kept == null
                    ? null
                    : kept.entries.keySet().stream().mapToLong(Long::longValue).toArray();
        });
    }

    @Override
    public void remove(long ledgerId, Loop owner) {
        ledgers.remove(ledgerId);
    }

    /** Makes reads of an entry report damage. */
    public void damage(long ledgerId, long entryId, String reason) {
        damaged.put(ledgerId + "/" + entryId, reason);
    }

    /** Makes room, as a flush does. */
    public void flushed() {
        bytes = 0;
    }

    /** Whether anything is kept of the ledger. */
    public boolean knows(long ledgerId) {
        return ledgers.containsKey(ledgerId);
    }

    /** The packaged entries of a ledger by id, as they are now; for observers, who must not change them. */
    public Map<Long, byte[]> bodies(long ledgerId) {
        Kept kept = ledgers.get(ledgerId);
        return kept == null ? Map.of() : Collections.unmodifiableMap(kept.entries);
    }

    private Kept kept(long ledgerId) {
        return ledgers.computeIfAbsent(ledgerId, id -> new Kept());
    }

    private byte @Nullable [] entry(long ledgerId, long entryId) {
        Kept kept = ledgers.get(ledgerId);
        return kept == null ? null : kept.entries.get(entryId);
    }

    private static <T extends @Nullable Object> Promise<T> later(Loop owner, java.util.function.Supplier<T> look) {
        Promise<T> promise = owner.promise();
        owner.execute(() -> promise.complete(look.get()));
        return promise;
    }

    private static final class Kept {
        private final TreeMap<Long, byte[]> entries = new TreeMap<>();
        private StoredLedger state = StoredLedger.UNSEEN;
        private long maxLac = -1;

        private StoredLedger described() {
            return new StoredLedger(
                    state.masterKey(),
                    state.fenced(),
                    state.limbo(),
                    state.explicitLac(),
                    entries.isEmpty() ? -1 : entries.lastKey(),
                    Math.max(maxLac, state.maxLac()));
        }
    }
}
