package io.daybook.bookie.server;

import io.daybook.base.seam.Disk;
import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.Host;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.Probe;
import io.daybook.base.seam.Transport;
import io.daybook.bookie.disk.Layout;
import io.daybook.bookie.index.StoreIndex;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Supplier;

/**
 * What a bookie stands on; real in production, simulated in simulations. All of it stays its maker's, who closes it after the bookie; lock
 * and index are the bookie's own.
 *
 * @param lock keeps others out of the directories
 * @param index opens the index over the entry logs; called on the flush loop. It is derived from the logs, so that it may begin empty
 * @param allocator of frames and what reads return
 */
public record BookieSeams(
        BookieLoops loops,
        Transport transport,
        Disk disk,
        MetaStore metaStore,
        Entropy entropy,
        Host host,
        Probe probe,
        LockMaker lock,
        Supplier<StoreIndex> index,
        ByteBufAllocator allocator) {

    /** Takes the lock of a bookie's directories. */
    @FunctionalInterface
    public interface LockMaker {

        /** Fails with {@link io.daybook.bookie.BookieException.Refused} when somebody else has it, or the directories cannot be used. */
        Lock take(Layout layout);
    }

    /** A lock that is held until it is closed. */
    @FunctionalInterface
    public interface Lock {
        void close();
    }
}
