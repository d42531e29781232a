package io.daybook.bookie.entrylog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Loop;
import io.daybook.bookie.StoredLedger;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class EntryLogFormatTest {
    private static final Path FILE = Path.of("/data/f");

    private final SimWorld world = new SimWorld(1);
    private final SimNode node = world.node("b1");
    private final Loop loop = node.loop("flush");

    /** Ledger 7 with a fence and entries 0 and 2, in file 5. */
    private EntryLogWriter.Finished write() {
        world.await(node.disk().createDirectories(FILE.getParent(), loop));
        EntryLogWriter writer = world.await(EntryLogWriter.create(node.disk(), FILE, 5, new AlignedBuffer(4096), loop));
        writer.add(LedgerNote.of(7, new StoredLedger(new byte[] {9}, true, false, null, 2, -1))
                .withIds(2, 1));
        writer.add(7, 0, Unpooled.wrappedBuffer(new byte[] {'x', 'a', 'b'}), 1, 2);
        writer.add(7, 2, Unpooled.EMPTY_BUFFER, 0, 0);
        return world.await(writer.finish());
    }

    private FileContents contents(ListedFile listing) {
        return world.await(EntryLogFile.contents(node.disk(), FILE, 5, listing, loop));
    }

    /** The worked example of docs/formats/entry-log.md. */
    @Test
    void writesTheBytesOfTheWorkedExample() {
        write();

        byte[] bytes = node.disk().content(FILE);

        assertThat(bytes).hasSize(4096);
        assertThat(hex(bytes, 0, 128))
                .isEqualTo("44424531" + "cf2a29ec" + "8d8d2d4f" + "00000051" // magic, checksums, body length
                        + "0000000000000005" + "0000000000000000" + "01000000"
                        + "00000003" // file, offset, kind, records
                        + "20000013" + "0000000000000007" + "ffffffffffffffff" // a note of 19 bytes
                        + "16" + "0109" + "0000000000000002" + "0000000000000001"
                        + "10000002" // flags, key, ids; an entry of 2
                        + "0000000000000007" + "0000000000000000" + "6162" // ledger, entry, bytes
                        + "10000000" + "0000000000000007" + "0000000000000002" // an entry of 0 bytes
                        + "00000000000000"); // up to a multiple of 8
        assertThat(hex(bytes, 4032, 16)).startsWith("44425431");
    }

    private static String hex(byte[] bytes, int from, int length) {
        return ByteBufUtil.hexDump(bytes, from, length);
    }

    @Test
    void tellsTheSameFromTheFooterAndFromTheRecords() {
        EntryLogWriter.Finished finished = write();

        FileContents fromFooter = contents(finished.listing());
        node.disk().rot(FILE, finished.listing().footerOffset() + 50);
        FileContents fromRecords = contents(finished.listing());

        assertThat(fromFooter).isEqualTo(finished.contents());
        assertThat(fromRecords).isEqualTo(finished.contents());
        assertThat(contents(null).runs()).isEqualTo(finished.contents().runs());
        assertThat(contents(null).complete()).isFalse(); // nobody knows where the data should end
    }

    @Test
    void isCompleteOnlyWithAllOfItsBytes() {
        EntryLogWriter.Finished finished = write();
        byte[] whole = node.disk().content(FILE);
        for (int length = 0; length < whole.length; length += length < 300 ? 1 : 97) {
            Path cut = Path.of("/data/cut" + length);
            var file = world.await(node.disk().create(cut, io.daybook.base.seam.Disk.Access.READ_WRITE, loop));
            world.await(file.write(0, Unpooled.wrappedBuffer(Arrays.copyOf(whole, length))));
            FileContents read = world.await(EntryLogFile.contents(node.disk(), cut, 5, finished.listing(), loop));
            boolean dataIsThere = length >= finished.listing().footerOffset();
            assertThat(read.complete()).as("%d bytes", length).isEqualTo(dataIsThere);
            assertThat(read.runs()).as("%d bytes", length).hasSize(length >= 121 ? 1 : 0); // but for padding
        }
    }

    @Test
    void findsTheBlocksBehindADamagedOne() {
        world.await(node.disk().createDirectories(FILE.getParent(), loop));
        EntryLogWriter writer = world.await(EntryLogWriter.create(node.disk(), FILE, 5, new AlignedBuffer(4096), loop));
        for (int i = 0; i < 40; i++) {
            writer.add(7, i, Unpooled.wrappedBuffer(new byte[30_000]), 0, 30_000);
            if (writer.wantsToWrite()) {
                world.await(writer.write());
            }
        }
        EntryLogWriter.Finished finished = world.await(writer.finish());
        List<Run> runs = finished.contents().runs();
        node.disk().rot(FILE, finished.listing().footerOffset() + 60);
        node.disk().rot(FILE, runs.get(3).blockOffset() + 3); // a header: the search finds the next
        node.disk().rot(FILE, runs.get(8).blockOffset() + 4000); // a body

        FileContents read = contents(finished.listing());

        assertThat(read.complete()).isFalse();
        assertThat(read.runs()).hasSize(runs.size() - 2).doesNotContain(runs.get(3), runs.get(8));
    }

    /** Once, no write was asked for unless a block ended exactly with a record, and the buffer grew to the size of the file. */
    @Test
    void writesAsItGoesWhateverTheSizeOfTheEntries() {
        world.await(node.disk().createDirectories(FILE.getParent(), loop));
        for (int size : new int[] {1, 100, 1024, 60_000, 65_500, 65_516, 65_517, 70_000}) {
            Path path = Path.of("/data/of" + size);
            AlignedBuffer buffer = new AlignedBuffer(EntryLogWriter.BUFFER_BYTES);
            int capacity = buffer.bytes().capacity();
            EntryLogWriter writer = world.await(EntryLogWriter.create(node.disk(), path, 5, buffer, loop));
            ByteBuf body = Unpooled.buffer(size).writeZero(size);
            int writes = 0;
            int count = 0;
            for (long bytes = 0; bytes < 3 << 20; bytes += size + 20) {
                writer.add(7, count++, body, 0, size);
                if (writer.wantsToWrite()) {
                    world.await(writer.write());
                    writes++;
                }
            }
            EntryLogWriter.Finished finished = world.await(writer.finish());
            FileContents read = world.await(EntryLogFile.contents(node.disk(), path, 5, finished.listing(), loop));

            assertThat(writes).isGreaterThanOrEqualTo(2);
            assertThat(buffer.bytes().capacity()).isEqualTo(capacity);
            assertThat(read).isEqualTo(finished.contents());
            assertThat(read.runs().stream().mapToInt(run -> run.ids().count()).sum())
                    .isEqualTo(count);
            node.disk().rot(path, finished.listing().footerOffset() + 8);
            assertThat(world.await(EntryLogFile.contents(node.disk(), path, 5, finished.listing(), loop)))
                    .isEqualTo(finished.contents());
        }
    }

    @Test
    void noticesEverySingleFlippedBitOfABlock() {
        ByteBuf block = Unpooled.buffer(600);
        block.writeZero(EntryLogFormat.BLOCK_HEADER_BYTES);
        for (int i = 0; i < 301; i++) {
            block.writeByte(i);
        }
        block.ensureWritable(8);
        int length = EntryLogFormat.finishBlock(block, 0, 301, 5, 4096, EntryLogFormat.KIND_DATA, 1);
        block.writerIndex(length);
        assertThat(EntryLogFormat.problem(block, 0, 5, 4096)).isNull();
        assertThat(EntryLogFormat.problem(block, 0, 6, 4096)).isNotNull();
        assertThat(EntryLogFormat.problem(block, 0, 5, 4104)).isNotNull();

        int padding = length - EntryLogFormat.BLOCK_HEADER_BYTES - 301;
        for (int bit = 0; bit < length * 8; bit++) {
            block.setByte(bit / 8, block.getByte(bit / 8) ^ 1 << bit % 8);
            boolean inPadding = bit / 8 >= length - padding;
            assertThat(EntryLogFormat.problem(block, 0, 5, 4096) == null)
                    .as("bit %d", bit)
                    .isEqualTo(inPadding);
            block.setByte(bit / 8, block.getByte(bit / 8) ^ 1 << bit % 8);
        }
    }

    @Test
    void aManifestComesBackAndNoFlippedBitDoes() {
        Manifest manifest =
                new Manifest(3, 9, true, 4, List.of(new ListedFile(2, 4096, 100), new ListedFile(8, 8192, 4000)));
        ByteBuf bytes = manifest.encode();
        assertThat(Manifest.decode(bytes)).isEqualTo(manifest);

        for (int bit = 0; bit < bytes.writerIndex() * 8; bit++) {
            bytes.setByte(bit / 8, bytes.getByte(bit / 8) ^ 1 << bit % 8);
            assertThat(Manifest.decode(bytes)).as("bit %d", bit).isNull();
            bytes.setByte(bit / 8, bytes.getByte(bit / 8) ^ 1 << bit % 8);
        }
        for (int length = 0; length < bytes.writerIndex(); length++) {
            assertThat(Manifest.decode(bytes.copy(0, length)))
                    .as("%d bytes", length)
                    .isNull();
        }
    }

    @Property(tries = 200)
    void idsComeBack(@ForAll @Size(min = 1, max = 100) List<@LongRange(min = 0) Long> some) {
        long[] ids = new TreeSet<>(some).stream().mapToLong(Long::longValue).toArray();
        EntryIds packed = EntryIds.of(ids, ids.length);
        ByteBuf bytes = Unpooled.buffer();
        packed.writeTo(bytes);

        EntryIds read = EntryIds.readFrom(bytes);

        assertThat(bytes.isReadable()).isFalse();
        assertThat(read).isEqualTo(packed);
        TreeSet<Long> all = new TreeSet<>();
        read.forEach(all::add);
        assertThat(all).containsExactlyElementsOf(new TreeSet<>(some));
        assertThat(read.contains(ids[0])).isTrue();
        assertThat(read.contains(ids[ids.length - 1])).isTrue();
        assertThat(read.contains(ids[0] - 1)).isFalse();
    }

    @Test
    void cutOffNumbersAreMalformed() {
        assertThatThrownBy(() -> Varint.read(Unpooled.wrappedBuffer(new byte[] {(byte) 0x80})))
                .isInstanceOf(MalformedLogException.class);
        assertThatThrownBy(() -> EntryIds.readFrom(Unpooled.wrappedBuffer(new byte[] {5, 0})))
                .isInstanceOf(MalformedLogException.class);
        assertThatThrownBy(() -> LedgerNote.readFrom(7, Unpooled.wrappedBuffer(new byte[] {4, 9, 1})))
                .isInstanceOf(MalformedLogException.class);
    }
}
