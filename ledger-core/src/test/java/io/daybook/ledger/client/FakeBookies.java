package io.daybook.ledger.client;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.digest.EntryHeader;
import io.daybook.ledger.protocol.AddOutcomes;
import io.daybook.ledger.protocol.EntryGroup;
import io.daybook.ledger.protocol.Records;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.Tag;
import io.daybook.ledger.transport.Bookies;
import io.daybook.ledger.transport.UnreachableException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Bookies that answer from maps after a moment: enough to drive the client's shells. Not a bookie: no disks, no wire. Shared by the
 * {@link Bookies} of several loops of one world.
 */
final class FakeBookies {
    private static final long LATENCY_NANOS = 100_000;

    final Map<BookieId, Fake> fakes = new LinkedHashMap<>();
    long throwsFor = -1; // groups of this ledger
    final List<ByteBuf> thrown = new ArrayList<>(); // what came in them, retained once more

    Fake fake(BookieId id) {
        return fakes.computeIfAbsent(id, x -> new Fake());
    }

    Fake fake(String id) {
        return fake(new BookieId(id));
    }

    Link of(Loop loop) {
        return new Link(loop);
    }

    /** What one bookie has. */
    static final class Fake {
        final Map<Long, Ledger> ledgers = new TreeMap<>();
        boolean down; // calls fail
        boolean silent; // calls time out
        int missesFences; // so many fencing requests are lost
        boolean forcesNothing; // says yes to a force and syncs nothing
        Status addStatus = Status.OK;
        long latencyNanos = LATENCY_NANOS;
        long openBytes; // of adds that came and were not answered
        int reads;
        int batchReads;
        int stridedReads;
        int calls; // also those that it never answers
        int largestAnswer; // to a strided read, bytes
        int answersLack; // so many bytes at the end of each answer to a strided read
        ByteBuf lastRecords = Unpooled.EMPTY_BUFFER; // of the last answer to a strided read
        int polls;
        int lacsWritten;
        int forces;
        int groups;
        int crashesAfterNo; // so often it forgets its fence, right after it said no to a read
        int connection = 1; // number of the one connection to it
        private final List<Runnable> unforced =
                new ArrayList<>(); // each takes back one add that was answered from memory
        final List<Runnable> parked = new ArrayList<>();

        Ledger ledger(long id) {
            return ledgers.computeIfAbsent(id, x -> new Ledger());
        }

        /** Crashes and is back at once: what was answered from memory and not forced is gone (X23). */
        void crash() {
            unforced.forEach(Runnable::run);
            unforced.clear();
            connection++;
        }

        void forget(long ledger, long entry) {
            ledger(ledger).entries.remove(entry);
        }

        /** Flips a bit of a stored copy. */
        void damage(long ledger, long entry) {
            byte[] bytes = ledger(ledger).entries.get(entry);
            bytes[bytes.length - 1] ^= 1;
        }

        private void wake() {
            List<Runnable> woken = new ArrayList<>(parked);
            parked.clear();
            woken.forEach(Runnable::run);
        }
    }

    static final class Ledger {
        final TreeMap<Long, byte[]> entries = new TreeMap<>();
        boolean fenced;
        long lac = -1;
        byte[] lacPacket = {};
    }

    final class Link implements Bookies {
        private final Loop loop;

        Link(Loop loop) {
            this.loop = loop;
        }

        @Override
        public <R extends Response> Promise<R> call(
                BookieId bookie, Request request, Class<R> answer, Duration timeout) {
            Promise<R> promise = loop.promise();
            Fake fake = fake(bookie);
            fake.calls++;
            boolean lost = request instanceof Request.Read read && read.fence() && fake.missesFences-- > 0;
            if (fake.silent || lost) {
                request.release();
                loop.schedule(timeout.toNanos(), () -> promise.completeExceptionally(unreachable(bookie, "is silent")));
                return promise;
            }
            loop.schedule(fake.latencyNanos, () -> {
                if (fake.down) {
                    request.release();
                    promise.completeExceptionally(unreachable(bookie, "is down"));
                } else if (request instanceof Request.Read poll && poll.longPoll()) {
                    fake.polls++;
                    poll(fake, poll, response -> reply(promise, answer, response));
                } else {
                    reply(promise, answer, handle(fake, request));
                }
            });
            return promise;
        }

