package io.daybook.bookie.storage;

import io.daybook.base.exec.Promise;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.ReadOutcome;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects consecutive entries, from memory as long as they are there, else by fetches, one after the other. Owner of what it collected. */
final class BatchRead {
    private final CacheShard shard;
    private final long ledgerId;
    private final int countMax;
    private final long bytesMax;
    private final Promise<List<ByteBuf>> result;
    private final List<ByteBuf> bodies = new ArrayList<>();

    private long next;
    private long bytes;

    BatchRead(CacheShard shard, long ledgerId, long first, int countMax, long bytesMax, Promise<List<ByteBuf>> result) {
        this.shard = shard;
        this.ledgerId = ledgerId;
        this.next = first;
        this.countMax = countMax;
        this.bytesMax = bytesMax;
        this.result = result;
    }

    void goOn() {
        while (next >= 0 && bodies.size() < countMax && (bodies.isEmpty() || bytes < bytesMax)) {
            ByteBuf body = shard.cached(ledgerId, next);
            if (body == null) {
                shard.readFromDisk(ledgerId, next, bytesMax - bytes, this::fetched);
                return;
            }
            if (!add(body)) {
                break;
            }
        }
        result.complete(bodies);
    }

    /** Takes {@code body} over; false if it did not fit any more. */
    private boolean add(ByteBuf body) {
        if (!bodies.isEmpty() && bytes + body.readableBytes() > bytesMax) {
            body.release();
            return false;
        }
        bytes += body.readableBytes();
        bodies.add(body);
        next++; // past the largest id it is negative, which ends the batch
        return true;
    }

    private void fetched(@Nullable ReadOutcome outcome, @Nullable BookieException failure) {
        if (outcome instanceof ReadOutcome.Found found) {
            if (add(found.body())) {
                goOn();
            } else {
                result.complete(bodies);
            }
        } else if (!bodies.isEmpty() || outcome instanceof ReadOutcome.Missing) {
            result.complete(bodies); // what stands behind a bad entry is for another request
        } else if (outcome instanceof ReadOutcome.Damaged damaged) {
            result.completeExceptionally(new BookieException.Damaged(
                    "entry %d of ledger %d cannot be read: %s".formatted(next, ledgerId, damaged.reason()), null));
        } else if (failure != null) {
            result.completeExceptionally(failure);
        }
    }
}
