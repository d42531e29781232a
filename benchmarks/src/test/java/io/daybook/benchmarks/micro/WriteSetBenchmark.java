package io.daybook.benchmarks.micro;

import io.daybook.ledger.Replication;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Where an entry's copies go, and whether a bookie has one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
public class WriteSetBenchmark {

    @Param({"3/3/2", "5/3/2"})
    public String replication = "3/3/2";

    private Replication spread = Replication.DEFAULT;
    private long entry;

    @Setup
    public void parse() {
        spread = Replication.parse(replication);
    }

    @Benchmark
    public long slotsOfAnEntry() {
        entry++;
        long slots = 0;
        for (int i = 0; i < spread.writeQuorum(); i++) {
            slots |= 1L << spread.slot(entry, i);
        }
        return slots;
    }

    @Benchmark
    public boolean holds() {
        return spread.holds(1, ++entry);
    }

    @Benchmark
    public boolean covers() {
        return spread.covers(++entry & 0b11111);
    }
}
