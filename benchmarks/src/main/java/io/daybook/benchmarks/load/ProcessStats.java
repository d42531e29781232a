package io.daybook.benchmarks.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel counted for some processes up to one moment, taken from /proc; null where it tells nothing.
 *
 * @param cpuUser seconds of CPU in programs
 * @param cpuSystem seconds of CPU in the kernel
 * @param cpuCompilers seconds of the two that were Java's compilers
 * @param diskWritten bytes that went, or will go, to a disk
 * @param diskRead bytes that came from a disk
 * @param resident bytes of memory in use
 */
public record ProcessStats(
        double cpuUser, double cpuSystem, double cpuCompilers, long diskWritten, long diskRead, long resident) {
    private static final double TICKS_PER_SECOND =
            100; // what the kernel shows to programs, whatever its own clock does

    double cpu() {
        return cpuUser + cpuSystem;
    }

    /** The counters of {@code pids} added up; null if there are none or the kernel tells nothing of one of them. */
    static @Nullable ProcessStats of(List<Long> pids) {
        if (pids.isEmpty()) {
            return null;
        }
        ProcessStats sum = new ProcessStats(0, 0, 0, 0, 0, 0);
        for (long pid : pids) {
            ProcessStats one;
            try {
                one = read(Path.of("/proc", Long.toString(pid)));
            } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException notLinuxOrGone) {
                return null;
            }
            sum = sum.plus(one);
        }
        return sum;
    }

    /** The counters of this process. */
    static @Nullable ProcessStats ofThis() {
        return of(List.of(ProcessHandle.current().pid()));
    }

    private static ProcessStats read(Path process) throws IOException {
        String stat = text(process.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        Map<String, Long> io = numbers(process.resolve("io"));
        Map<String, Long> status = numbers(process.resolve("status"));
        return new ProcessStats(
                Long.parseLong(fields[11]) / TICKS_PER_SECOND,
                Long.parseLong(fields[12]) / TICKS_PER_SECOND,
                compilers(process),
                io.getOrDefault("write_bytes", 0L) - io.getOrDefault("cancelled_write_bytes", 0L),
                io.getOrDefault("read_bytes", 0L),
                status.getOrDefault("VmRSS", 0L) * 1024);
    }

    private static double compilers(Path process) throws IOException {
        double seconds = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(process.resolve("task"))) {
            for (Path thread : threads) {
                try {
                    String name = text(thread.resolve("comm"));
                    if (name.startsWith("C1 Compiler") || name.startsWith("C2 Compiler")) {
                        seconds +=
                                Long.parseLong(text(thread.resolve("schedstat")).split(" ", -1)[0]) / 1e9;
                    }
                } catch (IOException ended) {
                    continue; // a thread that is gone by now: compilers come and go
                }
            }
        }
        return seconds;
    }

    /** Lines such as "VmRSS:  1234 kB", by their first word. */
    private static Map<String, Long> numbers(Path file) throws IOException {
        Map<String, Long> numbers = new java.util.TreeMap<>();
        for (String line : text(file).split("\n", -1)) {
            String[] words = line.split("[:\\s]+", -1);
            if (words.length >= 2 && !words[1].isEmpty() && words[1].chars().allMatch(c -> c >= '0' && c <= '9')) {
                numbers.put(words[0], Long.parseLong(words[1]));
            }
        }
        return numbers;
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1).strip(); // a thread may be called anything
    }

    ProcessStats plus(ProcessStats other) {
        return new ProcessStats(
                cpuUser + other.cpuUser,
                cpuSystem + other.cpuSystem,
                cpuCompilers + other.cpuCompilers,
                diskWritten + other.diskWritten,
                diskRead + other.diskRead,
                resident + other.resident);
    }

    /** What was counted since {@code earlier}; memory as it is now. */
    ProcessStats since(ProcessStats earlier) {
        return new ProcessStats(
                cpuUser - earlier.cpuUser,
                cpuSystem - earlier.cpuSystem,
                cpuCompilers - earlier.cpuCompilers,
                diskWritten - earlier.diskWritten,
                diskRead - earlier.diskRead,
                resident);
    }
}
