package io.daybook.relay;

import io.daybook.base.exec.Awaiting;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.Transport;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.Password;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.protocol.Frames;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.ResponseDecoder;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.Tag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Duration;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Asks one bookie, and nobody else, which entries it has. */
final class CopyReader implements ConnHandler, AutoCloseable {
    private static final int BATCH = 1000;

    private final EntryDigest digest = EntryDigest.of(DigestType.CRC32C, Password.EMPTY);
    private final Loop loop;
    private final ResponseDecoder decoder = new ResponseDecoder(false);
    private final Conn conn;
    private long requests;
    private @Nullable Promise<Response.BatchRead> answer; // loop only

    CopyReader(Transport transport, Loop loop, HostPort bookie) {
        this.loop = loop;
        this.conn = Awaiting.real(transport.connect(bookie, loop, this, Duration.ofSeconds(10)));
    }

    /** Which of the entries from 0 to {@code last} the bookie has; each is checked by its digest, and for what {@link Payloads} says. */
    BitSet copies(LedgerId ledger, long last) {
        BitSet copies = new BitSet();
        long next = 0;
        while (next <= last) {
            Response.BatchRead batch = read(ledger, next);
            if (batch.status() != Status.OK && !batch.status().certainNegative()) {
                throw new AssertionError("entry %s of ledger %s: %s".formatted(next, ledger, batch.status()));
            }
            for (ByteBuf body : batch.entries()) {
                try (LedgerEntry entry = digest.unpack(ledger.value(), next, body)) {
                    if (!Payloads.matches(entry.payload(), next)) {
                        throw new AssertionError("entry %s of ledger %s holds something else".formatted(next, ledger));
                    }
                }
                copies.set((int) next++);
            }
            next += batch.entries().isEmpty() ? 1 : 0;
        }
        return copies;
    }

    private Response.BatchRead read(LedgerId ledger, long first) {
        Promise<Response.BatchRead> promise = loop.promise();
        loop.execute(() -> {
            answer = promise;
            Frames.send(
                    conn,
                    new Request.BatchRead(Tag.V2, ledger.value(), first, ++requests, BATCH, 4 << 20, false, null),
                    PooledByteBufAllocator.DEFAULT);
        });
        return Awaiting.real(promise);
    }

    @Override
    public void onFrame(Conn from, ByteBuf frame) {
        Promise<Response.BatchRead> waiting = answer;
        Response response = decoder.decode(frame);
        if (waiting == null || !(response instanceof Response.BatchRead batch)) {
            response.release();
            throw new IllegalStateException("an answer that nobody asked for: " + response.operation());
        }
        answer = null;
        waiting.complete(batch);
    }

    @Override
    public void onWritable(Conn from, boolean writable) {}

    @Override
    public void onClosed(Conn from, @Nullable Throwable cause) {
        if (answer != null) {
            answer.completeExceptionally(new IllegalStateException("the bookie closed the connection", cause));
        }
    }

    @Override
    public void close() {
        conn.close();
    }
}
