package io.daybook.relay;

import io.daybook.base.seam.HostPort;
import io.daybook.bookie.embedded.EmbeddedBookies;
import java.io.OutputStream;
import java.util.stream.Collectors;

/** A ZooKeeper server and bookies in a process of their own: prints {@code ready URI ADDRESS…} and ends with its standard input. */
final class ClusterMain {
    private ClusterMain() {}

    public static void main(String[] args) throws Exception {
        try (EmbeddedBookies cluster = EmbeddedBookies.start(Integer.parseInt(args[0]))) {
            System.out.println("ready " + cluster.uri() + " "
                    + cluster.addresses().stream().map(HostPort::toString).collect(Collectors.joining(" ")));
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
