/**
 * Ledgers over bookies: writing, reading and taking over, and the factory {@link io.daybook.ledger.client.LedgerClients}.
 *
 * <p>Two state machines decide everything that can lose data, and do nothing themselves: {@code AppendProtocol} (the writer, with {@code
 * AppendWindow}, {@code Ensemble} and {@code EnsembleChange}) and {@code LedgerRecovery} (the recoverer, with a {@code RecoveryAttempt} that
 * puts {@code Fencing}, {@code RecoveryReads}, {@code WriteBacks} and {@code RecoveredEnd} to work in turn). Around each stands a driver that
 * turns its effects into requests, metadata writes and timers: {@code QuorumWriter} and {@code RecoveryRun}. {@code QuorumReader} knows its
 * ledger by {@code FollowedLedger}, reads from {@code EntrySource} through {@code ReadScheduler}, one {@code ReplicaChoice} per entry, and waits
 * for a ledger's end to move with {@code TailWatch}.
 *
 * <p><b>Threads.</b> A handle belongs to one loop, and so do the connections it uses ({@code ClientLoop}). Calls from elsewhere are
 * handed over. Rules in parentheses, such as (R46), are those of docs/protocol.md.
 */
@NullMarked
package io.daybook.ledger.client;

import org.jspecify.annotations.NullMarked;
