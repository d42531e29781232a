package io.daybook.ledger.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Loop;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.RepairHint;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RepairHintStoreTest {
    private static final LedgerId LEDGER = new LedgerId(7);
    private static final BookieId B1 = new BookieId("b1:3181");
    private static final BookieId B2 = new BookieId("b2:3181");

    private final SimWorld world = new SimWorld(1);
    private final SimNode node = world.node("n");
    private final Loop loop = node.loop("main");
    private RepairHintStore hints;

    @BeforeEach
    void openCluster() {
        MetadataUri uri = MetadataUri.parse("zk+hierarchical://metadata:2181/ledgers");
        ClusterLayout layout = world.await(ClusterLayout.init(node.metaStore(), uri, node.entropy(), loop));
        hints = new RepairHintStore(node.metaStore(), layout);
    }

    @Test
    void nothingIsNotedOfALedgerAtFirst() {
        assertThat(world.await(hints.read(LEDGER, loop))).isEmpty();
    }

    @Test
    void whatIsAddedIsJoinedWithWhatIsThere() {
        world.await(hints.add(LEDGER, List.of(new RepairHint(0, 1, B1, 3, 5), new RepairHint(0, 2, B2, 4, 4)), loop));
        world.await(
                hints.add(LEDGER, List.of(new RepairHint(0, 1, B1, 6, 9), new RepairHint(10, 1, B1, 12, 12)), loop));

        assertThat(world.await(hints.read(LEDGER, loop)))
                .containsExactly(
                        new RepairHint(0, 1, B1, 3, 9),
                        new RepairHint(0, 2, B2, 4, 4),
                        new RepairHint(10, 1, B1, 12, 12));
    }

    @Test
    void twoWhoAddAtOnceLoseNothing() {
        var one = hints.add(LEDGER, List.of(new RepairHint(0, 1, B1, 3, 5)), loop);
        var other = hints.add(LEDGER, List.of(new RepairHint(0, 2, B2, 3, 5)), loop);
        world.await(one);
        world.await(other);

        assertThat(world.await(hints.read(LEDGER, loop))).hasSize(2);
    }

    @Test
    void manyRangesOfASlotAreJoinedOverTheirGapsSoThatTheNodeStaysSmall() {
        List<RepairHint> many = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            many.add(new RepairHint(0, 1, B1, i * 10L, i * 10L));
        }

        world.await(hints.add(LEDGER, many, loop));

        assertThat(world.await(hints.read(LEDGER, loop))).containsExactly(new RepairHint(0, 1, B1, 0, 2990));
    }

    @Test
    void removingTwiceIsRemoving() {
        world.await(hints.add(LEDGER, List.of(new RepairHint(0, 1, B1, 3, 5)), loop));

        world.await(hints.remove(LEDGER, loop));
        world.await(hints.remove(LEDGER, loop));

        assertThat(world.await(hints.read(LEDGER, loop))).isEmpty();
    }

    @Test
    void theBytesAreThoseOfTheDocument() {
        byte[] bytes = RepairHintFormat.encode(List.of(new RepairHint(0, 1, B1, 3, 5)));

        assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo("DaybookRepairHints\t1\n0\t1\tb1:3181\t3\t5\n");
        assertThat(RepairHintFormat.decode(bytes)).containsExactly(new RepairHint(0, 1, B1, 3, 5));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "DaybookRepairHints\t2\n",
                "DaybookRepairHints\t1",
                "DaybookRepairHints\t1\n0\t1\tb1:3181\t3\t5",
                "DaybookRepairHints\t1\n0\t1\tb1:3181\t3\n",
                "DaybookRepairHints\t1\n0\tx\tb1:3181\t3\t5\n",
                "DaybookRepairHints\t1\n4\t1\tb1:3181\t3\t5\n",
                "DaybookRepairHints\t1\n0\t1\tb1:3181\t5\t3\n"
            })
    void whatIsNoSuchTextIsRefused(String text) {
        assertThatThrownBy(() -> RepairHintFormat.decode(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedMetadataException.class);
    }
}
