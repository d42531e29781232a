package io.daybook.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.exec.Loop;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.Transport;
import io.daybook.base.seam.TransportContract;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;

final class SimTransportTest extends TransportContract {
    private final SimWorld world = new SimWorld(11);
    private final SimNode server = world.node("server");
    private final SimNode client = world.node("client");
    private final Transport serverTransport = server.transport(1 << 20, null);
    private final Transport clientTransport = client.transport(1 << 20, null);

    @AfterEach
    void releasesEveryFrame() {
        serverTransport.close();
        clientTransport.close();
        world.runUntilIdle();

        assertThat(world.heldBytes()).as("bytes of frames that nobody released").isZero();
        assertThat(world.network().openConnections()).isZero();
    }

    @Override
    protected Transport server() {
        return serverTransport;
    }

    @Override
    protected Transport client() {
        return clientTransport;
    }

    @Override
    protected Loop serverLoop() {
        return server.loop("loop-0");
    }

    @Override
    protected Loop clientLoop() {
        return client.loop("loop-0");
    }

    @Override
    protected <T> T await(CompletionStage<T> stage) {
        return world.await(stage);
    }

    @Override
    protected int frameSizeMax() {
        return 1 << 20;
    }

    @Override
    protected HostPort anyAddress() {
        return new HostPort("server", 0);
    }
}
