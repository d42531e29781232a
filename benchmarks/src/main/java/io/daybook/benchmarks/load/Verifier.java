package io.daybook.benchmarks.load;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Compares what is read from one log with what was appended to it: each record once, in order, every byte. One thread at a time.
 *
 * <p>It says which record was the first that is lost, doubled, in the wrong place or damaged, and counts them all.
 */
public final class Verifier implements RecordSink {
    private final String log;
    private final int number;
    private final Payloads payloads;
    private final ByteBuffer checker;

    private long next;
    private long problems;
    private @Nullable String first;

    /**
     * A verifier of one log.
     *
     * @param log what to call the log in a sentence, such as "ledger 12"
     * @param number the number under which its records were made
     */
    public Verifier(String log, int number, Payloads payloads) {
        this.log = log;
        this.number = number;
        this.payloads = payloads;
        this.checker = payloads.checker();
    }

    @Override
    public void record(long position, ByteBuffer content) {
        if (content.remaining() < Payloads.HEAD_BYTES) {
            problem("%s, position %d: %d bytes are there instead of %d"
                    .formatted(log, position, content.remaining(), payloads.size()));
            next++;
            return;
        }
        long head = content.getLong(content.position());
        if (head == Payloads.head(number, next)) {
            if (position != next) {
                problem("%s: record %d was delivered as position %d".formatted(log, next, position));
            }
            if (!payloads.matches(number, next, content, checker)) {
                problem("%s, position %d: record %d is damaged".formatted(log, position, next));
            }
            next++;
            return;
        }
        misplaced(position, head);
    }

    private void misplaced(long position, long head) {
        long sequence = Payloads.sequenceOf(head);
        if (Payloads.numberOf(head) != number || sequence > position + (1L << 32)) {
            problem("%s, position %d: what is there names no record of this log; record %d belongs there"
                    .formatted(log, position, next));
            next++;
        } else if (sequence < next) {
            problem("%s, position %d: record %d came again or too late".formatted(log, position, sequence));
        } else {
            String gap = sequence == next + 1
                    ? "record %d is".formatted(next)
                    : "records %d to %d are".formatted(next, sequence - 1);
            problem("%s, position %d: %s missing, record %d is in its place".formatted(log, position, gap, sequence));
            next = sequence + 1;
        }
    }

    private void problem(String sentence) {
        problems++;
        if (first == null) {
            first = sentence;
        }
    }

    /** Says that the log has been read to its end: records 0 to {@code acknowledged} − 1 have to be there, up to {@code submitted} may be. */
    public void end(long acknowledged, long submitted) {
        if (next < acknowledged) {
            problem("%s ends after record %d, but %d records were acknowledged".formatted(log, next - 1, acknowledged));
        } else if (next > submitted) {
            problem("%s has %d records, but only %d were appended".formatted(log, next, submitted));
        }
    }

    /** Records that came in their place so far. */
    public long verified() {
        return next;
    }

    /** How often something was wrong. */
    public long problems() {
        return problems;
    }

    /** The first thing that was wrong, or null. */
    public @Nullable String firstProblem() {
        return first;
    }
}
