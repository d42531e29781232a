/**
 * Owning and appending to a stream. One loop owns all state of one stream.
 *
 * <p>Read {@link io.daybook.stream.writer.BatchingWriter} (requests in, batches out) with {@code BatchFiller} and {@code
 * BatchSender}, then what changes its segment: {@code SegmentOpening}, {@code SegmentRoller}, {@code SegmentRepair}, {@code WriterClosing}; {@link io.daybook.stream.writer.StreamWriters} and {@code SegmentAcquisition} are how
 * a writer comes to be. Batches go to ledgers through {@code SegmentWriter}; the shared record is changed through {@code OwnerMutations}, one change
 * at a time. The states and crash points are described in docs/formats/stream-metadata.md.
 */
@NullMarked
package io.daybook.stream.writer;

import org.jspecify.annotations.NullMarked;
