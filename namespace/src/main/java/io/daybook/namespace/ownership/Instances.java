package io.daybook.namespace.ownership;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.MetaStore.Mode;
import io.daybook.base.seam.MetaStore.Session;
import io.daybook.base.time.Deadline;
import io.daybook.namespace.metadata.NamespaceLayout;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamException.Outcome;
import io.daybook.stream.StreamId;
import io.daybook.stream.StreamOwner;
import io.daybook.stream.StreamWriter;
import io.daybook.stream.metadata.Ownership;
import io.daybook.stream.metadata.proto.InstanceRecord;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * This process among those that may own streams: keeps its own node for as long as it lives, also over the end of a session, and looks for the nodes of
 * others.
 *
 * <p><b>Threads.</b> {@link Ownership}'s methods and {@link #opened} are safe from any thread; the rest belongs to the loop given.
 */
public final class Instances implements Ownership {
    private static final long PAUSE_NANOS = 200_000_000;

    private final MetaStore store;
    private final NamespaceLayout layout;
    private final Loop loop;
    private final String instanceId;
    private final String address;
    private final ConcurrentHashMap<StreamId, StreamWriter> writers = new ConcurrentHashMap<>(); // open here

    private MetaStore.@Nullable Watch session;
    private boolean registering;
    private boolean closed;

    /** A new instance with a random id. */
    public Instances(MetaStore store, NamespaceLayout layout, Entropy entropy, Loop loop, String address) {
        this.store = store;
        this.layout = layout;
        this.loop = loop;
        this.instanceId = "%016x%016x".formatted(entropy.nextLong(), entropy.nextLong());
        this.address = address;
    }

    /** Makes the node and keeps it; completes once it is there. Fails with Unavailable after {@code patience}. */
    public Promise<Void> register(Duration patience) {
        Promise<Void> registered = loop.promise();
        loop.execute(() -> {
            session = store.watchSession(
                    state -> {
                        if (state == Session.RENEWED) { // the old node is gone or about to go
                            makeNode(Deadline.after(loop.clock(), Duration.ofDays(36_500)), loop.promise());
                        }
                    },
                    loop);
            makeNode(Deadline.after(loop.clock(), patience), registered);
        });
        return registered;
    }

    @Override
    public String instanceId() {
        return instanceId;
    }

    @Override
    public String address() {
        return address;
    }

    /** Notes a writer that is open in this process. */
    public void opened(StreamWriter writer) {
        writers.put(writer.stream(), writer);
        writer.closed().whenComplete((done, failure) -> writers.remove(writer.stream(), writer));
    }

    @Override
    public Promise<Boolean> isLive(StreamOwner owner, StreamId stream, Loop caller) {
        Promise<Boolean> live = caller.promise();
        if (owner.instanceId().equals(instanceId)) {
            live.complete(writers.containsKey(stream));
            return live;
        }
        Futures.whenDone(
                store.getLinearizable(layout.instance(owner.instanceId()), caller), caller, (node, failure) -> {
                    if (failure == null) {
                        live.complete(node != null);
                    } else {
                        live.completeExceptionally(failure);
                    }
                });
        return live;
    }

    @Override
    public MetaStore.Watch watch(StreamOwner owner, Runnable changed, Loop caller) {
        return store.watch(layout.instance(owner.instanceId()), changed, caller);
    }

    /** Takes the node away; completes when it is gone, or cannot be removed and will go with the session. */
    public Promise<Void> close() {
        Promise<Void> gone = loop.promise();
        loop.execute(() -> {
            closed = true;
            if (session != null) {
                session.close();
            }
            Futures.whenDone(
                    store.delete(layout.instance(instanceId), MetaStore.ANY_VERSION, loop),
                    loop,
                    (done, failure) -> gone.complete(null));
        });
        return gone;
    }

    private void makeNode(Deadline deadline, Promise<Void> made) {
        if (closed || registering) {
            made.complete(null);
            return;
        }
        registering = true;
        byte[] data = InstanceRecord.newBuilder()
                .setAddress(address)
                .setNodeId(address)
                .setStartedMs(loop.clock().millis())
                .build()
                .toByteArray();
        Futures.whenDone(store.ensure(layout.instances(), loop), loop, (ready, unready) -> {
            if (unready != null) {
                registering = false;
                again(unready, deadline, made);
                return;
            }
            Promise<String> create = store.create(layout.instance(instanceId), data, Mode.EPHEMERAL, loop);
            Futures.whenDone(create, loop, (path, failure) -> {
                registering = false;
                if (failure == null) {
                    made.complete(null);
                } else if (failure instanceof MetaException meta && meta.kind() == MetaException.Kind.NODE_EXISTS) {
                    keepOrReplace(deadline, made);
                } else {
                    again(failure, deadline, made);
                }
            });
        });
    }

    /** Our node is there: of this session it stays, of an earlier one it will vanish and must be made anew. */
    private void keepOrReplace(Deadline deadline, Promise<Void> made) {
        String path = layout.instance(instanceId);
        Futures.whenDone(store.getLinearizable(path, loop), loop, (node, failure) -> {
            if (node != null && node.ephemeralOwner() == store.sessionId()) {
                made.complete(null);
            } else if (node != null) {
                Futures.whenDone(
                        store.delete(path, node.version(), loop), loop, (gone, kept) -> makeNode(deadline, made));
            } else if (failure != null) {
                again(failure, deadline, made);
            } else {
                makeNode(deadline, made);
            }
        });
    }

    private void again(Throwable failure, Deadline deadline, Promise<Void> made) {
        if (deadline.expired(loop.clock())) {
            made.completeExceptionally(new StreamException.Unavailable(
                    Outcome.NOT_APPLIED,
                    "this process could not register at %s: %s".formatted(layout.root(), failure.getMessage()),
                    failure));
        } else {
            loop.schedule(PAUSE_NANOS, () -> makeNode(deadline, made));
        }
    }
}
