package io.daybook.cli;

import io.daybook.ledger.metadata.ClusterLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code daybook cluster …}: the cluster as a whole. */
@Command(
        name = "cluster",
        description = "The cluster as a whole.",
        subcommands = {ClusterCommand.Init.class})
final class ClusterCommand extends Group {

    @Command(
            name = "init",
            description = "Writes the first metadata of a new cluster; does nothing if there is one already.",
            footer = {"", "Example: daybook cluster init --metadata zk+hierarchical://127.0.0.1:2181/ledgers"})
    static final class Init implements Callable<Integer> {
        @Mixin
        private final MetadataOption metadata = new MetadataOption();

        @Mixin
        private final OutputOptions output = new OutputOptions();

        @Override
        public Integer call() {
            try (Connection connection = Connection.open(metadata)) {
                ClusterLayout layout = connection.init();
                Map<String, Object> result = new LinkedHashMap<>();
                result.put("root", layout.root());
                result.put("instanceId", Objects.requireNonNullElse(layout.instanceId(), "none"));
                if (output.json()) {
                    System.out.println(Json.line(result));
                } else {
                    System.out.println("cluster %s at %s".formatted(result.get("instanceId"), result.get("root")));
                }
            }
            return ExitCode.OK;
        }
    }
}
