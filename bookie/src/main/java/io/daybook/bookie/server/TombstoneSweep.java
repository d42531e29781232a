package io.daybook.bookie.server;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.ledger.metadata.Tombstones;
import io.daybook.ledger.protocol.Status;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the ledgers of this bookie of their deletion: looks at one slice of the tombstones after the other, at all of them within about a minute, and reads a slice only if it has changed (R65).
 *
 * <p>One slice, and one ledger of it, at a time, so that many deletions take long instead of much. Belongs to its loop.
 */
final class TombstoneSweep {
    private static final Logger LOG = LoggerFactory.getLogger(TombstoneSweep.class);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Tombstones tombstones;
    private final RequestDispatcher ledgers;
    private final Loop loop;
    private final int[] seen = new int[Tombstones.SLICES]; // version when a slice was last read
    private int slice = -1;
    private boolean closed;
    private Loop.@Nullable Timer timer;

    TombstoneSweep(Tombstones tombstones, RequestDispatcher ledgers, Loop loop) {
        this.tombstones = tombstones;
        this.ledgers = ledgers;
        this.loop = loop;
        Arrays.fill(seen, -1);
    }

    void start() {
        pause();
    }

    void close() {
        closed = true;
        if (timer != null) {
            timer.cancel();
        }
    }

    private void pause() {
        if (!closed) {
            timer = loop.schedule(PAUSE_NANOS, this::look);
        }
    }

    private void look() {
        slice = (slice + 1) % Tombstones.SLICES;
        Futures.whenDone(tombstones.version(slice, loop), loop, (version, failure) -> {
            if (version == null || version == seen[slice]) {
                pause(); // nothing new, or nobody answers: the next round asks again
            } else {
                read(version);
            }
        });
    }

    private void read(int version) {
        Futures.whenDone(tombstones.ids(slice, loop), loop, (ids, failure) -> {
            if (ids == null) {
                pause();
            } else {
                bury(ids, 0, version, true);
            }
        });
    }

    private void bury(long[] ids, int index, int version, boolean all) {
        if (closed) {
            return;
        }
        if (index == ids.length) {
            if (all) {
                seen[slice] = version;
            }
            pause();
            return;
        }
        ledgers.bury(
                ids[index],
                status -> loop.execute(() -> {
                    boolean done = status == Status.OK || status == Status.NO_SUCH_LEDGER;
                    if (!done) {
                        LOG.warn(
                                "the deletion of a ledger could not be noted, trying again later ledger={} answer={}",
                                ids[index],
                                status);
                    }
                    bury(ids, index + 1, version, all && done);
                }));
    }
}
