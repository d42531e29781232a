/**
 * What the cluster shares about ledgers and bookies, in stock BookKeeper's layout and bytes: {@code LedgerMetadataStore}, {@code
 * BookieRegistry}, {@code CookieStore}, {@code LedgerIdGenerator}, all over the {@code MetaStore} seam. Format: docs/formats/metadata.md.
 */
@NullMarked
package io.daybook.ledger.metadata;

import org.jspecify.annotations.NullMarked;
