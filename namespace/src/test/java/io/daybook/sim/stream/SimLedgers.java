package io.daybook.sim.stream;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Password;
import io.daybook.ledger.RepairHint;
import io.daybook.sim.SimRandom;
import io.daybook.sim.SimWorld;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The ledger service in memory, with delays and faults from the seed: what LS1 to LS12 promise, and nothing more. An entry is acknowledged once it has
 * arrived here; what is still on its way when the ledger is fenced is lost, what arrived without its acknowledgement is found by recovery.
 */
final class SimLedgers {
    static final int PAYLOAD_BYTES_MAX = 5_242_624;

    private final SimWorld world;
    private final SimRandom random;
    private final Loop service;
    private final TreeMap<Long, Stored> ledgers = new TreeMap<>();
    private long nextId = 1;
    private int createsToFail;
    private int appendFailurePerMille;
    private boolean acksHeld;

    SimLedgers(SimWorld world) {
        this.world = world;
        this.random = world.random("ledgers");
        this.service = world.node("storage").loop("ledgers");
    }

    LedgerClient client(Loops loops) {
        return new Client(loops);
    }

    void failCreates(int n) {
        createsToFail = n;
    }

    /** The handle of the ledger with the highest id breaks: its appends fail, some arrived, some not. */
    void breakNewestHandle(boolean arrived) {
        Handle handle = ledgers.lastEntry().getValue().handle;
        if (handle != null) {
            handle.breakIt(arrived);
        }
    }

    /** Each append breaks its handle with this likelihood. */
    void appendFailurePerMille(int n) {
        appendFailurePerMille = n;
    }

    /** Appends arrive, their acknowledgements do not. */
    void holdAcks(boolean on) {
        acksHeld = on;
        if (!on) {
            ledgers.values().forEach(stored -> {
                if (stored.handle != null) {
                    stored.handle.releaseHeld();
                }
            });
        }
    }

    List<Long> ids() {
        return List.copyOf(ledgers.keySet());
    }

    private static final class Stored {
        final LedgerId id;
        final LedgerOptions options;
        final List<byte[]> entries = new ArrayList<>();
        final List<Waiter> waiters = new ArrayList<>();
        LedgerState state = LedgerState.OPEN;
        long confirmed = -1; // as far as the writer said

        @Nullable
        Handle handle;

        Stored(LedgerId id, LedgerOptions options) {
            this.id = id;
            this.options = options;
        }

        LedgerMetadata metadata() {
            long length = 0;
            for (byte[] entry : entries) {
                length += entry.length;
            }
            boolean closed = state == LedgerState.CLOSED;
            List<BookieId> bookies = new ArrayList<>();
            for (int i = 0; i < options.replication().ensemble(); i++) {
                bookies.add(new BookieId("b" + i));
            }
            return new LedgerMetadata(
                    options.replication(),
                    options.digestType(),
                    options.password(),
                    state,
                    List.of(new Fragment(0, bookies)),
                    closed ? entries.size() - 1 : -1,
                    closed ? length : 0,
                    0,
                    true,
                    true,
                    3,
                    0,
                    options.custom());
        }

        long lastReadable() {
            return state == LedgerState.CLOSED ? entries.size() - 1 : confirmed;
        }

        void confirm(long entry) {
            confirmed = Math.max(confirmed, Math.min(entry, entries.size() - 1));
            wake();
        }

        void wake() {
            List<Waiter> now = List.copyOf(waiters);
            waiters.clear();
            now.forEach(waiter -> waiter.look.run());
        }

        LedgerEntry entry(long id) {
            byte[] bytes = entries.get((int) id);
            return new LedgerEntry(this.id.value(), id, confirmed, 0, Unpooled.copiedBuffer(bytes));
        }
    }

    private record Waiter(Runnable look) {}

    private long delay() {
        return random.between(20_000, 2_000_000);
    }

    /** Asks the service and brings the answer back, each way with a delay. */
    private <T> CompletableFuture<T> ask(Loop caller, Supplier<T> question) {
        Promise<T> answer = caller.promise();
        if (!alive(caller)) {
            return answer;
        }
        service.schedule(delay(), () -> {
            try {
                T value = question.get();
                later(caller, () -> answer.complete(value));
            } catch (LedgerException refused) {
                later(caller, () -> answer.completeExceptionally(refused));
            }
        });
        return answer;
    }

    /** Does something at a process after a delay, unless it is gone. */
    private void later(Loop loop, Runnable task) {
        try {
            loop.schedule(delay(), task);
        } catch (RejectedExecutionException gone) {
            world.note("ledgers", "reply to the dead", 0, 0);
        }
    }

