/**
 * The store of a bookie: entries go into a write cache, a flush sorts them into the entry log and the index, reads look in both.
 *
 * <p>Read {@link io.daybook.bookie.storage.TieredEntryStore}, then CacheShard, which is all that one owner loop has of it, WriteCache and {@link
 * io.daybook.bookie.storage.Flusher}; for reads ReadCache and EntryReader. Owner loops own the caches and never touch a disk or an index; the flush
 * loop writes; read loops look up and fetch. A frozen write cache is read by its owner and the flush loop together and changed by
 * neither. What makes entries durable meanwhile, the journal, is known here only as a {@link io.daybook.bookie.storage.CheckpointedLog}.
 */
@NullMarked
package io.daybook.bookie.storage;

import org.jspecify.annotations.NullMarked;
