package io.daybook.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StopsOnExitTest {
    private final List<String> stopped = new ArrayList<>();
    private final StopsOnExit stops = new StopsOnExit();

    @Test
    void whatBeganLastStopsFirstAndOnce() {
        stops.add(() -> stopped.add("metadata"));
        stops.add(() -> stopped.add("servers"));
        stops.add(() -> stopped.add("client"));

        stops.run();
        stops.run();

        assertThat(stopped).containsExactly("client", "servers", "metadata");
    }

    @Test
    void whatComesAfterTheProcessWasToldStopsAtOnce() {
        stops.run();

        stops.add(() -> stopped.add("client"));

        assertThat(stopped).containsExactly("client");
    }

    @Test
    void whatEndedByItselfIsNotStopped() {
        stops.add(() -> stopped.add("client"));
        stops.clear();

        stops.run();

        assertThat(stopped).isEmpty();
    }
}
