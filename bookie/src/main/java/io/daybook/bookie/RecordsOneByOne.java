package io.daybook.bookie;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.protocol.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Collects records for a store that knows only single reads, one after the other. Belongs to the ledger's loop. */
final class RecordsOneByOne {
    private final EntryStore store;
    private final long ledgerId;
    private final int stride;
    private final int countMax;
    private final long bytesMax;
    private final Loop owner;
    private final Promise<StoredRecords> result;
    private final ByteBuf bytes = Unpooled.buffer();

    private long next;
    private int count;

    RecordsOneByOne(EntryStore store, long ledgerId, long first, int stride, int countMax, long bytesMax, Loop owner) {
        this.store = store;
        this.ledgerId = ledgerId;
        this.next = first;
        this.stride = stride;
        this.countMax = countMax;
        this.bytesMax = bytesMax;
        this.owner = owner;
        this.result = owner.promise();
    }

    Promise<StoredRecords> read() {
        goOn();
        return result;
    }

    private void goOn() {
        if (next < 0 || count == countMax || (count > 0 && bytes.readableBytes() >= bytesMax)) {
            finish();
            return;
        }
        Futures.whenDone(store.read(ledgerId, next, owner), owner, (outcome, failure) -> {
            if (outcome instanceof ReadOutcome.Found found) {
                ByteBuf body = found.body();
                int size = body.readableBytes();
                boolean fits = count == 0 || bytes.readableBytes() + Records.HEADER_BYTES + size <= bytesMax;
                if (fits) {
                    Records.writeHead(bytes, ledgerId, next, size);
                    bytes.writeBytes(body, body.readerIndex(), size);
                    count++;
                    next += stride;
                }
                body.release();
                if (fits) {
                    goOn();
                } else {
                    finish();
                }
            } else if (count > 0 || outcome instanceof ReadOutcome.Missing) {
                finish();
            } else if (outcome instanceof ReadOutcome.Damaged damaged) {
                fail(new BookieException.Damaged(
                        "entry %d of ledger %d cannot be read: %s".formatted(next, ledgerId, damaged.reason()), null));
            } else if (failure != null) {
                fail(failure);
            }
        });
    }

    private void fail(Throwable failure) {
        bytes.release();
        result.completeExceptionally(failure);
    }

    private void finish() {
        result.complete(new StoredRecords(count, bytes));
    }
}
