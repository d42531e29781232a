package io.daybook.ledger.client;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Probe;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.Password;
import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.DigestMismatchException;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.digest.EntryHeader;
import io.daybook.ledger.digest.LedgerKeys;
import io.daybook.ledger.metadata.CasOutcome;
import io.daybook.ledger.metadata.Versioned;
import io.daybook.ledger.placement.Choice;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.Tag;
import io.daybook.ledger.transport.Bookies;
import io.daybook.ledger.transport.UnreachableException;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives one {@link LedgerRecovery}, which decides, over bookies, metadata and timers. Belongs to its loop; lives from {@link #start}
 * until its promise completes.
 */
final class RecoveryRun implements RecoveryEffects, ClientLoop.Handle {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveryRun.class);

    /** Entries that a simulation may have a recovery read ahead, instead of thousands. */
    private static final int FEW_ENTRIES = 8;

    private final LedgerId ledger;
    private final ClientLoop home;
    private final RecovererRules rules;
    private final Probe probe;
    private final Loop loop;
    private final Bookies bookies;
    private final EntryDigest digest;
    private final byte[] masterKey;
    private final Duration readTimeout;
    private final Duration addTimeout;
    private final DecisionTrace trace;
    private final LedgerRecovery recovery;
    private final Map<Answerer, Promise<Response.Force>> forced = new LinkedHashMap<>(); // stock bookies only
    private final Promise<Recovered> end;
    private boolean batches; // until a bookie hangs up on one
    private boolean batchAnswered;

    private RecoveryRun(LedgerId ledger, LedgerMetadata record, Password password, ClientLoop home) {
        this.ledger = ledger;
        this.home = home;
        this.rules = home.rules().recoverer();
        this.probe = home.rules().probe();
        this.loop = home.loop();
        this.bookies = home.bookies();
        this.digest = EntryDigest.of(record.digestType(), password);
        this.masterKey = LedgerKeys.masterKey(password);
        this.readTimeout = home.config().readTimeout();
        this.addTimeout = home.config().addTimeout();
        this.trace = new DecisionTrace(ledger);
        this.recovery = new LedgerRecovery(ledger, rules, this, trace);
        this.end = loop.promise();
        this.batches = home.config().wire() == ClientConfig.Wire.V2;
    }

    /** Recovers the ledger whose record was read as {@code found}; completes with the CLOSED record. On the home loop. */
    static Promise<Recovered> start(
            LedgerId ledger, Versioned<LedgerMetadata> found, Password password, ClientLoop home) {
        RecoveryRun run = new RecoveryRun(ledger, found.value(), password, home);
        home.opened(run);
        run.event(() -> run.recovery.onRecord(found.value(), found.version()));
        return run.end;
    }

    @Override
    public void onClientClosed() {
        event(() -> recovery.abandon(new LedgerException.HandleClosed(
                Outcome.NOT_APPLIED, "the client was closed while ledger %s was being recovered".formatted(ledger))));
    }

    private void event(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException broken) {
            LOG.error(
                    "ledger={} the recovery stops, since a rule was found broken: {}",
                    ledger,
                    broken.getMessage(),
                    broken);
            recovery.abandon(new LedgerException.ProtocolBroken(
                    Outcome.NOT_APPLIED,
                    "recovery of ledger %s stopped: a rule was found broken, %s; report this"
                            .formatted(ledger, broken.getMessage()),
                    broken));
        }
    }

    @Override
    public void compareAndSet(LedgerMetadata next, int version) {
        Futures.whenDone(
                home.metadata().compareAndSet(ledger, next, version, loop),
                loop,
                (outcome, failure) -> event(() -> {
                    if (outcome instanceof CasOutcome.Applied applied) {
                        recovery.onCommitted(applied.written().version());
                    } else if (outcome instanceof CasOutcome.Conflict conflict) {
                        recovery.onConflict(
                                conflict.current().value(), conflict.current().version());
                    } else if (outcome instanceof CasOutcome.Gone) {
                        recovery.onDeleted();
                    } else {
                        recovery.onMetadataRefused(MetadataFailures.of(ledger, failure));
                    }
                }));
    }

    @Override
    public void fence(int attempt, BookieId bookie, int slot) {
        Request request = Request.Read.fencing(Tag.V2, ledger.value(), -1, masterKey);
        Futures.whenDone(bookies.call(bookie, request, Response.Read.class, readTimeout), loop, (answer, failure) -> {
            ByteBuf copy = valid(bookie, -1, answer);
            Status status = answer == null ? Status.IO_ERROR : answer.status();
            event(() -> recovery.onFenceReply(attempt, slot, evidence(copy, status), status, copy));
        });
    }

    @Override
    public void fencingRead(int attempt, BookieId bookie, int slot, long entry) {
        Request.Read request = rules.readsFence()
                ? Request.Read.fencing(Tag.V2_HIGH, ledger.value(), entry, masterKey)
                : Request.Read.plain(Tag.V2_HIGH, ledger.value(), entry);
        if (home.fencesDurably(bookie)) {
            Futures.whenDone(
                    bookies.call(bookie, request, Response.Read.class, readTimeout),
                    loop,
                    (answer, failure) -> onRead(attempt, bookie, slot, entry, answer));
        } else {
            Futures.whenDone(bookies.readTraced(bookie, request, readTimeout), loop, (traced, failure) -> {
                if (traced != null && rules.withoutCopy(traced.answer().status()) == Evidence.NEGATIVE) {
                    afterForce(attempt, bookie, slot, entry, traced);
                } else {
                    onRead(attempt, bookie, slot, entry, traced == null ? null : traced.answer());
                }
            });
        }
    }

    private void onRead(int attempt, BookieId bookie, int slot, long entry, Response.@Nullable Read answer) {
        ByteBuf copy = valid(bookie, entry, answer);
        Status status = answer == null ? Status.IO_ERROR : answer.status();
        event(() -> recovery.onReadReply(attempt, slot, entry, evidence(copy, status), status, copy));
    }

    @Override
    public boolean bulkRead(int attempt, BookieId bookie, int slot, long first, int count, int bytesMax, long tried) {
        if (!batches) {
            return false;
        }
        boolean fencing =
                rules.readsFence() && home.fencesDurably(bookie); // stock ones know no fencing read of several
        Request request = new Request.BatchRead(
                Tag.V2_HIGH, ledger.value(), first, 0, count, bytesMax, fencing, fencing ? masterKey : null);
        Futures.whenDone(
                bookies.call(bookie, request, Response.BatchRead.class, readTimeout), loop, (answer, failure) -> {
                    List<ByteBuf> copies = answer == null ? List.of() : valid(bookie, first, count, answer);
                    Status status = answer == null ? Status.IO_ERROR : answer.status();
                    if (answer == null && !batchAnswered) {
                        batches = false; // a bookie that does not know them hangs up
                    }
                    batchAnswered |= answer != null;
                    event(() -> recovery.onBulkReply(attempt, slot, first, count, tried, status, copies));
                });
        return true;
    }

    @Override
    public void reached(RecovererMark mark) {
        probe.reached(mark);
    }

    @Override
    public long graceNanos(long usual) {
        return probe.decision("recovery-grace", 2) == 0 ? usual : 1;
    }

    @Override
    public int windowEntries(int usual) {
        int few = probe.decision("recovery-window", FEW_ENTRIES + 1);
        return few == 0 ? usual : few;
    }

    /**
     * Takes a bookie's no for what it is once it has synced what it had when it said so: a stock bookie says no before its fence is on disk, and might forget
     * the fence in a crash (X9). A sync of a process that started later proves nothing, so it goes over the connection that brought the no; if that one is
     * gone, or the bookie cannot sync, the answer is none (R47).
     */
    private void afterForce(int attempt, BookieId bookie, int slot, long entry, Bookies.TracedRead no) {
        Promise<Response.Force> synced = forced.computeIfAbsent(
                new Answerer(bookie, no.connection()),
                its -> bookies.force(bookie, ledger.value(), its.connection(), readTimeout));
        Futures.whenDone(synced, loop, (answer, failure) -> {
            if (answer != null && answer.status() == Status.OK) {
                onRead(attempt, bookie, slot, entry, no.answer());
                return;
            }
            LOG.debug(
                    "ledger={} entry={} bookie={} said no and did not confirm its sync: {}",
                    ledger,
                    entry,
                    bookie,
                    answer == null ? String.valueOf(failure) : answer.status());
            forced.remove(new Answerer(bookie, no.connection()), synced);
            no.answer().release();
            onRead(attempt, bookie, slot, entry, null);
        });
    }

    @Override
    public void lengthRead(int attempt, BookieId bookie, long entry) {
        Request request = Request.Read.plain(Tag.V2_HIGH, ledger.value(), entry);
        Futures.whenDone(bookies.call(bookie, request, Response.Read.class, readTimeout), loop, (answer, failure) -> {
            ByteBuf copy = valid(bookie, entry, answer);
            long length = -1;
            if (copy != null) {
                length = EntryHeader.length(copy);
                copy.release();
            }
            long found = length;
            event(() -> recovery.onLengthReply(attempt, found));
        });
    }

    @Override
    public void writeBack(int attempt, BookieId bookie, int slot, int tenure, long entry, ByteBuf body) {
        bookies.add(
                bookie,
                ledger.value(),
                entry,
                masterKey,
                rules.writtenBack(body, recovery.finished(), digest),
                true,
                addTimeout,
                slot,
                tenure,
                (from, ofSlot, token, id, status, failure) -> event(() ->
                        recovery.onWriteBackReply(attempt, from, ofSlot, token, id, status, unanswered(failure))));
    }

    @Override
    public Choice pick(Replication replication, List<BookieId> members, List<Integer> slots) {
        return home.replacements(replication, members, slots);
    }

    @Override
    public void suspected(BookieId bookie, String why) {
        LOG.warn("ledger={} bookie={} failed during recovery: {}", ledger, bookie, why);
        home.quarantine().admit(bookie, why);
    }

    @Override
    public void pause(int attempt, RecoveryEffects.Pause pause, long number, long nanos) {
        loop.schedule(nanos, () -> event(() -> recovery.onPauseOver(attempt, pause, number)));
    }

    @Override
    public void recovered(LedgerMetadata record, int version) {
        LOG.info("ledger={} entry={} is its end after recovery", ledger, record.lastEntry());
        LOG.debug("{}", trace);
        home.left(this);
        end.complete(new Recovered(new Versioned<>(record, version), trace.toString()));
        home.traces().keep(trace, "recovery");
    }

    @Override
    public void failed(LedgerException why) {
        LOG.info("{}", trace);
        home.left(this);
        end.completeExceptionally(why);
        if (!(why instanceof LedgerException.NoSuchLedger)) {
            home.traces().keep(trace, "recovery");
        }
    }

    private Evidence evidence(@Nullable ByteBuf copy, Status status) {
        return copy != null ? Evidence.POSITIVE : rules.withoutCopy(status);
    }

    /** The valid copies from {@code first} on, without a gap, the caller's to release; the rest is released. */
    private List<ByteBuf> valid(BookieId bookie, long first, int count, Response.BatchRead answer) {
        if (answer.status() != Status.OK) {
            answer.release();
            return List.of();
        }
        List<ByteBuf> copies = new ArrayList<>(answer.entries().size());
        boolean whole = true;
        for (ByteBuf body : answer.entries()) {
            ByteBuf copy = whole && copies.size() < count ? valid(bookie, first + copies.size(), body) : null;
            if (copy != null) {
                copies.add(copy);
            } else {
                if (!whole || copies.size() >= count) {
                    body.release();
                }
                whole = false;
            }
        }
        return copies;
    }

    private static @Nullable String unanswered(@Nullable UnreachableException failure) {
        return failure == null ? null : failure.getMessage();
    }

    /** The stored bytes of a valid copy, the caller's to release; null for anything else, whose bytes are released. */
    private @Nullable ByteBuf valid(BookieId bookie, long entry, Response.@Nullable Read answer) {
        if (answer == null) {
            return null;
        }
        ByteBuf body = answer.body();
        if (body == null || answer.status() != Status.OK) {
            answer.release();
            return null;
        }
        return valid(bookie, entry, body);
    }

    /** A copy of {@code body}, which is taken over, if it is valid. */
    private @Nullable ByteBuf valid(BookieId bookie, long entry, ByteBuf body) {
        ByteBuf copy = body.retainedDuplicate();
        try {
            digest.unpack(ledger.value(), entry, body).close();
            return copy;
        } catch (DigestMismatchException damaged) {
            LOG.warn("ledger={} entry={} bookie={} damaged copy: {}", ledger, entry, bookie, damaged.getMessage());
            home.meters().onDamaged();
            copy.release();
            return null;
        }
    }

    /** The process of a bookie that answered, as far as a client can tell one from the next. */
    private record Answerer(BookieId bookie, int connection) {}

    /**
     * What a recovery came to.
     *
     * @param record the CLOSED record
     * @param decisions how it came to that, one per line
     */
    record Recovered(Versioned<LedgerMetadata> record, String decisions) {}
}
