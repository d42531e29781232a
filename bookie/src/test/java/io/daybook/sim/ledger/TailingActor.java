package io.daybook.sim.ledger;

import io.daybook.base.exec.Futures;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.OpenOptions;
import java.time.Duration;

/** Follows a ledger that is being written, and reads each entry as soon as it may (I6, I18). */
final class TailingActor {
    private final ClientNode home;
    private final LedgerId ledger;
    private final OpenOptions options;
    private final long patience;
    private long next;
    private boolean stopped;

    /** @param patience of one poll, and the pause after a failure, in ns */
    TailingActor(ClientNode home, LedgerId ledger, OpenOptions options, long patience) {
        this.home = home;
        this.ledger = ledger;
        this.options = options;
        this.patience = patience;
    }

    void start() {
        home.opened(patience, this::open);
    }

    void stop() {
        stopped = true;
    }

    private void open(LedgerClient client) {
        if (stopped) {
            return;
        }
        Futures.whenDone(client.open(ledger, options), home.loop(), (reader, failure) -> {
            if (reader == null) {
                home.expected(failure);
                home.loop().schedule(patience, () -> open(client));
            } else {
                poll(reader);
            }
        });
    }

    private void poll(LedgerReader reader) {
        if (stopped) {
            return;
        }
        home.witness().confirmed(reader.lastAddConfirmed(), home.name());
        if (reader.lastAddConfirmed() >= next) {
            read(reader);
            return;
        }
        if (reader.closed()) {
            return;
        }
        Futures.whenDone(reader.poll(next, Duration.ofNanos(patience)), reader.loop(), (poll, failure) -> {
            if (poll == null) {
                home.expected(failure);
                pause(reader);
                return;
            }
            home.witness().confirmed(poll.lastAddConfirmed(), home.name());
            LedgerEntry entry = poll.entry();
            if (entry != null) {
                home.witness().read(entry.entryId(), entry.bytes(), home.name());
                entry.close();
            }
            if (poll.lastAddConfirmed() >= next || poll.closed()) {
                poll(reader);
            } else {
                pause(reader);
            }
        });
    }

    private void read(LedgerReader reader) {
        long last = reader.lastAddConfirmed();
        Futures.whenDone(reader.read(next, last), reader.loop(), (entries, failure) -> {
            if (entries == null) {
                home.expected(failure);
                pause(reader);
                return;
            }
            for (LedgerEntry entry : entries) {
                if (entry.entryId() != next) {
                    home.witness().broken("I4", "%s asked for entry %d and got %d", home.name(), next, entry.entryId());
                }
                home.witness().read(next, entry.bytes(), home.name());
                next++;
            }
            entries.close();
            poll(reader);
        });
    }

    private void pause(LedgerReader reader) {
        home.loop().schedule(patience, () -> poll(reader));
    }
}
