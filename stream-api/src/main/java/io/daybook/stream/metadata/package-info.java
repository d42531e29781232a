/**
 * What is known of a stream outside its ledgers: one record, changed only by compare-and-set. Format: docs/formats/stream-metadata.md.
 *
 * <p>Read {@link io.daybook.stream.metadata.StreamMetadata} and {@link io.daybook.stream.metadata.SegmentInfo} (values), {@link
 * io.daybook.stream.metadata.Mutation} (a named change), {@link io.daybook.stream.metadata.OwnerMutations} (all that owners do), {@link
 * io.daybook.stream.metadata.StreamRecords} (the loop that applies them, whatever the store answers). The seams are {@link
 * io.daybook.stream.metadata.StreamMetadataStore} and {@link io.daybook.stream.metadata.Ownership}; a namespace implements them.
 */
@NullMarked
package io.daybook.stream.metadata;

import org.jspecify.annotations.NullMarked;
