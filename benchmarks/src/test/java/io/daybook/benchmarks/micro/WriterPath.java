package io.daybook.benchmarks.micro;

import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.client.WriterDoor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * Writers of one client loop from append to result, on one thread: {@value #OUTSTANDING} entries of 1 KiB are outstanding in all, three bookies answer group by group,
 * one after the other, and each result leads to the next append.
 */
final class WriterPath implements ManyLedgers.Path {
    private static final int OUTSTANDING = 1_000;
    private static final int PASS_APPENDS = 57; // that leave together at first
    private static final int PASS_ANSWERS = 228; // entries that one pass hears of from a bookie

    private final HandLoop loop = new HandLoop();
    private final WriterDoor door = new WriterDoor(loop);
    private final List<LedgerWriter> writers = new ArrayList<>();
    private final ByteBuf payload =
            Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(Bytes.array(ManyLedgers.PAYLOAD)));
    private final Runnable emptyCaches;
    private long done;

    WriterPath(int ledgers, Runnable emptyCaches) {
        this.emptyCaches = emptyCaches;
        for (int i = 0; i < ledgers; i++) {
            writers.add(door.open(i));
        }
        for (int i = 0; i < OUTSTANDING; i++) {
            append(writers.get(i % ledgers));
            if (i % PASS_APPENDS == 0) {
                loop.turn();
            }
        }
        loop.turn();
    }

    private void append(LedgerWriter writer) {
        writer.append(payload.duplicate()).whenComplete((entry, failure) -> {
            if (failure != null) {
                throw new AssertionError(failure);
            }
            done++;
            append(writer);
        });
    }

    @Override
    public List<String> stages() {
        return List.of("first answer", "second", "third");
    }

    @Override
    public long run(int entriesMin, long[] nanos) {
        long before = done;
        while (done - before < entriesMin) {
            for (int bookie = 0; bookie < nanos.length; bookie++) {
                emptyCaches.run();
                long begun = System.nanoTime();
                int heard = 0;
                for (int more = door.stored(bookie); more > 0; more = heard < PASS_ANSWERS ? door.stored(bookie) : 0) {
                    heard += more;
                }
                loop.turn();
                nanos[bookie] += System.nanoTime() - begun;
            }
        }
        return done - before;
    }
}