        private <R extends Response> void reply(Promise<R> promise, Class<R> answer, Response response) {
            if (!promise.complete(answer.cast(response))) {
                response.release();
            }
        }

        void poll(Fake fake, Request.Read poll, java.util.function.Consumer<Response> reply) {
            Ledger ledger = fake.ledgers.get(poll.ledgerId());
            if (ledger == null) {
                reply.accept(Response.Read.failed(poll.tag(), Status.NO_SUCH_LEDGER, poll.ledgerId(), -1));
                return;
            }
            boolean[] done = new boolean[1];
            Runnable finish = () -> {
                if (!done[0]) {
                    done[0] = true;
                    byte[] entry = ledger.lac > poll.previousLac() ? ledger.entries.get(poll.previousLac() + 1) : null;
                    reply.accept(new Response.Read(
                            poll.tag(),
                            Status.OK,
                            poll.ledgerId(),
                            entry == null ? -1 : poll.previousLac() + 1,
                            entry == null ? null : Unpooled.copiedBuffer(entry),
                            ledger.lac,
                            Response.Read.ABSENT));
                }
            };
            if (ledger.lac > poll.previousLac()) {
                finish.run();
            } else {
                fake.parked.add(new Runnable() {
                    @Override
                    public void run() {
                        if (ledger.lac > poll.previousLac() || ledger.fenced) {
                            finish.run();
                        } else if (!done[0]) {
                            fake.parked.add(this);
                        }
                    }
                });
                loop.schedule(poll.timeoutMillis() * 1_000_000, finish);
            }
        }

        private Response strided(Fake fake, Request.StridedRead strided) {
            fake.stridedReads++;
            Ledger ledger = fake.ledger(strided.ledgerId());
            ByteBuf records = Unpooled.buffer();
            int count = 0;
            for (long id = strided.firstEntry(); count < strided.countMax(); id += strided.stride()) {
                byte[] entry = ledger.entries.get(id);
                if (entry == null || count > 0 && records.readableBytes() + 20 + entry.length > strided.bytesMax()) {
                    break;
                }
                Records.writeHead(records, strided.ledgerId(), id, entry.length);
                records.writeBytes(entry);
                count++;
            }
            if (count == 0) {
                records.release();
                return Response.StridedRead.failed(
                        strided.tag(), Status.NO_SUCH_ENTRY, strided.ledgerId(), strided.firstEntry());
            }
            fake.largestAnswer = Math.max(fake.largestAnswer, records.readableBytes());
            records.writerIndex(records.writerIndex() - fake.answersLack);
            fake.lastRecords = records;
            return new Response.StridedRead(
                    strided.tag(), Status.OK, strided.ledgerId(), strided.firstEntry(), count, records);
        }

