package io.daybook.cli;

import picocli.CommandLine.Option;

/** How a command prints its result. */
final class OutputOptions {

    /** Forms of output. */
    enum Format {
        TEXT,
        JSON
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text (default) or json: one JSON value per line on standard output")
    private Format format = Format.TEXT;

    boolean json() {
        return format == Format.JSON;
    }
}
