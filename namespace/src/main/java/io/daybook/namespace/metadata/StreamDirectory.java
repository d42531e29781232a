package io.daybook.namespace.metadata;

import com.google.protobuf.InvalidProtocolBufferException;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.MetaStore.Mode;
import io.daybook.base.seam.MetaStore.Op;
import io.daybook.base.time.Deadline;
import io.daybook.ledger.metadata.Versioned;
import io.daybook.namespace.StreamName;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamException.Outcome;
import io.daybook.stream.StreamId;
import io.daybook.stream.metadata.StreamMetadata;
import io.daybook.stream.metadata.StreamMetadata.LifeState;
import io.daybook.stream.metadata.StreamMetadataFormat;
import io.daybook.stream.metadata.proto.NameRecord;
import io.daybook.stream.metadata.proto.TrashRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which names exist and which streams they mean. A name and its stream's record come and go in one transaction; a lost reply is answered by reading
 * back (R7). Belongs to one loop, like every call it makes.
 */
public final class StreamDirectory {
    private static final long PAUSE_NANOS = 100_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final MetaStore store;
    private final NamespaceLayout layout;
    private final StreamNodes records;
    private final Entropy entropy;
    private final Loop loop;

    public StreamDirectory(MetaStore store, NamespaceLayout layout, StreamNodes records, Entropy entropy, Loop loop) {
        this.store = store;
        this.layout = layout;
        this.records = records;
        this.entropy = entropy;
        this.loop = loop;
    }

    /** Makes a stream. Fails with AlreadyExists, Unavailable. */
    public Promise<StreamId> create(StreamName name, StreamConfig config) {
        Promise<StreamId> created = loop.promise();
        new Creation(name, config, deadline(), created).start();
        return created;
    }

    /** The stream of that name, or null. Fails with Unavailable. */
    public Promise<@Nullable StreamId> find(StreamName name) {
        Promise<@Nullable StreamId> found = loop.promise();
        lookUp(name, deadline(), found);
        return found;
    }

    /** Names that start with {@code prefix}, sorted. Fails with Unavailable. */
    public Promise<List<String>> list(String prefix) {
        Promise<List<String>> listed = loop.promise();
        new Listing(prefix, deadline(), listed).start();
        return listed;
    }

    /**
     * Takes the name away and marks the record, in one transaction; completes with the record as marked. Fails with NotFound, Unavailable. From then on the
     * owner's changes are refused and the name is free.
     */
    public Promise<StreamMetadata> delete(StreamName name) {
        Promise<StreamMetadata> deleted = loop.promise();
        Deadline deadline = deadline();
        Promise<@Nullable StreamId> found = loop.promise();
        lookUp(name, deadline, found);
        Futures.whenDone(found, loop, (id, failure) -> {
            if (failure != null) {
                deleted.completeExceptionally(failure);
            } else if (id == null) {
                deleted.completeExceptionally(notFound(name));
            } else {
                new Deletion(name, id, deadline, deleted).start();
            }
        });
        return deleted;
    }

    /** The answer for a name that means nothing. */
    public static StreamException notFound(StreamName name) {
        return new StreamException.NotFound("there is no stream '%s'; create it first".formatted(name));
    }

    private Deadline deadline() {
        return Deadline.after(loop.clock(), PATIENCE);
    }

    private void lookUp(StreamName name, Deadline deadline, Promise<@Nullable StreamId> found) {
        Futures.whenDone(store.getLinearizable(layout.name(name), loop), loop, (node, failure) -> {
            if (failure != null) {
                again(failure, deadline, () -> lookUp(name, deadline, found), found::completeExceptionally);
            } else if (node == null) {
                found.complete(null);
            } else {
                try {
                    found.complete(
                            new StreamId(NameRecord.parseFrom(node.data()).getStreamId()));
                } catch (InvalidProtocolBufferException | IllegalArgumentException malformed) {
                    found.completeExceptionally(new StreamException.Corrupt(
                            "the node of the name '%s' cannot be read".formatted(name), malformed));
                }
            }
        });
    }

    /** Tries again after a pause, unless the time is up or it cannot help. */
    private void again(Throwable failure, Deadline deadline, Runnable step, Consumer<Throwable> giveUp) {
        if (failure instanceof StreamException) {
            giveUp.accept(failure);
        } else if (deadline.expired(loop.clock()) || kind(failure) == MetaException.Kind.REFUSED) {
            giveUp.accept(new StreamException.Unavailable(
                    Outcome.UNKNOWN, "the metadata store did not do it: " + failure.getMessage(), failure));
        } else {
            loop.schedule(PAUSE_NANOS, step);
        }
    }

    private static MetaException.@Nullable Kind kind(Throwable failure) {
        return failure instanceof MetaException meta ? meta.kind() : null;
    }

    private final class Creation {
        private final StreamName name;
        private final StreamConfig config;
        private final Deadline deadline;
        private final Promise<StreamId> created;
        private StreamId id = newId();

        Creation(StreamName name, StreamConfig config, Deadline deadline, Promise<StreamId> created) {
            this.name = name;
            this.config = config;
            this.deadline = deadline;
            this.created = created;
        }

        /** The folders are there, but for the first streams of a namespace: to look first would cost every stream two round trips. */
        void start() {
            write(this::makeFolders);
        }

        private void makeFolders() {
            Futures.whenDone(store.ensure(layout.nameBucket(name.bucket()), loop), loop, (made, failure) -> {
                if (failure != null) {
                    again(failure, deadline, this::start, created::completeExceptionally);
                    return;
                }
                Futures.whenDone(store.ensure(layout.streamBucket(id), loop), loop, (also, unmade) -> {
                    if (unmade != null) {
                        again(unmade, deadline, this::start, created::completeExceptionally);
                    } else {
                        write(null);
                    }
                });
            });
        }

