package io.daybook.bookie.storage;

import io.daybook.base.exec.Promise;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.ReadOutcome;
import io.daybook.bookie.StoredRecords;
import io.daybook.ledger.protocol.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects entries at equal distances, from memory as long as they are there, else by fetches, one after the other. Owner of what it collected.
 *
 * <p>What stands in a write cache is copied. What a fetch brought is passed on as it is, a run of records in one piece: the answer shares the memory of the
 * segment, which therefore lives until the answer is sent. So that a peer that takes its time cannot hold much more than it was sent, an answer shares a segment
 * of which it has an eighth, and copies less.
 */
final class RecordRead {
    private static final int COPIED_RECORD_BYTES = 4096; // a single record below this is cheaper copied
    private static final int OWN_BYTES = 64 << 10;
    private static final int PARTS_MAX = 1024; // of one answer
    private static final int SHARED_FROM = 8; // an answer with less than this part of a segment copies it

    private final CacheShard shard;
    private final ByteBufAllocator buffers;
    private final Wanted wanted;
    private final Promise<StoredRecords> result;
    private final List<ByteBuf> parts = new ArrayList<>();

    private @Nullable ByteBuf own; // copies not yet among the parts
    private long next;
    private int count;
    private long bytes;
    private boolean full;
    private int shared; // bytes of the segment being taken from

    /**
     * What is asked for.
     *
     * @param headBytes what an answer takes beside each body, to be counted
     * @param ahead whether to fetch more than is asked for once a reader goes in order: for those that ask for one batch at a time
     */
    record Wanted(long ledgerId, long first, int stride, int countMax, long bytesMax, int headBytes, boolean ahead) {}

    RecordRead(CacheShard shard, ByteBufAllocator buffers, Wanted wanted, Promise<StoredRecords> result) {
        this.shard = shard;
        this.buffers = buffers;
        this.wanted = wanted;
        this.result = result;
        this.next = wanted.first;
    }

    void goOn() {
        while (wantsMore()) {
            if (shard.giveWritten(wanted.ledgerId, next, this)) {
                continue;
            }
            Segment segment = shard.segment(wanted.ledgerId, next, wanted.ahead);
            if (segment == null) {
                fetch();
                return;
            }
            take(segment, shard.isWrittenAgain(segment) ? 1 : Integer.MAX_VALUE);
        }
        finish();
    }

    private boolean wantsMore() {
        return !full && next >= 0 && count < wanted.countMax && (count == 0 || bytes < wanted.bytesMax);
    }

    private void fetch() {
        long steps = wanted.countMax - count - 1L;
        long last = steps > (Long.MAX_VALUE - next) / wanted.stride ? Long.MAX_VALUE : next + steps * wanted.stride;
        shard.fetchRecords(wanted.ledgerId, next, last, wanted.bytesMax - bytes, wanted.ahead, this::fetched);
    }

    private void fetched(
            @Nullable Segment segment,
            boolean current,
            @Nullable ReadOutcome outcome,
            @Nullable BookieException failure) {
        if (segment != null) {
            take(segment, current ? Integer.MAX_VALUE : 1);
            goOn();
        } else if (count > 0 || outcome instanceof ReadOutcome.Missing) {
            finish(); // what stands behind a bad entry is for another request
        } else if (outcome instanceof ReadOutcome.Damaged damaged) {
            result.completeExceptionally(new BookieException.Damaged(
                    "entry %d of ledger %d cannot be read: %s".formatted(next, wanted.ledgerId, damaged.reason()),
                    null));
        } else if (failure != null) {
            result.completeExceptionally(failure);
        }
    }

    /** Whether a body of {@code length} bytes still fits, in which case it counts as given. */
    private boolean accept(int length) {
        long size = (long) wanted.headBytes + length;
        if (count > 0 && bytes + size > wanted.bytesMax) {
            full = true;
            return false;
        }
        bytes += size;
        count++;
        next += wanted.stride; // past the largest id it is negative, which ends the read
        return true;
    }

    /** Takes a copy of an entry from a write cache. Borrows {@code chunk}. */
    void give(ByteBuf chunk, int index, int length) {
        long id = next;
        if (accept(length)) {
            ByteBuf out = room(Records.HEADER_BYTES + length);
            Records.writeHead(out, wanted.ledgerId, id, length);
            out.writeBytes(chunk, index, length);
        }
    }

    /** Takes entries from {@code segment}, which has the next one, without looking elsewhere for up to {@code most} of them. */
    private void take(Segment segment, int most) {
        int partsBefore = parts.size();
        shared = 0;
        int at = segment.indexOf(next);
        int from = at; // first of the piece that is being collected
        int end = at; // behind its last
        for (int taken = 0; taken < most && at >= 0 && wantsMore() && accept(segment.length(at)); taken++) {
            if (at != end || (end > from && !segment.adjacent(end - 1))) {
                pass(segment, from, end - 1);
                from = at;
            }
            end = at + 1;
            at = wanted.stride == 1 ? segment.after(at, next) : segment.indexOf(next);
        }
        if (end > from) {
            pass(segment, from, end - 1);
        }
        if (shared > 0 && shared < segment.bytes().capacity() / SHARED_FROM) {
            copyParts(partsBefore);
        }
    }

    /** Copies the parts from the one at {@code from} on, so that none shares memory. */
    private void copyParts(int from) {
        endOwn();
        List<ByteBuf> last = parts.subList(from, parts.size());
        List<ByteBuf> copied = List.copyOf(last);
        last.clear();
        for (ByteBuf part : copied) {
            room(part.readableBytes()).writeBytes(part);
            part.release();
        }
    }

    private void pass(Segment segment, int from, int to) {
        int start = segment.recordStart(from);
        int size = segment.recordEnd(to) - start;
        if (size < COPIED_RECORD_BYTES || parts.size() >= PARTS_MAX) {
            room(size).writeBytes(segment.bytes(), start, size);
        } else {
            endOwn();
            parts.add(segment.bytes().retainedSlice(start, size));
            shared += size;
        }
    }

    private ByteBuf room(int size) {
        ByteBuf current = own;
        if (current == null || current.writableBytes() < size) {
            endOwn();
            current = buffers.buffer(Math.max(size, count == 1 ? COPIED_RECORD_BYTES : OWN_BYTES));
            own = current;
        }
        return current;
    }

    private void endOwn() {
        if (own != null) {
            parts.add(own);
            own = null;
        }
    }

    private void finish() {
        endOwn();
        if (parts.isEmpty()) {
            result.complete(StoredRecords.NONE);
            return;
        }
        ByteBuf all = parts.get(0);
        if (parts.size() > 1) {
            CompositeByteBuf joined = buffers.compositeBuffer(parts.size());
            joined.addComponents(true, parts);
            all = joined;
        }
        result.complete(new StoredRecords(count, all));
    }
}
