package io.daybook.sim.stream;

import io.daybook.ledger.LedgerClient;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RealLedgersTest extends LedgerClientContract {
    private static RealCluster cluster;
    private static RealCluster.Process process;

    @BeforeAll
    static void start() {
        cluster = new RealCluster(3);
        process = cluster.process("contract");
    }

    @AfterAll
    static void stop() {
        process.close();
        cluster.close();
    }

    @Override
    LedgerClient client() {
        return process.ledgers;
    }

    @Override
    <T> T await(CompletionStage<T> stage) {
        return RealCluster.await(stage);
    }
}
