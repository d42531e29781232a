package io.daybook.cli;

import io.daybook.base.config.ConfigSetting;
import io.daybook.base.config.ConfigTree;
import io.daybook.bookie.server.BookieConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code daybook config …}: what a bookie's settings are, and whether they are right. */
@Command(
        name = "config",
        description = "Settings: what is in force, and what is wrong with it.",
        subcommands = {ConfigCommand.Show.class, ConfigCommand.Check.class})
final class ConfigCommand extends Group {

    @Command(
            name = "show",
            description = "Prints every setting of a bookie with its value and where that comes from.",
            footer = {"", "Example: daybook config show --config bookie.yaml"})
    static final class Show implements Callable<Integer> {
        @Mixin
        private final ConfigOptions config = new ConfigOptions();

        @Mixin
        private final OutputOptions output = new OutputOptions();

        @Override
        public Integer call() {
            ConfigTree tree = config.tree(Map.of());
            BookieConfig.from(tree);
            tree.check();
            Table table = new Table("key", "value", "from", "default", "bounds");
            for (ConfigSetting setting : tree.settings()) {
                String bounds = setting.min() == null && setting.max() == null
                        ? ""
                        : Objects.requireNonNullElse(setting.min(), "any") + " to "
                                + Objects.requireNonNullElse(setting.max(), "any");
                table.row(
                        setting.path(),
                        Objects.requireNonNullElse(setting.value(), ""),
                        setting.origin(),
                        Objects.requireNonNullElse(setting.byDefault(), "none"),
                        bounds);
            }
            table.print(System.out, output.json());
            return ExitCode.OK;
        }
    }

    @Command(
            name = "check",
            description = "Says everything that is wrong with a bookie's settings; exits 7 if anything is.",
            footer = {"", "Example: daybook config check --config bookie.yaml"})
    static final class Check implements Callable<Integer> {
        @Mixin
        private final ConfigOptions config = new ConfigOptions();

        @Mixin
        private final OutputOptions output = new OutputOptions();

        @Override
        public Integer call() {
            ConfigTree tree = config.tree(Map.of());
            BookieConfig.from(tree);
            List<String> problems = tree.problems();
            if (output.json()) {
                Map<String, Object> result = new LinkedHashMap<>();
                result.put("problems", problems);
                System.out.println(Json.line(result));
            } else if (problems.isEmpty()) {
                System.out.println("no problems");
            } else {
                problems.forEach(System.out::println);
            }
            return problems.isEmpty() ? ExitCode.OK : ExitCode.PROBLEMS;
        }
    }
}
