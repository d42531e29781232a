package io.daybook.bookie.server;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletionStage;

/**
 * Makes directories that a power failure does not take away again: each missing one is made durable in its parent before anything is put
 * into it (R34).
 */
final class LastingDirectories {
    private final Disk disk;
    private final Loop loop;
    private final Deque<Path> made = new ArrayDeque<>(); // the innermost first

    LastingDirectories(Disk disk, Loop loop) {
        this.disk = disk;
        this.loop = loop;
    }

    /** Completes when {@code directory} and all above it exist and are durable. */
    CompletionStage<Void> make(Path directory) {
        Path whole = directory.toAbsolutePath().normalize();
        Path parent = whole.getParent();
        Path name = whole.getFileName();
        if (parent == null || name == null) {
            return nothing(); // the root
        }
        return disk.list(parent, loop).thenCompose(names -> {
            if (names.contains(name.toString())) {
                return nothing();
            }
            return make(parent)
                    .thenCompose(above -> disk.createDirectories(whole, loop))
                    .thenCompose(yes -> {
                        made.push(whole);
                        return disk.syncDirectory(parent, loop);
                    });
        });
    }

    /** Removes what {@link #make} made and nobody has put anything into; completes whether or not that went well. */
    CompletionStage<Void> unmake() {
        if (made.isEmpty()) {
            return nothing();
        }
        return disk.delete(made.pop(), loop).handle((done, inUse) -> inUse).thenCompose(inUse -> unmake());
    }

    private CompletionStage<Void> nothing() {
        Promise<Void> nothing = loop.promise();
        nothing.complete(null);
        return nothing;
    }
}
