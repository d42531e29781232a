package io.daybook.ledger.client;

import io.daybook.base.exec.Loop;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.protocol.EntryGroup;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.Tag;
import io.daybook.ledger.transport.Bookies;
import io.daybook.ledger.transport.UnreachableException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The adds of all writers of one loop on their way out: what one pass of the loop sends to a bookie leaves as one group at its end, whatever ledgers
 * the entries are of.
 *
 * <p><b>Buffers.</b> Entries of a pass are packed one behind the other into one chunk, so that the bytes of a group stand there already as long as its
 * bookie gets each of them. One that gets only some (striping, other ensembles), or gets entries that are sent again, is sent a copy. A chunk lives as
 * long as any entry of it is pending or being sent. Belongs to one loop.
 */
final class Outbox {
    private static final int CHUNK_BYTES_MAX = 64 << 10; // a quarter of what a bookie reads at once: few are split
    private static final int ENTRIES_MAX = 512;

    private final Loop loop;
    private final Bookies bookies;
    private final Predicate<BookieId> takesGroups;
    private final Duration timeout;
    private final ByteBufAllocator allocator;
    private final Map<BookieId, Run> runs = new LinkedHashMap<>();
    private final List<Run> filled = new ArrayList<>(); // of this pass
    private final Runnable passEnd = this::passEnd;

    private @Nullable ByteBuf chunk; // of this pass
    private @Nullable ByteBuf packed; // the entry that was packed last: its bytes are the chunk's last
    private int packedAt; // where its length stands in the chunk
    private int passBytes;
    private int lastPassBytes;
    private boolean passEndAsked;
    private List<Unsent> unsent = new ArrayList<>();

    /** @param takesGroups asked of a bookie before its first entry of a group */
    Outbox(Loop loop, Bookies bookies, Predicate<BookieId> takesGroups, Duration timeout, ByteBufAllocator allocator) {
        this.loop = loop;
        this.bookies = bookies;
        this.takesGroups = takesGroups;
        this.timeout = timeout;
        this.allocator = allocator;
    }

    /** The writer of an entry: told what became of its adds. */
    interface Sender {

        /** So ended the adds of {@code entries}, from index {@code from} to before {@code to}; the status is meaningless if there is a failure. */
        void onAdds(
                BookieId bookie,
                int slot,
                int tenure,
                long[] entries,
                int from,
                int to,
                Status status,
                @Nullable UnreachableException failure);

        /** Adds could not be sent for a reason that nobody foresaw, and will not be: the writer must end, and nobody else (R96). */
        void onUnsent(RuntimeException broken);
    }

    /** A group that could not be sent. */
    private record Unsent(Group group, RuntimeException broken) {}

    // ---- packing

    /**
     * Where the next entry is to be packed, with room for {@code size} bytes; borrowed, valid until the next call.
     *
     * @param expectedBytes that will follow in this pass, as far as is known: how much to make room for
     */
    ByteBuf room(int size, long expectedBytes) {
        passBytes += size;
        ByteBuf current = chunk;
        if (current != null && current.writableBytes() >= size) {
            return current;
        }
        endChunk();
        long wanted = Math.max(expectedBytes, Math.max(lastPassBytes, 2L * passBytes));
        current = allocator.directBuffer(Math.max(size, (int) Math.min(wanted, CHUNK_BYTES_MAX)));
        chunk = current;
        endPass();
        return current;
    }

    /** The entry that was just packed into {@link #room}, behind its length, which stands at {@code at}; the caller's. */
    ByteBuf packed(ByteBuf room, int at) {
        int body = at + EntryGroup.LENGTH_SIZE;
        ByteBuf entry = room.retainedSlice(body, room.writerIndex() - body);
        packed = entry;
        packedAt = at;
        return entry;
    }

    // ---- sending

    /** The way to {@code bookie}; the same one each time. */
    Run to(BookieId bookie) {
        return runs.computeIfAbsent(bookie, Run::new);
    }

