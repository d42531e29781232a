/**
 * Time as a value: {@link io.daybook.base.time.Clock} is the only way to ask what time it is, {@link
 * io.daybook.base.time.Deadline} the only way to say how long a caller is willing to wait.
 *
 * <p>Nothing here knows threads, files or sockets. No safety rule of the ledger protocol depends on a clock (R4).
 */
@NullMarked
package io.daybook.base.time;

import org.jspecify.annotations.NullMarked;
