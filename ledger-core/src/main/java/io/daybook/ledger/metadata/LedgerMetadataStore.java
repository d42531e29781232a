package io.daybook.ledger.metadata;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaException.Kind;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.MetaStore.Mode;
import io.daybook.base.seam.MetaStore.Node;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.MetadataFailed;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The records of all ledgers, one node each; every change is a compare-and-set (R6) whose outcome is known (R7).
 *
 * <p><b>Threads.</b> Safe from any thread; promises and watches run on the loop named. Failures are {@link LedgerException}: {@code MetadataFailed}
 * with outcome NOT_APPLIED when the store could not be asked or holds bytes we cannot read, UNKNOWN only when the store was closed in the middle of a
 * write.
 */
public final class LedgerMetadataStore {
    private static final int PARENT_ATTEMPTS_MAX =
            16; // each failure means that somebody deleted a last neighbour meanwhile
    private static final int ID_ATTEMPTS_MAX = 64; // each failure is an id that somebody chose by hand

    private final MetaStore store;
    private final SettledWrites writes;
    private final ClusterLayout layout;
    private final Tombstones tombstones;
    private final LedgerIdGenerator ids;
    private final Entropy entropy;
    private final RepairHintStore hints;

    public LedgerMetadataStore(MetaStore store, ClusterLayout layout, Entropy entropy) {
        this.store = store;
        this.writes = new SettledWrites(store);
        this.layout = layout;
        this.tombstones = new Tombstones(store, layout, entropy);
        this.ids = new LedgerIdGenerator(store, layout);
        this.entropy = entropy;
        this.hints = new RepairHintStore(store, layout);
    }

    /** What is noted of copies that ledgers lack, beside their records. */
    public RepairHintStore hints() {
        return hints;
    }

    /** Notes of {@code kind} about ledgers, beside their records. */
    public SideRecords notes(String kind) {
        return new SideRecords(store, layout, kind);
    }

    /** Makes the record of a new ledger under an id never used before (R3), with a creation token of its own. */
    public Promise<NewLedger> create(LedgerMetadata metadata, Loop loop) {
        return Steps.on(loop, () -> createUnderNextId(metadata, ID_ATTEMPTS_MAX, loop));
    }

    /** Makes the record of a new ledger under an id of the caller's choice; null if the id is taken, or was before (R3, R65). */
    public Promise<@Nullable NewLedger> create(LedgerId id, LedgerMetadata metadata, Loop loop) {
        Promise<Boolean> deleted = Steps.on(loop, () -> translated(id, loop, "create", tombstones.stands(id, loop)));
        return (Promise<@Nullable NewLedger>)
                deleted.thenCompose(before -> before ? taken(loop) : createUnder(id, metadata, loop));
    }

    private static Promise<@Nullable NewLedger> taken(Loop loop) {
        Promise<@Nullable NewLedger> taken = loop.promise();
        taken.complete(null);
        return taken;
    }

    private Promise<@Nullable NewLedger> createUnder(LedgerId id, LedgerMetadata metadata, Loop loop) {
        LedgerMetadata marked =
                metadata.creationToken() == 0 ? metadata.withCreationToken(entropy.nextLong() >>> 1) : metadata;
        return Steps.on(
                loop,
                () -> translated(
                        id,
                        loop,
                        "create",
                        createWithParents(id, marked, LedgerMetadataFormat.encode(marked), 1, loop)));
    }

    /** The record, or null if there is no such ledger; may be stale. */
    public Promise<@Nullable Versioned<LedgerMetadata>> read(LedgerId id, Loop loop) {
        return Steps.on(loop, () -> translated(id, loop, "read", decoded(id, store.get(path(id), loop))));
    }

    /** The record as of some moment after the call, or null if there is no such ledger. */
    public Promise<@Nullable Versioned<LedgerMetadata>> readLinearizable(LedgerId id, Loop loop) {
        return Steps.on(loop, () -> translated(id, loop, "read", decoded(id, store.getLinearizable(path(id), loop))));
    }

