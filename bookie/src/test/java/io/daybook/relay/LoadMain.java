package io.daybook.relay;

import io.daybook.base.config.DataSize;
import io.daybook.base.exec.Awaiting;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.client.ClientConfig;
import io.daybook.ledger.metadata.MetadataUri;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Two clients in a process of their own, each with a writer that appends at a fixed rate, and nothing else: {@code URI ENTRIES-MAX DETOUR… DETOUR…}.
 * The detours are as many for the one as for the other. Prints {@code ledger ID}, that of the first, and then a line for each line it reads; {@link
 * LoadProcess} is the other end. Ends with its standard input.
 */
final class LoadMain {
    static final int RATE = 500; // appends a second, per writer
    static final int PAYLOAD = 2048;

    /** How far a bookie may fall behind: what four seconds bring. */
    static final ClientConfig CONFIG = ClientSession.config(DataSize.mebibytes(4));

    private final LedgerWriter writer;
    private final List<OpenLoop> loads; // the writer's, and that beside it
    private final List<int[]> marks = new ArrayList<>(); // entries of each load

    private LoadMain(LedgerWriter writer, OpenLoop load, OpenLoop beside) {
        this.writer = writer;
        this.loads = List.of(load, beside);
    }

    public static void main(String[] args) throws Exception {
        MetadataUri uri = MetadataUri.parse(args[0]);
        int entriesMax = Integer.parseInt(args[1]);
        List<String> detours = Arrays.asList(args).subList(2, args.length);
        int each = detours.size() / 2;
        try (ClientSession first = session(uri, detours.subList(0, each));
                ClientSession second = session(uri, detours.subList(each, 2 * each))) {
            LedgerWriter writer = Awaiting.real(first.client().create(LedgerOptions.DEFAULT));
            LedgerWriter other = Awaiting.real(second.client().create(LedgerOptions.DEFAULT));
            System.out.println("ledger " + writer.ledger().value());
            try (OpenLoop load = new OpenLoop(writer, RATE, PAYLOAD, entriesMax);
                    OpenLoop beside = new OpenLoop(other, RATE, PAYLOAD, entriesMax)) {
                new LoadMain(writer, load, beside).obey();
            }
        }
    }

    private static ClientSession session(MetadataUri uri, List<String> detours) {
        return ClientSession.open(uri, CONFIG, ClientSession.parsed(detours));
    }

    private void obey() throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            System.out.println(words[0] + " " + answer(words));
        }
    }

    private Object answer(String[] words) {
        return switch (words[0]) {
            case "mark" -> marks.add(loads.stream().mapToInt(OpenLoop::appended).toArray());
            case "heap" -> heapBytes();
            case "buffers" -> PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
            case "nanos" -> nanos(Integer.parseInt(words[1]), Integer.parseInt(words[2]), Double.parseDouble(words[3]));
            case "stop" -> loads.stream().mapToInt(OpenLoop::stop).sum();
            case "failures" -> loads.stream().map(OpenLoop::failure).toList();
            case "close" -> Awaiting.real(writer.close()).lastEntry();
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    /** Latency that {@code share} of a load's entries between two marks did not exceed. */
    private long nanos(int load, int mark, double share) {
        return loads.get(load)
                .quantile(marks.get(mark)[load], marks.get(mark + 1)[load], share)
                .toNanos();
    }

    /**
     * What a full collection leaves while nothing but a laggard's adds is under way, as the collector itself counts it: the pieces of the heap that threads
     * take for themselves right after it do not count.
     */
    private long heapBytes() {
        loads.forEach(OpenLoop::pause);
        System.gc();
        long bytes = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getCollectionUsage().getUsed())
                .sum();
        loads.forEach(OpenLoop::resume);
        return bytes;
    }
}
