package io.daybook.benchmarks.micro;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads benchmarks run on: of the kind that event loops have. Netty keeps buffers in a cache of the thread only for those, so on another
 * thread each buffer would cost more than it does in production. JMH makes it by its name.
 */
public final class LoopThreads extends ThreadPoolExecutor {

    /** What tells JMH to use it. */
    static final String KIND = "-Djmh.executor=CUSTOM";

    static final String CLASS = "-Djmh.executor.class=io.daybook.benchmarks.micro.LoopThreads";

    /** As production has it; the options of the launcher. */
    static final String OPEN = "--add-opens=java.base/java.nio=ALL-UNNAMED";

    static final String LEAKS = "-Dio.netty.leakDetection.level=disabled";

    static final String REFLECTION = "-Dio.netty.tryReflectionSetAccessible=true";

    public LoopThreads(int threads, String prefix) {
        super(threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new DefaultThreadFactory(prefix));
    }
}
