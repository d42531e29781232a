import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.apache.bookkeeper.client.BKException;
import org.apache.bookkeeper.client.BookKeeper;
import org.apache.bookkeeper.client.LedgerHandle;
import org.apache.bookkeeper.conf.ClientConfiguration;

/**
 * Loads stock bookies with the stock client, in a process that has nothing of Daybook on its class path but what ends it with its parent. It is compiled
 * against the release that it runs with.
 *
 * <p>Words: metadata=URI size=BYTES window=N rate=PER_SECOND ledgers=N replication=E/Qw/Qa warmup=MILLIS duration=MILLIS, and client.KEY=VALUE for
 * the client's configuration. Says {@code begin} and {@code end} at the moments between which it measures, then one line of figures.
 */
public final class StockLoad {
    private static final long LATENCY_MAX = 3_600_000_000_000L; // ns
    private static final int BLOCK = 1 << 20;

    private final Map<String, String> words;
    private final int size;
    private final long rate;
    private final byte[] block;
    private final Semaphore window;
    private final ConcurrentHistogram latencies = new ConcurrentHistogram(LATENCY_MAX, 3);
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final List<LedgerHandle> ledgers = new ArrayList<>();
    private volatile boolean measuring;
    private volatile boolean over;

    private StockLoad(Map<String, String> words) {
        this.words = words;
        this.size = Integer.parseInt(words.get("size"));
        this.rate = Long.parseLong(words.get("rate"));
        this.window = new Semaphore(Integer.parseInt(words.get("window")));
        this.block = new byte[BLOCK + size];
        new Random(1).nextBytes(block);
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> words = new java.util.TreeMap<>();
        for (String argument : arguments) {
            int at = argument.indexOf('=');
            words.put(argument.substring(0, at), argument.substring(at + 1));
        }
        new StockLoad(words).run();
        System.exit(0); // threads of the client may be left
    }

    private void run() throws Exception {
        ClientConfiguration configuration = new ClientConfiguration();
        configuration.setMetadataServiceUri(words.get("metadata"));
        configuration.setThrottleValue(0); // by default it holds itself to 5,000 appends a second
        words.forEach((key, value) -> {
            if (key.startsWith("client.")) {
                configuration.setProperty(key.substring("client.".length()), value);
            }
        });
        try (BookKeeper client = new BookKeeper(configuration)) {
            create(client);
            Thread appender = new Thread(rate > 0 ? this::appendWhenDue : this::fillWindow, "append");
            appender.start();
            pause("warmup");
            say("begin");
            long before = acknowledged.get();
            long began = System.nanoTime();
            measuring = true;
            pause("duration");
            long entries = acknowledged.get() - before;
            double seconds = (System.nanoTime() - began) / 1e9;
            measuring = false;
            say("end");
            over = true;
            appender.join();
            window.acquire(Integer.parseInt(words.get("window"))); // all are answered
            checkFailure();
            for (LedgerHandle ledger : ledgers) {
                ledger.close();
            }
            say(result(entries, seconds));
        }
    }

    private void create(BookKeeper client) throws Exception {
        String[] numbers = words.get("replication").split("/");
        List<CompletableFuture<LedgerHandle>> begun = new ArrayList<>();
        int count = Integer.parseInt(words.get("ledgers"));
        for (int i = 0; i < count; i++) {
            CompletableFuture<LedgerHandle> made = new CompletableFuture<>();
            client.asyncCreateLedger(
                    Integer.parseInt(numbers[0]),
                    Integer.parseInt(numbers[1]),
                    Integer.parseInt(numbers[2]),
                    BookKeeper.DigestType.CRC32C,
                    new byte[0],
                    (code, ledger, context) -> {
                        if (code == BKException.Code.OK) {
                            made.complete(ledger);
                        } else {
                            made.completeExceptionally(BKException.create(code));
                        }
                    },
                    null,
                    Map.of());
            begun.add(made);
        }
        for (CompletableFuture<LedgerHandle> made : begun) {
            ledgers.add(made.get());
        }
    }

    /** Closed loop: from now on each answer makes room for the next append, on the thread that brought it. */
    private void fillWindow() {
        int all = window.availablePermits();
        for (int i = 0; i < all; i++) {
            window.acquireUninterruptibly();
            append(i % ledgers.size(), System.nanoTime());
        }
    }

    /** Open loop: appends when each is due, and counts from then. */
    private void appendWhenDue() {
        long started = System.nanoTime();
        for (long number = 0; !over; number++) {
            long due = started + (long) (number * 1e9 / rate);
            for (long left = due - System.nanoTime(); left > 0 && !over; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            window.acquireUninterruptibly();
            append((int) (number % ledgers.size()), due);
        }
    }

    private void append(int at, long from) {
        ledgers.get(at)
                .asyncAddEntry(payload(numbers.getAndIncrement()), (code, ledger, entry, context) -> answered(code, at, from), null);
    }

    private byte[] payload(long number) {
        byte[] payload = new byte[size];
        System.arraycopy(block, (int) (number * size & BLOCK - 1), payload, 0, size);
        return payload;
    }

    private void answered(int code, int at, long from) {
        long now = System.nanoTime();
        if (code == BKException.Code.OK) {
            acknowledged.incrementAndGet();
            if (measuring) {
                latencies.recordValue(Math.max(0, Math.min(LATENCY_MAX, now - from)));
            }
        } else {
            failure.compareAndSet(null, BKException.create(code));
        }
        if (rate > 0 || over || code != BKException.Code.OK) {
            window.release();
        } else {
            append(at, now);
        }
    }

    private void pause(String word) throws Exception {
        long end = System.nanoTime() + Long.parseLong(words.get(word)) * 1_000_000;
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, 100_000_000));
            checkFailure();
        }
    }

    private void checkFailure() throws Exception {
        Throwable failed = failure.get();
        if (failed != null) {
            throw new Exception("an append failed: " + failed, failed);
        }
    }

    private String result(long entries, double seconds) {
        return String.format(
                Locale.ROOT,
                "result entries=%d seconds=%.2f entriesPerS=%d MBs=%.2f P50us=%.1f P95us=%.1f P99us=%.1f P999us=%.1f MaxUs=%.1f MeanUs=%.1f",
                entries,
                seconds,
                Math.round(entries / seconds),
                entries * (double) size / seconds / 1e6,
                latencies.getValueAtPercentile(50) / 1e3,
                latencies.getValueAtPercentile(95) / 1e3,
                latencies.getValueAtPercentile(99) / 1e3,
                latencies.getValueAtPercentile(99.9) / 1e3,
                latencies.getMaxValue() / 1e3,
                latencies.getMean() / 1e3);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
