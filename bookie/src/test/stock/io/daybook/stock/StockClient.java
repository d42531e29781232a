package io.daybook.stock;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.bookkeeper.client.BKException;
import org.apache.bookkeeper.client.BookKeeper;
import org.apache.bookkeeper.client.BookKeeper.DigestType;
import org.apache.bookkeeper.client.LedgerEntry;
import org.apache.bookkeeper.client.LedgerHandle;
import org.apache.bookkeeper.client.api.LastConfirmedAndEntry;
import org.apache.bookkeeper.client.api.ReadHandle;
import org.apache.bookkeeper.client.api.WriteFlag;
import org.apache.bookkeeper.client.api.WriteHandle;
import org.apache.bookkeeper.conf.ClientConfiguration;
import org.apache.bookkeeper.net.BookieId;

/**
 * The stock client at work on whatever bookies the metadata names; runs in a process of its own with nothing but stock classes.
 *
 * <p>Arguments: metadata URI and number of entries. Each line it reads, such as {@code v2 CRC32}, is a round of work; what was done is said on
 * standard output, one line each, {@code DONE} last. Within a round it asks for a bookie to be stopped with {@code STOP id} and goes on when it
 * reads a line.
 */
public final class StockClient {
    private static final byte[] PASSWORD = "stock".getBytes(StandardCharsets.UTF_8);
    private static final BufferedReader IN =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    private StockClient() {}

    public static void main(String[] arguments) throws Exception {
        for (String line = IN.readLine(); line != null; line = IN.readLine()) {
            String[] words = line.split(" ");
            round(arguments[0], words[0].equals("v2"), DigestType.valueOf(words[1]), Integer.parseInt(arguments[1]));
            say("DONE");
        }
        System.exit(0);
    }

    private static void round(String uri, boolean v2, DigestType digest, int entries) throws Exception {
        ClientConfiguration configuration = new ClientConfiguration();
        configuration.setMetadataServiceUri(uri);
        configuration.setUseV2WireProtocol(v2);
        configuration.setThrottleValue(0);
        configuration.setExplictLacInterval(v2 ? 0 : 100);
        configuration.setAddEntryTimeout(10);
        configuration.setReadEntryTimeout(10);
        try (BookKeeper client = new BookKeeper(configuration)) {
            long ledger = writeAndReadBack(client, digest, entries);
            if (!v2) {
                longPoll(client, digest);
                deferSync(client, digest);
            }
            recoverFromALiveWriter(client, digest);
            changeEnsemble(client, digest);
            client.deleteLedger(ledger);
            try {
                client.openLedger(ledger, digest, PASSWORD).close();
                throw new AssertionError("a deleted ledger could be opened");
            } catch (BKException.BKNoSuchLedgerExistsException
                    | BKException.BKNoSuchLedgerExistsOnMetadataServerException gone) {
                say("DELETED");
            }
        }
    }

    private static long writeAndReadBack(BookKeeper client, DigestType digest, int entries) throws Exception {
        LedgerHandle writer = client.createLedger(3, 3, 2, digest, PASSWORD);
        append(writer, 0, entries);
        writer.close();
        LedgerHandle reader = client.openLedger(writer.getId(), digest, PASSWORD);
        check(reader.getLastAddConfirmed() == entries - 1, "last entry is " + reader.getLastAddConfirmed());
        readBack(reader, entries);
        reader.close();
        say("READ " + entries);
        return writer.getId();
    }

