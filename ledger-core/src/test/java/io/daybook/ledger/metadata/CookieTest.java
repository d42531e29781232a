package io.daybook.ledger.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.ledger.BookieId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class CookieTest {

    @Test
    void isWrittenAndReadAsByStock() {
        for (Map<String, Object> vector : Vectors.of("cookies", "vectors")) {
            byte[] data = Vectors.hex(vector.get("dataHex"));
            Cookie meant = fromFields(vector);
            if (!(boolean) vector.get("reparsesToEqualCookie")) {
                assertThatThrownBy(() -> Cookie.decode(data)).isInstanceOf(MalformedMetadataException.class);
                continue;
            }

            assertThat(Cookie.decode(data)).as((String) vector.get("name")).isEqualTo(meant);
            assertThat(meant.encode()).as((String) vector.get("name")).isEqualTo(data);
        }
    }

    @Test
    void judgesHandWrittenCookiesAsStockDoes() {
        for (Map<String, Object> input : Vectors.of("cookies", "parserBehaviour")) {
            byte[] data = ((String) input.get("dataText")).getBytes(StandardCharsets.UTF_8);
            String name = (String) input.get("name");
            if (!(boolean) input.get("accepted")) {
                assertThatThrownBy(() -> Cookie.decode(data)).as(name).isInstanceOf(MalformedMetadataException.class);
            } else if (name.equals(
                    "v3-lines")) { // stock would print version 5 over the lines of version 3, and not read it again
                assertThat(Cookie.decode(Cookie.decode(data).encode())).isEqualTo(Cookie.decode(data));
            } else {
                assertThat(new String(Cookie.decode(data).encode(), StandardCharsets.UTF_8))
                        .as(name)
                        .isEqualTo(input.get("reprintedByStock"));
            }
        }
    }

    @Test
    void cookiesOfARunningStockClusterAreReadAndWrittenAgain() {
        int cookies = 0;
        for (Map<String, Object> node : Vectors.of("znode-tree", "nodes")) {
            if (((String) node.get("path")).startsWith("/ledgers/cookies/")) {
                byte[] data = Vectors.hex(node.get("dataHex"));
                assertThat(Cookie.decode(data).encode()).isEqualTo(data);
                cookies++;
            }
        }
        assertThat(cookies).isEqualTo(4);
    }

    @Test
    void saysInWhatItDiffers() {
        Cookie here = new Cookie(new BookieId("a:1"), List.of("/j"), List.of("/l"), "i1", null);

        assertThat(here.differences(here)).isEmpty();
        assertThat(here.differences(
                        new Cookie(here.bookie(), here.journalDirs(), here.ledgerDirs(), "i1", List.of("/l"))))
                .as("index directories that are the ledger directories")
                .isEmpty();
        assertThat(here.differences(new Cookie(new BookieId("b:1"), List.of("/j"), List.of("/m"), "i2", null)))
                .anyMatch(text -> text.contains("bookie id is a:1 here but b:1 there"))
                .anyMatch(text -> text.contains("ledger directories is [/l] here but [/m] there"))
                .anyMatch(text -> text.contains("instance id is i1 here but i2 there"))
                .anyMatch(text -> text.contains("index"))
                .hasSize(4);
    }

    @Property(tries = 200)
    void whatIsWrittenIsRead(@ForAll @Size(min = 1, max = 4) List<@NotEmpty String> names) {
        List<String> dirs =
                names.stream().map(name -> "/" + name.replaceAll("[,\t]", "")).toList();
        Cookie cookie = new Cookie(new BookieId("b-1:3181"), dirs, dirs, "instance", dirs);

        assertThat(Cookie.decode(cookie.encode())).isEqualTo(cookie);
    }

    private static Cookie fromFields(Map<String, Object> vector) {
        Object index = vector.get("indexDirs");
        return new Cookie(
                new BookieId((String) vector.get("bookieId")),
                List.of(((String) vector.get("journalDirs")).split(",")),
                Vectors.strings(vector.get("ledgerDirs")),
                (String) vector.get("instanceId"),
                index == null ? null : Vectors.strings(index));
    }
}
