package io.daybook.namespace.client;

import io.daybook.stream.reader.ReaderConfig;
import io.daybook.stream.writer.WriterConfig;
import java.time.Duration;

/**
 * Which namespace, and how this process uses it.
 *
 * @param streamRoot where namespaces live in the metadata store
 * @param namespace which of them
 * @param address how people find this process, shown to those who want a stream it owns
 * @param writer how streams are written
 * @param reader how streams are read
 * @param openTimeout how long to try to reach the metadata store when opening
 */
public record NamespaceConfig(
        String streamRoot,
        String namespace,
        String address,
        WriterConfig writer,
        ReaderConfig reader,
        Duration openTimeout) {

    /** {@code /daybook/default}. */
    public static final NamespaceConfig DEFAULT = new NamespaceConfig(
            "/daybook", "default", "unnamed", WriterConfig.DEFAULT, ReaderConfig.DEFAULT, Duration.ofSeconds(30));

    public NamespaceConfig withStreamRoot(String next) {
        return new NamespaceConfig(next, namespace, address, writer, reader, openTimeout);
    }

    public NamespaceConfig withNamespace(String next) {
        return new NamespaceConfig(streamRoot, next, address, writer, reader, openTimeout);
    }

    public NamespaceConfig withAddress(String next) {
        return new NamespaceConfig(streamRoot, namespace, next, writer, reader, openTimeout);
    }

    public NamespaceConfig withWriter(WriterConfig next) {
        return new NamespaceConfig(streamRoot, namespace, address, next, reader, openTimeout);
    }

    public NamespaceConfig withReader(ReaderConfig next) {
        return new NamespaceConfig(streamRoot, namespace, address, writer, next, openTimeout);
    }
}
