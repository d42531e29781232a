package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.protocol.AddOutcomes;
import io.daybook.ledger.protocol.EntryGroup;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Tag;
import io.daybook.ledger.transport.Bookies;
import io.daybook.ledger.transport.UnreachableException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The adds of one writer on their way out: what one pass of the loop sends to a bookie leaves as one group at its end, where the bookie takes groups, and
 * each by itself where not.
 *
 * <p><b>Buffers.</b> Entries of a pass are packed one behind the other into one chunk, so that the bytes of a group stand there already: each bookie of
 * the write set gets the same slice. Where bookies get different entries (striping), or entries are sent again, groups are put together by copying. A chunk lives as
 * long as any entry of it is pending or being sent. Belongs to one loop.
 */
final class Outbox {
    private static final int CHUNK_BYTES_MAX = 64 << 10; // a quarter of what a bookie reads at once: few are split
    private static final int ENTRIES_MAX = 512;

    private final long ledger;
    private final byte[] masterKey;
    private final EntryDigest digest;
    private final ClientLoop home;
    private final Bookies bookies;
    private final Duration timeout;
    private final ByteBufAllocator allocator;
    private final boolean striped;
    private final Answers answers;
    private final Run[] runs; // by slot
    private final Runnable passEnd = this::passEnd;

    private @Nullable ByteBuf chunk; // of this pass
    private long packed = -1; // entry that was packed last
    private int packedAt; // where its length stands in the chunk
    private int passBytes;
    private int lastPassBytes;
    private boolean passEndAsked;

    /** Told what became of adds. */
    interface Answers extends Bookies.AddListener {

        /** Either what became of each of {@code entries}, or why nobody knows. */
        void onGroup(
                BookieId bookie,
                int slot,
                int tenure,
                long[] entries,
                @Nullable AddOutcomes outcomes,
                @Nullable UnreachableException failure);

        /** Adds could not be sent for a reason that nobody foresaw, and will not be: the writer must end, and nobody else (R96). */
        void onUnsent(RuntimeException broken);
    }

    Outbox(
            long ledger,
            byte[] masterKey,
            EntryDigest digest,
            Replication replication,
            ClientLoop home,
            ByteBufAllocator allocator,
            Answers answers) {
        this.ledger = ledger;
        this.masterKey = masterKey;
        this.digest = digest;
        this.home = home;
        this.bookies = home.bookies();
        this.timeout = home.config().addTimeout();
        this.allocator = allocator;
        this.striped = replication.writeQuorum() < replication.ensemble();
        this.answers = answers;
        this.runs = new Run[replication.ensemble()];
        for (int slot = 0; slot < runs.length; slot++) {
            runs[slot] = new Run(slot);
        }
    }

    /**
     * The stored form of an entry that is about to be sent. Takes {@code payload} over, also when it throws; the result is the caller's.
     *
     * @param expectedBytes payloads and overheads that will follow in this pass, as far as is known: how much to make room for
     */
    ByteBuf pack(long entry, long lac, long length, ByteBuf payload, long expectedBytes) {
        int size = digest.overhead() + payload.readableBytes();
        if (!EntryDigest.packsSmall(payload.readableBytes())) {
            packed = -1;
            return digest.pack(ledger, entry, lac, length, payload, allocator);
        }
        ByteBuf out;
        try {
            out = room(EntryGroup.LENGTH_SIZE + size, expectedBytes);
        } catch (RuntimeException unsent) {
            payload.release();
            throw unsent;
        }
        packed = entry;
        packedAt = out.writerIndex();
        out.writeInt(size);
        digest.packInto(out, ledger, entry, lac, length, payload);
        return out.retainedSlice(packedAt + EntryGroup.LENGTH_SIZE, size);
    }

    /** Bytes an entry takes beside its payload. */
    int overhead() {
        return EntryGroup.LENGTH_SIZE + digest.overhead();
    }

    private ByteBuf room(int size, long expectedBytes) {
        passBytes += size;
        ByteBuf current = chunk;
        if (current != null && current.writableBytes() >= size) {
            return current;
        }
        flush();
        long wanted = Math.max(expectedBytes, lastPassBytes);
        current = allocator.directBuffer(Math.max(size, (int) Math.min(wanted, CHUNK_BYTES_MAX)));
        chunk = current;
        endPass();
        return current;
    }

