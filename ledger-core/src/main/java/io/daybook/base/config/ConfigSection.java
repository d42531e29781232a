package io.daybook.base.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * One section of a configuration: typed access to its keys, with defaults and bounds.
 *
 * <p>Nothing here throws for a user's mistake: a missing, unparsable or out-of-bounds value is recorded as a problem (with
 * file and line where known) and the default, or a harmless stand-in, is returned, so that one load reports all
 * problems. Keys that nobody asked for are reported with the nearest key that was. One thread only.
 */
public interface ConfigSection {

    /** The section below this one; empty if the file does not have it. */
    ConfigSection section(String name);

    /** A path without default: its absence is a problem. */
    Path path(String key);

    Path path(String key, Path byDefault);

    List<Path> paths(String key, List<Path> byDefault);

    /** A size in words ({@code 512KiB}) between {@code min} and {@code max}, both included. */
    DataSize size(String key, DataSize byDefault, DataSize min, DataSize max);

    /** A duration in words ({@code 10s}, {@code 5ms}, {@code 1h}) between {@code min} and {@code max}, both included. */
    Duration duration(String key, Duration byDefault, Duration min, Duration max);

    /** A whole number between {@code min} and {@code max}, both included. */
    int integer(String key, int byDefault, int min, int max);

    boolean bool(String key, boolean byDefault);

    String text(String key, String byDefault);

    /** Records a problem that only a comparison of several keys shows. */
    void problem(String key, String sentence);
}
