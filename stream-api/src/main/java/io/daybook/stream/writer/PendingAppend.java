package io.daybook.stream.writer;

import io.daybook.stream.AppendOptions;
import io.daybook.stream.AppendResult;
import io.daybook.stream.LogRecord;
import io.daybook.stream.StreamException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One append request: the future its caller holds, and the only object kept for it. Records are dropped as soon as they are encoded. Without records
 * it is a flush, which completes when all before it have.
 */
final class PendingAppend extends CompletableFuture<AppendResult> {
    final AppendOptions options;
    final int size; // bound of what it adds to a batch

    @Nullable
    LogRecord single; // one record needs no list

    @Nullable
    List<LogRecord> several;

    @Nullable
    PendingAppend next; // link of whatever list it is in

    @Nullable
    StreamException refusal; // decided; told when all before it are known

    long firstOffset;
    int count;

    PendingAppend(@Nullable LogRecord single, @Nullable List<LogRecord> several, AppendOptions options, int size) {
        this.single = single;
        this.several = several;
        this.options = options;
        this.size = size;
        this.count = single != null ? 1 : several == null ? 0 : several.size();
    }

    LogRecord record(int i) {
        LogRecord one = single;
        if (one != null) {
            return one;
        }
        List<LogRecord> list = several;
        if (list == null) {
            throw new IllegalStateException("the records of this request are encoded already");
        }
        return list.get(i);
    }

    boolean isFlush() {
        return count == 0;
    }

    void encoded(long offset) {
        firstOffset = offset;
        single = null;
        several = null;
    }
}
