package io.daybook.base.exec;

import io.daybook.base.error.Check;
import io.daybook.base.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** A group of {@link ThreadLoop}s, started together and closed in reverse order. */
public final class ThreadLoops implements AutoCloseable {
    private final List<ThreadLoop> members;
    private final Loops loops;

    private ThreadLoops(List<ThreadLoop> members) {
        this.members = members;
        this.loops = new Loops(List.copyOf(members));
    }

    /** Starts {@code prefix-0} to {@code prefix-(n-1)}. */
    public static ThreadLoops start(String prefix, int n, Clock clock, FailureHandler failures) {
        Check.argument(n >= 1, "a group of loops needs at least one loop, not %d", n);
        List<ThreadLoop> members = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            members.add(ThreadLoop.start(prefix + "-" + i, clock, failures));
        }
        return new ThreadLoops(members);
    }

    /** The running loops. */
    public Loops loops() {
        return loops;
    }

    /** Closes each loop after what was queued on it has run. */
    @Override
    public void close() {
        for (int i = members.size() - 1; i >= 0; i--) {
            members.get(i).close();
        }
    }
}
