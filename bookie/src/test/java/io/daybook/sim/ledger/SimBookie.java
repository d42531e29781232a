package io.daybook.sim.ledger;

import io.daybook.ledger.BookieId;
import io.daybook.sim.SimNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A bookie in a {@link LedgerStory}; it starts with its node's program, in each new life. */
interface SimBookie {
    SimNode node();

    BookieId id();

    /** Serves as soon as it can; the first life only. */
    void start();

    /** The node loses power. */
    void crash();

    /** The process dies, the machine lives on: peers are told at once. */
    void kill();

    /** The node loses power, and of what was synced {@code some}, or everything if that is 0. The bookie notices when it starts again. */
    void forget(int some);

    /** Reads from the store fail, or work again. */
    void readsFail(boolean on);

    /** The bookie takes no writes, as with a full disk, or takes them again. */
    void readOnly(boolean on);

    /** The journal has no room for anything more, or has room again. */
    void crowded(boolean on);

    /** What it sends of entries arrives with a wrong bit, or as it is again. */
    void garbled(boolean on);

    /** The next sync fails, and the bookie with it (R32). */
    void failSync();

    /** Before everything heals: ends what would not end by itself. */
    void repair();

    /** The packaged entries that are here now, or null if only reading them can tell. */
    @Nullable
    Map<Long, byte[]> bodies(long ledgerId);
}
