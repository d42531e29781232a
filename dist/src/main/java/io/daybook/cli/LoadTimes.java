package io.daybook.cli;

import java.time.Duration;
import picocli.CommandLine.Option;

/** For how long appends go on. */
final class LoadTimes {
    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "how long to measure (default ${DEFAULT-VALUE})")
    private Duration duration = Duration.ofSeconds(10);

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "how long the load runs before that, so that Java has compiled it (default ${DEFAULT-VALUE})")
    private Duration warmup = Duration.ofSeconds(10);

    Duration duration() {
        return duration;
    }

    Duration warmup() {
        return warmup;
    }
}
