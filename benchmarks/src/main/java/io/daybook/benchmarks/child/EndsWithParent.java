package io.daybook.benchmarks.child;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Runs another program's main class, and ends the process at once when standard input does. A parent that starts it with a pipe there needs to do nothing
 * more: when the parent is gone, even by {@code kill -9}, the system closes the pipe.
 *
 * <p>It stands alone, so that its one class file can lie on the class path of programs that share nothing with ours.
 */
public final class EndsWithParent {
    private static final int PARENT_GONE = 1; // nobody is left to ask

    private EndsWithParent() {}

    /** The first word is the class whose main takes the others. */
    public static void main(String[] words) throws Throwable {
        Thread watch = new Thread(EndsWithParent::haltAtEndOfInput, "parent-watch");
        watch.setDaemon(true);
        watch.start();
        try {
            Class.forName(words[0]).getMethod("main", String[].class).invoke(null, (Object)
                    Arrays.copyOfRange(words, 1, words.length));
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        } catch (ClassNotFoundException missing) {
            System.err.println("there is no class " + words[0] + " on the class path");
            System.exit(1);
        }
    }

    private static void haltAtEndOfInput() {
        try {
            InputStream pipe = System.in;
            while (pipe.read() >= 0) {} // what it brings is for nobody
        } catch (IOException broken) {
            System.err.println("the pipe from the parent process broke: " + broken.getMessage());
        }
        Runtime.getRuntime().halt(PARENT_GONE); // not exit: hooks could wait for others that ended, too
    }

    /** Writes the class file below {@code folder}, which can stand on a class path then and is returned. */
    public static Path copyTo(Path folder) throws IOException {
        String name = EndsWithParent.class.getName().replace('.', '/') + ".class";
        try (InputStream own = EndsWithParent.class.getResourceAsStream("/" + name)) {
            if (own == null) {
                throw new IOException("/%s is missing in the program".formatted(name));
            }
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, own.readAllBytes());
            return folder;
        }
    }
}
