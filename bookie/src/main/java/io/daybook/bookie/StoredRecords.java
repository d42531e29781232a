package io.daybook.bookie;

import io.daybook.base.error.Check;
import io.daybook.ledger.protocol.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * Entries of one ledger, one after the other, in the form that {@link Records} walks over. Owns {@code bytes}, which may be in several pieces and may
 * share memory with a cache that changes none of it.
 *
 * @param count how many entries
 */
public record StoredRecords(int count, ByteBuf bytes) {

    /** No entry. */
    public static final StoredRecords NONE = new StoredRecords(0, Unpooled.EMPTY_BUFFER);

    public StoredRecords {
        Check.argument(count >= 0, "there are no %s entries", count);
    }

    /** The bodies alone, each of which the caller releases. Gives up this object's bytes. */
    public List<ByteBuf> bodies() {
        List<ByteBuf> bodies = new ArrayList<>(count);
        Records walk = new Records(bytes);
        while (walk.next()) {
            bodies.add(walk.body());
        }
        bytes.release();
        return bodies;
    }

    /** Releases the bytes. */
    public void release() {
        bytes.release();
    }
}
