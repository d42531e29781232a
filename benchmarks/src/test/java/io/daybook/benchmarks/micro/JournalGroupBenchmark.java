package io.daybook.benchmarks.micro;

import io.daybook.base.seam.SecureEntropy;
import io.daybook.bookie.DurableLog;
import io.daybook.bookie.DurableLog.Kind;
import io.daybook.bookie.journal.GroupDoor;
import io.daybook.bookie.journal.Journal;
import io.daybook.bookie.journal.JournalConfig;
import io.daybook.bookie.journal.JournalPosition;
import io.daybook.bookie.journal.JournalReplay;
import io.netty.buffer.ByteBuf;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Entries made durable in groups of {@value #GROUP}, over a disk that is done at once: first the bytes alone, then the whole journal. One operation is one entry. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            LoopThreads.KIND,
            LoopThreads.CLASS,
            LoopThreads.OPEN,
            LoopThreads.REFLECTION,
            LoopThreads.LEAKS
        })
public class JournalGroupBenchmark {
    static final int GROUP = 128;

    @Param("1024")
    public int size = 1024;

    private final HandLoop loop = HandLoop.punctual();
    private final JournalConfig config = JournalConfig.in(Path.of("/journal"));
    private final GroupDoor group = new GroupDoor(config.groupSizeMax().intBytes(), loop);

    private ByteBuf entry = Bytes.direct(0);
    private ByteBuf entries = Bytes.direct(0);
    private long groups;
    private Journal journal = open(config, loop);
    private long id;
    private long durable;
    private final DurableLog.Completion completion = failure -> {
        if (failure != null) {
            throw failure;
        }
        durable++;
    };

    @Setup
    public void fill() {
        entry.release();
        entry = Bytes.direct(size + 36);
        entries.release();
        entries = GroupCodecsBenchmark.group(size + 36, 0);
    }

    @TearDown
    public void release() {
        journal.close(loop);
        loop.turn();
        entry.release();
        entries.release();
    }

    /** Copy, record header, checksum; then the header of the group. */
    @Benchmark
    @OperationsPerInvocation(GROUP)
    public int bytesOfAGroup() {
        for (int i = 0; i < GROUP; i++) {
            group.add(7, ++id, entry.retain());
        }
        return group.seal();
    }

    /** The way there and back: queue, group, write, sync, completion. */
    @Benchmark
    @OperationsPerInvocation(GROUP)
    public long appendAndSync() {
        for (int i = 0; i < GROUP; i++) {
            journal.append(Kind.ENTRY, 7, ++id, entry.retain(), loop, completion);
        }
        loop.turn();
        if (id % (GROUP * 1024) < GROUP) {
            journal.release(journal.writtenPosition(), loop);
            loop.turn();
        }
        return durable;
    }

    /** As {@link #appendAndSync}, from two group adds. */
    @Benchmark
    @OperationsPerInvocation(GROUP)
    public long appendAllAndSync() {
        for (int i = 0; i < GROUP / GroupCodecsBenchmark.GROUP; i++) {
            journal.appendAll(entries.retain(), GroupCodecsBenchmark.GROUP, loop, completion);
        }
        loop.turn();
        if (++groups % 1024 == 0) {
            journal.release(journal.writtenPosition(), loop);
            loop.turn();
        }
        return durable;
    }

    static Journal open(JournalConfig config, HandLoop loop) {
        ForgetfulDisk disk = new ForgetfulDisk();
        Journal[] opened = new Journal[1];
        JournalReplay.run(config, disk, loop, JournalGroupBenchmark::unexpected)
                .thenCompose(replayed -> Journal.open(config, disk, new SecureEntropy(), loop, loop, replayed, stop -> {
                    throw stop;
                }))
                .thenAccept(journal -> opened[0] = journal);
        loop.turn();
        return Objects.requireNonNull(opened[0], "the journal did not open");
    }

    private static CompletableFuture<Void> unexpected(
            JournalPosition group, Kind kind, long ledgerId, long entryId, ByteBuf payload) {
        throw new AssertionError("an empty disk has a record");
    }
}