        Response handle(Fake fake, Request request) {
            if (request instanceof Request.Read read) {
                fake.reads++;
                Ledger ledger = read.fence() ? fake.ledger(read.ledgerId()) : fake.ledgers.get(read.ledgerId());
                if (ledger == null) {
                    return Response.Read.failed(read.tag(), Status.NO_SUCH_LEDGER, read.ledgerId(), read.entryId());
                }
                if (read.fence()) {
                    ledger.fenced = true;
                    fake.wake();
                }
                byte[] entry = read.entryId() == -1
                        ? ledger.entries.isEmpty()
                                ? null
                                : ledger.entries.lastEntry().getValue()
                        : ledger.entries.get(read.entryId());
                return entry == null
                        ? Response.Read.failed(read.tag(), Status.NO_SUCH_ENTRY, read.ledgerId(), read.entryId())
                        : new Response.Read(
                                read.tag(),
                                Status.OK,
                                read.ledgerId(),
                                read.entryId(),
                                Unpooled.copiedBuffer(entry),
                                ledger.lac,
                                Response.Read.ABSENT);
            }
            if (request instanceof Request.BatchRead batch) {
                fake.batchReads++;
                List<ByteBuf> found = new ArrayList<>();
                long bytes = 0;
                Ledger ledger = fake.ledger(batch.ledgerId());
                for (long id = batch.firstEntry(); found.size() < batch.countMax(); id++) {
                    byte[] entry = ledger.entries.get(id);
                    if (entry == null || !found.isEmpty() && bytes + entry.length > batch.bytesMax()) {
                        break;
                    }
                    bytes += entry.length;
                    found.add(Unpooled.copiedBuffer(entry));
                }
                return new Response.BatchRead(
                        batch.tag(),
                        found.isEmpty() ? Status.NO_SUCH_ENTRY : Status.OK,
                        batch.ledgerId(),
                        batch.firstEntry(),
                        batch.requestId(),
                        found);
            }
            if (request instanceof Request.StridedRead strided) {
                return strided(fake, strided);
            }
            if (request instanceof Request.ReadLac read) {
                Ledger ledger = fake.ledger(read.ledgerId());
                boolean nothing = ledger.entries.isEmpty() && ledger.lacPacket.length == 0;
                return new Response.ReadLac(
                        read.tag(),
                        nothing ? Status.NO_SUCH_ENTRY : Status.OK,
                        read.ledgerId(),
                        ledger.lacPacket.length == 0 ? null : Unpooled.copiedBuffer(ledger.lacPacket),
                        ledger.entries.isEmpty()
                                ? null
                                : Unpooled.copiedBuffer(
                                        ledger.entries.lastEntry().getValue()));
            }
            if (request instanceof Request.WriteLac write) {
                Ledger ledger = fake.ledger(write.ledgerId());
                ledger.lacPacket = new byte[write.body().readableBytes()];
                write.body().readBytes(ledger.lacPacket);
                ledger.lac = Math.max(ledger.lac, write.lac());
                write.release();
                fake.lacsWritten++;
                fake.wake();
                return new Response.WriteLac(write.tag(), Status.OK, write.ledgerId());
            }
            if (request instanceof Request.Force force) {
                fake.forces++;
                if (!fake.forcesNothing) {
                    fake.unforced.clear();
                }
                return new Response.Force(force.tag(), Status.OK, force.ledgerId());
            }
            if (request instanceof Request.Add add) {
                byte[] bytes = new byte[add.body().readableBytes()];
                add.body().readBytes(bytes);
                add.release();
                return new Response.Add(
                        add.tag(),
                        store(fake, add.ledgerId(), add.entryId(), bytes, add.recovery()),
                        add.ledgerId(),
                        add.entryId());
            }
            throw new IllegalArgumentException("no fake of " + request);
        }

        private Status store(Fake fake, long ledgerId, long entryId, byte[] bytes, boolean recovery) {
            Ledger ledger = fake.ledger(ledgerId);
            if (fake.addStatus != Status.OK) {
                return fake.addStatus;
            }
            if (ledger.fenced && !recovery) {
                return Status.FENCED;
            }
            ledger.entries.put(entryId, bytes);
            ledger.lac = Math.max(ledger.lac, EntryHeader.lastAddConfirmed(Unpooled.wrappedBuffer(bytes)));
            fake.wake();
            return Status.OK;
        }

        @Override
        public void add(
                BookieId bookie,
                long ledgerId,
                long entryId,
                byte[] masterKey,
                ByteBuf body,
                boolean recovery,
                Duration timeout,
                int slot,
                int token,
                AddListener listener) {
            Fake fake = fake(bookie);
            byte[] bytes = new byte[body.readableBytes()];
            body.readBytes(bytes);
            body.release();
            if (fake.silent) {
                loop.schedule(
                        timeout.toNanos(),
                        () -> listener.onAdd(
                                bookie, slot, token, entryId, Status.OK, unreachable(bookie, "is silent")));
                return;
            }
            fake.openBytes += bytes.length;
            loop.schedule(fake.latencyNanos, () -> {
                fake.openBytes -= bytes.length;
                if (fake.down) {
                    listener.onAdd(bookie, slot, token, entryId, Status.OK, unreachable(bookie, "is down"));
                    return;
                }
                Status status = store(fake, ledgerId, entryId, bytes, recovery);
                listener.onAdd(bookie, slot, token, entryId, status, null);
            });
        }

