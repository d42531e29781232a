package io.daybook.bookie.server;

import io.daybook.base.config.DataSize;
import io.daybook.base.error.Check;

/**
 * How much a bookie has under way at most.
 *
 * @param connectionBytes requests and answers of one connection; beyond it nothing more is read from the connection
 * @param totalBytes the same for all connections together
 * @param batchBytes answer to one batch read
 * @param connections open connections; further ones are closed at once
 * @param pollsPerConnection long polls parked by one connection; further ones are told BUSY
 * @param residentLedgers ledgers with their state in memory, all loops together, before idle ones are forgotten
 */
public record ServerLimits(
        DataSize connectionBytes,
        DataSize totalBytes,
        DataSize batchBytes,
        int connections,
        int pollsPerConnection,
        int residentLedgers) {

    /** Bytes a parked long poll is counted as. */
    static final int POLL_BYTES = 512;

    public ServerLimits {
        Check.argument(
                totalBytes.compareTo(connectionBytes) >= 0,
                "all connections together need at least the %s of one, not %s",
                connectionBytes,
                totalBytes);
        Check.argument(
                connections > 0 && pollsPerConnection > 0 && residentLedgers > 0, "each limit of a bookie is above 0");
    }

    /** What {@code total} bytes for requests and answers are enough for. */
    public static ServerLimits within(DataSize total, DataSize frameSizeMax) {
        long connection = Math.max(frameSizeMax.bytes() * 2, total.bytes() / 4);
        return new ServerLimits(
                DataSize.bytes(connection),
                DataSize.bytes(Math.max(total.bytes(), connection)),
                frameSizeMax,
                10_000,
                1_000,
                100_000);
    }
}
