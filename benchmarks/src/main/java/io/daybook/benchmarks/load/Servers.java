package io.daybook.benchmarks.load;

import java.io.IOException;
import java.util.List;

/** The servers under load, as far as this process knows them. */
public interface Servers extends AutoCloseable {

    /** Servers of which nothing is known but how to reach them. */
    Servers UNKNOWN = of(List.of());

    /** Processes of this machine that belong to others; empty if nobody knows. */
    static Servers of(List<Long> pids) {
        List<Long> copy = List.copyOf(pids);
        return () -> copy;
    }

    /** The processes that store, on this machine; empty if that is not known. */
    List<Long> pids();

    /** Those that this object started and that have ended by themselves, for people. */
    default List<String> ended() throws IOException {
        return List.of();
    }

    /** Whether {@link #restart} can be called. */
    default boolean canRestart() {
        return false;
    }

    /** Stops the storing servers in an orderly way and starts them again on their data; returns when they can be used. */
    default void restart() throws IOException {
        throw new UnsupportedOperationException("these servers are somebody else's");
    }

    /** Ends what this object started. */
    @Override
    default void close() {}
}
