package io.daybook.ledger.client;

import io.daybook.base.exec.Loops;
import io.daybook.base.metrics.Metrics;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.RepairHint;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A client that also closes what it stands on. */
record OwningLedgerClient(LedgerClient client, List<Runnable> closeAfter) implements LedgerClient {

    @Override
    public CompletableFuture<LedgerWriter> create(LedgerOptions options) {
        return client.create(options);
    }

    @Override
    public CompletableFuture<LedgerReader> open(LedgerId ledger, OpenOptions options) {
        return client.open(ledger, options);
    }

    @Override
    public CompletableFuture<LedgerReader> openAndRecover(LedgerId ledger, OpenOptions options) {
        return client.openAndRecover(ledger, options);
    }

    @Override
    public CompletableFuture<Void> delete(LedgerId ledger, OpenOptions options) {
        return client.delete(ledger, options);
    }

    @Override
    public CompletableFuture<Void> deleteUnrecoverable(LedgerId ledger, OpenOptions options) {
        return client.deleteUnrecoverable(ledger, options);
    }

    @Override
    public CompletableFuture<LedgerMetadata> metadata(LedgerId ledger) {
        return client.metadata(ledger);
    }

    @Override
    public CompletableFuture<List<RepairHint>> repairHints(LedgerId ledger) {
        return client.repairHints(ledger);
    }

    @Override
    public CompletableFuture<List<String>> decisions(LedgerId ledger) {
        return client.decisions(ledger);
    }

    @Override
    public CompletableFuture<List<LedgerId>> list() {
        return client.list();
    }

    @Override
    public Metrics metrics() {
        return client.metrics();
    }

    @Override
    public Loops loops() {
        return client.loops();
    }

    @Override
    public int payloadBytesMax() {
        return client.payloadBytesMax();
    }

    @Override
    public void close() {
        client.close();
        closeAfter.forEach(Runnable::run);
    }
}
