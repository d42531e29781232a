package io.daybook.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** Says which Daybook this is, as the build wrote it into the jar's manifest. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = Main.class.getPackage().getImplementationVersion();
        return new String[] {"daybook " + Objects.requireNonNullElse(version, "(not packaged)")};
    }
}
