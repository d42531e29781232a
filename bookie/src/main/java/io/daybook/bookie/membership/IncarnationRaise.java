package io.daybook.bookie.membership;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.MetaStore.Node;
import io.daybook.bookie.BookieException.Refused;
import io.daybook.bookie.disk.Layout;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.BookieIdentity;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.ledger.metadata.Cookie;
import io.daybook.ledger.metadata.MalformedMetadataException;
import io.daybook.ledger.metadata.SettledWrites;
import io.daybook.ledger.metadata.WriteOutcome;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One run of {@link Identity#raise}. Belongs to its loop. */
final class IncarnationRaise {
    private final BookieId bookie;
    private final String path;
    private final Cookie cookie;
    private final MetaStore store;
    private final Entropy entropy;
    private final Loop loop;
    private final List<DirectoryFiles> directories;
    private final TreeMap<String, String> ids = new TreeMap<>();

    IncarnationRaise(
            BookieId bookie,
            Layout layout,
            ClusterLayout cluster,
            MetaStore store,
            Disk disk,
            Entropy entropy,
            Loop loop) {
        this.bookie = bookie;
        this.path = BookieIdentity.path(cluster, bookie);
        this.cookie = IdentityCheck.cookie(bookie, layout, cluster);
        this.store = store;
        this.entropy = entropy;
        this.loop = loop;
        this.directories = layout.all().stream()
                .map(directory -> new DirectoryFiles(disk, directory, loop))
                .toList();
    }

    /** Only the directories: from then on every start finds that there was a loss, until {@link #run} has ended. */
    Promise<Void> begin() {
        return (Promise<Void>) look(0).thenCompose(looked -> store.getLinearizable(path, loop))
                .thenCompose(node -> write(0, raised(node)));
    }

    Promise<Identity> run() {
        return (Promise<Identity>)
                look(0).thenCompose(looked -> store.getLinearizable(path, loop)).thenCompose(this::raise);
    }

    private Promise<Void> look(int index) {
        if (index == directories.size()) {
            return done();
        }
        DirectoryFiles files = directories.get(index);
        return (Promise<Void>) files.look().thenCompose(seen -> {
            String directory = files.directory().toString();
            ids.put(directory, idOf(directory, seen.identity()));
            return look(index + 1);
        });
    }

    /** The id of a directory stays with its disk. */
    private String idOf(String directory, byte @Nullable [] identity) {
        String known = null;
        if (identity != null) {
            try {
                known = BookieIdentity.decode(identity).directories().get(directory);
            } catch (MalformedMetadataException unreadable) {
                known = null; // it gets a new one
            }
        }
        return known == null ? ClusterLayout.randomId(entropy) : known;
    }

    private BookieIdentity raised(@Nullable Node node) {
        if (node == null) {
            throw new Refused("bookie %s was decommissioned at this moment".formatted(bookie), null);
        }
        return BookieIdentity.decode(node.data()).raised(ids);
    }

    private Promise<Identity> raise(@Nullable Node node) {
        BookieIdentity raised = raised(node);
        int version = node == null ? 0 : node.version();
        return (Promise<Identity>) write(0, raised)
                .thenCompose(written -> new SettledWrites(store).cas(path, raised.encode(), version, loop))
                .thenApply(outcome -> {
                    if (outcome instanceof WriteOutcome.Applied) {
                        return new Identity(bookie, raised.incarnation(), false);
                    }
                    throw new Refused(
                            "another process changed the identity of bookie %s at this moment; give each bookie an id of its own"
                                    .formatted(bookie),
                            null);
                });
    }

    private Promise<Void> write(int index, BookieIdentity raised) {
        if (index == directories.size()) {
            return done();
        }
        DirectoryFiles files = directories.get(index);
        return (Promise<Void>) files.write(
                        cookie.encode(), raised.of(files.directory().toString()).encode())
                .thenCompose(written -> write(index + 1, raised));
    }

    private Promise<Void> done() {
        Promise<Void> done = loop.promise();
        done.complete(null);
        return done;
    }
}
