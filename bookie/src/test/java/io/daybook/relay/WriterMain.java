package io.daybook.relay;

import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.client.ClientConfig;
import io.daybook.ledger.metadata.MetadataUri;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A writer in a process of its own: {@code URI ENTRIES DETOUR…}. Prints {@code ledger ID} before its first append and {@code appended} after
 * the last, and waits for no answer.
 */
final class WriterMain {
    /** Longer than any test: nothing is to be given up here. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private WriterMain() {}

    public static void main(String[] args) throws Exception {
        List<String> detours = Arrays.asList(args).subList(2, args.length);
        ClientConfig config = ClientSession.config(ClientConfig.Wire.V2, PATIENCE);
        try (ClientSession session =
                ClientSession.open(MetadataUri.parse(args[0]), config, ClientSession.parsed(detours))) {
            LedgerWriter writer = session.client().create(LedgerOptions.DEFAULT).join();
            System.out.println("ledger " + writer.ledger().value());
            int entries = Integer.parseInt(args[1]);
            for (int entry = 0; entry < entries; entry++) {
                CompletableFuture<Long> append = writer.append(Payloads.of(entry, 1024));
                if (append.isCompletedExceptionally()) {
                    append.join(); // a window that is full, say: ends this process, and so the test, with a reason
                }
            }
            System.out.println("appended");
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
