package io.daybook.ledger.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.seam.HostPort;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.BookieServiceInfo.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class BookieServiceInfoTest {
    private static final BookieId BOOKIE = new BookieId("10.0.0.7:3181");

    @Test
    void isWrittenAndReadAsByStock() {
        for (Map<String, Object> vector : Vectors.of("bookie-service-info", "vectors")) {
            String name = (String) vector.get("name");
            byte[] data = Vectors.hex(vector.get("dataHex"));
            if (vector.containsKey("decodedEndpoints")) {
                assertThat(BookieServiceInfo.decode(BOOKIE, data).endpoints())
                        .as(name)
                        .isEqualTo(endpoints(vector.get("decodedEndpoints")));
                continue;
            }
            TreeMap<String, String> properties = new TreeMap<>();
            Vectors.map(vector.get("properties")).forEach((key, value) -> properties.put(key, (String) value));
            BookieServiceInfo meant = new BookieServiceInfo(endpoints(vector.get("endpoints")), properties);

            assertThat(meant.encode()).as(name).isEqualTo(data);
            if (data.length > 0) {
                assertThat(BookieServiceInfo.decode(BOOKIE, data)).as(name).isEqualTo(meant);
            }
        }
    }

    @Test
    void registrationsOfARunningStockClusterAreRead() {
        int bookies = 0;
        for (Map<String, Object> node : Vectors.of("znode-tree", "nodes")) {
            String path = (String) node.get("path");
            if (path.startsWith("/ledgers/available/") && (boolean) node.get("ephemeral")) {
                BookieId id = new BookieId(path.substring(path.lastIndexOf('/') + 1));
                BookieServiceInfo info = BookieServiceInfo.decode(id, Vectors.hex(node.get("dataHex")));
                int port = HostPort.parse(id.value()).port()
                        - 10; // they were reached through recorders, which their ids name
                assertThat(info.address()).as(path).isEqualTo(new HostPort("127.0.0.1", port));
                bookies++;
            }
        }
        assertThat(bookies).isEqualTo(4);
    }

    @Test
    void aBookieWithoutUsableEndpointHasNoAddress() {
        assertThat(BookieServiceInfo.decode(new BookieId("my-bookie"), new byte[0])
                        .address())
                .isNull();
        BookieServiceInfo http = new BookieServiceInfo(
                List.of(new Endpoint("httpserver", "h", 80, "http", List.of(), List.of())), new TreeMap<>());
        assertThat(http.address()).isNull();
    }

    @Test
    void bytesThatMeanNothingAreRefused() {
        assertThatThrownBy(() -> BookieServiceInfo.decode(BOOKIE, new byte[] {1, 2, 3}))
                .isInstanceOf(MalformedMetadataException.class)
                .hasMessageContaining("10.0.0.7:3181");
    }

    @Test
    void featuresAndLabelsAreReadFromProperties() {
        TreeMap<String, String> properties = new TreeMap<>();
        properties.put(BookieServiceInfo.FEATURES, "identity, durable-fence,");
        properties.put(BookieServiceInfo.LABELS, "zone=a,ssd");
        RegisteredBookie bookie = new RegisteredBookie(BOOKIE, null, false, properties);

        assertThat(bookie.features()).containsExactly("durable-fence", "identity");
        assertThat(bookie.can("identity")).isTrue();
        assertThat(bookie.can("tombstone")).isFalse();
        assertThat(bookie.labels().byKey())
                .containsEntry("zone", "a")
                .containsEntry("ssd", "")
                .hasSize(2);
    }

    private static List<Endpoint> endpoints(Object list) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (Map<String, Object> e : Vectors.maps(list)) {
            endpoints.add(new Endpoint(
                    (String) e.get("id"),
                    (String) e.get("host"),
                    ((Long) e.get("port")).intValue(),
                    (String) e.get("protocol"),
                    e.containsKey("auth") ? Vectors.strings(e.get("auth")) : List.of(),
                    e.containsKey("extensions") ? Vectors.strings(e.get("extensions")) : List.of()));
        }
        return endpoints;
    }
}
