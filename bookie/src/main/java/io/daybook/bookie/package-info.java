/**
 * The storage server: keeps entries of ledgers, and answers for them.
 *
 * <p>The values and errors that all of the server shares live here; the parts of the server live in the packages below and
 * point at this one, never back. Nothing here knows what a stream is.
 */
@NullMarked
package io.daybook.bookie;

import org.jspecify.annotations.NullMarked;
