/**
 * Connections to bookies: {@link io.daybook.ledger.transport.Bookies} is what ledger handles see of them; {@code ConnectionPool} and {@code
 * BookieConnection} implement it over the {@code Transport} seam, and {@code NettyTransport} with {@code NettyLoops} is the real twin of that
 * seam and the only user of channels.
 *
 * <p>A pool, its connections and the handles that use them belong to one loop.
 */
@NullMarked
package io.daybook.ledger.transport;

import org.jspecify.annotations.NullMarked;
