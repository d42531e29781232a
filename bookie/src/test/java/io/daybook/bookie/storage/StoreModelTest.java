package io.daybook.bookie.storage;

import static io.daybook.bookie.storage.StoreFixture.body;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.config.DataSize;
import io.daybook.sim.SimWorld;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Puts, reads, flushes, crashes and removals in any order, against maps. */
final class StoreModelTest {
    private static final int LEDGERS = 4;

    private enum Kind {
        PUT,
        PUT_MANY,
        READ,
        BATCH,
        FLUSH,
        FENCE,
        REMOVE,
        CRASH,
        CRASH_WITHOUT_INDEX,
        KILL
    }

    record Step(Kind kind, long ledgerId, long entryId, int size) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Kind> kinds = Arbitraries.frequency(
                net.jqwik.api.Tuple.of(10, Kind.PUT),
                net.jqwik.api.Tuple.of(5, Kind.PUT_MANY),
                net.jqwik.api.Tuple.of(8, Kind.READ),
                net.jqwik.api.Tuple.of(5, Kind.BATCH),
                net.jqwik.api.Tuple.of(3, Kind.FLUSH),
                net.jqwik.api.Tuple.of(1, Kind.FENCE),
                net.jqwik.api.Tuple.of(1, Kind.REMOVE),
                net.jqwik.api.Tuple.of(1, Kind.CRASH),
                net.jqwik.api.Tuple.of(1, Kind.CRASH_WITHOUT_INDEX),
                net.jqwik.api.Tuple.of(1, Kind.KILL));
        return Combinators.combine(
                        kinds,
                        Arbitraries.longs().between(0, LEDGERS - 1),
                        Arbitraries.longs().between(0, 120),
                        Arbitraries.integers().between(0, 6000))
                .as(Step::new)
                .list()
                .ofMaxSize(60);
    }

    @Property(tries = 150)
    void keepsWhatAMapKeeps(@ForAll("steps") List<Step> steps, @ForAll long seed) {
        StoreFixture fixture = new StoreFixture(
                        new SimWorld(seed), StoreFixture.config(DataSize.kibibytes(192), DataSize.kibibytes(80)))
                .start();
        List<TreeMap<Long, byte[]>> model = new java.util.ArrayList<>();
        for (int i = 0; i < LEDGERS; i++) {
            model.add(new TreeMap<>());
        }
        TreeSet<Long> fenced = new TreeSet<>();
        int version = 0;
        for (Step step : steps) {
            long ledgerId = step.ledgerId();
            TreeMap<Long, byte[]> ledger = model.get((int) ledgerId);
            version++;
            switch (step.kind()) {
                case PUT ->
                    put(
                            fixture,
                            ledger,
                            ledgerId,
                            step.entryId(),
                            body(ledgerId, step.entryId(), version, step.size()));
                case PUT_MANY -> {
                    for (long id = step.entryId(); id < step.entryId() + 30; id++) {
                        put(fixture, ledger, ledgerId, id, body(ledgerId, id, version, step.size() / 3));
                    }
                }
                case READ -> assertThat(fixture.bytes(ledgerId, step.entryId())).isEqualTo(ledger.get(step.entryId()));
                case BATCH -> checkBatch(fixture, ledger, step);
                case FLUSH -> fixture.flush();
                case FENCE -> {
                    fixture.fence(ledgerId);
                    fenced.add(ledgerId);
                }
                case REMOVE -> {
                    fixture.remove(ledgerId);
                    assertThat(fixture.load(ledgerId)).isNull();
                    ledger.clear();
                    fenced.remove(ledgerId);
                    fixture.flush();
                }
                case CRASH, CRASH_WITHOUT_INDEX -> {
                    fixture.crash();
                    if (step.kind() == Kind.CRASH_WITHOUT_INDEX) {
                        fixture.loseIndex();
                    }
                    fixture.start();
                }
                case KILL -> {
                    fixture.node.kill();
                    fixture.node.restart();
                    fixture.start();
                }
            }
        }
        for (long ledgerId = 0; ledgerId < LEDGERS; ledgerId++) {
            check(fixture, ledgerId, model.get((int) ledgerId), fenced.contains(ledgerId));
        }
        for (var owner : fixture.loops.owners().all()) {
            assertThat(fixture.store.cacheBytes(owner)).isLessThanOrEqualTo((192 << 10) / 2 + (512 << 10) / 2);
        }
        fixture.close();
        assertThat(fixture.node.disk().openFiles()).isZero();
    }

    private static void put(
            StoreFixture fixture, TreeMap<Long, byte[]> ledger, long ledgerId, long entryId, byte[] body) {
        fixture.mustPut(ledgerId, entryId, body);
        ledger.put(entryId, body);
    }

    private static void checkBatch(StoreFixture fixture, TreeMap<Long, byte[]> ledger, Step step) {
        List<byte[]> batch = fixture.batch(step.ledgerId(), step.entryId(), 50, 40_000);
        long next = step.entryId();
        long bytes = 0;
        for (byte[] body : batch) {
            assertThat(body).as("entry %d", next).isEqualTo(ledger.get(next));
            bytes += body.length;
            next++;
        }
        byte[] following = ledger.get(next);
        assertThat(following == null || batch.size() == 50 || bytes + following.length > 40_000)
                .as("the batch from %d ends at %d for a reason", step.entryId(), next)
                .isTrue();
    }

    private static void check(StoreFixture fixture, long ledgerId, TreeMap<Long, byte[]> ledger, boolean fenced) {
        for (long id = 0; id < 160; id++) {
            assertThat(fixture.bytes(ledgerId, id))
                    .as("entry %d of %d", id, ledgerId)
                    .isEqualTo(ledger.get(id));
        }
        long[] ids = fixture.entries(ledgerId);
        var state = fixture.load(ledgerId);
        if (ledger.isEmpty() && !fenced) {
            assertThat(state).isNull();
        } else {
            assertThat(ids)
                    .isEqualTo(
                            ledger.keySet().stream().mapToLong(Long::longValue).toArray());
            assertThat(state.fenced()).isEqualTo(fenced);
            assertThat(state.lastEntry()).isEqualTo(ledger.isEmpty() ? -1 : ledger.lastKey());
        }
    }
}
