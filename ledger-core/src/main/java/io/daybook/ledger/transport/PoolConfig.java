package io.daybook.ledger.transport;

import io.daybook.base.config.DataSize;
import io.daybook.base.error.Check;
import java.time.Duration;

/**
 * How a pool treats its connections.
 *
 * @param wire which format for what
 * @param connectTimeout how long opening a connection may take, the look-up of its address included
 * @param queueSizeMax most bytes that wait on one connection to be sent; more is refused as certainly not sent
 * @param retryDelayMin how long a bookie is left alone after a failed attempt to connect; doubles with each further failure
 * @param retryDelayMax up to this
 */
public record PoolConfig(
        WireChoice wire,
        Duration connectTimeout,
        DataSize queueSizeMax,
        Duration retryDelayMin,
        Duration retryDelayMax) {

    /** v2 for the hot path, 3 s to connect, 64 MiB of queue, 50 ms to 5 s between attempts. */
    public static final PoolConfig DEFAULT = of(WireChoice.V2_HOT);

    public PoolConfig {
        Check.argument(!connectTimeout.isNegative() && !connectTimeout.isZero(), "connect-timeout must be above 0");
        Check.argument(
                !retryDelayMin.isNegative() && retryDelayMax.compareTo(retryDelayMin) >= 0,
                "retry-delay-max is %s but must be at least retry-delay-min, %s",
                retryDelayMax,
                retryDelayMin);
    }

    /** The defaults with another choice of wire. */
    public static PoolConfig of(WireChoice wire) {
        return of(wire, DataSize.mebibytes(64));
    }

    /** The defaults with another choice of wire and another bound of the queue. */
    public static PoolConfig of(WireChoice wire, DataSize queueSizeMax) {
        return new PoolConfig(wire, Duration.ofSeconds(3), queueSizeMax, Duration.ofMillis(50), Duration.ofSeconds(5));
    }
}
