package io.daybook.benchmarks.load;

import java.nio.ByteBuffer;

/** Takes records of one log in order, one call at a time. */
@FunctionalInterface
public interface RecordSink {

    /**
     * One record.
     *
     * @param position where it is in its log, counted from 0
     * @param content its bytes, from position to limit; borrowed for this call
     */
    void record(long position, ByteBuffer content);
}
