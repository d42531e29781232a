/**
 * A whole cluster inside one process, for tests, tutorials, {@code dev} and {@code demo}: {@link io.daybook.bookie.embedded.EmbeddedZooKeeper} and
 * bookies beside it.
 *
 * <p>Only this package starts servers by itself; it may block, and nothing but tests, the standalone cluster and the program import it.
 */
@NullMarked
package io.daybook.bookie.embedded;

import org.jspecify.annotations.NullMarked;
