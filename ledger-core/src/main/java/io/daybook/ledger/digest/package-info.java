/**
 * Checksums and authentication codes over entries: {@link io.daybook.ledger.digest.EntryDigest} puts an entry into its stored form and
 * verifies it again, {@link io.daybook.ledger.digest.EntryHeader} looks at a stored entry without verifying it, {@link
 * io.daybook.ledger.digest.LedgerKeys} turns a password into keys.
 *
 * <p>Bookies store what is made here without looking further than the first 24 bytes. Nothing here knows loops or connections; an
 * {@code EntryDigest} belongs to whoever made it. Format: docs/formats/entry.md.
 */
@NullMarked
package io.daybook.ledger.digest;

import org.jspecify.annotations.NullMarked;
