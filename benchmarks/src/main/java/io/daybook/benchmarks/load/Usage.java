package io.daybook.benchmarks.load;

import io.daybook.base.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What clients and servers had used up to one moment; two of them make figures.
 *
 * @param nanos when it was
 * @param server of the servers, null if not known
 * @param client of this process, null if not known
 */
public record Usage(
        long nanos, @Nullable ProcessStats server, @Nullable ProcessStats client) {

    /** Of other processes of this machine. */
    public static Usage of(List<Long> servers, List<Long> clients, Clock clock) {
        return new Usage(clock.nanos(), ProcessStats.of(servers), ProcessStats.of(clients));
    }

    static Usage now(Servers servers, Clock clock) {
        return new Usage(clock.nanos(), ProcessStats.of(servers.pids()), ProcessStats.ofThis());
    }

    double secondsSince(Usage earlier) {
        return (nanos - earlier.nanos) / 1e9;
    }

    /** Adds to {@code row} what was used since {@code earlier}, also divided by {@code records}; what is not known is left out. */
    public void put(Map<String, Object> row, Usage earlier, long records) {
        ProcessStats servers = between(earlier.server, server);
        ProcessStats clients = between(earlier.client, client);
        if (servers != null) {
            row.put("serverCpuUser", Figures.round(servers.cpuUser(), 2));
            row.put("serverCpuSys", Figures.round(servers.cpuSystem(), 2));
        }
        if (clients != null) {
            row.put("clientCpuUser", Figures.round(clients.cpuUser(), 2));
            row.put("clientCpuSys", Figures.round(clients.cpuSystem(), 2));
        }
        if (records > 0) {
            perRecord(row, servers, clients, records);
        }
        if (servers != null) {
            double seconds = secondsSince(earlier);
            row.put("diskWriteMBs", Figures.round(servers.diskWritten() / 1e6 / seconds, 1));
            row.put("diskReadMBs", Figures.round(servers.diskRead() / 1e6 / seconds, 1));
            row.put("serverRssMB", servers.resident() >> 20);
        }
        if (clients != null) {
            row.put("clientRssMB", clients.resident() >> 20);
        }
    }

    private static void perRecord(
            Map<String, Object> row, @Nullable ProcessStats servers, @Nullable ProcessStats clients, long records) {
        if (servers != null) {
            row.put("serverCpuUsPerEntry", micros(servers.cpu(), records));
            row.put("serverNoJitUsPerEntry", micros(servers.cpu() - servers.cpuCompilers(), records));
            row.put("diskWriteBytesPerEntry", Math.round(servers.diskWritten() / (double) records));
        }
        if (clients != null) {
            row.put("clientCpuUsPerEntry", micros(clients.cpu(), records));
            row.put("clientNoJitUsPerEntry", micros(clients.cpu() - clients.cpuCompilers(), records));
        }
        if (servers != null && clients != null) {
            ProcessStats all = servers.plus(clients);
            row.put("jitCpu", Figures.round(all.cpuCompilers(), 2));
            row.put("cpuUsPerEntry", micros(all.cpu(), records));
            row.put("cpuNoJitUsPerEntry", micros(all.cpu() - all.cpuCompilers(), records));
        }
    }

    private static @Nullable ProcessStats between(@Nullable ProcessStats earlier, @Nullable ProcessStats later) {
        return earlier == null || later == null ? null : later.since(earlier);
    }

    private static double micros(double seconds, long records) {
        return Figures.round(seconds * 1e6 / records, 2);
    }
}