    /** Replaces the record if it still has the version that {@code next} was derived from. */
    public Promise<CasOutcome> compareAndSet(LedgerId id, LedgerMetadata next, int expectedVersion, Loop loop) {
        byte[] data = LedgerMetadataFormat.encode(next);
        return Steps.on(
                loop,
                () -> translated(id, loop, "change", (Promise<CasOutcome>) writes.cas(
                                path(id), data, expectedVersion, loop)
                        .thenApply(outcome -> {
                            if (outcome instanceof WriteOutcome.Applied applied) {
                                return new CasOutcome.Applied(new Versioned<>(next, applied.version()));
                            }
                            return lost(id, outcome);
                        })));
    }

    /**
     * Removes the record if it still has the version that the decision was based on, and leaves a tombstone in its place, in one write (R65); then removes
     * parents that became empty. Gone means that it is removed now, by this call or another; Applied is never answered.
     */
    public Promise<CasOutcome> delete(LedgerId id, int expectedVersion, Loop loop) {
        return Steps.on(loop, () -> translated(id, loop, "delete", bury(id, expectedVersion, loop)));
    }

    private Promise<CasOutcome> bury(LedgerId id, int expectedVersion, Loop loop) {
        Promise<Void> buried = tombstones.replace(path(id), expectedVersion, id, loop);
        return Steps.after(buried, (done, failure) -> {
            Kind kind = Steps.kind(failure);
            if (failure == null) {
                return gone(id, loop);
            }
            // NODE_EXISTS: somebody made the record again after its deletion; its tombstone stands
            return kind == Kind.BAD_VERSION || kind == Kind.NO_NODE || kind == Kind.NODE_EXISTS
                    ? removeOnly(id, expectedVersion, kind, loop)
                    : Steps.failed(loop, failure);
        });
    }

    /** The record changed, is gone, or its tombstone stands already. */
    private Promise<CasOutcome> removeOnly(LedgerId id, int expectedVersion, Kind why, Loop loop) {
        return (Promise<CasOutcome>) store.getLinearizable(path(id), loop).thenCompose(node -> {
            if (node == null) {
                return gone(id, loop);
            }
            if (node.version() != expectedVersion || why != Kind.NODE_EXISTS) {
                return Steps.done(loop, lost(id, new WriteOutcome.Conflict(node)));
            }
            return (Promise<CasOutcome>) writes.delete(path(id), expectedVersion, loop)
                    .thenCompose(outcome -> outcome instanceof WriteOutcome.Conflict
                            ? Steps.done(loop, lost(id, outcome))
                            : gone(id, loop));
        });
    }

    private Promise<CasOutcome> gone(LedgerId id, Loop loop) {
        return (Promise<CasOutcome>)
                removeEmptyParents(parent(path(id)), loop).thenApply(removed -> (CasOutcome) new CasOutcome.Gone());
    }

    /** Whether the ledger was deleted and left a tombstone (R65), as of some moment after the call. */
    public Promise<Boolean> deleted(LedgerId id, Loop loop) {
        return Steps.on(loop, () -> translated(id, loop, "read", tombstones.stands(id, loop)));
    }

    /**
     * The session with the metadata store. What is read within one session is never older than what was read before; {@link #list} begins with a read that is
     * up to date.
     */
    public long sessionId() {
        return store.sessionId();
    }

    /** The ids of all ledgers that existed throughout the call, ascending; ledgers made or removed meanwhile may be among them. Complete or failed. */
    public Promise<long[]> list(Loop loop) {
        return Steps.on(loop, () -> {
            Promise<long[]> ids = new LedgerWalk(store, layout, loop).ids();
            return Steps.after(
                    ids,
                    (found, failure) -> failure == null
                            ? ids
                            : Steps.failed(
                                    loop,
                                    new MetadataFailed(
                                            Outcome.NOT_APPLIED,
                                            "the ledgers below %s could not be listed: %s"
                                                    .formatted(layout.root(), failure.getMessage()),
                                            failure)));
        });
    }

    /** Calls {@code changed} soon after the record changed or vanished; read it again then. */
    public MetaStore.Watch watch(LedgerId id, Runnable changed, Loop loop) {
        return store.watch(path(id), changed, loop);
    }

