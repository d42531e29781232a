/**
 * A whole cluster inside one process, for tests, {@code dev} and {@code demo}: {@link io.daybook.bookie.embedded.EmbeddedZooKeeper} and
 * {@link io.daybook.bookie.embedded.EmbeddedBookies} beside it.
 *
 * <p>It may block, and nothing but tests and the program imports it.
 */
@NullMarked
package io.daybook.bookie.embedded;

import org.jspecify.annotations.NullMarked;
