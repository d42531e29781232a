package io.daybook.bookie.storage;

import io.daybook.base.exec.Loop;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.ReadOutcome;
import io.daybook.bookie.storage.EntryReader.Fetched;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads of one owner loop that the write caches cannot answer: read cache, fetches under way, and fetching ahead for readers that go in order.
 *
 * <p>Reads that a fetch under way will probably bring wait for it, so that many small reads cost one fetch. One loop only.
 */
final class DiskReads {
    /** Bytes of the first fetch for a reader of whom nothing is known: one block. */
    private static final long WINDOW_MIN = 64 << 10;

    /** Reads that may wait. */
    private static final int WAITING_MAX = 20_000;

    /** Readers remembered; their memory is small, but ledgers are many. */
    private static final int TRACKS_MAX = 4096;

    private static final int ENTRY_BYTES_GUESS = 256;

    private final CacheShard shard;
    private final Loop loop;
    private final LongFunction<EntryReader> readers;
    private final ByteBufAllocator buffers;
    private final ReadCache cache;
    private final long windowMax;
    private final long inFlightMax;

    private LongMap<Track> tracks = new LongMap<>();
    private final ArrayDeque<Fetch> queue = new ArrayDeque<>();
    private long inFlight; // bytes asked for
    private int waiting;

    /** One ledger's readers. */
    private static final class Track {
        private final long ledgerId;
        private final List<Fetch> fetches = new ArrayList<>();
        private long expected = -1; // where a reader in order goes on
        private long window = WINDOW_MIN;

        Track(long ledgerId) {
            this.ledgerId = ledgerId;
        }
    }

    private record Fetch(Track track, long entryId, long bytesMax, List<Waiter> waiters) {}

    private record Waiter(long entryId, Receiver receiver) {}

    /** Told what a read found, or why it was not tried. */
    interface Receiver {
        void accept(@Nullable ReadOutcome outcome, @Nullable BookieException failure);
    }

    DiskReads(
            CacheShard shard,
            Loop loop,
            LongFunction<EntryReader> readers,
            ByteBufAllocator buffers,
            long cacheBytes,
            long windowMax) {
        this.shard = shard;
        this.loop = loop;
        this.readers = readers;
        this.buffers = buffers;
        this.cache = new ReadCache(cacheBytes);
        this.windowMax = Math.max(WINDOW_MIN, windowMax);
        this.inFlightMax = Math.max(cacheBytes, this.windowMax);
    }

    ReadCache cache() {
        return cache;
    }

    /** A copy from the read cache, or null; a reader in order makes it fetch on. */
    @Nullable
    ByteBuf cached(long ledgerId, long entryId) {
        Segment segment = cache.find(ledgerId, entryId);
        if (segment == null) {
            return null;
        }
        if (entryId == segment.middle()) {
            fetchAhead(ledgerId, segment);
        }
        return segment.copy(entryId, buffers);
    }

    private void fetchAhead(long ledgerId, Segment segment) {
        Track track = tracks.get(ledgerId);
        if (track != null
                && track.window > WINDOW_MIN
                && track.fetches.isEmpty()
                && segment.last() + 1 == track.expected
                && !shard.isWritten(ledgerId, track.expected)) {
            track.window = Math.min(windowMax, track.window * 2);
            start(new Fetch(track, track.expected, track.window, new ArrayList<>()));
        }
    }

    /** Brings an entry from the disk; {@code bytesWanted} of what follows will be read too. */
    void read(long ledgerId, long entryId, long bytesWanted, Receiver receiver) {
        read(ledgerId, bytesWanted, true, new Waiter(entryId, receiver));
    }

