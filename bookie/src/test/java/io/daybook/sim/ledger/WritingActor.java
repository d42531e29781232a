package io.daybook.sim.ledger;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerWriter;
import io.daybook.sim.SimRandom;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Writes entries that can be told apart, and holds what it is told against what happens. */
final class WritingActor {
    private final ClientNode home;
    private final LedgerWitness witness;
    private final LedgerWriter writer;
    private final LedgerPlan plan;
    private final SimRandom random;
    private final List<NeighbourActor> neighbours;
    private final Map<Long, Outcome> failed = new LinkedHashMap<>();

    private final List<byte[]> made = new ArrayList<>(); // payloads by id, if ids are chosen here
    private long accepted = -1; // highest id acknowledged

    private byte @Nullable [] refused; // by a full window: to be given again
    private long given;
    private boolean ended;
    private boolean closing;
    private @Nullable LedgerMetadata sealed;

    /** @param neighbours append whenever this one does */
    WritingActor(
            ClientNode home, LedgerWriter writer, LedgerPlan plan, SimRandom random, List<NeighbourActor> neighbours) {
        this.home = home;
        this.witness = home.witness();
        this.writer = writer;
        this.plan = plan;
        this.random = random;
        this.neighbours = List.copyOf(neighbours);
    }

    void start() {
        writer.onWritable(this::go);
        Futures.whenDone(writer.ended(), writer.loop(), (reason, failure) -> {
            ended = true;
            if (reason != null) {
                home.expected(reason);
            }
        });
        go();
    }

    private void go() {
        neighbours.forEach(neighbour -> neighbour.burst(plan.burst()));
        int burst = 1 + random.below(plan.burst());
        while (burst-- > 0 && given < plan.entries() && writer.writable() && !ended) {
            if (!append()) {
                return; // the window tells when to go on
            }
        }
        if (ended) {
            return;
        }
        if (given < plan.entries()) {
            if (writer.writable()) {
                pause();
            }
        } else if (plan.closes() && !closing) {
            close();
        }
        if (plan.deferred() && random.below(3) == 0) {
            force();
        }
        if (plan.announces() && random.below(4) == 0) {
            writer.advanceLastAddConfirmed();
        }
    }

    private void pause() {
        Loop loop = writer.loop();
        if (plan.paceNanos() == 0) {
            loop.execute(this::go);
        } else {
            loop.schedule(random.between(1, 2 * plan.paceNanos()), this::go);
        }
    }

    private boolean append() {
        long expected = nextId();
        byte[] bytes = refused != null ? refused : plan.explicit() ? made(expected) : payload(expected);
        ByteBuf payload = UnpooledByteBufAllocator.DEFAULT.buffer(bytes.length).writeBytes(bytes);
        CompletableFuture<Long> stored = plan.explicit() ? writer.append(expected, payload) : writer.append(payload);
        boolean[] full = {false};
        boolean[] counted = {false};
        Futures.whenDone(stored, writer.loop(), (id, failure) -> {
            if (id != null) {
                if (!counted[0] || id != expected) {
                    witness.broken("I10", "the append of entry %d was told that it is entry %d", expected, id);
                }
                acknowledged(id);
                if (!failed.isEmpty()) {
                    witness.broken("I10", "entry %d was acknowledged after %s failed", id, failed);
                }
            } else if (failure instanceof LedgerException.WindowFull) {
                full[0] = true;
            } else if (failure instanceof LedgerException problem) {
                home.expected(problem);
                failed.put(expected, problem.outcome());
            } else {
                home.expected(failure);
            }
        });
        if (full[0]) {
            refused = bytes;
            return false;
        }
        counted[0] = true;
        refused = null;
        given++;
        if (!plan.explicit()) {
            witness.appended(bytes);
        }
        return true;
    }

    /** The id of the next append: call order, or each pair the wrong way round. */
    private long nextId() {
        long other = given ^ 1;
        return plan.explicit() && Math.max(given, other) < plan.entries() ? other : given;
    }

    private byte[] made(long id) {
        while (made.size() <= id) {
            byte[] bytes = payload(made.size());
            made.add(bytes);
            witness.appended(bytes);
        }
        return made.get((int) id);
    }

    private void acknowledged(long id) {
        if (id != accepted + 1) {
            witness.broken("I10", "entry %d was acknowledged after entry %d", id, accepted);
        }
        accepted = id;
        if (plan.deferred()) {
            witness.catchUp();
        } else {
            witness.acknowledged(id);
        }
    }

    private void force() {
        long wanted = accepted;
        Futures.whenDone(writer.force(), writer.loop(), (confirmed, failure) -> {
            witness.catchUp();
            if (confirmed == null) {
                home.expected(failure);
            } else if (confirmed < wanted || witness.acked() < wanted) {
                witness.broken("R108", "a force of entry %d confirmed only %d", wanted, confirmed);
            }
        });
    }

    private void close() {
        closing = true;
        Futures.whenDone(writer.close(), writer.loop(), (record, failure) -> {
            if (record != null) {
                sealed = record;
            } else {
                home.expected(failure);
            }
        });
    }

    /** One more append, when the ledger has long been closed: must fail. */
    void appendAfterTheEnd() {
        ByteBuf payload = UnpooledByteBufAllocator.DEFAULT.buffer(3).writeBytes(new byte[] {1, 2, 3});
        Futures.whenDone(
                plan.explicit() ? writer.append(plan.entries(), payload) : writer.append(payload),
                writer.loop(),
                (id, failure) -> {
                    if (id != null) {
                        witness.broken("I12", "entry %d was acknowledged long after the ledger was closed", id);
                    }
                });
    }

    /** Compares what the writer was told with how the ledger ended (R57, R58). */
    void check(LedgerMetadata end) {
        LedgerMetadata own = sealed;
        if (own != null && (own.lastEntry() != end.lastEntry() || own.length() != end.length())) {
            witness.broken(
                    "I11", "the writer closed the ledger at %d, the record says %d", own.lastEntry(), end.lastEntry());
        }
        if (own != null && own.lastEntry() < accepted) {
            witness.broken("R110", "the writer closed the ledger at %d, below entry %d", own.lastEntry(), accepted);
        }
        failed.forEach((id, outcome) -> {
            if (outcome == Outcome.NOT_APPLIED && id <= end.lastEntry()) {
                witness.broken(
                        "R58", "entry %d was said not to be applied, but the ledger ends at %d", id, end.lastEntry());
            }
            if (outcome == Outcome.APPLIED && id > end.lastEntry()) {
                witness.broken(
                        "R58", "entry %d was said to be applied, but the ledger ends at %d", id, end.lastEntry());
            }
        });
    }

    private byte[] payload(long id) {
        int size = switch (random.below(16)) {
            case 0 -> 0;
            case 1 -> (int) random.between(4_000, 6_000);
            default -> (int) random.magnitude(8, 600);
        };
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) random.nextLong());
        byte[] mark = ("entry " + id).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(mark, 0, bytes, 0, Math.min(mark.length, size));
        return bytes;
    }
}
