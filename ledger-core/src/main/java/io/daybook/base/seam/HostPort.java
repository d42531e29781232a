package io.daybook.base.seam;

/**
 * Where a listener is reached.
 *
 * @param host name or address, IPv6 without brackets
 * @param port 0 to 65535; 0 asks a listener for any free port
 */
public record HostPort(String host, int port) {

    public HostPort {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("a host name is missing before port " + port);
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
        }
    }

    /** Reads {@code host:port}; the port is what follows the last colon. */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        try {
            if (colon > 0) {
                String host = text.substring(0, colon);
                if (host.startsWith("[") && host.endsWith("]")) {
                    host = host.substring(1, host.length() - 1);
                }
                return new HostPort(host, Integer.parseInt(text.substring(colon + 1)));
            }
        } catch (NumberFormatException notAPort) {
            // reported below
        }
        throw new IllegalArgumentException("'" + text + "' is not of the form host:port");
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
