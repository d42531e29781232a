/**
 * The two wire formats of BookKeeper as values: {@link io.daybook.ledger.protocol.Request}, {@link
 * io.daybook.ledger.protocol.Response} and {@link io.daybook.ledger.protocol.Status}, encoded and decoded by {@code WireV2} and {@code
 * WireV3}. Opens nothing: it sees frames, not sockets. Format: docs/formats/wire.md.
 */
@NullMarked
package io.daybook.ledger.protocol;

import org.jspecify.annotations.NullMarked;
