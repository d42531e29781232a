package io.daybook.bookie.ledger;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.Password;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.digest.LedgerKeys;
import io.daybook.ledger.protocol.Status;
import io.daybook.sim.SimLoop;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import io.daybook.sim.ledger.MemoryDurableLog;
import io.daybook.sim.ledger.MemoryEntryStore;
import io.daybook.sim.ledger.MemoryReplay;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A bookie's ledgers on one simulated loop, over a store and a journal in memory. */
final class LedgerBench {
    static final Password PASSWORD = Password.of("secret");
    static final byte[] KEY = LedgerKeys.masterKey(PASSWORD);
    static final byte[] OTHER_KEY = LedgerKeys.masterKey(Password.of("other"));
    static final EntryDigest DIGEST = EntryDigest.of(DigestType.CRC32C, PASSWORD);
    static final FirstTouch.Facts OPEN_HERE = new FirstTouch.Facts(true, true, KEY, DigestType.CRC32C);

    final SimWorld world;
    final SimNode node;
    final MemoryDurableLog.Platter platter = new MemoryDurableLog.Platter();
    final WriteGate gate = new WriteGate();
    final List<ByteBuf> given = new ArrayList<>();

    SimLoop loop;
    MemoryEntryStore store;
    MemoryDurableLog log;
    LedgerRegistry registry;
    FirstTouch firstTouch = FirstTouch.OFF;
    BookieRules rules = new SafeBookieRules(); // for the next open
    int lookups;

    LedgerBench(long seed) {
        world = new SimWorld(seed);
        node = world.node("b1");
        open(1 << 20);
    }

    /** A bookie that reads metadata which says {@code facts} of every ledger. */
    static LedgerBench withFacts(long seed, FirstTouch.@Nullable Facts facts) {
        LedgerBench bench = new LedgerBench(seed);
        bench.firstTouch = (ledgerId, owner) -> {
            bench.lookups++;
            Promise<FirstTouch.@Nullable Facts> answer = owner.promise();
            owner.execute(() -> answer.complete(facts));
            return answer;
        };
        bench.open(1 << 20);
        return bench;
    }

    void open(long storeBytes) {
        loop = node.loop("ledgers");
        store = new MemoryEntryStore(storeBytes);
        log = new MemoryDurableLog(platter, node.loop("journal"), 1_000);
        registry = new LedgerRegistry(
                loop, new LedgerGround(store, log, firstTouch, gate, node.probe(), new BookieConduct(rules)), 4, 3);
    }

    /** Everything unsynced is lost; a new process starts from what the platter has. */
    void crashAndRestart() {
        node.crash();
        node.restart();
        open(1 << 20);
        loop.enter(() -> MemoryReplay.into(store, platter, loop));
        settle();
    }

    void settle() {
        world.runFor(Duration.ofMillis(40));
    }

    /** A packaged entry; its length field is the sum of payloads up to it, if each has this one's size. */
    ByteBuf entry(long ledgerId, long entryId, long lac, String payload) {
        ByteBuf bytes = Unpooled.copiedBuffer(payload, StandardCharsets.UTF_8);
        long length = (entryId + 1) * bytes.readableBytes();
        ByteBuf packed = DIGEST.pack(ledgerId, entryId, lac, length, bytes, ByteBufAllocator.DEFAULT);
        given.add(packed);
        return packed;
    }

    Call add(long ledgerId, long entryId, String payload) {
        return add(entry(ledgerId, entryId, entryId - 1, payload), ledgerId, entryId, KEY, false);
    }

    Call recoveryAdd(long ledgerId, long entryId, String payload) {
        return add(entry(ledgerId, entryId, entryId - 1, payload), ledgerId, entryId, KEY, true);
    }

    Call add(ByteBuf body, long ledgerId, long entryId, byte[] key, boolean recovery) {
        Call call = new Call(body, entryId, key, recovery);
        loop.enter(() -> registry.ledger(ledgerId).add(call));
        return call;
    }

    Look read(long ledgerId, long entryId) {
        Look look = new Look();
        loop.enter(() -> registry.ledger(ledgerId).read(entryId, false, look));
        return look;
    }

    Fence fence(long ledgerId, long entryId, byte[] key) {
        Fence fence = new Fence(entryId);
        loop.enter(() -> registry.ledger(ledgerId).fence(key, fence));
        return fence;
    }

    Wait poll(long ledgerId, long previousLac, long timeoutMillis, Object asker) {
        Wait wait = new Wait();
        loop.enter(() -> registry.ledger(ledgerId).poll(previousLac, timeoutMillis, asker, wait));
        return wait;
    }

    Outcome writeLac(long ledgerId, long lac) {
        Outcome outcome = new Outcome();
        ByteBuf packet = DIGEST.packLac(ledgerId, lac, ByteBufAllocator.DEFAULT);
        byte[] bytes = ByteBufUtil.getBytes(packet);
        packet.release();
        loop.enter(() -> registry.ledger(ledgerId).writeLac(KEY, lac, bytes, outcome));
        return outcome;
    }

    Loop loop() {
        return loop;
    }

    /** One add and its answer. */
    static final class Call extends AddCall {
        @Nullable
        Status status;

        Call(ByteBuf body, long entryId, byte[] key, boolean recovery) {
            super(body, entryId, key, recovery, false);
        }

        @Override
        protected void answered(Status answer) {
            if (status != null) {
                throw new AssertionError("answered twice: " + status + ", " + answer);
            }
            status = answer;
        }
    }

    /** One answer of nothing but a status. */
    static final class Outcome implements StatusAnswer {
        @Nullable
        Status status;

        @Override
        public void done(Status answer) {
            status = answer;
        }
    }

    /** One look for an entry; keeps the payload of what was found. */
    static final class Look implements EntryAnswer {
        @Nullable
        Status status;

        @Nullable
        String payload;

        @Override
        public void found(HostedLedger ledger, ByteBuf body) {
            status = Status.OK;
            payload = DIGEST_PAYLOAD.of(body);
        }

        @Override
        public void failed(HostedLedger ledger, Status answer) {
            status = answer;
        }
    }

    private interface PayloadOf {
        String of(ByteBuf body);
    }

    private static final PayloadOf DIGEST_PAYLOAD = body -> {
        String payload = body.toString(body.readerIndex() + 36, body.readableBytes() - 36, StandardCharsets.UTF_8);
        body.release();
        return payload;
    };

    /** One fencing read. */
    static final class Fence implements FenceAnswer {
        private final long entryId;
        final Look look = new Look();

        @Nullable
        Status refused;

        @Nullable
        Status durable;

        Fence(long entryId) {
            this.entryId = entryId;
        }

        @Override
        public void refused(Status status) {
            refused = status;
        }

        @Override
        public void set(HostedLedger ledger) {
            ledger.read(entryId, true, look);
        }

        @Override
        public void durable(Status status) {
            durable = status;
        }
    }

    /** One long poll. */
    static final class Wait implements PollAnswer {
        boolean due;
        long maxLac;
        long updateMillis;

        @Nullable
        Status refused;

        @Override
        public void due(HostedLedger ledger, long updated) {
            due = true;
            maxLac = ledger.maxLac();
            updateMillis = updated;
        }

        @Override
        public void refused(Status status) {
            refused = status;
        }
    }
}
