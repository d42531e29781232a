package io.daybook.bookie.entrylog;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes runs out of the entry records of one block, in the order they stand there. */
final class RunCollector {
    private final List<Part> parts = new ArrayList<>();

    private long ledgerId;
    private long[] ids = new long[64];
    private int count;
    private int position;
    private int bytes;

    private record Part(long ledgerId, EntryIds ids, int position, int bytes) {}

    void add(long ofLedger, long entryId, int recordPosition, int recordBytes) {
        if (count > 0 && ledgerId != ofLedger) {
            finish();
        }
        if (count == 0) {
            ledgerId = ofLedger;
            position = recordPosition;
            bytes = 0;
        } else if (count == ids.length) {
            ids = Arrays.copyOf(ids, count * 2);
        }
        ids[count++] = entryId;
        bytes += recordBytes;
    }

    /** Ends the run in progress: what comes next does not follow it directly. */
    void finish() {
        if (count > 0) {
            parts.add(new Part(ledgerId, EntryIds.of(ids, count), position, bytes));
            count = 0;
        }
    }

    /** Moves the runs of the block, whose place is known now, to {@code runs}. */
    void take(long file, long blockOffset, int blockLength, List<Run> runs) {
        finish();
        for (Part part : parts) {
            runs.add(new Run(part.ledgerId, part.ids, file, blockOffset, blockLength, part.position, part.bytes));
        }
        parts.clear();
    }
}