    private static void append(LedgerHandle writer, int from, int to) throws Exception {
        Semaphore window = new Semaphore(500);
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = from; i < to; i++) {
            window.acquire();
            CompletableFuture<Void> done = new CompletableFuture<>();
            all.add(done);
            writer.asyncAddEntry(
                    payload(i),
                    (rc, handle, entry, context) -> {
                        window.release();
                        if (rc == BKException.Code.OK) {
                            done.complete(null);
                        } else {
                            done.completeExceptionally(BKException.create(rc));
                        }
                    },
                    null);
        }
        CompletableFuture.allOf(all.toArray(new CompletableFuture[0])).get(120, TimeUnit.SECONDS);
    }

    private static void readBack(LedgerHandle reader, int entries) throws Exception {
        for (int from = 0; from < entries; from += 500) {
            int to = Math.min(entries, from + 500) - 1;
            Enumeration<LedgerEntry> found = reader.readEntries(from, to);
            for (int i = from; i <= to; i++) {
                check(java.util.Arrays.equals(found.nextElement().getEntry(), payload(i)), "entry " + i + " differs");
            }
        }
    }

    private static void longPoll(BookKeeper client, DigestType digest) throws Exception {
        LedgerHandle writer = client.createLedger(3, 3, 2, digest, PASSWORD);
        writer.addEntry(payload(0));
        LedgerHandle tail = client.openLedgerNoRecovery(writer.getId(), digest, PASSWORD);
        ReadHandle reader = tail;
        CompletableFuture<LastConfirmedAndEntry> next = reader.readLastAddConfirmedAndEntryAsync(1, 8_000, false);
        writer.addEntry(payload(1));
        writer.addEntry(payload(2)); // confirms entry 1
        try (LastConfirmedAndEntry woken = next.get(10, TimeUnit.SECONDS)) {
            check(woken.getLastAddConfirmed() >= 1, "woken at " + woken.getLastAddConfirmed());
            if (woken.hasEntry()) {
                check(java.util.Arrays.equals(woken.getEntry().getEntryBytes(), payload(1)), "another entry came along");
            }
        }
        writer.close();
        tail.close();
        say("POLLED");
    }

    /** Deferred sync: nothing is confirmed before a force, and what was forced is what the ledger is closed with. */
    private static void deferSync(BookKeeper client, DigestType digest) throws Exception {
        long ledger;
        try (WriteHandle writer = client.newCreateLedgerOp()
                .withEnsembleSize(3)
                .withWriteQuorumSize(3)
                .withAckQuorumSize(2)
                .withDigestType(org.apache.bookkeeper.client.api.DigestType.valueOf(digest.name()))
                .withPassword(PASSWORD)
                .withWriteFlags(WriteFlag.DEFERRED_SYNC)
                .execute()
                .get(30, TimeUnit.SECONDS)) {
            ledger = writer.getId();
            for (int i = 0; i < 50; i++) {
                check(writer.append(payload(i)) == i, "another id than " + i);
            }
            check(writer.getLastAddConfirmed() == -1, "confirmed without a force: " + writer.getLastAddConfirmed());
            writer.force().get(30, TimeUnit.SECONDS);
            check(writer.getLastAddConfirmed() == 49, "forced up to " + writer.getLastAddConfirmed());
        }
        LedgerHandle reader = client.openLedger(ledger, digest, PASSWORD);
        check(reader.getLastAddConfirmed() == 49, "closed at " + reader.getLastAddConfirmed());
        readBack(reader, 50);
        reader.close();
        say("FORCED");
    }

    private static void recoverFromALiveWriter(BookKeeper client, DigestType digest) throws Exception {
        LedgerHandle writer = client.createLedger(3, 3, 2, digest, PASSWORD);
        append(writer, 0, 100);
        LedgerHandle recovered = client.openLedger(writer.getId(), digest, PASSWORD);
        check(recovered.getLastAddConfirmed() == 99, "recovered up to " + recovered.getLastAddConfirmed());
        try {
            writer.addEntry(payload(100));
            throw new AssertionError("a fenced writer could write");
        } catch (BKException.BKLedgerFencedException fenced) {
            say("FENCED");
        }
        readBack(recovered, 100);
        recovered.close();
    }

    private static void changeEnsemble(BookKeeper client, DigestType digest) throws Exception {
        LedgerHandle writer = client.createLedger(3, 3, 2, digest, PASSWORD);
        append(writer, 0, 100);
        BookieId victim = writer.getLedgerMetadata().getAllEnsembles().get(0L).get(0);
        say("STOP " + victim);
        check(IN.readLine() != null, "nobody stopped the bookie");
        append(writer, 100, 300);
        check(writer.getLedgerMetadata().getAllEnsembles().size() > 1, "the ensemble did not change");
        writer.close();
        LedgerHandle reader = client.openLedger(writer.getId(), digest, PASSWORD);
        readBack(reader, 300);
        reader.close();
        say("CHANGED");
    }

    private static byte[] payload(int i) {
        byte[] bytes = new byte[100 + i % 400];
        java.util.Arrays.fill(bytes, (byte) (i * 31 + 7));
        byte[] number = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(number, 0, bytes, 0, number.length);
        return bytes;
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