    /** A process that was stopped in the middle of a task asks nothing any more. */
    private static boolean alive(Loop loop) {
        try {
            loop.execute(() -> {});
            return true;
        } catch (RejectedExecutionException gone) {
            return false;
        }
    }

    private Stored find(LedgerId id, Password password) {
        Stored stored = ledgers.get(id.value());
        if (stored == null) {
            throw new LedgerException.NoSuchLedger("there is no ledger " + id);
        }
        if (!stored.options.password().equals(password)) {
            throw new LedgerException.Unauthorized(Outcome.NOT_APPLIED, "wrong password for ledger " + id);
        }
        return stored;
    }

    private final class Client implements LedgerClient {
        private final Loops loops;

        Client(Loops loops) {
            this.loops = loops;
        }

        private Loop loop(@Nullable Loop wanted, long id) {
            return wanted == null ? loops.of(id) : wanted;
        }

        @Override
        public CompletableFuture<LedgerWriter> create(LedgerOptions options) {
            Loop loop = loop(options.loop(), nextId);
            return ask(loop, () -> {
                if (createsToFail > 0) {
                    createsToFail--;
                    throw new LedgerException.NotEnoughBookies(Outcome.NOT_APPLIED, "no bookies today", null);
                }
                Stored stored = new Stored(new LedgerId(nextId++), options);
                ledgers.put(stored.id.value(), stored);
                Handle handle = new Handle(stored, loop);
                stored.handle = handle;
                return handle;
            });
        }

        @Override
        public CompletableFuture<LedgerReader> open(LedgerId id, OpenOptions options) {
            Loop loop = loop(options.loop(), id.value());
            return ask(loop, () -> new Reader(find(id, options.password()), loop));
        }

        @Override
        public CompletableFuture<LedgerReader> openAndRecover(LedgerId id, OpenOptions options) {
            Loop loop = loop(options.loop(), id.value());
            return ask(loop, () -> {
                Stored stored = find(id, options.password());
                stored.state = LedgerState.CLOSED; // from here on nothing arrives any more
                stored.wake();
                return new Reader(stored, loop);
            });
        }

        @Override
        public CompletableFuture<Void> delete(LedgerId id, OpenOptions options) {
            return ask(loop(options.loop(), id.value()), () -> {
                Stored stored = ledgers.remove(id.value());
                if (stored != null) {
                    stored.state = LedgerState.CLOSED;
                    stored.wake();
                }
                return null;
            });
        }

        @Override
        public CompletableFuture<Void> deleteUnrecoverable(LedgerId ledger, OpenOptions options) {
            return delete(ledger, options);
        }

        @Override
        public CompletableFuture<LedgerMetadata> metadata(LedgerId id) {
            return ask(loops.of(id.value()), () -> {
                Stored stored = ledgers.get(id.value());
                if (stored == null) {
                    throw new LedgerException.NoSuchLedger("there is no ledger " + id);
                }
                return stored.metadata();
            });
        }

        @Override
        public CompletableFuture<List<RepairHint>> repairHints(LedgerId ledger) {
            return CompletableFuture.completedFuture(List.of());
        }

        @Override
        public CompletableFuture<List<LedgerId>> list() {
            return ask(
                    loops.of(0),
                    () -> ledgers.keySet().stream().map(LedgerId::new).toList());
        }

        @Override
        public Loops loops() {
            return loops;
        }

        @Override
        public int payloadBytesMax() {
            return PAYLOAD_BYTES_MAX;
        }

        @Override
        public void close() {}
    }

    private final class Handle implements LedgerWriter {
        private final Stored stored;
        private final Loop loop;
        private final ArrayDeque<Sent> underWay = new ArrayDeque<>();
        private final ArrayDeque<Sent> answered = new ArrayDeque<>();
        private final ArrayDeque<Sent> held = new ArrayDeque<>();
        private final CompletableFuture<@Nullable LedgerException> ended = new CompletableFuture<>();
        private long pushed = -1;
        private long confirmed = -1;
        private long length;
        private @Nullable LedgerException failure;
        private @Nullable CompletableFuture<LedgerMetadata> closing;
        private int open;

        Handle(Stored stored, Loop loop) {
            this.stored = stored;
            this.loop = loop;
        }

        private record Sent(long entry, byte[] bytes, long confirmed, Promise<Long> answer) {}

