package io.daybook.stock;

import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.bookkeeper.common.component.LifecycleComponentStack;
import org.apache.bookkeeper.conf.ServerConfiguration;
import org.apache.bookkeeper.server.EmbeddedServer;
import org.apache.bookkeeper.server.conf.BookieConfiguration;

/**
 * Stock bookies in a process of their own. Arguments: metadata URI, folder, then a port per bookie. Says {@code READY} when all serve; stops bookie k
 * when it reads {@code stop k}, starts it again at {@code start k}, and ends when its input does.
 */
public final class StockBookies {
    private static volatile boolean ready;

    private StockBookies() {}

    public static void main(String[] arguments) throws Exception {
        List<LifecycleComponentStack> bookies = new ArrayList<>();
        for (int i = 2; i < arguments.length; i++) {
            bookies.add(start(arguments, i));
        }
        ready = true;
        System.out.println("READY");
        System.out.flush();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            int number = Integer.parseInt(line.substring(line.indexOf(' ') + 1));
            if (line.startsWith("start ")) {
                bookies.set(number, start(arguments, number + 2));
                System.out.println("STARTED");
            } else {
                bookies.get(number).close();
                System.out.println("STOPPED");
            }
            System.out.flush();
        }
        Runtime.getRuntime().halt(0);
    }

    private static LifecycleComponentStack start(String[] arguments, int i) throws Exception {
        File folder = new File(arguments[1], "stock-" + arguments[i]);
        ServerConfiguration configuration = new ServerConfiguration();
        configuration.setMetadataServiceUri(arguments[0]);
        configuration.setBookiePort(Integer.parseInt(arguments[i]));
        configuration.setAdvertisedAddress("127.0.0.1");
        configuration.setAllowLoopback(true);
        configuration.setJournalDirName(new File(folder, "journal").getPath());
        configuration.setLedgerDirNames(new String[] {new File(folder, "data").getPath()});
        configuration.setDiskUsageThreshold(0.999f);
        configuration.setDiskUsageWarnThreshold(0.998f);
        configuration.setSkipListSizeLimit(4 << 20);
        configuration.setEntryLogSizeLimit(64 << 20);
        configuration.setMinUsableSizeForEntryLogCreation(1);
        configuration.setHttpServerEnabled(false);
        LifecycleComponentStack bookie = EmbeddedServer.builder(new BookieConfiguration(configuration))
                .build()
                .getLifecycleComponentStack();
        bookie.setExceptionHandler((thread, failure) -> {
            failure.printStackTrace();
            if (!ready) {
                Runtime.getRuntime().halt(1);
            }
        });
        bookie.start();
        return bookie;
    }
}