        /** {@code withoutFolder}: what to do where a folder is missing; null if it was just made. */
        private void write(@Nullable Runnable withoutFolder) {
            StreamMetadata record = StreamMetadata.created(
                    id, name.value(), config, loop.clock().millis());
            byte[] mapping =
                    NameRecord.newBuilder().setStreamId(id.value()).build().toByteArray();
            List<Op> both = List.of(
                    new Op.Create(layout.name(name), mapping, Mode.PERSISTENT),
                    new Op.Create(layout.stream(id), StreamMetadataFormat.encode(record), Mode.PERSISTENT));
            Futures.whenDone(store.multi(both, loop), loop, (done, failure) -> {
                if (failure == null) {
                    created.complete(id);
                } else if (withoutFolder != null && kind(failure) == MetaException.Kind.NO_NODE) {
                    withoutFolder.run(); // refused as a whole: nothing was written
                } else {
                    readBack(failure);
                }
            });
        }

        /** Whatever went wrong: the name tells. */
        private void readBack(Throwable failure) {
            Promise<@Nullable StreamId> found = loop.promise();
            lookUp(name, deadline, found);
            Futures.whenDone(found, loop, (owner, unread) -> {
                if (unread != null) {
                    created.completeExceptionally(unread);
                } else if (owner != null && owner.equals(id)) {
                    created.complete(id); // it happened, only the reply was lost
                } else if (owner != null) {
                    created.completeExceptionally(new StreamException.AlreadyExists(
                            "there is a stream '%s' already; open it, or choose another name".formatted(name)));
                } else {
                    if (kind(failure) == MetaException.Kind.NODE_EXISTS) {
                        id = newId(); // another stream has our number
                    }
                    again(failure, deadline, this::start, created::completeExceptionally);
                }
            });
        }

        private StreamId newId() {
            long number = entropy.nextLong();
            return new StreamId(number == 0 ? 1 : number);
        }
    }

    private final class Deletion {
        private final StreamName name;
        private final StreamId id;
        private final Deadline deadline;
        private final Promise<StreamMetadata> deleted;

        Deletion(StreamName name, StreamId id, Deadline deadline, Promise<StreamMetadata> deleted) {
            this.name = name;
            this.id = id;
            this.deadline = deadline;
            this.deleted = deleted;
        }

        void start() {
            Futures.whenDone(store.ensure(layout.trashFolder(), loop), loop, (made, failure) -> {
                if (failure != null) {
                    again(failure, deadline, this::start, deleted::completeExceptionally);
                } else {
                    read();
                }
            });
        }

        private void read() {
            Futures.whenDone(records.readLinearizable(id, loop), loop, (found, failure) -> {
                if (failure != null) {
                    again(failure, deadline, this::read, deleted::completeExceptionally);
                } else if (found == null) {
                    deleted.completeExceptionally(notFound(name)); // a janitor has finished with it meanwhile
                } else if (found.value().state() == LifeState.DELETING) {
                    deleted.complete(found.value()); // by us with a lost reply, or by another: the same to the caller
                } else {
                    write(found);
                }
            });
        }

        private void write(Versioned<StreamMetadata> found) {
            StreamMetadata marked = found.value().deleting();
            byte[] trash = TrashRecord.newBuilder()
                    .setStreamId(id.value())
                    .setName(name.value())
                    .setDeletedMs(loop.clock().millis())
                    .build()
                    .toByteArray();
            List<Op> all = List.of(
                    new Op.Set(layout.stream(id), StreamMetadataFormat.encode(marked), found.version()),
                    new Op.Delete(layout.name(name), MetaStore.ANY_VERSION),
                    new Op.Create(layout.trash(id), trash, Mode.PERSISTENT));
            Futures.whenDone(store.multi(all, loop), loop, (done, failure) -> {
                if (failure == null) {
                    deleted.complete(marked);
                } else if (kind(failure) == MetaException.Kind.BAD_VERSION) {
                    read(); // the owner wrote meanwhile
                } else {
                    again(failure, deadline, this::read, deleted::completeExceptionally);
                }
            });
        }
    }

    private final class Listing {
        private final String prefix;
        private final Deadline deadline;
        private final Promise<List<String>> listed;
        private final List<String> names = new ArrayList<>();
        private List<String> buckets = List.of();
        private int next;

        Listing(String prefix, Deadline deadline, Promise<List<String>> listed) {
            this.prefix = prefix;
            this.deadline = deadline;
            this.listed = listed;
        }

        void start() {
            Futures.whenDone(store.children(layout.names(), loop), loop, (found, failure) -> {
                if (failure != null) {
                    again(failure, deadline, this::start, listed::completeExceptionally);
                } else {
                    buckets = found == null ? List.of() : found;
                    nextBucket();
                }
            });
        }

        private void nextBucket() {
            if (next == buckets.size()) {
                names.sort(null);
                listed.complete(List.copyOf(names));
                return;
            }
            Futures.whenDone(store.children(layout.nameBucket(buckets.get(next)), loop), loop, (found, failure) -> {
                if (failure != null) {
                    again(failure, deadline, this::nextBucket, listed::completeExceptionally);
                    return;
                }
                if (found != null) {
                    for (String node : found) {
                        String name = StreamName.unescape(node).value();
                        if (name.startsWith(prefix)) {
                            names.add(name);
                        }
                    }
                }
                next++;
                nextBucket();
            });
        }
    }
}
