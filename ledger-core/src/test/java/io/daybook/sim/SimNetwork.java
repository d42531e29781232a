package io.daybook.sim;

import io.daybook.base.seam.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The wires between nodes, and what can be done to them. Node names serve as host names; the metadata service is {@link
 * SimWorld#METADATA}.
 *
 * <p>Connections behave as TCP does: what is sent over a cut link waits and is delivered in order once the link is up, unless the sender gives the
 * connection up before (after 15 to 60 s of virtual time); then its peer learns of it only when it sends.
 */
public final class SimNetwork {
    private final SimWorld world;
    private final Map<String, SimLink> links = new LinkedHashMap<>();
    private final Map<String, TreeMap<Integer, SimListener>> listeners = new LinkedHashMap<>();
    private final List<SimConn> conns = new ArrayList<>();
    private long ports;

    SimNetwork(SimWorld world) {
        this.world = world;
    }

    /** Nothing passes from {@code from} to {@code to} any more; the other direction works. */
    public void cut(String from, String to) {
        link(from, to).cut();
    }

    /** Nothing passes between the two. */
    public void cutBoth(String a, String b) {
        cut(a, b);
        cut(b, a);
    }

    /** Undoes {@link #cut}. */
    public void heal(String from, String to) {
        link(from, to).heal();
    }

    /** Undoes {@link #cutBoth}. */
    public void healBoth(String a, String b) {
        heal(a, b);
        heal(b, a);
    }

    /** Cuts the node off from all others and from metadata, in both directions. */
    public void isolate(String node) {
        for (String other : everyone()) {
            if (!other.equals(node)) {
                cutBoth(node, other);
            }
        }
    }

    /** Cuts all links between {@code side} and the rest of the world. */
    public void partition(Collection<String> side) {
        for (String inside : side) {
            for (String outside : everyone()) {
                if (!side.contains(outside)) {
                    cutBoth(inside, outside);
                }
            }
        }
    }

    /** Puts all links up and undoes {@link #slow}. */
    public void healAll() {
        for (SimLink link : List.copyOf(links.values())) {
            link.slow(1);
            link.heal();
        }
    }

    /** A frame from {@code from} to {@code to} takes about {@code time}. */
    public void latency(String from, String to, Duration time) {
        link(from, to).latency(time.toNanos());
    }

    /** The directed link is {@code times} slower than it was drawn. */
    public void slow(String from, String to, int times) {
        link(from, to).slow(times);
    }

    /** Breaks all connections between the two; both sides are told. */
    public void reset(String a, String b) {
        for (SimConn conn : between(a, b)) {
            conn.broken("connection reset by the network");
        }
    }

    /** Breaks all connections of {@code told} with {@code unaware}; only the first hears of it, the other when it next sends. */
    public void halfOpen(String told, String unaware) {
        for (SimConn conn : between(told, unaware)) {
            if (conn.node().name().equals(told)) {
                conn.broken("connection timed out");
            }
        }
    }

    /** Open connection ends, of all nodes. */
    public int openConnections() {
        int open = 0;
        for (SimConn conn : conns) {
            if (!conn.isClosed()) {
                open++;
            }
        }
        return open;
    }

    // ---- for the transport and the metadata

    SimLink link(String from, String to) {
        String name = from + ">" + to;
        SimLink link = links.get(name);
        if (link == null) {
            link = new SimLink(world, name);
            links.put(name, link);
        }
        return link;
    }

    /** The node that {@code host} names when asked on {@code asking}, or null. */
    @Nullable
    SimNode resolve(String host, SimNode asking) {
        if (isLoopback(host)) {
            return asking;
        }
        for (SimNode node : world.nodes()) {
            if (node.name().equals(host)) {
                return node;
            }
        }
        return null;
    }

    static boolean isLoopback(String host) {
        return host.equals("127.0.0.1") || host.equals("localhost") || host.equals("::1");
    }

    /** The listener at this port of {@code node}, or null. */
    @Nullable
    SimListener listener(SimNode node, int port) {
        TreeMap<Integer, SimListener> ports = listeners.get(node.name());
        return ports == null ? null : ports.get(port);
    }

    /** Binds; null if the port is taken. */
    @Nullable
    HostPort bind(SimNode node, HostPort at, SimListener listener) {
        TreeMap<Integer, SimListener> ports = listeners.computeIfAbsent(node.name(), name -> new TreeMap<>());
        int port = at.port();
        while (port == 0 || (at.port() == 0 && ports.containsKey(port))) {
            port = 20_000 + (int) (this.ports++ % 20_000);
        }
        return ports.putIfAbsent(port, listener) == null ? new HostPort(at.host(), port) : null;
    }

    /** A port for the calling end of a connection. */
    int freshPort() {
        return 40_000 + (int) (ports++ % 20_000);
    }

    void unbind(SimNode node, int port, SimListener listener) {
        TreeMap<Integer, SimListener> ports = listeners.get(node.name());
        if (ports != null) {
            ports.remove(port, listener);
        }
    }

    void opened(SimConn conn) {
        if (conns.size() > 64 && conns.size() > 4 * openConnections()) {
            conns.removeIf(SimConn::isClosed);
        }
        conns.add(conn);
    }

    List<SimConn> connections() {
        return List.copyOf(conns);
    }

    /** The node lost all its connections and listeners; peers are told unless the power went. */
    void nodeDied(SimNode node, boolean poweredOff) {
        listeners.remove(node.name());
        for (SimConn conn : connections()) {
            if (conn.node() == node) {
                conn.died(poweredOff);
            }
        }
        conns.removeIf(conn -> conn.node() == node);
    }

    /** The node has power again: what was sent to it is answered, with a reset. */
    void kick(SimNode node) {
        String end = ">" + node.name();
        for (SimLink link : List.copyOf(links.values())) {
            if (link.name().endsWith(end) && !link.isCut()) {
                link.resume();
            }
        }
    }

    private List<SimConn> between(String a, String b) {
        List<SimConn> found = new ArrayList<>();
        for (SimConn conn : conns) {
            String here = conn.node().name();
            String there = conn.peerNode().name();
            if ((here.equals(a) && there.equals(b)) || (here.equals(b) && there.equals(a))) {
                found.add(conn);
            }
        }
        return found;
    }

    private List<String> everyone() {
        List<String> names = new ArrayList<>();
        world.nodes().forEach(node -> names.add(node.name()));
        names.add(SimWorld.METADATA);
        return names;
    }
}
