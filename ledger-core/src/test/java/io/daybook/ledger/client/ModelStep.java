package io.daybook.ledger.client;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A metadata write on its way, the answer to one, or a pause: something that an actor waits for, once. Nothing happens if it is {@code moot} by then. */
final class ModelStep {
    final int number;
    final ModelActor owner;
    final Kind kind;
    private final @Nullable Object subject; // with detail, tells it from the others of its owner
    private final long detail;
    private final BooleanSupplier moot;
    private final Runnable run;
    private boolean taken;

    ModelStep(
            int number,
            ModelActor owner,
            Kind kind,
            @Nullable Object subject,
            long detail,
            BooleanSupplier moot,
            Runnable run) {
        this.number = number;
        this.owner = owner;
        this.kind = kind;
        this.subject = subject;
        this.detail = detail;
        this.moot = moot;
        this.run = run;
    }

    boolean over() {
        return taken || moot.getAsBoolean();
    }

    void run() {
        taken = true;
        run.run();
    }

    /** Equal for equal steps of one owner. */
    long fingerprint() {
        return new Fingerprint().add(kind).add(subject).add(detail).value();
    }

    @Override
    public String toString() {
        return "%s: %s %s %s".formatted(owner, kind, detail, subject);
    }

    /** What is waited for. */
    enum Kind {
        WRITE,
        WRITTEN,
        CONFLICT,
        PAUSE
    }
}
