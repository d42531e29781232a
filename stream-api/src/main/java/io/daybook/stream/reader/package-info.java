/**
 * Reading a stream in offset order and following its tail. One loop owns all state of one reader.
 *
 * <p>Read {@link io.daybook.stream.reader.TailingReader} (one number drives it: the next offset), {@code ReadAhead} (bounded in bytes), {@code
 * SegmentLocator} (which segment holds an offset), {@code TailQuery} (where the stream ends now). Entries come from {@code SegmentCursor}. Readers
 * never fence, never write, and know nothing of owners.
 */
@NullMarked
package io.daybook.stream.reader;

import org.jspecify.annotations.NullMarked;
