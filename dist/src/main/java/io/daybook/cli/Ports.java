package io.daybook.cli;

/** Port numbers as options give them. */
final class Ports {
    private Ports() {}

    static int check(String option, int port) {
        if (port < 0 || port > 65_535) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "%s is %d, which is no port; use 0 (any free one) to 65535".formatted(option, port));
        }
        return port;
    }
}
