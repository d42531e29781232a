package io.daybook.sim.ledger;

import io.daybook.base.exec.Futures;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.sim.SimRandom;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a further ledger on the loop of the one that is watched, so that entries of both travel in the same groups; in the end takes it over, and looks
 * whether all that was acknowledged is there.
 */
final class NeighbourActor {
    private static final long RETRY_NANOS = 100_000_000L;

    private final ClientNode home;
    private final LedgerWriter writer;
    private final int entriesMax;
    private final SimRandom random;
    private final List<byte[]> given = new ArrayList<>(); // by id
    private long acknowledged = -1;
    private boolean ended;
    private @Nullable LedgerReader reader;

    NeighbourActor(ClientNode home, LedgerWriter writer, int entriesMax, SimRandom random) {
        this.home = home;
        this.writer = writer;
        this.entriesMax = entriesMax;
        this.random = random;
    }

    /** Appends up to {@code most} entries, as far as there is room; on the writer's loop. */
    void burst(int most) {
        int count = (int) random.between(1, most);
        while (count-- > 0 && given.size() < entriesMax && writer.writable() && !ended) {
            append();
        }
    }

    private void append() {
        long expected = given.size();
        byte[] bytes = new byte[(int) random.magnitude(8, 600)];
        Arrays.fill(bytes, (byte) random.nextLong());
        given.add(bytes);
        ByteBuf payload = UnpooledByteBufAllocator.DEFAULT.buffer(bytes.length).writeBytes(bytes);
        Futures.whenDone(writer.append(payload), writer.loop(), (id, failure) -> {
            if (id == null) {
                ended = true; // in this simulation a writer fails for good, or its window is full: then it stops here
                home.expected(failure);
                if (failure instanceof LedgerException.WindowFull) {
                    given.remove((int) expected);
                }
            } else if (id != expected || id != acknowledged + 1) {
                home.witness()
                        .broken(
                                "I10",
                                "the append of entry %d of ledger %s was told that it is entry %d, after entry %d",
                                expected,
                                writer.ledger(),
                                id,
                                acknowledged);
            } else {
                acknowledged = id;
            }
        });
    }

    /** Takes the ledger over, again and again until it works. */
    void takeOver(ClientNode judging, OpenOptions options) {
        judging.opened(RETRY_NANOS, client -> recover(judging, client, options));
    }

    private void recover(ClientNode judging, LedgerClient client, OpenOptions options) {
        Futures.whenDone(client.openAndRecover(writer.ledger(), options), judging.loop(), (opened, failure) -> {
            if (opened == null) {
                judging.expected(failure);
                judging.loop().schedule(RETRY_NANOS, () -> recover(judging, client, options));
            } else {
                reader = opened;
            }
        });
    }

    /** The ledger once it is sealed, else null. */
    @Nullable
    LedgerReader reader() {
        return reader;
    }

    /** Holds the end of the ledger against what was acknowledged (I1). */
    void checkEnd(long lastEntry) {
        if (lastEntry < acknowledged || lastEntry >= given.size()) {
            throw LedgerWitness.violation(
                    "I1",
                    "ledger %s was closed at %d; %d entries were given and those up to %d acknowledged",
                    writer.ledger(),
                    lastEntry,
                    given.size(),
                    acknowledged);
        }
    }

    /** Holds an entry that was read against what was given (I4). */
    void checkContent(LedgerEntry entry) {
        if (!Arrays.equals(entry.bytes(), given.get((int) entry.entryId()))) {
            throw LedgerWitness.violation(
                    "I4", "entry %d of ledger %s is not what was appended", entry.entryId(), writer.ledger());
        }
    }
}