    /** Sends an add before the pass has ended; {@code body} is borrowed. */
    void send(BookieId bookie, int slot, int tenure, long entry, ByteBuf body) {
        Run run = runs[slot];
        if (run.count > 0 && run.tenure != tenure) {
            run.flush(); // to another bookie
        }
        if (run.count == 0 && !home.takesGroups(bookie)) {
            bookies.add(
                    bookie, ledger, entry, masterKey, body.retainedDuplicate(), false, timeout, slot, tenure, answers);
            return;
        }
        endPass();
        ByteBuf shared = chunk;
        if (shared != null && entry == packed && !striped) {
            run.share(bookie, tenure, entry, shared, packedAt, shared.writerIndex());
        } else if (EntryDigest.packsSmall(body.readableBytes() - digest.overhead())) {
            run.copy(bookie, tenure, entry, body);
        } else {
            run.flush();
            run.large(bookie, tenure, entry, body);
        }
    }

    private void endPass() {
        if (!passEndAsked) {
            passEndAsked = true;
            home.loop().afterPass(passEnd);
        }
    }

    private void passEnd() {
        passEndAsked = false;
        lastPassBytes = passBytes;
        passBytes = 0;
        try {
            flush();
        } catch (RuntimeException broken) { // the loop has other writers
            for (Run run : runs) {
                run.drop();
            }
            endChunk();
            answers.onUnsent(broken);
        }
    }

    private void flush() {
        for (Run run : runs) {
            run.flush();
        }
        endChunk();
    }

    private void endChunk() {
        packed = -1;
        if (chunk != null) {
            chunk.release();
            chunk = null;
        }
    }

    /** Adds to one slot that will leave together. */
    private final class Run {
        private final int slot;
        private long[] entries = new long[16];
        private int count;
        private @Nullable BookieId bookie;
        private int tenure;
        private @Nullable ByteBuf source; // the chunk, whose bytes from from to to are the group; or
        private int from;
        private int to;
        private @Nullable ByteBuf copies; // the group itself

        Run(int slot) {
            this.slot = slot;
        }

        void share(BookieId to, int since, long entry, ByteBuf chunk, int begin, int end) {
            if (count > 0 && (source != chunk || this.to != begin || count == ENTRIES_MAX)) {
                flush();
            }
            if (count == 0) {
                source = chunk;
                from = begin;
            }
            this.to = end;
            note(to, since, entry);
        }

        void copy(BookieId to, int since, long entry, ByteBuf body) {
            int size = EntryGroup.LENGTH_SIZE + body.readableBytes();
            ByteBuf group = copies;
            if (count > 0
                    && (group == null || count == ENTRIES_MAX || group.readableBytes() + size > CHUNK_BYTES_MAX)) {
                flush();
                group = null;
            }
            if (group == null) {
                group = allocator.directBuffer(Math.max(size, Math.min(lastPassBytes, CHUNK_BYTES_MAX)));
                copies = group;
            }
            group.writeInt(body.readableBytes()).writeBytes(body, body.readerIndex(), body.readableBytes());
            note(to, since, entry);
        }

        /** A group of one, by reference. */
        void large(BookieId to, int since, long entry, ByteBuf body) {
            ByteBuf length = allocator.directBuffer(EntryGroup.LENGTH_SIZE).writeInt(body.readableBytes());
            copies = allocator.compositeBuffer(2).addComponents(true, length, body.retainedDuplicate());
            note(to, since, entry);
            flush();
        }

        private void note(BookieId to, int since, long entry) {
            bookie = to;
            tenure = since;
            if (count == entries.length) {
                entries = Arrays.copyOf(entries, count * 2);
            }
            entries[count++] = entry;
        }

        void flush() {
            BookieId to = bookie;
            if (count == 0 || to == null) {
                return;
            }
            ByteBuf shared = source;
            ByteBuf group = shared != null ? shared.retainedSlice(from, this.to - from) : copies;
            Sent sent = new Sent(slot, tenure, Arrays.copyOf(entries, count));
            int size = count;
            count = 0;
            source = null;
            copies = null;
            if (group != null) {
                try {
                    bookies.addGroup(to, new Request.GroupAdd(Tag.V2, ledger, masterKey, size, group), timeout, sent);
                } catch (RuntimeException unsent) {
                    group.release();
                    throw unsent;
                }
            }
        }

        /** Forgets what has not left. */
        void drop() {
            ByteBuf group = copies;
            count = 0;
            source = null;
            copies = null;
            if (group != null) {
                group.release();
            }
        }
    }

    /** A group on its way: what its answer is about. */
    private final class Sent implements Bookies.GroupListener {
        private final int slot;
        private final int tenure;
        private final long[] entries;

        Sent(int slot, int tenure, long[] entries) {
            this.slot = slot;
            this.tenure = tenure;
            this.entries = entries;
        }

        @Override
        public void onGroup(BookieId bookie, @Nullable AddOutcomes outcomes, @Nullable UnreachableException failure) {
            answers.onGroup(bookie, slot, tenure, entries, outcomes, failure);
        }
    }
}
