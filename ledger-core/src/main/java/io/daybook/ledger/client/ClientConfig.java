package io.daybook.ledger.client;

import io.daybook.base.config.ConfigSection;
import io.daybook.base.config.DataSize;
import io.daybook.base.error.Check;
import io.daybook.ledger.placement.PlacementConfig;
import java.time.Duration;

/**
 * How ledgers are written and read: section {@code client} of a configuration file.
 *
 * @param addTimeout how long a bookie may take to acknowledge an entry before it counts as failed and is replaced
 * @param readTimeout how long a bookie may take to answer a read before its copy counts as unknown
 * @param windowEntries entries in flight per writer
 * @param windowSize bytes in flight per writer
 * @param bookieBudget bytes of open adds by which a bookie may be behind the others of its ensemble before a writer goes on without it (R45, R46); bounds
 *     what a loop keeps in memory for one slow bookie
 * @param readAhead bytes of entries that one range read holds in flight
 * @param hedgeDelay how long a read waits for one bookie before it asks another as well
 * @param quarantine how long a bookie that failed gets no new fragments from this client; up to four times as long if it goes on failing
 * @param ensembleChangesMax changes of bookies after which a writer seals its ledger
 * @param frameSizeMax largest frame the bookies accept; bounds an entry
 * @param wire which of the two wire formats carries adds and reads
 * @param placement which bookies a ledger is put on
 */
public record ClientConfig(
        Duration addTimeout,
        Duration readTimeout,
        int windowEntries,
        DataSize windowSize,
        DataSize bookieBudget,
        DataSize readAhead,
        Duration hedgeDelay,
        Duration quarantine,
        int ensembleChangesMax,
        DataSize frameSizeMax,
        Wire wire,
        PlacementConfig placement) {

    /** Room that a frame needs around a payload, with a margin for what requests may grow. */
    private static final int FRAME_OVERHEAD = 256;

    public static final ClientConfig DEFAULT = new ClientConfig(
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            10_000,
            DataSize.mebibytes(64),
            DataSize.mebibytes(32),
            DataSize.mebibytes(8),
            Duration.ofMillis(200),
            Duration.ofSeconds(30),
            32,
            DataSize.mebibytes(5),
            Wire.V2);

    public ClientConfig {
        Check.argument(windowEntries >= 1, "window-entries is %s but must be at least 1", windowEntries);
        Check.argument(ensembleChangesMax >= 0, "ensemble-changes-max is %s but must be 0 or more", ensembleChangesMax);
        Check.argument(
                frameSizeMax.bytes() > FRAME_OVERHEAD && frameSizeMax.bytes() <= Integer.MAX_VALUE,
                "frame-size-max is %s but must be between 1KiB and 2GiB",
                frameSizeMax);
    }

    /** A configuration that puts ledgers on any bookies. */
    public ClientConfig(
            Duration addTimeout,
            Duration readTimeout,
            int windowEntries,
            DataSize windowSize,
            DataSize bookieBudget,
            DataSize readAhead,
            Duration hedgeDelay,
            Duration quarantine,
            int ensembleChangesMax,
            DataSize frameSizeMax,
            Wire wire) {
        this(
                addTimeout,
                readTimeout,
                windowEntries,
                windowSize,
                bookieBudget,
                readAhead,
                hedgeDelay,
                quarantine,
                ensembleChangesMax,
                frameSizeMax,
                wire,
                PlacementConfig.DEFAULT);
    }

    /** Reads the section; problems are recorded there. */
    public static ClientConfig from(ConfigSection section) {
        Duration second = Duration.ofSeconds(1);
        Duration hour = Duration.ofHours(1);
        String wire = section.text("wire", "v2");
        if (!wire.equals("v2") && !wire.equals("v3")) {
            section.problem("wire", "must be v2 (less work per entry) or v3, not '" + wire + "'");
        }
        return new ClientConfig(
                section.duration(
                        "add-timeout", DEFAULT.addTimeout, Duration.ofMillis(1), hour), // more on disks that stall
                section.duration(
                        "read-timeout", DEFAULT.readTimeout, Duration.ofMillis(1), hour), // less when replicas are many
                section.integer(
                        "window-entries",
                        DEFAULT.windowEntries,
                        1,
                        1_000_000), // less to bound latency, more for distant bookies
                section.size(
                        "window-size",
                        DEFAULT.windowSize,
                        DataSize.kibibytes(1),
                        DataSize.gibibytes(1)), // memory per writer
                section.size(
                        "bookie-budget",
                        DEFAULT.bookieBudget,
                        DataSize.kibibytes(64),
                        DataSize.gibibytes(1)), // more where bookies stall and come back, less to save memory
                section.size(
                        "read-ahead",
                        DEFAULT.readAhead,
                        DataSize.kibibytes(1),
                        DataSize.gibibytes(1)), // memory per reader
                section.duration(
                        "hedge-delay",
                        DEFAULT.hedgeDelay,
                        Duration.ofMillis(1),
                        hour), // less for shorter tails, more load
                section.duration(
                        "quarantine",
                        DEFAULT.quarantine,
                        Duration.ZERO,
                        hour.multipliedBy(24)), // longer when bookies flap
                section.integer(
                        "ensemble-changes-max",
                        DEFAULT.ensembleChangesMax,
                        0,
                        10_000), // how long a metadata record may grow
                section.size(
                        "frame-size-max",
                        DEFAULT.frameSizeMax,
                        DataSize.kibibytes(1),
                        DataSize.mebibytes(1024)), // as on the bookies
                wire.equals("v3") ? Wire.V3 : Wire.V2, // v3 where something between speaks nothing else
                PlacementConfig.from(section.section("placement")));
    }

    /** This configuration with another way to choose bookies. */
    public ClientConfig withPlacement(PlacementConfig other) {
        return new ClientConfig(
                addTimeout,
                readTimeout,
                windowEntries,
                windowSize,
                bookieBudget,
                readAhead,
                hedgeDelay,
                quarantine,
                ensembleChangesMax,
                frameSizeMax,
                wire,
                other);
    }

    /** Largest payload of one entry, in bytes. */
    public int payloadBytesMax() {
        return frameSizeMax.intBytes() - FRAME_OVERHEAD;
    }

    /** A wire format for the hot operations; those that exist in one format only go over that one. */
    public enum Wire {
        V2,
        V3
    }
}
