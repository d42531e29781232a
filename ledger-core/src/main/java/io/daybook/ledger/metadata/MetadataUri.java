package io.daybook.ledger.metadata;

import io.daybook.base.seam.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a cluster's metadata is, written {@code zk+hierarchical://host:2181,host:2181/ledgers}.
 *
 * @param servers ZooKeeper servers, one or more
 * @param tree how ledger nodes are named, or null to take what the cluster's LAYOUT says
 * @param root path of the ledgers root, absolute, without a trailing slash
 */
public record MetadataUri(List<HostPort> servers, @Nullable LedgerTree tree, String root) {

    /** The port of a server that is named without one. */
    public static final int DEFAULT_PORT = 2181;

    private static final String EXAMPLE = "zk+hierarchical://127.0.0.1:2181/ledgers";

    public MetadataUri {
        servers = List.copyOf(servers);
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("a metadata URI names at least one server");
        }
        checkRoot(root, root);
    }

    /** Reads a URI; throws IllegalArgumentException with a sentence that says what is wrong. */
    public static MetadataUri parse(String text) {
        int hostsAt = text.indexOf("://");
        if (hostsAt < 0) {
            throw wrong(text, "it is not of the form " + EXAMPLE);
        }
        LedgerTree tree = tree(text, text.substring(0, hostsAt));
        int rootAt = text.indexOf('/', hostsAt + 3);
        if (rootAt < 0) {
            throw wrong(text, "the ledgers root is missing after the servers; add a path such as /ledgers");
        }
        String root = text.substring(rootAt);
        checkRoot(text, root);
        return new MetadataUri(servers(text, text.substring(hostsAt + 3, rootAt)), tree, root);
    }

    /** The servers as ZooKeeper clients take them: {@code host:port,host:port}. */
    public String connectString() {
        return servers.stream().map(HostPort::toString).collect(Collectors.joining(","));
    }

    /** The URI, with commas between servers and every port written. */
    @Override
    public String toString() {
        return "zk" + (tree == null ? "" : "+" + tree.uriName()) + "://" + connectString() + root;
    }

    private static @Nullable LedgerTree tree(String text, String scheme) {
        String lower = scheme.toLowerCase(Locale.ROOT);
        if (lower.equals("zk") || lower.equals("zk+null")) {
            return null;
        }
        if (!lower.startsWith("zk+")) {
            throw wrong(text, "the scheme '" + scheme + "' is not zk, the only kind of metadata store there is");
        }
        String name = lower.substring(3);
        for (LedgerTree each : LedgerTree.values()) {
            if (each.uriName().equals(name) && each != LedgerTree.LEGACY_HIERARCHICAL) {
                return each;
            }
        }
        throw wrong(
                text,
                "'" + name + "' is not a ledger layout; use hierarchical, longhierarchical, flat, or null to take the"
                        + " cluster's own");
    }

    private static List<HostPort> servers(String text, String hosts) {
        List<HostPort> servers = new ArrayList<>();
        for (String host : hosts.split("[,;]", -1)) {
            try {
                servers.add(hasPort(host) ? HostPort.parse(host) : new HostPort(unbracketed(host), DEFAULT_PORT));
            } catch (IllegalArgumentException malformed) {
                throw wrong(text, "the server '" + host + "' is not of the form host:port");
            }
        }
        return servers;
    }

    private static boolean hasPort(String host) {
        return host.lastIndexOf(':') > host.lastIndexOf(']');
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static void checkRoot(String text, String root) {
        if (!root.startsWith("/") || root.length() == 1) {
            throw wrong(text, "the ledgers root is missing; add a path such as /ledgers");
        }
        if (root.endsWith("/")) {
            throw wrong(text, "the ledgers root must not end with a slash");
        }
        for (String name : root.substring(1).split("/", -1)) {
            boolean usable = !name.isEmpty() && !name.equals(".") && !name.equals("..") && !name.equals("zookeeper");
            if (!usable || name.chars().anyMatch(c -> c <= ' ' || c == '?' || c == '#' || c >= 0x7f)) {
                throw wrong(text, "'" + name + "' cannot be part of the ledgers root " + root);
            }
        }
    }

    private static IllegalArgumentException wrong(String text, String why) {
        return new IllegalArgumentException("'" + text + "' is not a metadata URI: " + why);
    }
}