    private Promise<NewLedger> createUnderNextId(LedgerMetadata metadata, int attemptsLeft, Loop loop) {
        return (Promise<NewLedger>) ids.next(loop)
                .thenCompose(id -> createUnder(id, metadata, loop)) // never used before, so never deleted
                .thenCompose(made -> {
                    if (made != null) {
                        return Steps.done(loop, made);
                    }
                    return attemptsLeft > 1
                            ? createUnderNextId(metadata, attemptsLeft - 1, loop)
                            : Steps.failed(
                                    loop,
                                    new MetadataFailed(
                                            Outcome.NOT_APPLIED,
                                            "no ledger was created below %s: %d ids in a row were taken; try again"
                                                    .formatted(layout.root(), ID_ATTEMPTS_MAX),
                                            null));
                });
    }

    private Promise<@Nullable NewLedger> createWithParents(
            LedgerId id, LedgerMetadata metadata, byte[] data, int attempt, Loop loop) {
        String path = path(id);
        Promise<WriteOutcome> write =
                writes.create(path, data, Mode.PERSISTENT, (node, replyLost) -> madeBy(metadata, node), loop);
        return Steps.after(write, (outcome, failure) -> {
            if (Steps.kind(failure) == Kind.NO_NODE && attempt < PARENT_ATTEMPTS_MAX) {
                return (Promise<@Nullable NewLedger>) writes.ensure(parent(path), loop)
                        .thenCompose(made -> createWithParents(id, metadata, data, attempt + 1, loop));
            }
            return (Promise<@Nullable NewLedger>) write.thenApply(known -> known instanceof WriteOutcome.Applied applied
                    ? new NewLedger(id, new Versioned<>(metadata, applied.version()))
                    : null);
        });
    }

    /** Versions 1 and 2 carry no token: there a record that was found counts as another's. */
    private boolean madeBy(LedgerMetadata metadata, Node node) {
        if (metadata.formatVersion() < LedgerMetadata.NEWEST_FORMAT || node.version() > 0) {
            return false;
        }
        try {
            return LedgerMetadataFormat.decode(node.data(), node.createdMillis())
                            .creationToken()
                    == metadata.creationToken();
        } catch (MalformedMetadataException notOurs) {
            return false;
        }
    }

    private Promise<Void> removeEmptyParents(String path, Loop loop) {
        if (!layout.tree().removesEmptyParents() || path.equals(layout.root())) {
            return Steps.nothing(loop);
        }
        // Whatever the failure, an empty parent left behind harms nobody, and the next deletion beside it tries again.
        return Steps.after(
                store.delete(path, MetaStore.ANY_VERSION, loop),
                (deleted, failure) -> failure == null ? removeEmptyParents(parent(path), loop) : Steps.nothing(loop));
    }

    private CasOutcome lost(LedgerId id, WriteOutcome outcome) {
        return outcome instanceof WriteOutcome.Conflict conflict
                ? new CasOutcome.Conflict(decoded(id, conflict.current()))
                : new CasOutcome.Gone();
    }

    private Promise<@Nullable Versioned<LedgerMetadata>> decoded(LedgerId id, Promise<@Nullable Node> read) {
        return (Promise<@Nullable Versioned<LedgerMetadata>>)
                read.thenApply(node -> node == null ? null : decoded(id, node));
    }

    private Versioned<LedgerMetadata> decoded(LedgerId id, Node node) {
        try {
            return new Versioned<>(LedgerMetadataFormat.decode(node.data(), node.createdMillis()), node.version());
        } catch (MalformedMetadataException unreadable) {
            throw new MalformedMetadataException(
                    "the metadata of ledger %s at %s cannot be read: %s"
                            .formatted(id, path(id), unreadable.getMessage()),
                    unreadable);
        }
    }

    private static <T extends @Nullable Object> Promise<T> translated(
            LedgerId id, Loop loop, String verb, Promise<T> step) {
        return Steps.after(step, (value, failure) -> {
            if (failure instanceof MetaException || failure instanceof MalformedMetadataException) {
                return Steps.failed(
                        loop,
                        new MetadataFailed(
                                Steps.kind(failure) == Kind.AMBIGUOUS ? Outcome.UNKNOWN : Outcome.NOT_APPLIED,
                                "could not %s the metadata of ledger %s: %s".formatted(verb, id, failure.getMessage()),
                                failure));
            }
            return step;
        });
    }

    private String path(LedgerId id) {
        return layout.root() + layout.tree().path(id);
    }

    private static String parent(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }
}
