package io.daybook.stream.writer;

import io.daybook.stream.LogRecord;
import io.daybook.stream.StreamException;
import io.daybook.stream.TxidMode;
import io.daybook.stream.record.OpenBatch;
import io.daybook.stream.record.RecordFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which requests can be appended at all, whatever stands before them: sizes, and who gives the ordering numbers. Safe from any thread. */
final class RequestShape {
    private final String stream;
    private final long recordBytesMax;
    private final int batchBytesMax;
    private final boolean ownTxids;

    RequestShape(WriterEnvironment env) {
        this.stream = env.name();
        this.recordBytesMax = env.config().recordSizeMax().bytes();
        this.batchBytesMax = env.batchBytesMax();
        this.ownTxids = env.config().txidMode() == TxidMode.APPLICATION;
    }

    /** Why {@code record} cannot be appended, or null. */
    @Nullable
    StreamException refusal(LogRecord record) {
        long size = record.contentBytes();
        if (size > recordBytesMax || OpenBatch.sizeMax(record) + RecordFormat.HEADER_BYTES > batchBytesMax) {
            return new StreamException.TooLarge(
                    "a record of %d bytes for stream %s is over the limit of %d; nothing was sent"
                            .formatted(size, stream, recordBytesMax));
        }
        if (ownTxids == (record.txid() == LogRecord.NO_TXID)) {
            return new StreamException.Invalid(
                    ownTxids
                            ? "stream %s wants a txid on every record".formatted(stream)
                            : "stream %s gives txids itself; append records without".formatted(stream));
        }
        return null;
    }

    /** Why {@code records} cannot be appended in one batch, or null. */
    @Nullable
    StreamException refusal(List<LogRecord> records) {
        if (records.isEmpty()) {
            return new StreamException.Invalid("an append to stream %s has no records".formatted(stream));
        }
        for (LogRecord record : records) {
            StreamException refusal = refusal(record);
            if (refusal != null) {
                return refusal;
            }
        }
        long size = sizeMax(records);
        if (size + RecordFormat.HEADER_BYTES > batchBytesMax) {
            return new StreamException.TooLarge(
                    "an append of %d bytes to stream %s is over the limit of %d for one batch; append less at once"
                            .formatted(size, stream, batchBytesMax));
        }
        return null;
    }

    /** Upper bound of what {@code records} add to a batch. */
    static long sizeMax(List<LogRecord> records) {
        long size = 0;
        for (LogRecord record : records) {
            size += OpenBatch.sizeMax(record);
        }
        return size;
    }
}
