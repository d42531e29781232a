package io.daybook.namespace.metadata;

import io.daybook.base.error.Check;
import io.daybook.namespace.StreamName;
import io.daybook.stream.StreamId;

/**
 * Every path of one namespace.
 *
 * @param root path of the namespace, such as {@code /daybook/default}
 */
public record NamespaceLayout(String root) {

    public NamespaceLayout {
        Check.argument(
                root.startsWith("/") && !root.endsWith("/"), "'%s' is not a path such as /daybook/default", root);
    }

    /** Root and namespace as given to commands. */
    public static NamespaceLayout of(String streamRoot, String namespace) {
        Check.argument(
                !namespace.isEmpty() && namespace.indexOf('/') < 0 && !namespace.startsWith("."),
                "'%s' is not the name of a namespace",
                namespace);
        return new NamespaceLayout(streamRoot + "/" + namespace);
    }

    public String config() {
        return root + "/config";
    }

    public String names() {
        return root + "/names";
    }

    String nameBucket(String bucket) {
        return names() + "/" + bucket;
    }

    String name(StreamName name) {
        return nameBucket(name.bucket()) + "/" + name.escaped();
    }

    String streamBucket(StreamId id) {
        return root + "/streams/" + id.toString().substring(14); // the low byte
    }

    String stream(StreamId id) {
        return streamBucket(id) + "/" + id;
    }

    String trashFolder() {
        return root + "/trash";
    }

    String trash(StreamId id) {
        return trashFolder() + "/" + id;
    }

    public String instances() {
        return root + "/instances";
    }

    public String instance(String instanceId) {
        return instances() + "/" + instanceId;
    }
}
