package io.daybook.ledger.client;

import io.daybook.base.exec.Loop;
import io.daybook.ledger.BookieId;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Notices a bookie of an ensemble that leaves the register and does not come back: half the grace of automatic recovery later it counts as gone (R46e). Belongs
 * to one loop.
 */
final class MemberWatch {
    private static final Duration GRACE = Duration.ofSeconds(15);

    private final Loop loop;
    private final Supplier<@Nullable BookieId> missing;
    private final Consumer<BookieId> gone;
    private boolean waiting;

    /**
     * @param missing names a bookie that is not registered now, null if there is none to care about
     * @param gone told of one that is missing at the end of the grace
     */
    MemberWatch(Loop loop, Supplier<@Nullable BookieId> missing, Consumer<BookieId> gone) {
        this.loop = loop;
        this.missing = missing;
        this.gone = gone;
    }

    /** The register has changed. */
    void look() {
        if (waiting || missing.get() == null) {
            return;
        }
        waiting = true;
        loop.schedule(GRACE.toNanos(), () -> {
            waiting = false;
            BookieId still = missing.get();
            if (still != null) {
                gone.accept(still);
                look(); // busy now, or another one missing
            }
        });
    }
}
