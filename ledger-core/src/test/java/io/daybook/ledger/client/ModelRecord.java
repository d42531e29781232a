package io.daybook.ledger.client;

import io.daybook.ledger.LedgerMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The ledger's record in a linearizable store whose answers arrive, and everything else that an actor waits for and no bookie gives. */
final class ModelRecord {
    private final List<ModelStep> all = new ArrayList<>(); // by number
    private final List<ModelStep> steps = new ArrayList<>(); // not taken yet
    private LedgerMetadata record;
    private int version;
    private @Nullable LedgerMetadata sealed; // as first written

    ModelRecord(LedgerMetadata record) {
        this.record = record;
    }

    LedgerMetadata now() {
        return record;
    }

    int version() {
        return version;
    }

    boolean closed() {
        return record.closed();
    }

    /** The record as it was first closed. */
    @Nullable
    LedgerMetadata sealed() {
        return sealed;
    }

    /** What has not come yet. */
    List<ModelStep> steps() {
        return steps;
    }

    ModelStep step(int number) {
        return all.get(number);
    }

    /** Writes {@code next}, some time, if the record is at {@code expected} then; {@code caller} is told some time later. */
    void compareAndSet(ModelActor caller, LedgerMetadata next, int expected, Runnable applied, Runnable conflict) {
        later(caller, ModelStep.Kind.WRITE, next, expected, () -> false, () -> {
            boolean happens = version == expected;
            if (happens) {
                write(next);
            }
            later(
                    caller,
                    happens ? ModelStep.Kind.WRITTEN : ModelStep.Kind.CONFLICT,
                    next,
                    expected,
                    caller::ended,
                    happens ? applied : conflict);
        });
    }

    void later(
            ModelActor owner,
            ModelStep.Kind kind,
            @Nullable Object subject,
            long detail,
            BooleanSupplier moot,
            Runnable run) {
        ModelStep step = new ModelStep(all.size(), owner, kind, subject, detail, moot, run);
        all.add(step);
        steps.add(step);
    }

    private void write(LedgerMetadata next) {
        if (sealed != null) {
            throw new ModelViolation("a sealed ledger was written (I3, I11)");
        }
        record = next;
        version++;
        if (next.closed()) {
            sealed = next;
        }
    }
}