        @Override
        public void addGroup(BookieId bookie, Request.GroupAdd group, Duration timeout, GroupListener listener) {
            Fake fake = fake(bookie);
            if (ledgers(group).contains(throwsFor)) {
                thrown.add(group.entries().retain());
                throw new IllegalStateException("planted: groups of ledger " + throwsFor + " cannot be sent");
            }
            int count = group.count();
            int size = group.entries().readableBytes();
            List<byte[]> bodies = new ArrayList<>();
            EntryGroup walk = new EntryGroup(group.entries());
            while (walk.next()) {
                bodies.add(ByteBufUtil.getBytes(group.entries()));
            }
            group.release();
            if (fake.silent) {
                loop.schedule(
                        timeout.toNanos(),
                        () -> listener.onOutcome(
                                bookie, 0, count, Status.UNKNOWN_STATE, unreachable(bookie, "is silent")));
                return;
            }
            fake.openBytes += size;
            fake.groups++;
            loop.schedule(fake.latencyNanos, () -> {
                fake.openBytes -= size;
                if (fake.down) {
                    listener.onOutcome(bookie, 0, count, Status.UNKNOWN_STATE, unreachable(bookie, "is down"));
                    return;
                }
                Status[] each = bodies.stream()
                        .map(body -> {
                            ByteBuf entry = Unpooled.wrappedBuffer(body);
                            return store(fake, EntryHeader.ledgerId(entry), EntryHeader.entryId(entry), body, false);
                        })
                        .toArray(Status[]::new);
                AddOutcomes outcomes = AddOutcomes.of(each);
                int from = 0;
                for (int run = 0; run < outcomes.runs(); run++) {
                    listener.onOutcome(bookie, from, outcomes.end(run), each[from], null);
                    from = outcomes.end(run);
                }
            });
        }

        private static Set<Long> ledgers(Request.GroupAdd group) {
            Set<Long> ledgers = new LinkedHashSet<>();
            EntryGroup walk = new EntryGroup(group.entries());
            while (walk.next()) {
                ledgers.add(EntryHeader.ledgerId(group.entries()));
            }
            walk.rewind();
            return ledgers;
        }

        @Override
        public void addDeferred(
                BookieId bookie,
                long ledgerId,
                long entryId,
                byte[] masterKey,
                ByteBuf body,
                Duration timeout,
                int slot,
                int token,
                DeferredListener listener) {
            Fake fake = fake(bookie);
            int number = fake.connection;
            add(
                    bookie,
                    ledgerId,
                    entryId,
                    masterKey,
                    body,
                    false,
                    timeout,
                    slot,
                    token,
                    (from, itsSlot, itsToken, entry, status, failure) -> {
                        boolean lost = failure == null && fake.connection != number;
                        if (!lost && failure == null && status == Status.OK) {
                            fake.unforced.add(() -> fake.forget(ledgerId, entryId));
                        }
                        listener.onDeferred(
                                from,
                                itsSlot,
                                itsToken,
                                entry,
                                status,
                                number,
                                lost ? unreachable(bookie, "lost its connection") : failure);
                    });
        }

        @Override
        public Promise<TracedRead> readTraced(BookieId bookie, Request.Read request, Duration timeout) {
            Fake fake = fake(bookie);
            return (Promise<TracedRead>) call(bookie, request, Response.Read.class, timeout)
                    .thenApply(answer -> {
                        int number = fake.connection;
                        if (answer.status() != Status.OK && fake.crashesAfterNo > 0) {
                            fake.crashesAfterNo--;
                            fake.crash();
                            fake.ledger(answer.ledgerId()).fenced = false; // which was not on disk
                        }
                        return new TracedRead(answer, number);
                    });
        }

        @Override
        public Promise<Response.Force> force(BookieId bookie, long ledgerId, int connection, Duration timeout) {
            Fake fake = fake(bookie);
            if (fake.connection != connection) {
                Promise<Response.Force> promise = loop.promise();
                loop.execute(() -> promise.completeExceptionally(unreachable(bookie, "lost its connection")));
                return promise;
            }
            return call(bookie, new Request.Force(Tag.V2, ledgerId), Response.Force.class, timeout);
        }

        @Override
        public long outstandingBytes(BookieId bookie) {
            return fake(bookie).openBytes;
        }

        private UnreachableException unreachable(BookieId bookie, String why) {
            return new UnreachableException(true, bookie + " " + why, null);
        }
    }
}
