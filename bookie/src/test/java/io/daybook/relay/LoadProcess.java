package io.daybook.relay;

import io.daybook.ledger.LedgerId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A {@link LoadMain} as the test steers it. */
final class LoadProcess implements AutoCloseable {
    /** Which of its two writers. */
    enum Which {
        MEASURED,
        BESIDE
    }

    private final JvmProcess process;
    private final LedgerId ledger;

    private LoadProcess(JvmProcess process) throws IOException {
        this.process = process;
        this.ledger = new LedgerId(Long.parseLong(process.answer("ledger")));
    }

    /**
     * @param entriesMax most entries that either writer will ever append
     * @param beside the relays of the writer beside the one that is measured; that one takes the cluster's
     */
    static LoadProcess start(Path folder, RelayedCluster cluster, List<BookieRelay> beside, int entriesMax)
            throws IOException {
        List<String> arguments = new ArrayList<>(List.of(cluster.uri().toString(), "" + entriesMax));
        arguments.addAll(ClientSession.words(cluster.detours()));
        arguments.addAll(ClientSession.words(RelayedCluster.detours(beside)));
        return new LoadProcess(JvmProcess.start(folder, LoadMain.class, arguments));
    }

    /** The ledger of the writer that is measured. */
    LedgerId ledger() {
        return ledger;
    }

    /** Ends a phase and begins the next one; they count from 0. */
    void mark() throws IOException {
        process.ask("mark");
    }

    /** Bytes of live objects while nothing is under way but what a laggard has not answered; the loads pause for that. */
    long heapBytes() throws IOException {
        return Long.parseLong(process.ask("heap"));
    }

    /** Bytes in network buffers. */
    long bufferBytes() throws IOException {
        return Long.parseLong(process.ask("buffers"));
    }

    /** The latency that {@code share} of the appends of the phase after mark {@code mark} did not exceed. */
    double millis(Which which, int mark, double share) throws IOException {
        return Long.parseLong(process.ask("nanos %s %s %s".formatted(which.ordinal(), mark, share))) / 1e6;
    }

    /** Ends both loads; the writers stay open. */
    void stop() throws IOException {
        process.ask("stop");
    }

    /** Why the first append of either failed, {@code [null, null]} if none did. */
    String failures() throws IOException {
        return process.ask("failures");
    }

    /** Closes the ledger of the writer that is measured. */
    void seal() throws IOException {
        process.ask("close");
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.close();
    }
}
