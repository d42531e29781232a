package io.daybook.ledger.metadata;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaException.Kind;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.MetaStore.Mode;
import io.daybook.base.seam.MetaStore.Node;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.RepairHint;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which confirmed entries of a ledger may lack copies (R45): one node per ledger below {@code daybook/hints}, put there by writers for whoever
 * repairs. Bounded; each write is conditional and keeps what others have noted (R6).
 *
 * <p><b>Threads.</b> Safe from any thread; promises complete on the loop named, and fail with {@link io.daybook.base.seam.MetaException} or {@link
 * MalformedMetadataException}.
 */
public final class RepairHintStore {
    private static final int ATTEMPTS_MAX = 16; // each failure is a hint that somebody else added meanwhile

    private final MetaStore store;
    private final SettledWrites writes;
    private final String root;

    public RepairHintStore(MetaStore store, ClusterLayout layout) {
        this.store = store;
        this.writes = new SettledWrites(store);
        this.root = layout.root() + "/daybook/hints";
    }

    /** What is noted of a ledger, by fragment, slot and entry; empty if nothing is. */
    public Promise<List<RepairHint>> read(LedgerId ledger, Loop loop) {
        return Steps.on(loop, () -> (Promise<List<RepairHint>>)
                store.getLinearizable(path(ledger), loop).thenApply(node -> decoded(ledger, node)));
    }

    /** Adds hints to what is noted; nothing is written if all is known. */
    public Promise<Void> add(LedgerId ledger, List<RepairHint> hints, Loop loop) {
        return Steps.on(loop, () -> add(ledger, List.copyOf(hints), ATTEMPTS_MAX, loop));
    }

    /** Forgets a ledger; one of which nothing is noted is forgotten already. */
    public Promise<Void> remove(LedgerId ledger, Loop loop) {
        return Steps.on(loop, () -> {
            Promise<Void> removed = store.delete(path(ledger), MetaStore.ANY_VERSION, loop);
            return Steps.after(
                    removed, (done, failure) -> Steps.kind(failure) == Kind.NO_NODE ? Steps.nothing(loop) : removed);
        });
    }

    private Promise<Void> add(LedgerId ledger, List<RepairHint> hints, int attempts, Loop loop) {
        return (Promise<Void>) store.getLinearizable(path(ledger), loop).thenCompose(node -> {
            byte[] data = RepairHintFormat.encode(RepairHintFormat.joined(decoded(ledger, node), hints));
            if (node != null && Arrays.equals(node.data(), data)) {
                return Steps.nothing(loop);
            }
            Promise<WriteOutcome> write =
                    node == null ? create(ledger, data, loop) : writes.cas(path(ledger), data, node.version(), loop);
            return write.thenCompose(outcome -> {
                if (outcome instanceof WriteOutcome.Applied) {
                    return Steps.nothing(loop);
                }
                return attempts > 1
                        ? add(ledger, hints, attempts - 1, loop)
                        : Steps.failed(
                                loop,
                                new MetaException(
                                        Kind.BAD_VERSION,
                                        "%s changed %d times meanwhile".formatted(path(ledger), ATTEMPTS_MAX),
                                        null));
            });
        });
    }

    private Promise<WriteOutcome> create(LedgerId ledger, byte[] data, Loop loop) {
        Promise<WriteOutcome> made = createUnderParent(ledger, data, loop);
        return Steps.after(
                made,
                (outcome, failure) -> Steps.kind(failure) != Kind.NO_NODE
                        ? made
                        : (Promise<WriteOutcome>)
                                writes.ensure(root, loop).thenCompose(parent -> createUnderParent(ledger, data, loop)));
    }

    private Promise<WriteOutcome> createUnderParent(LedgerId ledger, byte[] data, Loop loop) {
        return writes.create(path(ledger), data, Mode.PERSISTENT, SettledWrites.Claim.sameBytes(data), loop);
    }

    private List<RepairHint> decoded(LedgerId ledger, @Nullable Node node) {
        if (node == null) {
            return List.of();
        }
        try {
            return RepairHintFormat.decode(node.data());
        } catch (MalformedMetadataException unreadable) {
            throw new MalformedMetadataException(
                    "the repair hints of ledger %s at %s cannot be read: %s"
                            .formatted(ledger, path(ledger), unreadable.getMessage()),
                    unreadable);
        }
    }

    private String path(LedgerId ledger) {
        return root + "/" + ledger;
    }
}
