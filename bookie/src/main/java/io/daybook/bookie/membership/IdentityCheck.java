package io.daybook.bookie.membership;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaException.Kind;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.MetaStore.Mode;
import io.daybook.base.seam.MetaStore.Node;
import io.daybook.base.seam.MetaStore.Op;
import io.daybook.bookie.BookieException.Refused;
import io.daybook.bookie.disk.Layout;
import io.daybook.bookie.membership.DirectoryFiles.Found;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.BookieIdentity;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.ledger.metadata.Cookie;
import io.daybook.ledger.metadata.CookieStore;
import io.daybook.ledger.metadata.MalformedMetadataException;
import io.daybook.ledger.metadata.SettledWrites;
import io.daybook.ledger.metadata.Versioned;
import io.daybook.ledger.metadata.WriteOutcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of {@link Identity#establish}, in the order of its methods. Belongs to its loop. */
final class IdentityCheck {
    private static final Logger LOG = LoggerFactory.getLogger(IdentityCheck.class);
    private static final long FIRST_INCARNATION = 1;

    private final BookieId bookie;
    private final ClusterLayout cluster;
    private final MetaStore store;
    private final SettledWrites writes;
    private final CookieStore cookies;
    private final Entropy entropy;
    private final boolean lossAccepted;
    private final Loop loop;
    private final Cookie cookie; // what the configuration says
    private final List<DirectoryFiles> directories;
    private final List<Found> found = new ArrayList<>();

    IdentityCheck(
            BookieId bookie,
            Layout layout,
            ClusterLayout cluster,
            MetaStore store,
            Disk disk,
            Entropy entropy,
            boolean lossAccepted,
            Loop loop) {
        this.bookie = bookie;
        this.lossAccepted = lossAccepted;
        this.cluster = cluster;
        this.store = store;
        this.writes = new SettledWrites(store);
        this.cookies = new CookieStore(store, cluster);
        this.entropy = entropy;
        this.loop = loop;
        this.cookie = cookie(bookie, layout, cluster);
        this.directories = layout.all().stream()
                .map(directory -> new DirectoryFiles(disk, directory, loop))
                .toList();
    }

    /** What the configuration says. */
    static Cookie cookie(BookieId bookie, Layout layout, ClusterLayout cluster) {
        return new Cookie(
                bookie,
                List.of(layout.journal().toString()),
                layout.allData().stream().map(Path::toString).toList(),
                cluster.instanceId(),
                null);
    }

    Promise<Identity> run() {
        Promise<Boolean> begun = loop.promise();
        Promise<Identity> result = (Promise<Identity>) begun.thenCompose(yes -> look(0))
                .thenCompose(looked -> cookies.read(bookie, loop))
                .thenCompose(known -> store.getLinearizable(BookieIdentity.path(cluster, bookie), loop)
                        .thenCompose(node -> judge(known, node)));
        begun.complete(true);
        return result;
    }

    private Promise<Void> look(int index) {
        if (index == directories.size()) {
            return done();
        }
        return (Promise<Void>) directories.get(index).look().thenCompose(seen -> {
            found.add(seen);
            return look(index + 1);
        });
    }

    private Promise<Identity> judge(@Nullable Versioned<Cookie> known, @Nullable Node node) {
        if (known == null && node == null) {
            for (Found seen : found) {
                checkUntouched(seen);
            }
            return enter();
        }
        if (known == null) {
            throw new Refused(
                    "the cookie of bookie %s was removed from the metadata store, so the cluster takes it for decommissioned; to use this machine again, empty its directories and start it under another id"
                            .formatted(bookie),
                    null);
        }
        List<String> differences = cookie.differences(known.value());
        if (!differences.isEmpty()) {
            throw new Refused(
                    "bookie %s is not the one the cluster knows under that id: %s; correct the configuration, or start it under another id"
                            .formatted(bookie, String.join(", and ", differences)),
                    null);
        }
        if (node == null) {
            throw new Refused(
                    "bookie %s is known to the cluster as a bookie of BookKeeper itself, whose files cannot be read; start this one under another id"
                            .formatted(bookie),
                    null);
        }
        BookieIdentity identity = BookieIdentity.decode(node.data());
        if (!identity.formatted()) {
            found.forEach(this::checkUnused);
            return resume(node.version());
        }
        boolean loss = false;
        for (Found seen : found) {
            loss |= lost(seen, identity);
        }
        boolean missesData = loss;
        return (Promise<Identity>) done().thenApply(equal -> new Identity(bookie, identity.incarnation(), missesData));
    }

    // ---- a new bookie: metadata first, then directories, then the mark that all is done

    private Promise<Identity> enter() {
        BookieIdentity identity = fresh();
        byte[] data = identity.encode();
        String path = BookieIdentity.path(cluster, bookie);
        List<Op> nodes = List.of(
                new Op.Create(cookies.path(bookie), cookie.encode(), Mode.PERSISTENT),
                new Op.Create(path, data, Mode.PERSISTENT));
        return (Promise<Identity>) cookies.prepare(loop)
                .thenCompose(made -> writes.ensure(BookieIdentity.root(cluster), loop))
                .thenCompose(made ->
                        writes.multi(nodes, path, node -> node != null && Arrays.equals(node.data(), data), loop))
                .exceptionally(failure -> {
                    throw sameIdElsewhere(failure);
                })
                .thenCompose(entered -> format(identity, 0));
    }

    /** An earlier start ended in the middle. New ids exclude whoever else might be at it. */
    private Promise<Identity> resume(int version) {
        BookieIdentity identity = fresh();
        return (Promise<Identity>) writes.cas(BookieIdentity.path(cluster, bookie), identity.encode(), version, loop)
                .thenCompose(outcome -> outcome instanceof WriteOutcome.Applied applied
                        ? format(identity, applied.version())
                        : this.<Identity>failed(sameId()));
    }

    private Promise<Identity> format(BookieIdentity identity, int version) {
        return (Promise<Identity>) writeFrom(0, identity)
                .thenCompose(written -> writes.cas(
                        BookieIdentity.path(cluster, bookie),
                        identity.asFormatted().encode(),
                        version,
                        loop))
                .thenApply(outcome -> {
                    if (outcome instanceof WriteOutcome.Applied) {
                        return new Identity(bookie, identity.incarnation(), false);
                    }
                    throw sameId();
                });
    }

    private Promise<Void> writeFrom(int index, BookieIdentity identity) {
        if (index == directories.size()) {
            return done();
        }
        DirectoryFiles files = directories.get(index);
        return (Promise<Void>) files.write(
                        cookie.encode(),
                        identity.of(files.directory().toString()).encode())
                .thenCompose(written -> writeFrom(index + 1, identity));
    }

    private BookieIdentity fresh() {
        TreeMap<String, String> ids = new TreeMap<>();
        directories.forEach(files -> ids.put(files.directory().toString(), ClusterLayout.randomId(entropy)));
        return new BookieIdentity(bookie, cluster.instanceId(), FIRST_INCARNATION, ids, false);
    }

    // ---- what a directory must hold

    /** Of a bookie that nobody knows. */
    private void checkUntouched(Found seen) {
        if (seen.cookie() != null || seen.identity() != null) {
            throw new Refused(
                    "directory %s belongs to %s, but this cluster knows no bookie %s: it is another cluster's, or the bookie was decommissioned; name the right metadata URI, or empty the directory"
                            .formatted(seen.directory(), owner(seen), bookie),
                    null);
        }
        if (!seen.untouched()) {
            throw new Refused(
                    "directory %s is not empty, it holds '%s', so no new bookie can be made of it; name another one or empty it"
                            .formatted(seen.directory(), seen.data()),
                    null);
        }
    }

    /** Of a bookie whose first start did not end: perhaps our files, but nothing else. */
    private void checkUnused(Found seen) {
        if (seen.data() != null) {
            throw new Refused(
                    "directory %s holds '%s' though bookie %s was never used; name another directory or empty it"
                            .formatted(seen.directory(), seen.data(), bookie),
                    null);
        }
        checkCookie(seen);
    }

    /** Of a bookie that has been at work: whether data is missing, which must have been allowed. */
    private boolean lost(Found seen, BookieIdentity identity) {
        checkCookie(seen);
        if (seen.cookie() == null || seen.identity() == null) {
            if (lossAccepted && seen.data() == null) {
                LOG.error("directory {} of bookie {} is empty: what it held is lost", seen.directory(), bookie);
                return true;
            }
            throw new Refused(
                    "directory %s has no cookie though bookie %s keeps data there; mount the disk that belongs there, or, if its data is lost, empty it and start with bookie.accept-data-loss, so that nothing is said to be absent that %s may have held"
                            .formatted(seen.directory(), bookie, bookie),
                    null);
        }
        BookieIdentity own = read(seen, () -> BookieIdentity.decode(Objects.requireNonNull(seen.identity())));
        String directory = seen.directory().toString();
        boolean known = identity.directories().containsKey(directory);
        if (known && own.equals(identity.of(directory))) {
            return false;
        }
        if (known && own.equals(identity.raised(identity.directories()).of(directory))) {
            return true; // the start that found a loss ended before it could say so
        }
        if (lossAccepted) {
            LOG.error(
                    "directory {} of bookie {} is an old copy, of incarnation {}: what was newer is lost",
                    directory,
                    bookie,
                    own.incarnation());
            return true;
        }
        throw new Refused(
                "directory %s is not the one that bookie %s was made with, but perhaps an old copy: it has incarnation %d and id %s, the cluster knows incarnation %d and id %s; mount the right disk, or, if what is missing is lost, start with bookie.accept-data-loss"
                        .formatted(
                                directory,
                                bookie,
                                own.incarnation(),
                                own.directories().get(directory),
                                identity.incarnation(),
                                identity.directories().get(directory)),
                null);
    }

    private void checkCookie(Found seen) {
        if (seen.cookie() == null) {
            return;
        }
        Cookie stored = read(seen, () -> Cookie.decode(Objects.requireNonNull(seen.cookie())));
        List<String> differences = cookie.differences(stored);
        if (!differences.isEmpty()) {
            throw new Refused(
                    "directory %s belongs to another bookie: %s; mount the right disk, or correct the configuration"
                            .formatted(seen.directory(), String.join(", and ", differences)),
                    null);
        }
    }

    private static <T> T read(Found seen, Supplier<T> content) {
        try {
            return content.get();
        } catch (MalformedMetadataException unreadable) {
            throw new Refused(
                    "directory %s cannot be told from another bookie's: %s; mount the right disk, or start under another id with empty directories"
                            .formatted(seen.directory(), unreadable.getMessage()),
                    unreadable);
        }
    }

    private static String owner(Found seen) {
        try {
            return seen.cookie() == null
                    ? "some bookie"
                    : "bookie " + Cookie.decode(seen.cookie()).bookie();
        } catch (MalformedMetadataException unreadable) {
            return "some bookie";
        }
    }

    private RuntimeException sameIdElsewhere(Throwable failure) {
        Throwable cause = Futures.cause(failure);
        if (cause instanceof MetaException refused && refused.kind() == Kind.NODE_EXISTS) {
            return sameId();
        }
        return cause instanceof RuntimeException known ? known : new CompletionException(cause);
    }

    private Refused sameId() {
        return new Refused(
                "another process makes a bookie %s at this moment; give each bookie an id of its own".formatted(bookie),
                null);
    }

    private Promise<Void> done() {
        Promise<Void> done = loop.promise();
        done.complete(null);
        return done;
    }

    private <T> Promise<T> failed(Throwable failure) {
        Promise<T> failed = loop.promise();
        failed.completeExceptionally(failure);
        return failed;
    }
}