    private void read(long ledgerId, long bytesWanted, boolean mayJoin, Waiter waiter) {
        if (waiting >= WAITING_MAX) {
            waiter.receiver.accept(
                    null,
                    new BookieException.Overloaded(
                            "read of entry %d of ledger %d refused: %d reads wait for the disk; retry later"
                                    .formatted(waiter.entryId, ledgerId, waiting)));
            return;
        }
        waiting++;
        Track track = track(ledgerId);
        if (mayJoin) {
            for (Fetch fetch : track.fetches) {
                if (waiter.entryId >= fetch.entryId
                        && waiter.entryId - fetch.entryId < fetch.bytesMax / ENTRY_BYTES_GUESS) {
                    fetch.waiters.add(waiter);
                    return;
                }
            }
        }
        boolean inOrder = waiter.entryId == track.expected;
        track.window = inOrder ? Math.min(windowMax, track.window * 2) : WINDOW_MIN;
        long bytesMax = Math.max(track.window, Math.min(bytesWanted, windowMax));
        List<Waiter> waiters = new ArrayList<>(4);
        waiters.add(waiter);
        start(new Fetch(track, waiter.entryId, bytesMax, waiters));
    }

    private Track track(long ledgerId) {
        Track track = tracks.get(ledgerId);
        if (track == null) {
            if (tracks.size() >= TRACKS_MAX) {
                tracks = new LongMap<>(); // fetches under way keep theirs
            }
            track = new Track(ledgerId);
            tracks.put(ledgerId, track);
        }
        return track;
    }

    private void start(Fetch fetch) {
        fetch.track.fetches.add(fetch);
        if (inFlight > 0 && inFlight + fetch.bytesMax > inFlightMax) {
            queue.add(fetch); // bounded by the number of reads that may wait
        } else {
            send(fetch);
        }
    }

    private void send(Fetch fetch) {
        inFlight += fetch.bytesMax;
        long epoch = shard.epoch();
        long ledgerId = fetch.track.ledgerId;
        readers.apply(ledgerId)
                .fetch(ledgerId, fetch.entryId, fetch.bytesMax, loop, fetched -> arrived(fetch, fetched, epoch));
    }

    private void arrived(Fetch fetch, Fetched fetched, long epoch) {
        inFlight -= fetch.bytesMax;
        Track track = fetch.track;
        track.fetches.remove(fetch);
        if (shard.isClosed()) {
            if (fetched.segment() != null) {
                fetched.segment().release();
            }
            return;
        }
        List<Waiter> unanswered = new ArrayList<>();
        Segment segment = fetched.segment();
        if (segment != null) {
            track.expected = segment.last() + 1;
        }
        waiting -= fetch.waiters.size();
        for (Waiter waiter : fetch.waiters) {
            ByteBuf body = segment == null ? null : segment.copy(waiter.entryId, buffers);
            if (body != null) {
                waiter.receiver.accept(new ReadOutcome.Found(body), null);
            } else if (waiter.entryId == fetch.entryId) {
                waiter.receiver.accept(
                        fetched.damage() == null ? shard.absence() : new ReadOutcome.Damaged(fetched.damage()), null);
            } else {
                unanswered.add(waiter);
            }
        }
        if (segment != null) {
            keep(segment, epoch);
        }
        for (Waiter waiter : unanswered) {
            readAgain(track.ledgerId, segment != null, waiter);
        }
        while (!queue.isEmpty() && (inFlight == 0 || inFlight + queue.peek().bytesMax <= inFlightMax)) {
            send(queue.remove());
        }
    }

    private void readAgain(long ledgerId, boolean mayJoin, Waiter waiter) {
        ByteBuf body = shard.cached(ledgerId, waiter.entryId);
        if (body != null) {
            waiter.receiver.accept(new ReadOutcome.Found(body), null);
        } else {
            read(ledgerId, 0, mayJoin, waiter);
        }
    }

    /** Caches a segment unless an entry of it may have been written again since it was asked for. */
    private void keep(Segment segment, long epoch) {
        if (epoch == shard.epoch() && !shard.isWrittenAgain(segment)) {
            cache.add(segment);
        } else {
            segment.release();
        }
    }

    void close() {
        cache.clear();
    }
}
