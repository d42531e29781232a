/**
 * A bookie's place in the cluster: {@link io.daybook.bookie.membership.Identity} decides at start whether these directories are this bookie's, {@link
 * io.daybook.bookie.membership.Registration} tells the cluster while it runs that it is up.
 *
 * <p>Both belong to one loop. Nothing here knows ledgers, and nothing here opens a socket. A bookie registers only after its identity was established and
 * its journal replayed (R39). Formats: docs/formats/metadata.md.
 */
@NullMarked
package io.daybook.bookie.membership;

import org.jspecify.annotations.NullMarked;
