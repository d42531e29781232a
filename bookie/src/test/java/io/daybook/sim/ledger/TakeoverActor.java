package io.daybook.sim.ledger;

import io.daybook.base.exec.Futures;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.OpenOptions;
import org.jspecify.annotations.Nullable;

/** Takes a ledger over, again and again until it works. */
final class TakeoverActor {
    private final ClientNode home;
    private final LedgerId ledger;
    private final OpenOptions options;
    private final long retryNanos;
    private boolean started;
    private boolean stopped;
    private @Nullable LedgerReader reader;
    private @Nullable Throwable lastFailure;

    TakeoverActor(ClientNode home, LedgerId ledger, OpenOptions options, long retryNanos) {
        this.home = home;
        this.ledger = ledger;
        this.options = options;
        this.retryNanos = retryNanos;
    }

    /** The node it runs on. */
    String name() {
        return home.name();
    }

    void start() {
        started = true;
        home.opened(retryNanos, this::recover);
    }

    /** Starts unless it has been, or its machine is down; whether it did. */
    boolean startOnce() {
        if (started || !home.up()) {
            return false;
        }
        start();
        return true;
    }

    /** No further attempt. */
    void stop() {
        stopped = true;
    }

    /** The ledger as this client sees it once it is sealed, else null. */
    @Nullable
    LedgerReader reader() {
        return reader;
    }

    /** Why the latest attempt failed. */
    @Nullable
    Throwable lastFailure() {
        return lastFailure;
    }

    /** What this client was told must be what the record says (I11). */
    void check(LedgerMetadata end) {
        LedgerReader opened = reader;
        if (opened == null) {
            return;
        }
        LedgerMetadata seen = opened.metadata();
        if (!opened.closed() || seen.lastEntry() != end.lastEntry() || seen.length() != end.length()) {
            home.witness()
                    .broken(
                            "I11",
                            "%s was told that the ledger ended as %s, the record says %s",
                            home.name(),
                            seen,
                            end);
        }
    }

    private void recover(LedgerClient client) {
        if (stopped) {
            return;
        }
        Futures.whenDone(client.openAndRecover(ledger, options), home.loop(), (opened, failure) -> {
            if (opened == null) {
                lastFailure = failure;
                home.expected(failure);
                home.loop().schedule(retryNanos, () -> recover(client));
            } else {
                home.witness().confirmed(opened.lastAddConfirmed(), home.name());
                reader = opened;
            }
        });
    }
}
