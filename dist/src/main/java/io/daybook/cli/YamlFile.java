package io.daybook.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.daybook.base.config.ConfigTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads a YAML file of sections, values and lists into a {@link ConfigTree}, with the line of each. */
final class YamlFile {
    private static final long FILE_BYTES_MAX = 1 << 20;

    private final Path file;
    private final ConfigTree.Builder tree;
    private final TreeSet<String> seen = new TreeSet<>();

    private YamlFile(Path file, ConfigTree.Builder tree) {
        this.file = file;
        this.tree = tree;
    }

    /** Puts what {@code file} says into {@code tree}. A file that is missing or is not YAML of that shape fails the command. */
    static void read(Path file, ConfigTree.Builder tree) {
        if (!Files.isRegularFile(file)) {
            throw new CommandFailure(
                    ExitCode.USAGE, "there is no configuration file %s; check --config".formatted(file));
        }
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "%s is larger than 1 MiB, which is no configuration file; check --config".formatted(file));
            }
            try (JsonParser yaml = new YAMLFactory().createParser(file.toFile())) {
                new YamlFile(file, tree).document(yaml);
            }
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "%s:%d: not readable as YAML: %s"
                            .formatted(
                                    file,
                                    line,
                                    e.getOriginalMessage().lines().findFirst().orElse("")),
                    e);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.USAGE, "cannot read %s (%s); check its permissions".formatted(file, e.getMessage()), e);
        }
    }

    private void document(JsonParser yaml) throws IOException {
        JsonToken first = yaml.nextToken();
        if (first == null) {
            return; // an empty file sets nothing
        }
        if (first != JsonToken.START_OBJECT) {
            throw wrong(yaml, "expected keys with values, such as 'memory: 512MiB'");
        }
        section(yaml, "");
        if (yaml.nextToken() != null) {
            throw wrong(yaml, "a configuration file is one document; remove the second");
        }
    }

    private void section(JsonParser yaml, String prefix) throws IOException {
        while (yaml.nextToken() == JsonToken.FIELD_NAME) {
            String path = prefix + yaml.currentName();
            if (!seen.add(path)) {
                throw wrong(yaml, "'%s' is given twice; keep one".formatted(path));
            }
            int line = line(yaml);
            JsonToken value = yaml.nextToken();
            if (value == JsonToken.START_OBJECT) {
                tree.section(path, line);
                section(yaml, path + ".");
            } else if (value == JsonToken.START_ARRAY) {
                tree.list(path, list(yaml, path), line);
            } else if (value == JsonToken.VALUE_NULL) {
                tree.section(path, line); // 'key:' with nothing below it
            } else {
                tree.value(path, yaml.getText(), line);
            }
        }
    }

    private List<String> list(JsonParser yaml, String path) throws IOException {
        List<String> items = new ArrayList<>();
        while (yaml.nextToken() != JsonToken.END_ARRAY) {
            if (!yaml.currentToken().isScalarValue()) {
                throw wrong(yaml, "the list '%s' may only hold plain values".formatted(path));
            }
            items.add(yaml.getText());
        }
        return items;
    }

    private static int line(JsonParser yaml) {
        return yaml.currentTokenLocation().getLineNr();
    }

    private CommandFailure wrong(JsonParser yaml, String sentence) {
        return new CommandFailure(ExitCode.USAGE, "%s:%d: %s".formatted(file, line(yaml), sentence));
    }

    /** A tree of {@code file}, or of no file, with the settings of the environment and {@code flags} above it. */
    static ConfigTree tree(@Nullable Path file, Map<String, String> flags) {
        ConfigTree.Builder tree = ConfigTree.builder(file == null ? "" : file.toString());
        if (file != null) {
            read(file, tree);
        }
        tree.environment(System.getenv());
        flags.forEach(tree::flag);
        return tree.build();
    }
}
