package io.daybook.ledger.client;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.RepairHint;
import io.daybook.ledger.metadata.RepairHintStore;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Puts a writer's repair hints beside its ledger's record (R45): when a fragment is sealed, and when the handle ends. One write at a
 * time; what changed meanwhile follows. Belongs to the writer's loop.
 */
final class HintRecorder {
    private static final Logger LOG = LoggerFactory.getLogger(HintRecorder.class);

    private final LedgerId ledger;
    private final RepairHintStore store;
    private final Loop loop;
    private final BooleanSupplier leaving;

    private List<RepairHint> latest = List.of();
    private List<RepairHint> recorded = List.of();
    private Promise<Boolean> written;
    private boolean writing;

    /**
     * @param leaving whether the client is being closed. Copies whose answers it does not wait for are most likely there, and metadata may be closed already: no
     *     news for people then
     */
    HintRecorder(LedgerId ledger, RepairHintStore store, Loop loop, BooleanSupplier leaving) {
        this.ledger = ledger;
        this.store = store;
        this.loop = loop;
        this.leaving = leaving;
        this.written = loop.promise();
    }

    /** Records {@code hints}, all there are by now; completes when they are written, or cannot be. Never fails: a hint is no promise. */
    Promise<Boolean> record(List<RepairHint> hints) {
        latest = hints;
        if (!writing) {
            written = loop.promise();
            write();
        }
        return written;
    }

    private void write() {
        if (latest.equals(recorded)) {
            writing = false;
            written.complete(true);
            return;
        }
        writing = true;
        recorded = latest;
        Futures.whenDone(store.add(ledger, latest, loop), loop, (done, failure) -> {
            if (failure != null) {
                LOG.atLevel(leaving.getAsBoolean() ? Level.INFO : Level.WARN)
                        .log(
                                "ledger={} {} ranges of entries may lack copies, first {}, and this could not be noted: {}",
                                ledger,
                                recorded.size(),
                                recorded.get(0),
                                failure.getMessage());
            } else {
                LOG.info(
                        "ledger={} {} ranges of entries may lack copies, first {}: noted for repair",
                        ledger,
                        recorded.size(),
                        recorded.get(0));
            }
            write();
        });
    }
}
