/**
 * What the cluster shares about ledgers and bookies, in stock BookKeeper's layout and bytes, over the {@code MetaStore} seam.
 *
 * <p>Read {@link io.daybook.ledger.metadata.MetadataUri} and {@link io.daybook.ledger.metadata.ClusterLayout} (where and how), then {@link
 * io.daybook.ledger.metadata.LedgerMetadataStore} (the records of ledgers, bytes by {@link io.daybook.ledger.metadata.LedgerMetadataFormat}), {@link
 * io.daybook.ledger.metadata.BookieRegistry} (who is up, and where) and {@link io.daybook.ledger.metadata.CookieStore} (who ever joined). Under all writes
 * lies {@link io.daybook.ledger.metadata.SettledWrites}: no caller ever has to guess whether its write happened (R7).
 *
 * <p>Stores hold no state but the bookie list, which belongs to the loop that follows it. Nothing here knows ZooKeeper, or sends anything to a
 * bookie. Format: docs/formats/metadata.md.
 */
@NullMarked
package io.daybook.ledger.metadata;

import org.jspecify.annotations.NullMarked;
