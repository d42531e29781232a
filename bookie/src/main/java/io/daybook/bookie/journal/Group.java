package io.daybook.bookie.journal;

import io.daybook.base.exec.Loop;
import io.daybook.bookie.BookieException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Appends that share one write and one sync, sorted by who must be told: each caller's loop is given one task.
 *
 * <p>That task also releases the payloads: a pooled buffer goes back fastest where it came from.
 */
final class Group {
    private final List<Share> shares = new ArrayList<>(4);
    private @Nullable Share last; // where the latest went: the next one's place most of the time

    boolean isEmpty() {
        return shares.isEmpty();
    }

    void add(PendingAppend append) {
        Share share = last;
        if (share == null || share.caller != append.caller) {
            share = shareOf(append);
            last = share;
        }
        share.add(append);
    }

    /** Tells all callers, each on its loop and in the order it appended. */
    void tell(@Nullable BookieException failure) {
        for (Share share : shares) {
            share.failure = failure;
            try {
                share.caller.execute(share);
            } catch (RejectedExecutionException closed) {
                share.release(); // the loop has been closed with all that ran on it: nobody is left to be told
            }
        }
    }

    private Share shareOf(PendingAppend append) {
        for (Share share : shares) {
            if (share.caller == append.caller) {
                return share;
            }
        }
        var share = new Share(append.caller);
        shares.add(share);
        return share;
    }

    /** One caller's appends. */
    private static final class Share implements Runnable {
        private final Loop caller;
        private @Nullable PendingAppend first;
        private @Nullable PendingAppend last;
        private @Nullable BookieException failure;

        Share(Loop caller) {
            this.caller = caller;
        }

        void add(PendingAppend append) {
            if (last == null) {
                first = append;
            } else {
                last.next = append;
            }
            last = append;
        }

        @Override
        public void run() {
            for (PendingAppend each = first; each != null; each = each.next) {
                each.releasePayload();
                each.completion.done(failure);
            }
        }

        void release() {
            for (PendingAppend each = first; each != null; each = each.next) {
                each.releasePayload();
            }
        }
    }
}
