/**
 * The place of the write proxy, which does not exist yet: it will put many small clients in front of streams, so that each need not be a
 * ledger client itself.
 *
 * <p>What a client of the proxy imports will live here. Only {@code io.daybook.proxy.standalone}, which is to run a whole cluster in one
 * process, may know the bookie.
 */
@NullMarked
package io.daybook.proxy;

import org.jspecify.annotations.NullMarked;