    private void endPass() {
        if (!passEndAsked) {
            passEndAsked = true;
            loop.afterPass(passEnd);
        }
    }

    private void passEnd() {
        passEndAsked = false;
        lastPassBytes = passBytes;
        passBytes = 0;
        for (int i = 0; i < filled.size(); i++) {
            filled.get(i).flush();
            filled.get(i).listed = false;
        }
        filled.clear();
        endChunk();
        if (!unsent.isEmpty()) {
            List<Unsent> told = unsent;
            unsent = new ArrayList<>();
            told.forEach(each -> each.group.unsent(each.broken));
        }
    }

    private void endChunk() {
        packed = null;
        ByteBuf last = chunk;
        if (last != null) {
            for (Run run : filled) {
                if (run.to > 0) {
                    run.flush();
                }
            }
            last.release();
            chunk = null;
        }
    }

    /** Entries for one bookie that will leave together. Their bytes are a part of the chunk, or copies. */
    final class Run {
        private final BookieId bookie;
        private Group group = new Group();
        private byte[] key = new byte[0];
        private int from; // in the chunk
        private int to; // in the chunk; 0 if the entries are copied
        private @Nullable ByteBuf copies;
        private boolean listed; // among those filled

        private Run(BookieId bookie) {
            this.bookie = bookie;
        }

        BookieId bookie() {
            return bookie;
        }

        /** Whether {@link #add} may be called: not for a bookie that takes single adds only. */
        boolean open() {
            return group.count > 0 || takesGroups.test(bookie);
        }

        /** Sends an entry before the pass has ended; {@code body} is borrowed, {@code masterKey} not to be changed. */
        void add(Sender sender, int slot, int tenure, long entry, byte[] masterKey, ByteBuf body, boolean small) {
            endPass();
            if (group.count == ENTRIES_MAX || key != masterKey && !Arrays.equals(key, masterKey)) {
                flush();
            }
            if (!small) {
                flush();
                ByteBuf length = allocator.directBuffer(EntryGroup.LENGTH_SIZE).writeInt(body.readableBytes());
                copies = allocator.compositeBuffer(2).addComponents(true, length, body.retainedDuplicate());
            } else if (body == packed && copies == null && (group.count == 0 || to == packedAt)) {
                from = group.count == 0 ? packedAt : from;
                to = packedAt + EntryGroup.LENGTH_SIZE + body.readableBytes();
            } else {
                copy(body);
            }
            key = masterKey;
            if (!listed) {
                listed = true;
                filled.add(this);
            }
            group.add(sender, slot, tenure, entry);
            if (!small) {
                flush();
            }
        }

        private void copy(ByteBuf body) {
            int size = EntryGroup.LENGTH_SIZE + body.readableBytes();
            if (bytes() + size > CHUNK_BYTES_MAX) {
                flush();
            }
            ByteBuf target = copies;
            if (target == null) {
                target = allocator.directBuffer(Math.max(bytes() + size, Math.min(lastPassBytes, CHUNK_BYTES_MAX)));
                ByteBuf source = chunk;
                if (to > 0 && source != null) {
                    target.writeBytes(source, from, to - from);
                    to = 0;
                }
                copies = target;
            }
            target.writeInt(body.readableBytes()).writeBytes(body, body.readerIndex(), body.readableBytes());
        }

        private int bytes() {
            ByteBuf own = copies;
            return own != null ? own.readableBytes() : to > 0 ? to - from : 0;
        }

        private void flush() {
            ByteBuf shared = chunk;
            ByteBuf bytes = to > 0 && shared != null ? shared.retainedSlice(from, to - from) : copies;
            Group sent = group;
            to = 0;
            copies = null;
            if (bytes != null) {
                group = new Group();
                try {
                    bookies.addGroup(bookie, new Request.GroupAdd(Tag.V2, key, sent.count, bytes), timeout, sent);
                } catch (RuntimeException broken) { // the loop has other writers
                    bytes.release();
                    unsent.add(new Unsent(sent, broken));
                }
            }
        }
    }
}
