package io.daybook.cli;

import io.daybook.base.config.ConfigTree;
import io.daybook.bookie.server.BookieConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a server's settings come from: the file, and what the command line puts over it. */
final class ConfigOptions {

    @Option(names = "--config", paramLabel = "FILE", description = "YAML file of settings")
    private @Nullable Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "one setting, such as bookie.journal.group-size-max=512KiB; may be repeated")
    private Map<String, String> settings = new LinkedHashMap<>();

    /** A bookie's configuration with {@code more} settings over all others; fails with all problems at once. */
    BookieConfig bookie(Map<String, String> more) {
        ConfigTree tree = tree(more);
        BookieConfig config = BookieConfig.from(tree);
        tree.check();
        return config;
    }

    /** Whether the command line gives this key a value with {@code --set}. */
    boolean sets(String key) {
        return settings.containsKey(key);
    }

    /** The tree, not yet read by anybody. */
    ConfigTree tree(Map<String, String> more) {
        Map<String, String> flags = new LinkedHashMap<>(settings);
        flags.putAll(more);
        return YamlFile.tree(file, flags);
    }
}
