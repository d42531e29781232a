package io.daybook.namespace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.bookie.embedded.EmbeddedBookies;
import io.daybook.namespace.Namespace;
import io.daybook.stream.LogRecord;
import io.daybook.stream.ReadRecord;
import io.daybook.stream.StartPosition;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamReader;
import io.daybook.stream.StreamWriter;
import org.junit.jupiter.api.Test;

class NamespacesTest {

    @Test
    void theExampleOfTheReadmeWorks() {
        try (EmbeddedBookies cluster = EmbeddedBookies.start(3)) {
            String uri = cluster.uri().toString();

            try (Namespace namespace = Namespaces.connect(uri).join()) {
                namespace.create("numbers", StreamConfig.DEFAULT).join();
                StreamWriter writer = namespace.openWriter("numbers").join();
                writer.append(LogRecord.of("hello")).join();
                writer.close().join();
            }

            try (Namespace namespace = Namespaces.connect(uri).join();
                    StreamReader reader = namespace
                            .openReader("numbers", StartPosition.head())
                            .join()) {
                assertThat(reader.next().join()).extracting(ReadRecord::text).containsExactly("hello");
            }
        }
    }

    @Test
    void whatIsNotAUriIsRefusedAtOnce() {
        assertThatThrownBy(() -> Namespaces.connect("here")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aClusterThatDoesNotAnswerIsUnavailable() {
        // nobody listens on port 1
        var connected = Namespaces.connect("zk+hierarchical://127.0.0.1:1/ledgers");

        assertThatThrownBy(connected::join)
                .hasCauseInstanceOf(StreamException.Unavailable.class)
                .hasMessageContaining("127.0.0.1:1");
    }
}
