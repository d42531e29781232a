/**
 * Where each entry stands, and what is known of each ledger: derived from the entry-log files, and rebuilt from them when lost.
 *
 * <p>Read {@link io.daybook.bookie.index.EntryIndex} and {@link io.daybook.bookie.index.LedgerIndex}, then {@link
 * io.daybook.bookie.index.RowIndex}, which is both over sorted rows. The rows are kept by RocksDB ({@link io.daybook.bookie.index.RocksRows}, the
 * only user of it) or on the heap (the simulator's twin); one contract test holds the two together. Look-ups may block, so they are made on
 * loops that may; one loop publishes. Never on the durability path: nothing is acknowledged because of what stands here. Format:
 * docs/formats/index.md.
 */
@NullMarked
package io.daybook.bookie.index;

import org.jspecify.annotations.NullMarked;
