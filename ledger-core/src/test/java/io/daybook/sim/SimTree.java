package io.daybook.sim;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The names on a {@link SimDisk}: directories below one root, and which files they lead to. */
final class SimTree {
    private final SimDirectory root = new SimDirectory();

    /** A SimInode or a SimDirectory, or null if there is none of that name. */
    @Nullable
    Object find(Path path) {
        Object at = root;
        for (Path step : path.normalize()) {
            if (!(at instanceof SimDirectory directory)) {
                return null;
            }
            at = directory.get(step.toString());
        }
        return at;
    }

    /** Makes what is missing of {@code directory}. */
    void makeDirectories(Path directory) throws IOException {
        SimDirectory at = root;
        for (Path step : directory.normalize()) {
            Object next = at.get(step.toString());
            if (next == null) {
                next = new SimDirectory();
                at.put(step.toString(), next);
            }
            if (!(next instanceof SimDirectory below)) {
                throw new FileAlreadyExistsException(directory.toString());
            }
            at = below;
        }
    }

    /** The directory that holds {@code file}. */
    SimDirectory parent(Path file) throws IOException {
        Path parent = file.normalize().getParent();
        Object found = parent == null ? root : find(parent);
        if (found instanceof SimDirectory directory) {
            return directory;
        }
        throw new NoSuchFileException(String.valueOf(parent));
    }

    static String name(Path file) {
        return String.valueOf(file.normalize().getFileName());
    }

    /** Every file that is seen or on the medium, each once, in the order of the names. */
    Set<SimInode> inodes() {
        Set<SimInode> found = new LinkedHashSet<>();
        for (SimDirectory directory : directories()) {
            collect(directory.entries(), found);
            collect(directory.durableEntries(), found);
        }
        return found;
    }

    /** Power fails: each directory keeps what {@code outcome} leaves of its changes, and what leads nowhere is gone. */
    void crash(SimDisk.CrashOutcome outcome, SimRandom random) {
        Set<SimDirectory> all = directories();
        all.forEach(directory -> directory.choose(outcome, random));
        all.forEach(SimDirectory::forget);
    }

    private static void collect(Iterable<Object> entries, Set<SimInode> found) {
        for (Object entry : entries) {
            if (entry instanceof SimInode inode) {
                found.add(inode);
            }
        }
    }

    private Set<SimDirectory> directories() {
        Set<SimDirectory> found = new LinkedHashSet<>();
        directories(root, found);
        return found;
    }

    private static void directories(SimDirectory at, Set<SimDirectory> found) {
        if (!found.add(at)) {
            return;
        }
        for (Object entry : at.entries()) {
            if (entry instanceof SimDirectory below) {
                directories(below, found);
            }
        }
        for (Object entry : at.durableEntries()) {
            if (entry instanceof SimDirectory below) {
                directories(below, found);
            }
        }
    }
}
