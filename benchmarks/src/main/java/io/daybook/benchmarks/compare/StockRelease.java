package io.daybook.benchmarks.compare;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The jars of a stock BookKeeper release, as a class path for JVMs of its own.
 *
 * @param jars in the order of the path
 */
public record StockRelease(List<Path> jars) {
    private static final String SERVER = "bookkeeper-server-";

    public StockRelease {
        jars = List.copyOf(jars);
    }

    /** Looks through a class path, in which {@code folder/*} means all jars of a folder; IllegalArgumentException if there is no BookKeeper in it. */
    public static StockRelease on(String classPath) {
        List<Path> jars = new ArrayList<>();
        for (String word : classPath.split(File.pathSeparator, -1)) {
            if (word.endsWith("*")) {
                jars.addAll(jarsIn(Path.of(word.substring(0, word.length() - 1))));
            } else if (!word.isBlank()) {
                jars.add(Path.of(word));
            }
        }
        StockRelease release = new StockRelease(jars);
        if (release.server() == null) {
            throw new IllegalArgumentException(
                    "there is no bookkeeper-server jar on the class path %s".formatted(classPath));
        }
        return release;
    }

    private static List<Path> jarsIn(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> path.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    "folder %s cannot be read: %s".formatted(folder, unreadable), unreadable);
        }
    }

    /** Its version, from the name of the server's jar. */
    public String version() {
        String name = server();
        return name == null ? "" : name.substring(SERVER.length(), name.length() - ".jar".length());
    }

    private @Nullable String server() {
        for (Path jar : jars) {
            String name = jar.getFileName().toString();
            if (name.startsWith(SERVER) && name.endsWith(".jar")) {
                return name;
            }
        }
        return null;
    }

    /** As one word for {@code -cp}, with {@code more} behind it. */
    String classPath(List<Path> more) {
        StringBuilder path = new StringBuilder();
        Stream.concat(jars.stream(), more.stream())
                .forEach(jar ->
                        path.append(path.isEmpty() ? "" : File.pathSeparator).append(jar.toAbsolutePath()));
        return path.toString();
    }
}
