package io.daybook.ledger.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerId;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class LedgerTreeTest {

    @Test
    void namesLedgersAsStockDoes() {
        for (Map<String, Object> vector : Vectors.of("ledger-paths", "vectors")) {
            LedgerId id = new LedgerId((Long) vector.get("ledgerId"));
            assertPath(LedgerTree.FLAT, id, (String) vector.get("flat"));
            assertPath(LedgerTree.HIERARCHICAL, id, (String) vector.get("hierarchical"));
            assertPath(LedgerTree.LONG_HIERARCHICAL, id, (String) vector.get("longHierarchical"));
            if (vector.containsKey("legacyHierarchical")) {
                assertPath(LedgerTree.LEGACY_HIERARCHICAL, id, (String) vector.get("legacyHierarchical"));
            } else {
                assertThatThrownBy(() -> LedgerTree.LEGACY_HIERARCHICAL.path(id))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Property(tries = 500)
    void everyPathLeadsBackToItsLedger(@ForAll @LongRange(min = 0) long id) {
        for (LedgerTree tree : LedgerTree.values()) {
            if (tree != LedgerTree.LEGACY_HIERARCHICAL || id < 10_000_000_000L) {
                assertThat(tree.ledgerAt(tree.path(new LedgerId(id)))).isEqualTo(id);
            }
        }
    }

    @Property(tries = 500)
    void noOtherNodeIsTakenForALedger(@ForAll String anything) {
        for (LedgerTree tree : LedgerTree.values()) {
            long id = tree.ledgerAt("/" + anything);
            assertThat(id == -1 || tree.path(new LedgerId(id)).equals("/" + anything))
                    .isTrue();
        }
    }

    @Test
    void knowsNeighboursOfLedgersThatAreNone() {
        for (String path : new String[] {
            "/available", "/cookies", "/LAYOUT", "/INSTANCEID", "/underreplication", "/idgen", "/idgen-long",
                    "/ID-0000000001",
            "/daybook", "/L", "/00/0000/0000", "/00/L0000", "/0/00000/L0000", "/00/0000/L00000",
                    "/999/9999/9999/9999/L9999", "",
            "/000/0000/0000/0000/L0000" // the default layout names ledger 0 otherwise
        }) {
            assertThat(LedgerTree.HIERARCHICAL.ledgerAt(path)).as(path).isEqualTo(-1);
        }
    }

    @Test
    void layoutIsWrittenAndReadAsByStock() {
        for (Map<String, Object> vector : Vectors.of("layout", "vectors")) {
            byte[] data = Vectors.hex(vector.get("dataHex"));

            LedgerTree tree = LayoutFormat.decode(data);

            assertThat(tree.factoryClass()).isEqualTo(vector.get("managerFactoryClass"));
            assertThat(LayoutFormat.encode(tree)).isEqualTo(data);
        }
    }

    @Test
    void layoutOfShadedAndAncientBuildsIsRead() {
        assertThat(LayoutFormat.decode("2\ndlshade.org.apache.bookkeeper.meta.FlatLedgerManagerFactory:1".getBytes()))
                .isEqualTo(LedgerTree.FLAT);
        assertThat(LayoutFormat.decode("1\nhierarchical:1".getBytes())).isEqualTo(LedgerTree.HIERARCHICAL);
    }

    @Test
    void layoutThatMeansNothingIsRefused() {
        for (String text : new String[] {"", "2", "3\nx:1", "2\nx", "2\nx:1:2", "2\norg.example.Other:1", "2\nx:y"}) {
            assertThatThrownBy(() -> LayoutFormat.decode(text.getBytes()))
                    .as(text)
                    .isInstanceOf(MalformedMetadataException.class)
                    .hasMessageContaining("LAYOUT");
        }
    }

    @Test
    void bookieIdsAreJudgedAsByStock() {
        for (Map<String, Object> vector : Vectors.of("bookie-ids", "vectors")) {
            String id = (String) vector.get("bookieId");
            assertThat(BookieId.valid(id)).as(id).isEqualTo(vector.get("valid"));
        }
    }

    private static void assertPath(LedgerTree tree, LedgerId id, String path) {
        assertThat(tree.path(id)).isEqualTo(path);
        assertThat(tree.ledgerAt(path)).isEqualTo(id.value());
    }
}
