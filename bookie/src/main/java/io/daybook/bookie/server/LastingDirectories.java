package io.daybook.bookie.server;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;

/**
 * Makes directories that a power failure does not take away again: each missing one is made durable in its parent before anything is put
 * into it (R34).
 */
final class LastingDirectories {
    private final Disk disk;
    private final Loop loop;

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
                    .thenCompose(made -> disk.syncDirectory(parent, loop));
        });
    }

    private CompletionStage<Void> nothing() {
        Promise<Void> nothing = loop.promise();
        nothing.complete(null);
        return nothing;
    }
}
