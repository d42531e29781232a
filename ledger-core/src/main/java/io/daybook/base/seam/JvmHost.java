package io.daybook.base.seam;

import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This Java process. */
public final class JvmHost implements Host {
    private static final Logger LOG = LoggerFactory.getLogger(JvmHost.class);

    private final long bootId;
    private final IntConsumer end;

    private JvmHost(long bootId, IntConsumer end) {
        this.bootId = bootId;
        this.end = end;
    }

    /** The process, with a boot id drawn from {@code entropy}; {@link #exit} halts it at once, without shutdown hooks. */
    public static JvmHost halting(Entropy entropy) {
        return calling(entropy, status -> Runtime.getRuntime().halt(status));
    }

    /** As {@link #halting}, but {@link #exit} calls {@code end}: for one of several components in a process. */
    public static JvmHost calling(Entropy entropy, IntConsumer end) {
        byte[] bytes = new byte[Long.BYTES];
        entropy.nextBytes(bytes);
        long id = 0;
        for (byte b : bytes) {
            id = id << 8 | (b & 0xFF);
        }
        return new JvmHost(id, end);
    }

    @Override
    public long bootId() {
        return bootId;
    }

    @Override
    public void exit(int status, String reason) {
        LOG.error("stopping with status {}: {}", status, reason);
        end.accept(status);
    }
}
