/**
 * One ledger as its bookie sees it: who may write to it, how far it is confirmed, and who waits for it to grow.
 *
 * <p>Read {@link io.daybook.bookie.ledger.HostedLedger}, then {@link io.daybook.bookie.ledger.LedgerRegistry}, which makes sure that
 * there is one such object per ledger. Everything about a ledger happens on the loop that owns its id, so that looking at the fence and
 * storing an entry are one step (R15); nothing here holds a thread or a lock. Durability is {@link io.daybook.bookie.DurableLog}'s
 * business, keeping entries {@link io.daybook.bookie.EntryStore}'s; sockets and frames are not known here.
 */
@NullMarked
package io.daybook.bookie.ledger;

import org.jspecify.annotations.NullMarked;
