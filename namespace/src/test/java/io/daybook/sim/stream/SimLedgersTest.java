package io.daybook.sim.stream;

import io.daybook.base.exec.Loops;
import io.daybook.ledger.LedgerClient;
import java.util.concurrent.CompletionStage;

class SimLedgersTest extends LedgerClientContract {
    private final StreamWorld world = new StreamWorld(7);
    private final Loops loops = world.world.node("client").loops("loop", 1);
    private final LedgerClient client = world.ledgers.client(loops);

    @Override
    LedgerClient client() {
        return client;
    }

    @Override
    <T> T await(CompletionStage<T> stage) {
        return world.await(stage);
    }
}
