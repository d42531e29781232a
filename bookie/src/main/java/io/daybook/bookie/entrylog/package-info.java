/**
 * Where entries finally live: files of checksummed blocks, each file written once and never changed.
 *
 * <p>Read {@link io.daybook.bookie.entrylog.EntryLogFormat}, then {@link io.daybook.bookie.entrylog.EntryLogWriter}, which makes one file, {@link
 * io.daybook.bookie.entrylog.EntryLogFile}, which finds out what a file holds, and {@link io.daybook.bookie.entrylog.EntryLog}, the set of files that
 * a manifest lists. Writing belongs to the flush loop, reading to the loop that opened the file. Nothing here knows caches, or how a
 * location is looked up. Formats: docs/formats/entry-log.md.
 */
@NullMarked
package io.daybook.bookie.entrylog;

import org.jspecify.annotations.NullMarked;
