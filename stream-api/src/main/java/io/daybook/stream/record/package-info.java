/**
 * The bytes of a stream: batches of records, each stored as one ledger entry. Format: docs/formats/batch.md.
 *
 * <p>Read {@link io.daybook.stream.record.RecordFormat} (the numbers), {@link io.daybook.stream.record.OpenBatch} (filling a batch), {@link
 * io.daybook.stream.record.RecordBatch} (a finished one, written or read), {@link io.daybook.stream.record.ControlRecord} (batches without
 * records). Everything belongs to whoever holds it; nothing here knows loops, ledgers or metadata.
 */
@NullMarked
package io.daybook.stream.record;

import org.jspecify.annotations.NullMarked;
