package io.daybook.ledger.client;

import static io.daybook.ledger.client.ClientWorld.payload;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Replication;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A reader that follows a writer through trouble, in virtual time. */
final class TailWatchTest {
    private static final Duration PACE = Duration.ofMillis(2);
    private static final Duration PAUSE = Duration.ofMillis(300);

    private final ClientWorld cluster = new ClientWorld(7, 3);
    private final List<Long> acknowledged = new ArrayList<>();
    private final List<Long> delivered = new ArrayList<>();

    /** Polls for one entry after the other; {@code atOnce} inside the call that brings the one before, else in a task of its own. */
    private void follow(LedgerReader reader, boolean atOnce) {
        reader.poll(delivered.size(), Duration.ofMinutes(1)).thenAccept(poll -> {
            LedgerEntry along = poll.entry();
            if (along != null) {
                along.close();
            }
            while (delivered.size() <= poll.lastAddConfirmed()) {
                delivered.add(cluster.world.now());
            }
            if (atOnce) {
                follow(reader, true);
            } else {
                reader.loop().execute(() -> follow(reader, false));
            }
        });
    }

    private void append(LedgerWriter writer, int count) {
        for (int i = 0; i < count; i++) {
            writer.append(payload("x")).thenAccept(id -> acknowledged.add(cluster.world.now()));
            cluster.world.runFor(PACE);
        }
    }

    /** Runs into {@code trouble} while the reader follows; returns how long deliveries took once it was there for a while. */
    private List<Duration> delays(boolean atOnce, Runnable trouble) {
        LedgerClient writing = cluster.client("w");
        LedgerClient reading = cluster.client("r");
        LedgerWriter writer =
                cluster.world.await(writing.create(LedgerOptions.DEFAULT.withReplication(new Replication(3, 3, 2))));
        follow(cluster.world.await(reading.open(writer.ledger(), OpenOptions.DEFAULT)), atOnce);
        append(writer, 50);

        trouble.run();
        append(writer, 100);
        cluster.world.runFor(PAUSE);
        int settled = acknowledged.size();
        for (int burst = 0; burst < 100; burst++) {
            append(writer, 20);
            cluster.world.runFor(PAUSE); // what came last needs no other append
        }

        assertThat(delivered).hasSameSizeAs(acknowledged);
        List<Duration> delays = new ArrayList<>();
        for (int i = settled; i < delivered.size(); i++) {
            delays.add(Duration.ofNanos(delivered.get(i) - acknowledged.get(i)));
        }
        writing.close();
        reading.close();
        cluster.world.runFor(Duration.ofMinutes(1));
        Collections.sort(delays);
        return delays;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void hardlyNoticesThatOneBookieOfThreeIsDead(boolean atOnce) {
        List<Duration> delays = delays(atOnce, () -> cluster.kill("b2"));

        assertThat(delays.get(delays.size() - 1)).isLessThan(Duration.ofMillis(3));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void waitsForABookieThatFellSilentOnceInAWhileOnly(boolean atOnce) {
        List<Duration> delays = delays(atOnce, () -> cluster.bookies.fake("b2").silent = true);

        assertThat(delays.get(delays.size() * 95 / 100)).isLessThan(Duration.ofMillis(3));
        assertThat(delays.get(delays.size() - 1)).isLessThan(Duration.ofMillis(25)); // until a second one was asked
    }
}
