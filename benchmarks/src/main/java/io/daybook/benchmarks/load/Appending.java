package io.daybook.benchmarks.load;

/** One log while it is written: what was handed in, and what was acknowledged. */
final class Appending {
    private final LoadLog log;
    private final int number;

    private long submitted; // by whoever appends
    private long acknowledged; // by the log's lane

    Appending(LoadLog log, int number) {
        this.log = log;
        this.number = number;
    }

    LoadLog log() {
        return log;
    }

    int number() {
        return number;
    }

    void append(Payloads payloads, long token, LoadLog.Acks acks) {
        log.append(payloads, number, submitted++, token, acks);
    }

    /** Counts an acknowledgement; false if it is not the one that is due. */
    boolean acknowledge(long position) {
        return position == acknowledged++;
    }

    /** Records handed in; settled once appending has stopped. */
    long submitted() {
        return submitted;
    }

    /** Records acknowledged; settled once appends in flight have ended. */
    long acknowledged() {
        return acknowledged;
    }
}
