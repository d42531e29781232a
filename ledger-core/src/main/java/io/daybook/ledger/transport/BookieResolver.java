package io.daybook.ledger.transport;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.HostPort;
import io.daybook.ledger.BookieId;

/** Knows where bookies are reached at the moment. */
@FunctionalInterface
public interface BookieResolver {

    /** The address of {@code bookie}; completes on {@code loop}, fails if the bookie is not registered. */
    Promise<HostPort> resolve(BookieId bookie, Loop loop);
}
