package io.daybook.bookie;

import io.netty.buffer.ByteBuf;

/** What looking for one entry found. */
public sealed interface ReadOutcome {

    /** The stored bytes, verified against the store's own checksum; the receiver releases them. */
    record Found(ByteBuf body) implements ReadOutcome {}

    /** The store is certain to have no such entry (R27): every index and file consulted passed its checks. */
    record Missing() implements ReadOutcome {}

    /** The entry may be here but cannot be read; the answer is an I/O error, never an absence (R27, R29). */
    record Damaged(String reason) implements ReadOutcome {}

    Missing MISSING = new Missing();
}
