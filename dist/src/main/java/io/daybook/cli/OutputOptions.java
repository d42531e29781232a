package io.daybook.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /** Says that a cluster can be used. */
    void ready(String metadata, List<String> bookies) {
        if (json()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("ready", true);
            line.put("metadata", metadata);
            line.put("bookies", bookies);
            line.put("pid", ProcessHandle.current().pid());
            System.out.println(Json.line(line));
        } else {
            System.out.println(
                    "ready metadata=" + metadata + (bookies.isEmpty() ? "" : " bookies=" + String.join(",", bookies)));
        }
    }

    /** Says, as JSON only, whether a destructive command has done it. */
    void deleted(String kind, Object which, boolean done) {
        if (json()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put(kind, which);
            line.put("deleted", done);
            System.out.println(Json.line(line));
        }
    }

    boolean json() {
        return format == Format.JSON;
    }
}
