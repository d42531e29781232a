/**
 * A segment is one ledger of a stream: writing it, reading it, and when to leave it for the next.
 *
 * <p>Read {@link io.daybook.stream.segment.SegmentWriter} and {@link io.daybook.stream.segment.SegmentCursor}; {@link
 * io.daybook.stream.segment.RollPolicy} decides when a segment has grown enough. All of it lives on the stream's loop, which is also the loop of the
 * ledger, and knows neither metadata writes nor other segments.
 */
@NullMarked
package io.daybook.stream.segment;

import org.jspecify.annotations.NullMarked;
