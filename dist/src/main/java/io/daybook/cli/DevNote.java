package io.daybook.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.daybook.base.error.FileReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a running {@code dev} cluster is found: its data folder holds {@code endpoints.json}, and a note in the user's run-time
 * directory holds the folder.
 */
final class DevNote {

    /** What {@code endpoints.json} says. */
    record Endpoints(String metadata, long pid) {}

    private DevNote() {}

    /** The file that names the folder of the running cluster. */
    static Path file() {
        return folder().resolve("dev");
    }

    private static Path folder() {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        return runtime != null && !runtime.isEmpty()
                ? Path.of(runtime, "daybook")
                : Path.of(System.getProperty("user.home"), ".daybook");
    }

    /** Writes {@code endpoints.json} into {@code data} and the note that points there. */
    static void write(Path data, String metadata, List<String> bookies) throws IOException {
        Map<String, Object> endpoints = new LinkedHashMap<>();
        endpoints.put("metadata", metadata);
        endpoints.put("bookies", bookies);
        endpoints.put("pid", ProcessHandle.current().pid());
        replace(data.resolve("endpoints.json"), Json.line(endpoints) + "\n");
        Path note = file();
        if (!Files.isDirectory(folder())) {
            Files.createDirectories(
                    folder(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        replace(note, data.toAbsolutePath() + "\n");
    }

    /** Removes what {@link #write} wrote, unless another cluster has replaced it. */
    static void remove(Path data) throws IOException {
        Path note = file();
        if (Files.exists(note)
                && Files.readString(note, StandardCharsets.UTF_8)
                        .strip()
                        .equals(data.toAbsolutePath().toString())) {
            Files.delete(note);
        }
        Files.deleteIfExists(data.resolve("endpoints.json"));
    }

    /** The endpoints of the {@code dev} cluster that runs now, or null if none does. */
    static @Nullable Endpoints running() {
        try {
            Path note = file();
            if (!Files.exists(note)) {
                return null;
            }
            Path endpoints = Path.of(
                            Files.readString(note, StandardCharsets.UTF_8).strip())
                    .resolve("endpoints.json");
            if (!Files.exists(endpoints)) {
                return null;
            }
            Endpoints found = parse(endpoints);
            return ProcessHandle.of(found.pid()).isPresent() ? found : null;
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "cannot read the note of the dev cluster at %s (%s); name the cluster with --metadata"
                            .formatted(
                                    file(),
                                    e instanceof JsonProcessingException
                                            ? "what it points to is not JSON"
                                            : FileReason.of(e)),
                    e);
        }
    }

    private static Endpoints parse(Path file) throws IOException {
        String metadata = "";
        long pid = -1;
        try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.VALUE_STRING && "metadata".equals(json.currentName())) {
                    metadata = json.getText();
                } else if (json.currentToken() == JsonToken.VALUE_NUMBER_INT && "pid".equals(json.currentName())) {
                    pid = json.getLongValue();
                }
            }
        }
        return new Endpoints(metadata, pid);
    }

    private static void replace(Path file, String text) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(next, text, StandardCharsets.UTF_8);
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
