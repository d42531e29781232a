package io.daybook.benchmarks.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a measurement was made on, as far as it can be found out. */
public final class Environment {
    private static final String UNKNOWN = "not known";

    private Environment() {}

    /**
     * By name, for people.
     *
     * @param data where the servers keep their data, null if that is elsewhere
     */
    public static Map<String, String> of(@Nullable Path data) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Java", "%s (%s)".formatted(System.getProperty("java.version"), System.getProperty("java.vm.name")));
        facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("processor", line(Path.of("/proc/cpuinfo"), "model name"));
        facts.put("memory", line(Path.of("/proc/meminfo"), "MemTotal"));
        facts.put(
                "system",
                "%s %s, %s"
                        .formatted(
                                System.getProperty("os.name"),
                                System.getProperty("os.version"),
                                System.getProperty("os.arch")));
        facts.put("disk", data == null ? UNKNOWN + ": the servers are elsewhere" : disk(data));
        return facts;
    }

    private static String disk(Path folder) {
        try {
            FileStore store = Files.getFileStore(folder);
            if (store.type().equals("tmpfs")) {
                return "tmpfs, which is memory and no disk";
            }
            Path device = Path.of(store.name()).getFileName();
            return "%s on %s%s".formatted(store.type(), store.name(), device == null ? "" : kind(device.toString()));
        } catch (IOException unreadable) {
            return UNKNOWN;
        }
    }

    /** Whether a device turns, by its own word or that of the disk it is a part of. */
    private static String kind(String device) {
        for (String path :
                new String[] {"/sys/class/block/%s/queue/rotational", "/sys/class/block/%s/../queue/rotational"}) {
            try {
                String word = Files.readString(Path.of(path.formatted(device)), StandardCharsets.US_ASCII)
                        .strip();
                return word.equals("0") ? ", reported as not rotating" : ", reported as rotating";
            } catch (IOException notThere) {
                continue; // a part of a disk has no queue of its own; other systems have none of this
            }
        }
        return "";
    }

    private static String line(Path file, String key) {
        try {
            for (String line : Files.readString(file, StandardCharsets.UTF_8).split("\n", -1)) {
                if (line.startsWith(key)) {
                    return line.substring(line.indexOf(':') + 1).strip();
                }
            }
        } catch (IOException elsewhere) {
            return UNKNOWN;
        }
        return UNKNOWN;
    }
}
