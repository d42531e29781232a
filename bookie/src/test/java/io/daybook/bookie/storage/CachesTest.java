package io.daybook.bookie.storage;

import static io.daybook.bookie.storage.StoreFixture.body;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class CachesTest {
    private static final UnpooledByteBufAllocator BUFFERS = new UnpooledByteBufAllocator(false);

    @Property(tries = 100)
    void aTableKeepsWhatATreeKeeps(@ForAll @Size(max = 3000) List<@LongRange(min = 0, max = 2000) Long> ids) {
        EntryTable table = new EntryTable();
        TreeMap<Long, Long> model = new TreeMap<>();
        long place = 0;
        for (long id : ids) {
            table.put(id, place);
            model.put(id, place++);
        }

        assertThat(table.size()).isEqualTo(model.size());
        assertThat(table.last()).isEqualTo(model.isEmpty() ? -1 : model.lastKey());
        for (long id = 0; id <= 2000; id++) {
            assertThat(table.find(id)).isEqualTo(model.getOrDefault(id, -1L));
        }
        List<Long> walked = new ArrayList<>();
        EntryTable.Walk walk = table.new Walk();
        while (walk.next()) {
            walked.add(walk.id());
            assertThat(walk.place()).isEqualTo(model.get(walk.id()));
        }
        assertThat(walked).containsExactlyElementsOf(model.keySet());
    }

    @Test
    void aTableTakesAnyOrderInBoundedTime() {
        for (int way = 0; way < 2; way++) {
            EntryTable table = new EntryTable();
            for (int i = 0; i < 200_000; i++) {
                table.put(way == 0 ? i : 200_000 - i, i);
            }
            assertThat(table.size()).isEqualTo(200_000);
            assertThat(table.find(100_000)).isEqualTo(100_000);
        }
    }

    @Property(tries = 100)
    void aLongMapKeepsWhatATreeKeeps(@ForAll @Size(max = 500) List<@LongRange(min = -60, max = 60) Long> steps) {
        LongMap<String> map = new LongMap<>();
        TreeMap<Long, String> model = new TreeMap<>();
        for (long step : steps) {
            long key = Math.abs(step) * 1_000_003L;
            if (step < 0) {
                map.remove(key);
                model.remove(key);
            } else {
                map.put(key, "v" + step);
                model.put(key, "v" + step);
            }
        }

        assertThat(map.size()).isEqualTo(model.size());
        assertThat(map.keys())
                .isEqualTo(model.keySet().stream().mapToLong(Long::longValue).toArray());
        for (long i = 0; i <= 60; i++) {
            assertThat(map.get(i * 1_000_003L)).isEqualTo(model.get(i * 1_000_003L));
        }
    }

    @Test
    void aWriteCacheStaysWithinItsBudgetAndGivesAllOfItBack() {
        ChunkPool pool = new ChunkPool(256 << 10);
        for (int round = 0; round < 20; round++) {
            WriteCache cache = new WriteCache(pool);
            int size = round % 2 == 0 ? 0 : 40_000; // many small entries, few that need a chunk of their own
            int entry = 0;
            while (cache.put(7, entry, Unpooled.wrappedBuffer(body(7, entry, 1, size)))) {
                entry++;
            }
            assertThat(entry).isGreaterThan(2);
            assertThat(pool.taken()).isBetween(128L << 10, 257L << 10);
            cache.recycle();
            assertThat(pool.taken()).isZero();
        }
    }

    @Test
    void aReadCacheEvictsTheOldestUnlessUsedAndReleasesEachOnce() {
        ReadCache cache = new ReadCache(4000);
        List<ByteBuf> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            ByteBuf bytes = Unpooled.buffer(1000).writeZero(1000);
            all.add(bytes);
            cache.add(new Segment(7, new long[] {i}, new long[] {10}, bytes));
            assertThat(cache.bytes()).isLessThanOrEqualTo(4000);
            ByteBuf first = cache.copy(7, 0, BUFFERS); // always used
            assertThat(first).isNotNull();
            first.release();
        }
        assertThat(cache.find(7, 1)).isNull();
        assertThat(cache.find(7, 9)).isNotNull();
        cache.rewritten(7, 9);
        assertThat(cache.find(7, 9)).isNull();
        cache.add(new Segment(7, new long[] {99}, new long[] {10}, add(all, 5000))); // larger than the cache
        cache.clear();

        assertThat(cache.bytes()).isZero();
        assertThat(all).allMatch(bytes -> bytes.refCnt() == 0);
    }

    private static ByteBuf add(List<ByteBuf> all, int size) {
        ByteBuf bytes = Unpooled.buffer(size);
        all.add(bytes);
        return bytes;
    }
}
