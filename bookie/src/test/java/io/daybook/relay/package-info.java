/**
 * A TCP relay between clients and one bookie, for tests: it knows the frames of both wire formats and can hold, drop, delay, repeat, change
 * and cut them one by one.
 *
 * <p>Read {@link io.daybook.relay.BookieRelay}, then {@link io.daybook.relay.Match} (which frames) and {@link io.daybook.relay.Rule} (what
 * becomes of them). {@link io.daybook.relay.RelayedTransport} is how a client comes to use it: bookies keep the addresses they register,
 * and the client's transport goes to the relay's instead.
 *
 * <p>All of a relay's state belongs to its one loop. What it holds is bounded: a peer that does not read, and a slow pace, stop it from
 * reading the other side.
 */
@NullMarked
package io.daybook.relay;

import org.jspecify.annotations.NullMarked;
