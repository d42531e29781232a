package io.daybook.ledger.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.vectors.Vector;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class AvailabilityOfEntriesTest {

    @Test
    void readsAndWritesWhatStockDoes() {
        for (Vector v : Vector.file("availability-of-entries").objects("vectors")) {
            var encoder = new AvailabilityOfEntries.Encoder(false);
            v.numbers("entries").forEach(encoder::add);

            byte[] encoded = encoder.encode();
            AvailabilityOfEntries decoded = AvailabilityOfEntries.decode(v.hex("dataHex"));

            assertThat(encoded).as(v.text("name")).isEqualTo(v.hex("dataHex"));
            assertThat(entries(decoded)).isEqualTo(List.copyOf(new TreeSet<>(v.numbers("entries"))));
            assertThat(decoded.size()).isEqualTo(v.number("total"));
        }
    }

    @Test
    void readsGroupsThatStockOnlyReads() {
        for (Vector v : Vector.file("availability-of-entries").objects("decodeOnly")) {
            AvailabilityOfEntries decoded = AvailabilityOfEntries.decode(v.hex("dataHex"));

            List<Long> first = v.numbers("firstAvailableEntries");
            assertThat(entries(decoded)).startsWith(first.toArray(Long[]::new));
            assertThat(decoded.size()).isEqualTo(v.number("total"));
        }
    }

    @Property(tries = 300)
    void everySetComesBackGroupedOrNot(
            @ForAll Set<@IntRange(max = 120) Integer> numbers, @ForAll boolean grouping, @ForAll boolean striped) {
        var wanted = new TreeSet<Long>();
        numbers.forEach(n -> wanted.add((long) n));
        if (striped) {
            for (long i = 200; i < 300; i++) {
                if (i % 5 < 3) {
                    wanted.add(i);
                }
            }
        }
        var encoder = new AvailabilityOfEntries.Encoder(grouping);
        wanted.forEach(encoder::add);

        AvailabilityOfEntries decoded = AvailabilityOfEntries.decode(encoder.encode());

        assertThat(entries(decoded)).isEqualTo(List.copyOf(wanted));
        assertThat(decoded.size()).isEqualTo(wanted.size());
        for (long i = -2; i < 310; i++) {
            assertThat(decoded.contains(i)).isEqualTo(wanted.contains(i));
        }
    }

    @Test
    void aStripedLedgerTakesOneGroup() {
        var encoder = new AvailabilityOfEntries.Encoder(true);
        for (long i = 0; i < 300_000; i++) {
            if (i % 3 < 2) {
                encoder.add(i);
            }
        }

        assertThat(encoder.encode()).hasSize(64 + 24);
    }

    @Test
    void refusesWhatIsNoList() {
        byte[] good = Vector.file("availability-of-entries")
                .objects("decodeOnly")
                .get(0)
                .hex("dataHex");
        for (int cut = 0; cut < good.length; cut++) {
            byte[] bytes = java.util.Arrays.copyOf(good, cut);
            assertThatThrownBy(() -> AvailabilityOfEntries.decode(bytes)).isInstanceOf(MalformedFrameException.class);
        }
        refused(ByteBuffer.wrap(good.clone()).putInt(0, 1));
        refused(ByteBuffer.wrap(good.clone()).putInt(4, Integer.MAX_VALUE));
        refused(ByteBuffer.wrap(good.clone()).putLong(64, 19));
        refused(ByteBuffer.wrap(good.clone()).putInt(80, 0));
        refused(ByteBuffer.wrap(good.clone()).putInt(84, 0));
    }

    private static void refused(ByteBuffer encoded) {
        assertThatThrownBy(() -> AvailabilityOfEntries.decode(encoded.array()))
                .isInstanceOf(MalformedFrameException.class);
    }

    @Test
    void refusesEntriesOutOfOrder() {
        var encoder = new AvailabilityOfEntries.Encoder(true);
        encoder.add(5);
        assertThatThrownBy(() -> encoder.add(3)).hasMessageContaining("entry 3 comes after entry 5");
    }

    private static List<Long> entries(AvailabilityOfEntries list) {
        List<Long> entries = new ArrayList<>();
        list.forEach(entries::add);
        return entries;
    }
}
