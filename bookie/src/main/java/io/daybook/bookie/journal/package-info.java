/**
 * Makes records durable before they are acknowledged.
 *
 * <p>Read {@link io.daybook.bookie.journal.Journal}, then {@code GroupBuffer} and {@code JournalFile}, which put a group on the disk, {@code
 * JournalDirectory}, which makes files ready ahead of need and recycles them, and {@link io.daybook.bookie.journal.JournalReplay}. One
 * loop per directory owns all of it except {@link io.daybook.bookie.journal.Journal#append}; a second loop makes files ready. Nothing here
 * knows what a ledger is, or a socket. Format: docs/formats/journal.md, constants in {@code JournalFormat}.
 */
@NullMarked
package io.daybook.bookie.journal;

import org.jspecify.annotations.NullMarked;
