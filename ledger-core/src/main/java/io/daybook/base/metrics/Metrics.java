package io.daybook.base.metrics;

import io.daybook.base.error.Check;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * All meters of one component or process. Safe from any thread; meters are made at start, not per operation.
 *
 * <p>Names are like {@code daybook.journal.sync.seconds}, tags come in pairs and have few values: never a ledger id.
 */
public final class Metrics {
    private final List<Meter> meters = new CopyOnWriteArrayList<>();

    /** A new counter; those of one name and tags are added up when read. */
    public Counter counter(String name, String... tags) {
        Counter counter = new Counter();
        meters.add(new Meter(key(name, tags), counter));
        return counter;
    }

    /** A new gauge; those of one name and tags are added up when read. */
    public Gauge gauge(String name, String... tags) {
        Gauge gauge = new Gauge();
        meters.add(new Meter(key(name, tags), gauge));
        return gauge;
    }

    /** A new timer; those of one name and tags are added up when read. */
    public Timer timer(String name, String... tags) {
        Timer timer = new Timer();
        meters.add(new Meter(key(name, tags), timer));
        return timer;
    }

    /** What all meters say now, sorted by name and tags. */
    public List<Reading> read() {
        Map<String, Reading> readings = new TreeMap<>();
        for (Meter meter : meters) {
            readings.merge(
                    meter.key.toString(), meter.read(Distribution.EMPTY), (first, ignored) -> meter.addTo(first));
        }
        return List.copyOf(readings.values());
    }

    private static Key key(String name, String... tags) {
        Check.argument(
                tags.length % 2 == 0, "the tags of %s are pairs of name and value, not %d words", name, tags.length);
        return new Key(name, List.of(tags));
    }

    /** What one name says. */
    public sealed interface Reading {

        /** Name of the meter. */
        String name();

        /** Tag names and values in turn. */
        List<String> tags();

        /** A counter's sum. */
        record Count(String name, List<String> tags, long value) implements Reading {}

        /** A gauge's level. */
        record Level(String name, List<String> tags, long value) implements Reading {}

        /** A timer's durations. */
        record Durations(String name, List<String> tags, Distribution distribution) implements Reading {}
    }

    private record Key(String name, List<String> tags) {}

    private record Meter(Key key, Object field) {

        Reading read(Distribution before) {
            if (field instanceof Counter counter) {
                return new Reading.Count(key.name, key.tags, counter.value());
            }
            if (field instanceof Gauge gauge) {
                return new Reading.Level(key.name, key.tags, gauge.value());
            }
            return new Reading.Durations(key.name, key.tags, ((Timer) field).addTo(before));
        }

        Reading addTo(Reading first) {
            if (first instanceof Reading.Count count && field instanceof Counter counter) {
                return new Reading.Count(key.name, key.tags, count.value() + counter.value());
            }
            if (first instanceof Reading.Level level && field instanceof Gauge gauge) {
                return new Reading.Level(key.name, key.tags, level.value() + gauge.value());
            }
            if (first instanceof Reading.Durations durations && field instanceof Timer) {
                return read(durations.distribution());
            }
            throw new IllegalStateException("the meters of %s are of different kinds".formatted(key.name));
        }
    }
}