        @Override
        public CompletableFuture<Long> append(ByteBuf payload) {
            byte[] bytes = new byte[payload.readableBytes()];
            payload.readBytes(bytes);
            payload.release();
            Promise<Long> answer = loop.promise();
            if (!alive(loop)) {
                return answer;
            }
            if (bytes.length > PAYLOAD_BYTES_MAX) {
                answer.completeExceptionally(new LedgerException.TooLarge("too large"));
                return answer;
            }
            if (failure != null || closing != null) {
                LedgerException why = failure != null
                        ? failure
                        : new LedgerException.HandleClosed(Outcome.NOT_APPLIED, "the handle was closed");
                loop.execute(() -> answer.completeExceptionally(why));
                return answer;
            }
            underWay.add(new Sent(++pushed, bytes, confirmed, answer));
            open++;
            length += bytes.length;
            if (random.below(1000) < appendFailurePerMille) {
                boolean arrived = random.below(2) == 0;
                later(loop, () -> breakIt(arrived));
            }
            service.schedule(delay(), this::arrive);
            return answer;
        }

        private void arrive() {
            Sent sent = underWay.poll();
            if (sent == null) {
                return;
            }
            if (stored.state == LedgerState.CLOSED) {
                LedgerException fenced =
                        new LedgerException.Fenced(Outcome.UNKNOWN, "ledger %s was fenced".formatted(stored.id));
                later(loop, () -> {
                    fail(fenced);
                    sent.answer.completeExceptionally(fenced);
                });
                return;
            }
            stored.entries.add(sent.bytes);
            stored.confirm(sent.confirmed);
            if (acksHeld) {
                held.add(sent);
            } else {
                acknowledge(sent);
            }
        }

        private void acknowledge(Sent sent) {
            answered.add(sent);
            later(loop, () -> {
                Sent oldest = answered.poll();
                if (oldest != null && failure == null) {
                    confirmed = oldest.entry;
                    open--;
                    oldest.answer.complete(oldest.entry);
                    if (open == 0) { // nothing left that would carry it to the readers
                        advanceLastAddConfirmed();
                    }
                    finishClose();
                } else if (oldest != null) {
                    oldest.answer.completeExceptionally(failure);
                }
            });
        }

        void releaseHeld() {
            for (Sent sent = held.poll(); sent != null; sent = held.poll()) {
                acknowledge(sent);
            }
        }

        void breakIt(boolean arrived) {
            if (!arrived) {
                underWay.forEach(sent -> sent.answer.completeExceptionally(timedOut(sent)));
                underWay.clear();
            }
            fail(new LedgerException.TimedOut(Outcome.UNKNOWN, "ledger %s does not answer".formatted(stored.id)));
        }

        private static LedgerException timedOut(Sent sent) {
            return new LedgerException.TimedOut(Outcome.UNKNOWN, "entry %d was not answered".formatted(sent.entry));
        }

        private void fail(LedgerException why) {
            if (failure != null) {
                return;
            }
            failure = why;
            loop.run(() -> {
                for (ArrayDeque<Sent> queue : List.of(answered, held)) {
                    queue.forEach(sent -> sent.answer.completeExceptionally(why));
                }
                List.copyOf(underWay).forEach(sent -> sent.answer.completeExceptionally(why));
                ended.complete(why);
                if (closing != null) {
                    closing.completeExceptionally(why);
                }
            });
        }

        @Override
        public LedgerId ledger() {
            return stored.id;
        }

        @Override
        public LedgerMetadata metadata() {
            return stored.metadata();
        }

        @Override
        public Loop loop() {
            return loop;
        }

        @Override
        public long lastAddConfirmed() {
            return confirmed;
        }

        @Override
        public long lastAddPushed() {
            return pushed;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public boolean writable() {
            return true;
        }

        @Override
        public void onWritable(@Nullable Runnable listener) {}

        @Override
        public void advanceLastAddConfirmed() {
            long now = confirmed;
            if (!alive(loop)) {
                return;
            }
            service.schedule(delay(), () -> stored.confirm(now));
        }

        @Override
        public CompletableFuture<LedgerMetadata> close() {
            if (closing != null) {
                return closing;
            }
            Promise<LedgerMetadata> done = loop.promise();
            closing = done;
            loop.run(() -> {
                if (failure != null) {
                    done.completeExceptionally(failure);
                } else {
                    finishClose();
                }
            });
            return done;
        }

        @Override
        public CompletableFuture<LedgerMetadata> closeNow() {
            throw new UnsupportedOperationException("streams let their appends finish");
        }

        private void finishClose() {
            CompletableFuture<LedgerMetadata> done = closing;
            if (done == null || open > 0 || !alive(loop)) {
                return;
            }
            long ours = confirmed;
            service.schedule(delay(), () -> {
                boolean elsewhere = stored.state == LedgerState.CLOSED && stored.entries.size() - 1 != ours;
                stored.state = LedgerState.CLOSED;
                stored.wake();
                LedgerMetadata metadata = stored.metadata();
                later(loop, () -> {
                    ended.complete(null);
                    if (elsewhere) {
                        done.completeExceptionally(new LedgerException.SealedByOther(
                                Outcome.UNKNOWN, "ledger %s was sealed elsewhere".formatted(stored.id)));
                    } else {
                        done.complete(metadata);
                    }
                });
            });
        }

        @Override
        public void abandon() {
            fail(new LedgerException.HandleClosed(Outcome.UNKNOWN, "the handle was abandoned"));
        }

        @Override
        public CompletableFuture<@Nullable LedgerException> ended() {
            return ended;
        }
    }

