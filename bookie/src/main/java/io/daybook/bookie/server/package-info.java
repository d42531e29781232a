/**
 * A bookie at work: what happens between a connection's frames and the ledgers behind them, and how all parts of a bookie are put
 * together, started and stopped.
 *
 * <p>Read {@link io.daybook.bookie.server.BookieServer} for the whole, {@link io.daybook.bookie.server.RequestDispatcher} and {@code
 * Session} for the way of a request, then {@code AppendHandler}, {@code ReadHandler} and {@code FenceHandler}. A session belongs to its
 * connection's loop, a ledger to the loop of its id; where these are the same a request changes no thread, else a pass's requests go over
 * in one batch, and so do its answers.
 *
 * <p>Everything here is bounded in bytes: what a connection has under way, what all of them have, what waits for a slow reader. Knows no
 * sockets: connections come from {@link io.daybook.base.seam.Transport}.
 */
@NullMarked
package io.daybook.bookie.server;

import org.jspecify.annotations.NullMarked;
