package io.daybook.ledger.client;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.metadata.SideRecords;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves the decisions about a ledger where another process can read them (R98): a few lines of text beside its record, the newest last.
 * The best that can be done without anybody waiting for it: a trace that cannot be kept is counted and logged once. Belongs to one loop.
 */
final class KeptTraces {
    private static final Logger LOG = LoggerFactory.getLogger(KeptTraces.class);

    static final int LINES_MAX = 64;
    static final int BYTES_MAX = 8 << 10;

    /** Characters of one line; what is longer is cut. */
    private static final int LINE_MAX = 512;

    private final SideRecords records;
    private final Loop loop;
    private final Map<LedgerId, Promise<Void>> underWay = new LinkedHashMap<>(); // the last of each ledger
    private long lost; // traces that could not be kept

    KeptTraces(SideRecords records, Loop loop) {
        this.records = records;
        this.loop = loop;
    }

    /** Adds what {@code trace} has to what is kept of its ledger; {@code who} took the decisions. */
    void keep(DecisionTrace trace, String who) {
        List<String> decisions = trace.decisions();
        if (decisions.isEmpty()) {
            return;
        }
        List<String> fresh = new ArrayList<>();
        fresh.add(Instant.ofEpochMilli(loop.clock().millis()) + " " + who);
        decisions.forEach(decision -> fresh.add("  " + line(decision)));
        Promise<Void> keeping = records.change(trace.ledger(), old -> merged(old, fresh), loop);
        underWay.put(trace.ledger(), keeping);
        Futures.whenDone(keeping, loop, (kept, failure) -> {
            underWay.remove(trace.ledger(), keeping);
            if (failure instanceof MetaException closed && closed.kind() == MetaException.Kind.REFUSED) {
                LOG.debug("ledger={} the client was closed before its decisions were kept", trace.ledger());
            } else if (failure != null && lost++ == 0) {
                LOG.warn(
                        "ledger={} its decisions were not kept for others to see, nor will any log line tell of the next ones that are not: {}",
                        trace.ledger(),
                        failure.getMessage());
            }
        });
    }

    /** What is kept of {@code ledger}, oldest line first, with what is just being added here; empty if nothing is. */
    Promise<List<String>> of(LedgerId ledger) {
        Promise<List<String>> result = loop.promise();
        Promise<Void> keeping = underWay.get(ledger);
        if (keeping == null) {
            keeping = loop.promise();
            keeping.complete(null);
        }
        Futures.whenDone(
                keeping,
                loop,
                (kept, unkept) -> Futures.whenDone(read(ledger), loop, (lines, failure) -> {
                    if (lines != null) {
                        result.complete(lines);
                    } else {
                        result.completeExceptionally(failure);
                    }
                }));
        return result;
    }

    private Promise<List<String>> read(LedgerId ledger) {
        return (Promise<List<String>>)
                records.read(ledger, loop).thenApply(data -> lines(data == null ? new byte[0] : data));
    }

    /** Forgets what is kept of a deleted ledger. */
    void forget(LedgerId ledger) {
        Futures.whenDone(records.remove(ledger, loop), loop, (gone, failure) -> {
            if (failure != null) {
                LOG.debug("ledger={} its trace stays although it was deleted: {}", ledger, failure.getMessage());
            }
        });
    }

    /** Traces that could not be kept. */
    long lost() {
        return lost;
    }

    /** Old lines, then fresh ones; the oldest give way. */
    static byte[] merged(byte[] old, List<String> fresh) {
        List<String> all = new ArrayList<>(lines(old));
        all.addAll(fresh);
        int from = all.size();
        int bytes = 0;
        while (from > 0 && all.size() - from < LINES_MAX) {
            bytes += all.get(from - 1).getBytes(StandardCharsets.UTF_8).length + 1;
            if (bytes > BYTES_MAX) {
                break;
            }
            from--;
        }
        StringBuilder text = new StringBuilder();
        all.subList(from, all.size()).forEach(line -> text.append(line).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> lines(byte[] data) {
        return new String(data, StandardCharsets.UTF_8).lines().toList();
    }

    private static String line(String decision) {
        String flat = decision.replace('\n', ' ').replace('\r', ' ');
        return flat.length() <= LINE_MAX ? flat : flat.substring(0, LINE_MAX - 1) + "…";
    }
}
