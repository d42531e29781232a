package io.daybook.bookie.disk;

import io.daybook.base.config.DataSize;
import io.daybook.base.error.Check;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides from the free space of a bookie's directories whether it takes writes.
 *
 * <p>Looks at every directory in turn, and says so when the decision changes: read-only as soon as one directory has less than {@link
 * Limits#readOnlyBelow} left, or cannot be looked at; writable again when all have {@link Limits#writableFrom}. Between the two the decision
 * stays as it was, so that it does not flap. One loop owns it all.
 */
public final class DiskWatch {
    private final Disk disk;
    private final List<Path> directories;
    private final Limits limits;
    private final Loop loop;
    private final Listener listener;

    private boolean readOnly; // loop only, as is all below
    private boolean closed;
    private Loop.@Nullable Timer timer;

    private DiskWatch(Disk disk, List<Path> directories, Limits limits, Loop loop, Listener listener) {
        this.disk = disk;
        this.directories = List.copyOf(directories);
        this.limits = limits;
        this.loop = loop;
        this.listener = listener;
    }

    /**
     * When to change.
     *
     * @param readOnlyBelow least free space, per directory, with which normal adds are taken
     * @param writableFrom free space that ends being read-only; at least {@code readOnlyBelow}
     * @param every time between looks
     */
    public record Limits(DataSize readOnlyBelow, DataSize writableFrom, Duration every) {
        public Limits {
            Check.argument(
                    writableFrom.compareTo(readOnlyBelow) >= 0,
                    "a bookie that is read-only below %s of free space cannot be writable again from %s",
                    readOnlyBelow,
                    writableFrom);
            Check.argument(
                    !every.isNegative() && !every.isZero(),
                    "free space must be looked at every so often, not every %s",
                    every);
        }
    }

    /** Hears of a change on the watch's loop. */
    public interface Listener {

        /** @param reason a sentence with the directory and its free space */
        void onChange(boolean readOnly, String reason);
    }

    /** Looks once, then every {@link Limits#every}. The promise completes after the first look; the bookie counts as writable before it. */
    public static Promise<DiskWatch> start(
            Disk disk, List<Path> directories, Limits limits, Loop loop, Listener listener) {
        var watch = new DiskWatch(disk, directories, limits, loop, listener);
        Promise<DiskWatch> started = loop.promise();
        loop.run(() -> watch.look(0, new Look(Long.MAX_VALUE, ""), () -> started.complete(watch)));
        return started;
    }

    /** The decision; on the watch's loop. */
    public boolean readOnly() {
        return readOnly;
    }

    /** Stops looking; on the watch's loop. */
    public void close() {
        closed = true;
        if (timer != null) {
            timer.cancel();
        }
    }

    /** The least free space found so far in one look, and where. */
    private record Look(long least, String where) {}

    private void look(int index, Look soFar, Runnable then) {
        if (closed) {
            return;
        }
        if (index == directories.size()) {
            decide(soFar);
            timer = loop.schedule(limits.every().toNanos(), () -> look(0, new Look(Long.MAX_VALUE, ""), () -> {}));
            then.run();
            return;
        }
        Path directory = directories.get(index);
        disk.space(directory, loop).whenComplete((space, failure) -> {
            Look now = soFar;
            if (failure != null) {
                now = new Look(-1, "%s cannot be looked at (%s)".formatted(directory, failure));
            } else if (space.usable() < soFar.least()) {
                now = new Look(space.usable(), "%s has %s free".formatted(directory, DataSize.bytes(space.usable())));
            }
            look(index + 1, now, then);
        });
    }

    private void decide(Look look) {
        boolean was = readOnly;
        if (look.least() < limits.readOnlyBelow().bytes()) {
            readOnly = true;
        } else if (look.least() >= limits.writableFrom().bytes()) {
            readOnly = false;
        }
        if (readOnly != was) {
            listener.onChange(
                    readOnly,
                    readOnly
                            ? "%s, less than %s: no new entries are taken until there are %s"
                                    .formatted(look.where(), limits.readOnlyBelow(), limits.writableFrom())
                            : "%s, enough to take new entries again".formatted(look.where()));
        }
    }
}
