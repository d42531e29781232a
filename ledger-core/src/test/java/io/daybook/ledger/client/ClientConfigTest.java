package io.daybook.ledger.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.config.ConfigTree;
import io.daybook.base.config.DataSize;
import io.daybook.ledger.placement.PlacementConfig;
import io.daybook.ledger.placement.SpreadPlacement.Strictness;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClientConfigTest {

    @Test
    void anEmptySectionGivesTheDefaults() {
        ConfigTree tree = ConfigTree.builder("f").build();

        assertThat(ClientConfig.from(tree.section("client"))).isEqualTo(ClientConfig.DEFAULT);
        assertThat(tree.problems()).isEmpty();
        assertThat(ClientConfig.DEFAULT.payloadBytesMax()).isEqualTo(5_242_624);
    }

    @Test
    void everyKeyReachesItsField() {
        ConfigTree tree = ConfigTree.builder("f")
                .value("client.add-timeout", "1s", 1)
                .value("client.read-timeout", "2s", 2)
                .value("client.window-entries", "3", 3)
                .value("client.window-size", "4MiB", 4)
                .value("client.read-ahead", "5MiB", 5)
                .value("client.hedge-delay", "6ms", 6)
                .value("client.quarantine", "7s", 7)
                .value("client.ensemble-changes-max", "8", 8)
                .value("client.frame-size-max", "9MiB", 9)
                .value("client.wire", "v3", 10)
                .value("client.bookie-budget", "10MiB", 11)
                .value("client.placement.policy", "zone-aware", 12)
                .value("client.placement.strictness", "require", 13)
                .value("client.placement.domains-min", "3", 14)
                .build();

        ClientConfig config = ClientConfig.from(tree.section("client"));

        tree.check();
        assertThat(config)
                .isEqualTo(new ClientConfig(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        3,
                        DataSize.mebibytes(4),
                        DataSize.mebibytes(10),
                        DataSize.mebibytes(5),
                        Duration.ofMillis(6),
                        Duration.ofSeconds(7),
                        8,
                        DataSize.mebibytes(9),
                        ClientConfig.Wire.V3,
                        new PlacementConfig(PlacementConfig.Policy.ZONE_AWARE, Strictness.REQUIRE, 3)));
    }

    @ParameterizedTest
    @CsvSource({
        "add-timeout,0ms",
        "read-timeout,2h",
        "window-entries,0",
        "window-size,1B",
        "bookie-budget,63KiB",
        "read-ahead,2GiB",
        "hedge-delay,0ms",
        "quarantine,2d",
        "ensemble-changes-max,-1",
        "frame-size-max,1B",
        "wire,v1",
        "placement.policy,nearest",
        "placement.strictness,maybe",
        "placement.domains-min,0"
    })
    void eachBoundIsAProblem(String key, String value) {
        ConfigTree tree =
                ConfigTree.builder("f").value("client." + key, value, 1).build();

        ClientConfig.from(tree.section("client"));

        assertThat(tree.problems()).singleElement().asString().contains(key.substring(key.lastIndexOf('.') + 1));
    }

    @Test
    void aRecordMadeByHandIsCheckedToo() {
        ClientConfig d = ClientConfig.DEFAULT;

        assertThatThrownBy(() -> new ClientConfig(
                        d.addTimeout(),
                        d.readTimeout(),
                        0,
                        d.windowSize(),
                        d.bookieBudget(),
                        d.readAhead(),
                        d.hedgeDelay(),
                        d.quarantine(),
                        d.ensembleChangesMax(),
                        d.frameSizeMax(),
                        d.wire()))
                .hasMessageContaining("window-entries");
    }
}
