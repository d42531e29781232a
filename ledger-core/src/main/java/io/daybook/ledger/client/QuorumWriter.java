package io.daybook.ledger.client;

import io.daybook.base.error.BrokenInvariantException;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.RepairHint;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.digest.LedgerKeys;
import io.daybook.ledger.metadata.CasOutcome;
import io.daybook.ledger.metadata.NewLedger;
import io.daybook.ledger.placement.Choice;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.Tag;
import io.daybook.ledger.transport.Bookies;
import io.daybook.ledger.transport.Buffers;
import io.daybook.ledger.transport.UnreachableException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer that applications hold: drives an {@link AppendProtocol}, which decides, over bookies, metadata and timers.
 *
 * <p><b>Threads.</b> All state belongs to {@link #loop()}; appends from other threads go through one {@link HandOver}, which wakes the
 * loop once for many. Promises complete on the loop.
 *
 * <p><b>Buffers.</b> A payload is packed once; each bookie of the write set gets a view of the same bytes (R40).
 */
final class QuorumWriter
        implements LedgerWriter,
                AddSender.Answers,
                Bookies.DeferredListener,
                AppendProtocol.Effects<Promise<Long>>,
                ClientLoop.Handle {
    private static final Logger LOG = LoggerFactory.getLogger(QuorumWriter.class);

    private static final long NEXT = -1; // in the place of an id: whichever comes next

    private final LedgerId ledger;
    private final long ledgerNumber;
    private final ClientLoop home;
    private final Loop loop;
    private final Bookies bookies;
    private final ByteBufAllocator allocator = Buffers.POOL;
    private final EntryDigest digest;
    private final byte[] masterKey;
    private final Duration addTimeout;
    private final int payloadBytesMax;
    private final WindowGauge gauge; // any thread
    private final HandOver<Handed> handOver = new HandOver<>(); // any thread to the loop
    private final DecisionTrace trace;
    private final AppendProtocol<Promise<Long>> protocol; // loop only
    private final AddSender adds; // loop only
    private final boolean deferredSync;
    private final @Nullable HeldAppends held; // loop only; null unless the caller chooses ids
    private final LacAnnouncer announcer; // loop only
    private final HintRecorder hints; // loop only
    private final MemberWatch members; // loop only
    private final Promise<LedgerMetadata> closed;
    private final Promise<@Nullable LedgerException> ended;

    private volatile LedgerMetadata metadata;
    private final PublishedIds ids = new PublishedIds(); // written by the loop only
    private volatile boolean full; // until there is room for a while again
    private volatile @Nullable Runnable onWritable;
    private boolean left; // loop only; nothing can happen any more

    private QuorumWriter(NewLedger made, LedgerOptions options, ClientLoop home) {
        LedgerMetadata record = made.record().value();
        this.ledger = made.id();
        this.ledgerNumber = ledger.value();
        this.home = home;
        this.loop = home.loop();
        this.bookies = home.bookies();
        this.digest = EntryDigest.of(record.digestType(), record.password());
        this.masterKey = LedgerKeys.masterKey(record.password());
        this.addTimeout = home.config().addTimeout();
        this.payloadBytesMax = home.config().payloadBytesMax();
        this.gauge = new WindowGauge(
                home.config().windowEntries(), home.config().windowSize().bytes());
        this.adds = new AddSender(
                ledgerNumber,
                masterKey,
                digest,
                record.replication(),
                home,
                allocator,
                options.deferredSync(), // its entries stay until they are forced
                this);
        this.trace = new DecisionTrace(ledger);
        this.metadata = record;
        this.protocol = new AppendProtocol<>(
                ledger,
                record,
                made.record().version(),
                home.config().ensembleChangesMax(),
                home.config().bookieBudget().bytes(),
                home.rules().writer(),
                this,
                trace);
        this.deferredSync = options.deferredSync();
        if (deferredSync) {
            protocol.deferSync();
        }
        this.held = options.explicitIds()
                ? new HeldAppends(
                        ledger,
                        home.config().windowEntries(),
                        home.config().windowSize().bytes())
                : null;
        this.announcer = new LacAnnouncer(loop, home.lacPace(), this::announce);
        this.hints = new HintRecorder(ledger, home.metadata().hints(), loop, home::closed);
        this.members = new MemberWatch(loop, this::missingMember, gone -> event(() -> protocol.onMemberGone(gone)));
        this.closed = loop.promise();
        this.ended = loop.promise();
    }

    /** The one writer of a ledger that was just made. On the home loop. */
    static QuorumWriter open(NewLedger made, LedgerOptions options, ClientLoop home) {
        QuorumWriter writer = new QuorumWriter(made, options, home);
        home.opened(writer);
        return writer;
    }

    @Override
    public LedgerId ledger() {
        return ledger;
    }

    @Override
    public LedgerMetadata metadata() {
        return metadata;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public CompletableFuture<Long> append(ByteBuf payload) {
        if (held != null) {
            payload.release();
            throw new IllegalArgumentException(
                    "ledger %s was made for explicit ids; say which id the entry shall have".formatted(ledger));
        }
        return take(NEXT, payload);
    }

    @Override
    public CompletableFuture<Long> append(long entryId, ByteBuf payload) {
        if (held == null || entryId < 0) {
            payload.release();
            throw new IllegalArgumentException(
                    held == null
                            ? "ledger %s gives ids by itself; make it with explicit ids to choose them"
                                    .formatted(ledger)
                            : "an entry of ledger %s cannot have the id %d; ids start at 0".formatted(ledger, entryId));
        }
        return take(entryId, payload);
    }

    private CompletableFuture<Long> take(long entryId, ByteBuf payload) {
        int bytes = payload.readableBytes();
        if (bytes > payloadBytesMax) {
            payload.release();
            return CompletableFuture.failedFuture(
                    new LedgerException.TooLarge("an entry of %d bytes for ledger %s is over the limit of %d; split it"
                            .formatted(bytes, ledger, payloadBytesMax)));
        }
        if (loop.inLoop()) {
            takeHanded(); // what others handed over before comes first
            if (!gauge.admits(bytes)) {
                payload.release();
                return refuseFull();
            }
            Promise<Long> promise = loop.promise();
            place(entryId, payload, bytes, promise);
            afterEvent();
            return promise;
        }
        if (!gauge.reserve(bytes)) {
            payload.release();
            return refuseFull();
        }
        Promise<Long> promise = loop.promise();
        if (handOver.put(new Handed(entryId, payload, bytes, promise)) && !wake(this::onHanded)) {
            refuseHanded();
        }
        return promise;
    }

    @Override
    public CompletableFuture<Long> force() {
        Promise<Long> forced = loop.promise();
        if (loop.inLoop()) {
            onForce(forced);
        } else if (!wake(() -> onForce(forced))) {
            return CompletableFuture.failedFuture(loopGone(Outcome.UNKNOWN));
        }
        return forced;
    }

    private void onForce(Promise<Long> forced) {
        takeHanded();
        if (deferredSync) {
            event(() -> protocol.force(forced));
        } else {
            forced.complete(protocol.lastAddConfirmed());
        }
    }

    @Override
    public long lastAddAccepted() {
        return !deferredSync ? lastAddConfirmed() : loop.inLoop() ? protocol.lastAddAccepted() : ids.accepted();
    }

    @Override
    public long lastAddConfirmed() {
        return loop.inLoop() ? protocol.lastAddConfirmed() : ids.confirmed();
    }

    @Override
    public long lastAddPushed() {
        return (loop.inLoop() ? protocol.nextEntry() - 1 : ids.pushed()) + gauge.handed();
    }

    @Override
    public long length() {
        return loop.inLoop() ? protocol.length() : ids.length();
    }

    @Override
    public boolean writable() {
        return !full && !gauge.full();
    }

    @Override
    public void onWritable(@Nullable Runnable listener) {
        onWritable = listener;
    }

    @Override
    public void advanceLastAddConfirmed() {
        loop.run(() -> {
            announcer.now();
        });
    }

    @Override
    public CompletableFuture<LedgerMetadata> close() {
        if (!wake(() -> onClose(protocol::close))) {
            return CompletableFuture.failedFuture(loopGone(Outcome.NOT_APPLIED));
        }
        return closed;
    }

    @Override
    public CompletableFuture<LedgerMetadata> closeNow() {
        if (!wake(() -> onClose(protocol::closeNow))) {
            return CompletableFuture.failedFuture(loopGone(Outcome.NOT_APPLIED));
        }
        return closed;
    }

    @Override
    public void abandon() {
        wake(() -> abandon(
                "the writer of ledger %s was abandoned; open it with recovery to learn its end".formatted(ledger)));
    }

    @Override
    public CompletableFuture<@Nullable LedgerException> ended() {
        return ended;
    }

    @Override
    public CompletableFuture<String> decisions() {
        return onLoop(trace::toString);
    }

    @Override
    public CompletableFuture<List<RepairHint>> repairHints() {
        return onLoop(protocol::repairHints);
    }

    private <T> CompletableFuture<T> onLoop(Supplier<T> question) {
        Promise<T> answer = loop.promise();
        if (loop.inLoop()) {
            answer.complete(question.get());
        } else if (!wake(() -> answer.complete(question.get()))) {
            return CompletableFuture.failedFuture(loopGone(Outcome.NOT_APPLIED));
        }
        return answer;
    }

    // ---- events

    @Override
    public void onAdd(
            BookieId bookie, int slot, int token, long entryId, Status status, @Nullable UnreachableException failure) {
        onAdds(bookie, slot, token, new long[] {entryId}, 0, 1, status, failure);
    }

    @Override
    public void onUnsent(RuntimeException broken) {
        onBroken(broken);
        protocol.giveUpCopies(); // of adds that never left no answer will come
        leaveIfSettled();
        afterEvent();
    }

    private void leaveIfSettled() {
        if (protocol.mode() == AppendProtocol.Mode.DEAD && protocol.copiesSettled()) {
            leave();
        }
    }

    @Override
    public void onAdds(
            BookieId bookie,
            int slot,
            int tenure,
            long[] entries,
            int from,
            int to,
            Status status,
            @Nullable UnreachableException failure) {
        try {
            if (!loop.inLoop()) { // as an if: the check would make an array per answer
                throw new BrokenInvariantException("an answer came on another loop than the writer's (RG-11)");
            }
            String unanswered = failure == null ? null : failure.getMessage();
            protocol.onAddReplies(bookie, slot, tenure, entries, from, to, status, unanswered);
        } catch (RuntimeException broken) {
            onBroken(broken);
        }
        leaveIfSettled();
        afterEvent();
    }

    @Override
    public void onDeferred(
            BookieId bookie,
            int slot,
            int token,
            long entryId,
            Status status,
            int connection,
            @Nullable UnreachableException failure) {
        if (failure == null && status == Status.OK) {
            event(() -> protocol.onAccepted(bookie, slot, token, entryId, connection));
        } else {
            onAdd(bookie, slot, token, entryId, status, failure);
        }
    }

    /** The set of registered bookies changed. */
    @Override
    public void onMembership() {
        members.look();
    }

    @Override
    public void onClientClosed() {
        abandon("the client was closed; open ledger %s with recovery to learn its end".formatted(ledger));
        protocol.giveUpCopies();
        leave();
    }

    private @Nullable BookieId missingMember() {
        boolean over = protocol.mode() == AppendProtocol.Mode.DEAD;
        for (int slot = 0; slot < protocol.ensemble().size() && !over; slot++) {
            BookieId member = protocol.ensemble().member(slot);
            if (!protocol.failed(slot) && !home.candidates().registered(member)) {
                return member;
            }
        }
        return null;
    }

    private void onHanded() {
        takeHanded();
        afterEvent();
    }

    private void onClose(Runnable close) {
        takeHanded();
        Ending ending = protocol.ending();
        if (ending != null) {
            closed.completeExceptionally(ending.with(Outcome.NOT_APPLIED));
            return;
        }
        event(close);
        if (held != null) {
            held.failAll(protocol.nextEntry()); // nobody can fill the gap any more
        }
    }

    private void abandon(String why) {
        takeHanded();
        event(() -> protocol.abandon(why));
    }

    private void event(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException broken) {
            onBroken(broken);
        }
        afterEvent();
    }

    private void onBroken(RuntimeException broken) {
        LOG.error("ledger={} the writer stops, since a rule was found broken: {}", ledger, broken.getMessage(), broken);
        protocol.onBroken(broken);
    }

    private void takeHanded() {
        if (handOver.isEmpty()) {
            return;
        }
        for (HandOver.Link<Handed> link = handOver.takeAll(); link != null; link = link.next()) {
            Handed handed = link.item;
            place(handed.entryId(), handed.payload(), handed.bytes(), handed.promise());
            publishIds();
            gauge.taken(handed.bytes(), protocol.pendingEntries(), protocol.pendingBytes());
        }
    }

    /** Pushes the entry, or holds it until all lower ids were given. */
    private void place(long entryId, ByteBuf payload, int bytes, Promise<Long> promise) {
        if (held == null || !protocol.accepts()) {
            push(payload, bytes, promise);
        } else if (entryId != protocol.nextEntry()) {
            held.hold(entryId, protocol.nextEntry(), new HeldAppends.Held(payload, bytes, promise));
        } else {
            push(payload, bytes, promise);
            HeldAppends.Held next = held.take(protocol.nextEntry());
            while (next != null) {
                push(next.payload(), next.bytes(), next.promise());
                next = held.take(protocol.nextEntry());
            }
        }
    }

    private void push(ByteBuf payload, int bytes, Promise<Long> promise) {
        if (!protocol.accepts()) {
            payload.release();
            Ending ending = protocol.ending();
            promise.completeExceptionally(
                    ending != null
                            ? ending.with(Outcome.NOT_APPLIED)
                            : new LedgerException.HandleClosed(
                                    Outcome.NOT_APPLIED,
                                    "ledger %s is closed for appends; create a new one".formatted(ledger)));
            return;
        }
        try {
            long expected = gauge.handedBytes() + gauge.handed() * adds.overhead();
            ByteBuf body = adds.pack(
                    protocol.nextEntry(), protocol.lastAddConfirmed(), protocol.length() + bytes, payload, expected);
            protocol.append(body, bytes, promise);
        } catch (RuntimeException broken) {
            onBroken(broken);
            Ending ending = protocol.ending();
            if (ending != null) {
                promise.completeExceptionally(ending.with(Outcome.NOT_APPLIED)); // those pending have failed already
            }
        }
    }

    private void afterEvent() {
        publish();
        announcer.update(protocol.lastAddConfirmed(), protocol.idle() && handOver.isEmpty());
        if (deferredSync && gauge.halfFull()) {
            forceEarly();
        }
        if (full && gauge.roomy()) {
            full = false;
            tellWritable();
        } else if (!full && gauge.full()) {
            full = true;
        }
    }

    /** A listener that fails must not take along what comes after: answers for other writers, above all. */
    private void tellWritable() {
        Runnable listener = onWritable;
        if (listener != null) {
            try {
                listener.run();
            } catch (RuntimeException failed) {
                LOG.error("ledger={} the listener that waited for room failed", ledger, failed);
            }
        }
    }

    /** Payloads are kept until they are forced: a window that fills up forces by itself (R109). */
    private void forceEarly() {
        try {
            protocol.force();
        } catch (RuntimeException broken) {
            onBroken(broken);
        }
    }

    private void publish() {
        gauge.publish(protocol.pendingEntries(), protocol.pendingBytes());
        publishIds();
    }

    private void publishIds() {
        ids.confirmed(protocol.lastAddConfirmed());
        ids.accepted(protocol.lastAddAccepted());
        ids.pushed(protocol.nextEntry() - 1, protocol.length());
    }

    private CompletableFuture<Long> refuseFull() {
        full = true;
        if (deferredSync) {
            wake(this::forceEarly);
        }
        wake(this::afterEvent); // what was in flight may be gone already: then nobody else would tell that there
        // is room
        return CompletableFuture.failedFuture(new LedgerException.WindowFull(
                "the window of ledger %s is full (%s); append again when it is writable".formatted(ledger, gauge)));
    }

    private void refuseHanded() {
        for (HandOver.Link<Handed> link = handOver.takeAll(); link != null; link = link.next()) {
            link.item.payload().release();
            gauge.release(link.item.bytes());
            link.item.promise().obtrudeException(loopGone(Outcome.NOT_APPLIED));
        }
    }

    private LedgerException loopGone(Outcome outcome) {
        return new LedgerException.HandleClosed(
                outcome, "ledger %s: the client was closed, its loop %s has ended".formatted(ledger, loop.name()));
    }

    private boolean wake(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException loopClosed) {
            return false; // said by the caller
        }
    }

    // ---- effects

    @Override
    public void send(BookieId bookie, int slot, int tenure, long entry, ByteBuf body) {
        if (deferredSync) {
            bookies.addDeferred(
                    bookie, ledgerNumber, entry, masterKey, body.retainedDuplicate(), addTimeout, slot, tenure, this);
            return;
        }
        adds.send(bookie, slot, tenure, entry, body);
    }

    @Override
    public void force(BookieId bookie, int slot, int tenure, int connection) {
        Futures.whenDone(
                bookies.force(bookie, ledgerNumber, connection, addTimeout),
                loop,
                (answer, failure) -> event(() -> protocol.onForceReply(
                        slot,
                        tenure,
                        answer == null ? Status.UNKNOWN_STATE : answer.status(),
                        failure == null ? null : String.valueOf(failure.getMessage()))));
    }

    @Override
    public void compareAndSet(LedgerMetadata next, int version) {
        Futures.whenDone(
                home.metadata().compareAndSet(ledger, next, version, loop),
                loop,
                (outcome, failure) -> event(() -> {
                    if (outcome instanceof CasOutcome.Applied applied) {
                        protocol.onCommitted(applied.written().version());
                    } else if (outcome instanceof CasOutcome.Conflict conflict) {
                        protocol.onConflict(
                                conflict.current().value(), conflict.current().version());
                    } else if (outcome instanceof CasOutcome.Gone) {
                        protocol.onDeleted();
                    } else {
                        protocol.onMetadataRefused(
                                failure == null ? "no answer" : String.valueOf(failure.getMessage()), failure);
                    }
                }));
    }

    @Override
    public Choice pick(List<BookieId> members, List<Integer> slots) {
        return home.replacements(metadata.replication(), members, slots);
    }

    @Override
    public void reached(WriterMark mark) {
        home.rules().probe().reached(mark);
    }

    @Override
    public long outstandingBytes(BookieId bookie) {
        return bookies.outstandingBytes(bookie);
    }

    @Override
    public void suspected(BookieId bookie, String why) {
        LOG.warn("ledger={} bookie={} failed and will be replaced: {}", ledger, bookie, why);
        home.quarantine().admit(bookie, why);
    }

    @Override
    public void retrySlot(int slot, int tenure, long pauseNanos) {
        loop.schedule(pauseNanos, () -> event(() -> protocol.onSlotRetry(slot, tenure)));
    }

    @Override
    public void retryChange(long pauseNanos) {
        loop.schedule(pauseNanos, () -> event(protocol::onChangeRetry));
    }

    @Override
    public void acknowledged(Promise<Long> waiter, long entry) {
        if (deferredSync) { // before anybody hears of it
            ids.accepted(entry);
        } else {
            ids.confirmed(entry);
        }
        if (gauge.shared() || !gauge.roomy()) { // else the end of the event is soon enough
            gauge.publish(protocol.pendingEntries(), protocol.pendingBytes()); // who hears of it may append at once
        }
        waiter.complete(entry);
    }

    @Override
    public void forced(Promise<Long> waiter, long confirmed) {
        ids.confirmed(confirmed);
        waiter.complete(confirmed);
    }

    @Override
    public void failed(Promise<Long> waiter, LedgerException why) {
        waiter.completeExceptionally(why);
    }

    @Override
    public void changed(LedgerMetadata next) {
        metadata = next;
        hints.record(protocol.repairHints()); // of the fragment that is sealed now
        LOG.info(
                "ledger={} goes on from entry {} on {}",
                ledger,
                next.lastFragment().firstEntry(),
                next.lastFragment().bookies());
    }

    @Override
    public void closed(LedgerMetadata record) {
        metadata = record;
        stop();
        if (protocol.repairHints().isEmpty()) {
            onClosed(record);
            return;
        }
        Loop.Timer patience =
                loop.schedule(addTimeout.toNanos(), () -> onClosed(record)); // the ledger is closed, noted or not
        Futures.whenDone(hints.record(protocol.repairHints()), loop, (noted, never) -> {
            patience.cancel();
            onClosed(record);
        });
    }

    private void onClosed(LedgerMetadata record) {
        closed.complete(record);
        ended.complete(null);
        if (trace.decisions().size() > 1) { // more than the close itself
            home.traces().keep(trace, "writer");
        }
    }

    @Override
    public void ended(Ending why) {
        metadata = protocol.metadata();
        stop();
        LedgerException failure = why.with(Outcome.UNKNOWN);
        closed.completeExceptionally(failure);
        ended.complete(failure instanceof LedgerException.HandleClosed ? null : failure);
        if (!(failure instanceof LedgerException.HandleClosed) && !(failure instanceof LedgerException.NoSuchLedger)) {
            home.traces().keep(trace, "writer");
        }
    }

    /** The writer has ended, but adds of confirmed entries may be open. */
    private void stop() {
        announcer.stop();
        if (held != null) {
            held.failAll(protocol.nextEntry());
        }
        if (protocol.copiesSettled()) {
            leave();
        }
    }

    private void leave() {
        if (!left) {
            left = true;
            home.left(this);
            hints.record(protocol.repairHints());
        }
    }

    private void announce(long entry) {
        ByteBuf packet = digest.packLac(ledgerNumber, entry, allocator);
        for (int slot = 0; slot < protocol.ensemble().size(); slot++) {
            if (!protocol.failed(slot)) {
                BookieId member = protocol.ensemble().member(slot);
                var request = new Request.WriteLac(Tag.V2, ledgerNumber, entry, masterKey, packet.retainedDuplicate());
                Futures.whenDone(
                        bookies.call(member, request, Response.WriteLac.class, addTimeout), loop, (answer, failure) -> {
                            if (failure != null) { // nobody waits for it: the next entry or announcement says it again
                                LOG.debug(
                                        "ledger={} entry={} bookie={} did not learn: {}",
                                        ledger,
                                        entry,
                                        member,
                                        failure.getMessage());
                            }
                        });
            }
        }
        packet.release();
    }

    /** An append on its way to the loop; owns {@code payload}. Its id is {@link #NEXT} unless the caller chose it. */
    private record Handed(long entryId, ByteBuf payload, int bytes, Promise<Long> promise) {}
}