    private final class Reader implements LedgerReader {
        private final Stored stored;
        private final Loop loop;
        private long confirmed;
        private boolean closed;

        Reader(Stored stored, Loop loop) {
            this.stored = stored;
            this.loop = loop;
            this.confirmed = stored.lastReadable();
            this.closed = stored.state == LedgerState.CLOSED;
        }

        private void learn(long lastConfirmed, boolean nowClosed) {
            confirmed = Math.max(confirmed, lastConfirmed);
            closed |= nowClosed;
        }

        @Override
        public LedgerId ledger() {
            return stored.id;
        }

        @Override
        public LedgerMetadata metadata() {
            return stored.metadata();
        }

        @Override
        public Loop loop() {
            return loop;
        }

        @Override
        public long lastAddConfirmed() {
            return confirmed;
        }

        @Override
        public boolean closed() {
            return closed;
        }

        @Override
        public CompletableFuture<Long> readLastAddConfirmed() {
            return ask(loop, stored::lastReadable).thenApply(found -> {
                learn(found, false);
                return found;
            });
        }

        @Override
        public CompletableFuture<LedgerEntries> read(long first, long last) {
            if (last > confirmed) {
                Promise<LedgerEntries> refused = loop.promise();
                refused.completeExceptionally(new LedgerException.NoSuchEntry("entry " + last + " is not confirmed"));
                return refused;
            }
            return readUnconfirmed(first, last);
        }

        @Override
        public CompletableFuture<LedgerEntries> readBatch(long first, int countMax, long bytesMax) {
            if (first > confirmed) {
                return read(first, first);
            }
            long last = Math.min(confirmed, first + random.between(1, countMax) - 1);
            return read(first, last);
        }

        @Override
        public CompletableFuture<LedgerEntries> readUnconfirmed(long first, long last) {
            return ask(loop, () -> {
                if (!ledgers.containsKey(stored.id.value())) {
                    throw new LedgerException.NoSuchLedger("ledger " + stored.id + " is gone");
                }
                if (last >= stored.entries.size()) {
                    throw new LedgerException.NoSuchEntry("entry " + last + " is not there");
                }
                List<LedgerEntry> entries = new ArrayList<>();
                for (long id = first; id <= last; id++) {
                    entries.add(stored.entry(id));
                }
                return new LedgerEntries(entries);
            });
        }

        @Override
        public CompletableFuture<Poll> poll(long entry, Duration timeout) {
            Promise<Poll> answer = loop.promise();
            boolean[] done = {false};
            Runnable look = new Runnable() {
                @Override
                public void run() {
                    if (done[0]) {
                        return;
                    }
                    if (stored.lastReadable() >= entry || stored.state == LedgerState.CLOSED) {
                        finish();
                    } else {
                        stored.waiters.add(new Waiter(this));
                    }
                }

                private void finish() {
                    done[0] = true;
                    long readable = stored.lastReadable();
                    boolean nowClosed = stored.state == LedgerState.CLOSED;
                    boolean along = readable >= entry && random.below(2) == 0;
                    later(loop, () -> {
                        learn(readable, nowClosed);
                        answer.complete(new Poll(readable, nowClosed, along ? stored.entry(entry) : null));
                    });
                }
            };
            service.schedule(delay(), look);
            service.schedule(timeout.toNanos(), () -> {
                if (!done[0]) {
                    done[0] = true;
                    long readable = stored.lastReadable();
                    later(loop, () -> {
                        learn(readable, false);
                        answer.complete(new Poll(readable, false, null));
                    });
                }
            });
            return answer;
        }

        @Override
        public void close() {}
    }

    /** For tests that look at what is stored. */
    Map<String, byte[]> custom(long ledger) {
        return ledgers.get(ledger).options.custom();
    }
}
