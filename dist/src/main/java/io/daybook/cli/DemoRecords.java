package io.daybook.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Real lines of text for the demo: the text files of Daybook's own source tree, else standard input, else a text made up on the spot.
 *
 * @param lines at least one, each at most {@link #LINE_BYTES_MAX} bytes
 * @param source where they come from, for people
 */
record DemoRecords(List<byte[]> lines, String source) {
    static final int LINE_BYTES_MAX = 64 << 10;
    private static final long TEXT_BYTES_MAX = 64 << 20; // all lines are kept in memory
    private static final Set<String> ENDINGS =
            Set.of("java", "md", "xml", "proto", "yaml", "json", "properties", "config");

    /** The lines of the source tree that the launcher names, or the next best. */
    static DemoRecords find() throws IOException {
        String home = System.getProperty("daybook.home");
        if (home != null) {
            List<byte[]> lines = ofTree(Path.of(home));
            if (!lines.isEmpty()) {
                return new DemoRecords(lines, "the lines of Daybook's own source tree");
            }
        }
        if (System.console() == null) {
            List<byte[]> lines = ofStream(System.in);
            if (!lines.isEmpty()) {
                return new DemoRecords(lines, "the lines of standard input");
            }
        }
        return new DemoRecords(madeUp(), "a generated text");
    }

    private static List<byte[]> ofTree(Path root) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                String name =
                        folder.getFileName() == null ? "" : folder.getFileName().toString();
                boolean skip = !folder.equals(root) && (name.startsWith(".") || name.equals("target"));
                return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String name = file.getFileName().toString();
                if (ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1))) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException unreadable) {
                return FileVisitResult.CONTINUE; // somebody else's file or one that just vanished: other text will do
            }
        });
        files.sort(null);
        List<byte[]> lines = new ArrayList<>();
        long bytes = 0;
        for (Path file : files) {
            if (bytes + Files.size(file) > TEXT_BYTES_MAX) {
                break;
            }
            try (InputStream in = Files.newInputStream(file)) {
                bytes += addLines(in, lines);
            }
        }
        return lines;
    }

    private static List<byte[]> ofStream(InputStream in) throws IOException {
        List<byte[]> lines = new ArrayList<>();
        addLines(in, lines);
        return lines;
    }

    private static long addLines(InputStream in, List<byte[]> lines) throws IOException {
        LineReader reader = new LineReader(in, LINE_BYTES_MAX);
        long bytes = 0;
        for (byte[] line = reader.next(); line != null && bytes <= TEXT_BYTES_MAX; line = reader.next()) {
            lines.add(line);
            bytes += line.length + 1;
        }
        return bytes;
    }

    private static List<byte[]> madeUp() {
        List<byte[]> lines = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            String line = "line %d of a text that nobody wrote: %x".formatted(i, i * 0x9E3779B97F4A7C15L);
            lines.add(line.getBytes(StandardCharsets.UTF_8));
        }
        return lines;
    }
}
