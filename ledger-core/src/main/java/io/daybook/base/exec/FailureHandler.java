package io.daybook.base.exec;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Told of an exception that left a task or a thread: a bug, after which the component it happened in must stop. */
@FunctionalInterface
public interface FailureHandler {

    /**
     * Called once, on the thread that failed, after which that thread does no more work.
     *
     * @param name of the loop or thread
     */
    void onFailure(String name, Throwable failure);

    /** Writes the failure to the log as an ERROR; the loop that failed stops by itself. */
    static FailureHandler logging() {
        return LoggedFailure.INSTANCE;
    }

    /** The default handler, apart so that an interface needs no public logger. */
    enum LoggedFailure implements FailureHandler {
        INSTANCE;

        private static final Logger LOG = LoggerFactory.getLogger(FailureHandler.class);

        @Override
        public void onFailure(String name, Throwable failure) {
            LOG.error("{} stopped because of a failure that nothing handled; restart the component", name, failure);
        }
    }
}
