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

    /** Bytes of one fetch for a reader who asks for so much. */
    private static final long ASKED_MAX = 2 << 20;

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

    /** One read of a file; {@code whole} are told of all it brings. */
    private record Fetch(
            Track track,
            long entryId,
            long lastWanted,
            long bytesMax,
            List<Waiter> waiters,
            List<SegmentReceiver> whole) {
        Fetch(Track track, long entryId, long lastWanted, long bytesMax) {
            this(track, entryId, lastWanted, bytesMax, new ArrayList<>(1), new ArrayList<>(1));
        }
    }

    private record Waiter(long entryId, Receiver receiver) {}

    /** Told what a read found, or why it was not tried. */
    interface Receiver {
        void accept(@Nullable ReadOutcome outcome, @Nullable BookieException failure);
    }

    /** Told what a fetch brought, or that the entry is missing or damaged, or why it was not tried. */
    interface SegmentReceiver {
        /**
         * {@code segment} has the entry that was asked for; it is valid until this returns.
         *
         * @param current whether all of the segment is as new as the question; else only that entry is
         */
        void accept(
                @Nullable Segment segment,
                boolean current,
                @Nullable ReadOutcome outcome,
                @Nullable BookieException failure);
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
            start(new Fetch(track, track.expected, Long.MAX_VALUE, track.window));
        }
    }

    /** The segment in the read cache with an entry, or null; {@code ahead}: a reader in order makes it fetch on. */
    @Nullable
    Segment segment(long ledgerId, long entryId, boolean ahead) {
        Segment segment = cache.find(ledgerId, entryId);
        if (segment != null) {
            segment.markUsed();
            if (ahead) {
                fetchAhead(ledgerId, segment);
            }
        }
        return segment;
    }

    /**
     * Brings entries from the disk, from {@code entryId}, which no cache has, to {@code lastWanted} or about {@code bytesWanted}, whichever comes first.
     *
     * @param ahead whether to fetch more, up to the window, for a reader in order
     */
    void fetchRecords(
            long ledgerId, long entryId, long lastWanted, long bytesWanted, boolean ahead, SegmentReceiver receiver) {
        if (waiting >= WAITING_MAX) {
            receiver.accept(null, false, null, overloaded(ledgerId, entryId));
            return;
        }
        waiting++;
        Track track = track(ledgerId);
        long most = Math.max(windowMax, ASKED_MAX);
        long bytes = Math.min(Math.max(bytesWanted, WINDOW_MIN), most)
                + 2 * WINDOW_MIN; // it may begin and end within blocks
        for (Fetch fetch : track.fetches) {
            if (fetch.entryId == entryId && fetch.bytesMax >= bytes && fetch.lastWanted >= lastWanted) {
                fetch.whole.add(receiver); // another reader goes the same way
                return;
            }
        }
        long last = lastWanted;
        if (ahead) {
            track.window = entryId == track.expected ? Math.min(windowMax, track.window * 2) : WINDOW_MIN;
            bytes = Math.max(bytes, track.window);
            last = Long.MAX_VALUE;
        }
        Fetch fetch = new Fetch(track, entryId, last, bytes);
        fetch.whole.add(receiver);
        start(fetch);
    }

    private BookieException.Overloaded overloaded(long ledgerId, long entryId) {
        return new BookieException.Overloaded(
                "read of entry %d of ledger %d refused: %d reads wait for the disk; retry later"
                        .formatted(entryId, ledgerId, waiting));
    }

    /** Brings an entry from the disk; {@code bytesWanted} of what follows will be read too. */
    void read(long ledgerId, long entryId, long bytesWanted, Receiver receiver) {
        read(ledgerId, bytesWanted, true, new Waiter(entryId, receiver));
    }

    private void read(long ledgerId, long bytesWanted, boolean mayJoin, Waiter waiter) {
        if (waiting >= WAITING_MAX) {
            waiter.receiver.accept(null, overloaded(ledgerId, waiter.entryId));
            return;
        }
        waiting++;
        Track track = track(ledgerId);
        if (mayJoin) {
            for (Fetch fetch : track.fetches) {
                if (waiter.entryId >= fetch.entryId
                        && waiter.entryId <= fetch.lastWanted
                        && waiter.entryId - fetch.entryId < fetch.bytesMax / ENTRY_BYTES_GUESS) {
                    fetch.waiters.add(waiter);
                    return;
                }
            }
        }
        boolean inOrder = waiter.entryId == track.expected;
        track.window = inOrder ? Math.min(windowMax, track.window * 2) : WINDOW_MIN;
        long bytesMax = Math.max(track.window, Math.min(bytesWanted, windowMax));
        Fetch fetch = new Fetch(track, waiter.entryId, Long.MAX_VALUE, bytesMax);
        fetch.waiters.add(waiter);
        start(fetch);
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
                .fetch(
                        ledgerId,
                        fetch.entryId,
                        fetch.lastWanted,
                        fetch.bytesMax,
                        loop,
                        fetched -> arrived(fetch, fetched, epoch));
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
        waiting -= fetch.waiters.size() + fetch.whole.size();
        ReadOutcome none = segment != null
                ? null
                : fetched.damage() == null ? shard.absence() : new ReadOutcome.Damaged(fetched.damage());
        boolean current = segment != null && isCurrent(segment, epoch);
        for (SegmentReceiver receiver : fetch.whole) {
            receiver.accept(segment, current, none, null);
        }
        for (Waiter waiter : fetch.waiters) {
            ByteBuf body = segment == null ? null : segment.copy(waiter.entryId, buffers);
            if (body != null) {
                waiter.receiver.accept(new ReadOutcome.Found(body), null);
            } else if (waiter.entryId == fetch.entryId) {
                waiter.receiver.accept(none, null);
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

    /** Whether no entry of a segment can have been written again when, or since, it was asked for. */
    private boolean isCurrent(Segment segment, long epoch) {
        return epoch == shard.epoch() && !shard.isWrittenAgain(segment);
    }

    /** Caches a segment unless an entry of it may have been written again since it was asked for. */
    private void keep(Segment segment, long epoch) {
        if (isCurrent(segment, epoch)) {
            cache.add(segment);
        } else {
            segment.release();
        }
    }

    void close() {
        cache.clear();
    }
}
