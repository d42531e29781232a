package io.daybook.ledger.metadata;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaStore;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.RepairHint;
import java.util.List;

/**
 * Which confirmed entries of a ledger may lack copies (R45): a {@linkplain SideRecords note} beside its record, put there by writers for whoever repairs.
 * Bounded; each write is conditional and keeps what others have noted (R6).
 *
 * <p><b>Threads.</b> Safe from any thread; promises complete on the loop named, and fail with {@link io.daybook.base.seam.MetaException} or {@link
 * MalformedMetadataException}.
 */
public final class RepairHintStore {
    private static final byte[] NOTHING = {};

    private final SideRecords notes;

    public RepairHintStore(MetaStore store, ClusterLayout layout) {
        this.notes = new SideRecords(store, layout, "hints");
    }

    /** What is noted of a ledger, by fragment, slot and entry; empty if nothing is. */
    public Promise<List<RepairHint>> read(LedgerId ledger, Loop loop) {
        return (Promise<List<RepairHint>>)
                notes.read(ledger, loop).thenApply(data -> decoded(ledger, data == null ? NOTHING : data));
    }

    /** Adds hints to what is noted; nothing is written if all is known. */
    public Promise<Void> add(LedgerId ledger, List<RepairHint> hints, Loop loop) {
        List<RepairHint> added = List.copyOf(hints);
        return notes.change(
                ledger, data -> RepairHintFormat.encode(RepairHintFormat.joined(decoded(ledger, data), added)), loop);
    }

    /** Forgets a ledger; one of which nothing is noted is forgotten already. */
    public Promise<Void> remove(LedgerId ledger, Loop loop) {
        return notes.remove(ledger, loop);
    }

    private static List<RepairHint> decoded(LedgerId ledger, byte[] data) {
        try {
            return data.length == 0 ? List.of() : RepairHintFormat.decode(data);
        } catch (MalformedMetadataException unreadable) {
            throw new MalformedMetadataException(
                    "the repair hints of ledger %s cannot be read: %s".formatted(ledger, unreadable.getMessage()),
                    unreadable);
        }
    }
}
