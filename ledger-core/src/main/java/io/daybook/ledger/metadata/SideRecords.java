package io.daybook.ledger.metadata;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaException.Kind;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.MetaStore.Mode;
import io.daybook.ledger.LedgerId;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Small notes about ledgers, kept beside their records under {@code R/daybook/KIND/ID}, where stock software does not look. Nothing that is
 * safe depends on one; who writes one bounds its size. Format: docs/formats/metadata.md, section 9.
 *
 * <p><b>Threads.</b> Safe from any thread; promises complete on the loop named, and fail with {@link MetaException}.
 */
public final class SideRecords {
    private static final int ATTEMPTS_MAX = 16; // each failure is somebody else's note

    private final MetaStore store;
    private final SettledWrites writes;
    private final String folder;

    SideRecords(MetaStore store, ClusterLayout layout, String kind) {
        this.store = store;
        this.writes = new SettledWrites(store);
        this.folder = layout.root() + "/daybook/" + kind;
    }

    /** The note about {@code ledger}, not to be changed, or null if there is none. */
    public Promise<byte @Nullable []> read(LedgerId ledger, Loop loop) {
        return Steps.on(loop, () -> (Promise<byte @Nullable []>)
                store.getLinearizable(path(ledger), loop).thenApply(node -> node == null ? null : node.data()));
    }

    /** Replaces the note by what {@code change} makes of it, an empty one if there is none; another's change in between is not lost; nothing is written if nothing changes. */
    public Promise<Void> change(LedgerId ledger, UnaryOperator<byte[]> change, Loop loop) {
        return Steps.on(loop, () -> change(ledger, change, ATTEMPTS_MAX, loop));
    }

    /** Removes the note, if there is one. */
    public Promise<Void> remove(LedgerId ledger, Loop loop) {
        return Steps.on(loop, () -> (Promise<Void>) store.get(path(ledger), loop)
                .thenCompose(node -> node == null
                        ? Steps.nothing(loop)
                        : writes.delete(path(ledger), node.version(), loop).thenApply(done -> null)));
    }

    private Promise<Void> change(LedgerId ledger, UnaryOperator<byte[]> change, int attempts, Loop loop) {
        String path = path(ledger);
        return (Promise<Void>) store.getLinearizable(path, loop).thenCompose(node -> {
            byte[] data = change.apply(node == null ? new byte[0] : node.data());
            if (node != null && Arrays.equals(node.data(), data)) {
                return Steps.nothing(loop);
            }
            Promise<WriteOutcome> write =
                    node == null ? create(path, data, loop) : writes.cas(path, data, node.version(), loop);
            return write.thenCompose(outcome -> {
                if (outcome instanceof WriteOutcome.Applied) {
                    return Steps.nothing(loop);
                }
                return attempts > 1
                        ? change(ledger, change, attempts - 1, loop)
                        : Steps.failed(
                                loop,
                                new MetaException(
                                        Kind.BAD_VERSION,
                                        "the note at %s changed %d times meanwhile".formatted(path, ATTEMPTS_MAX),
                                        null));
            });
        });
    }

    private Promise<WriteOutcome> create(String path, byte[] data, Loop loop) {
        return (Promise<WriteOutcome>) writes.ensure(folder, loop)
                .thenCompose(
                        there -> writes.create(path, data, Mode.PERSISTENT, SettledWrites.Claim.sameBytes(data), loop));
    }

    private String path(LedgerId ledger) {
        return folder + "/" + ledger.value();
    }
}
