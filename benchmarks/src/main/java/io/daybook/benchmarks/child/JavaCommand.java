package io.daybook.benchmarks.child;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What runs in a JVM of its own, of the same Java as this one.
 *
 * @param options of the JVM
 * @param classPath on which {@link EndsWithParent} is
 * @param main the class whose main is run
 * @param words for it
 */
public record JavaCommand(List<String> options, String classPath, String main, List<String> words) {
    private static final List<String> OURS = List.of(
            "-Dio.netty.leakDetection.level=disabled",
            "-Dio.netty.tryReflectionSetAccessible=true",
            "--add-opens=java.base/java.nio=ALL-UNNAMED"); // as the launcher has it

    /** Where this process has its native libraries, and where it would unpack them. */
    private static final List<String> PASSED_ON = List.of("java.library.path", "ZstdNativePath", "java.io.tmpdir");

    /** Ctrl-C reaches every process of a terminal; these leave it to their parent, which ends them when it is done with them. */
    private static final List<String> WITHOUT_CTRL_C = List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh");

    public JavaCommand {
        options = List.copyOf(options);
        words = List.copyOf(words);
    }

    /** The program {@code main} of this process's class path, with the options of Java that it always has besides {@code options}. */
    public static JavaCommand ours(List<String> options, String main, List<String> words) {
        List<String> all = new ArrayList<>(options);
        all.addAll(OURS);
        for (String property : PASSED_ON) {
            String value = System.getProperty(property);
            if (value != null) {
                all.add("-D" + property + "=" + value);
            }
        }
        return new JavaCommand(all, System.getProperty("java.class.path"), main, words);
    }

    /** For the operating system. */
    List<String> line() {
        List<String> line = new ArrayList<>(WITHOUT_CTRL_C);
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(options);
        line.addAll(List.of("-cp", classPath, EndsWithParent.class.getName(), main));
        line.addAll(words);
        return line;
    }
}
