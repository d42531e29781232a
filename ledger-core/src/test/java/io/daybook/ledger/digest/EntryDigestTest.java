package io.daybook.ledger.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.ledger.DigestType;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.Password;
import io.daybook.vectors.Vector;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class EntryDigestTest {
    private static final PooledByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;

    @Test
    void derivesTheKeysOfStock() {
        for (Vector v : Vector.file("keys").objects("vectors")) {
            Password password = Password.of(v.hex("passwordHex"));

            assertThat(LedgerKeys.masterKey(password)).isEqualTo(v.hex("masterKeyHex"));
            assertThat(LedgerKeys.macKey(password)).isEqualTo(v.hex("macKeyHex"));
        }
    }

    @Test
    void packsAndUnpacksEntriesAsStockDoes() throws Exception {
        for (Vector v : Vector.file("entry-digests").objects("vectors")) {
            EntryDigest digest =
                    EntryDigest.of(DigestType.valueOf(v.text("digestType")), Password.of(v.hex("passwordHex")));
            byte[] payload = Vector.payload(v.integer("payloadSize"));

            ByteBuf packed = digest.pack(
                    v.number("ledgerId"),
                    v.number("entryId"),
                    v.number("lastAddConfirmed"),
                    v.number("length"),
                    Unpooled.directBuffer().writeBytes(payload),
                    ALLOCATOR);

            byte[] bytes = ByteBufUtil.getBytes(packed);
            assertThat(bytes).hasSize(v.integer("entrySize"));
            assertThat(HexFormat.of().formatHex(bytes)).startsWith(v.text("headerHex") + v.text("digestHex"));
            assertThat(MessageDigest.getInstance("SHA-256").digest(bytes)).isEqualTo(v.hex("entrySha256"));
            assertThat(EntryHeader.ledgerId(packed)).isEqualTo(v.number("ledgerId"));
            assertThat(EntryHeader.entryId(packed)).isEqualTo(v.number("entryId"));
            assertThat(EntryHeader.lastAddConfirmed(packed)).isEqualTo(v.number("lastAddConfirmed"));
            assertThat(EntryHeader.length(packed)).isEqualTo(v.number("length"));

            try (LedgerEntry entry = digest.unpack(v.number("ledgerId"), v.number("entryId"), packed)) {
                assertThat(entry.entryId()).isEqualTo(v.number("entryId"));
                assertThat(entry.lastAddConfirmed()).isEqualTo(v.number("lastAddConfirmed"));
                assertThat(entry.length()).isEqualTo(v.number("length"));
                assertThat(entry.bytes()).isEqualTo(payload);
            }
            assertThat(packed.refCnt()).isZero();
        }
    }

    @Test
    void packsAndUnpacksExplicitLacPacketsAsStockDoes() {
        for (Vector v : Vector.file("lac-digests").objects("vectors")) {
            EntryDigest digest =
                    EntryDigest.of(DigestType.valueOf(v.text("digestType")), Password.of(v.hex("passwordHex")));

            ByteBuf packet = digest.packLac(v.number("ledgerId"), v.number("lac"), ALLOCATOR);

            assertThat(ByteBufUtil.hexDump(packet)).isEqualTo(v.text("lacBodyHex"));
            assertThat(digest.unpackLac(v.number("ledgerId"), packet)).isEqualTo(v.number("lac"));
            assertThat(packet.refCnt()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "DUMMY", mode = EnumSource.Mode.EXCLUDE)
    void refusesAnEntryWithAnyByteChangedOrCutOff(DigestType type) {
        EntryDigest digest = EntryDigest.of(type, Password.of("p"));
        byte[] good = packed(digest, 9, 4, 20);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x40;
            refused(digest, Unpooled.wrappedBuffer(bad));
            refused(digest, Unpooled.buffer().writeBytes(good, 0, i));
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesAnotherEntryAndAnotherLedger(DigestType type) {
        EntryDigest digest = EntryDigest.of(type, Password.of("p"));

        refused(digest, Unpooled.wrappedBuffer(packed(digest, 9, 5, 20)));
        refused(digest, Unpooled.wrappedBuffer(packed(digest, 8, 4, 20)));

        LedgerEntry last = digest.unpack(9, -1, Unpooled.wrappedBuffer(packed(digest, 9, 5, 20)));
        assertThat(last.entryId()).isEqualTo(5);
        last.close();
    }

    @Test
    void anEntryPackedWithAnotherPasswordFailsItsHmac() {
        EntryDigest ours = EntryDigest.of(DigestType.HMAC, Password.of("ours"));
        EntryDigest theirs = EntryDigest.of(DigestType.HMAC, Password.of("theirs"));

        refused(ours, Unpooled.wrappedBuffer(packed(theirs, 9, 4, 20)));
    }

    @ParameterizedTest
    @EnumSource(names = "DUMMY", mode = EnumSource.Mode.EXCLUDE)
    void refusesADamagedLacPacket(DigestType type) {
        EntryDigest digest = EntryDigest.of(type, Password.EMPTY);
        ByteBuf packet = digest.packLac(3, 17, ALLOCATOR);
        byte[] good = ByteBufUtil.getBytes(packet);
        packet.release();
        for (int i = 0; i < good.length; i++) {
            ByteBuf bad = Unpooled.copiedBuffer(good);
            bad.setByte(i, good[i] ^ 1);
            ByteBuf cut = Unpooled.buffer().writeBytes(good, 0, i);

            assertThatThrownBy(() -> digest.unpackLac(3, bad)).isInstanceOf(DigestMismatchException.class);
            assertThatThrownBy(() -> digest.unpackLac(3, cut)).isInstanceOf(DigestMismatchException.class);
            assertThat(bad.refCnt() + cut.refCnt()).isZero();
        }
        assertThatThrownBy(() -> digest.unpackLac(4, Unpooled.copiedBuffer(good)))
                .isInstanceOf(DigestMismatchException.class)
                .hasMessageContaining("names ledger 3");
    }

    @Property(tries = 200)
    void everyKindOfBufferGivesTheSameEntry(
            @ForAll DigestType type,
            @ForAll @IntRange(max = 10_000) int size,
            @ForAll @LongRange(min = 0) long entryId) {
        byte[] payload = Vector.payload(size);
        Function<ByteBuf, ByteBuf> pack =
                buffer -> EntryDigest.of(type, Password.of("x")).pack(1, entryId, entryId - 1, size, buffer, ALLOCATOR);

        ByteBuf heap = pack.apply(Unpooled.wrappedBuffer(payload));
        ByteBuf direct = pack.apply(
                ALLOCATOR.directBuffer().writeByte(0).writeBytes(payload).skipBytes(1));
        ByteBuf pieces = pack.apply(Unpooled.wrappedBuffer(
                Unpooled.copiedBuffer(payload, 0, size / 3),
                Unpooled.copiedBuffer(payload, size / 3, size - size / 3)));

        assertThat(direct).isEqualTo(heap);
        assertThat(pieces).isEqualTo(heap);
        LedgerEntry entry = EntryDigest.of(type, Password.of("x")).unpack(1, entryId, pieces);
        assertThat(entry.bytes()).isEqualTo(payload);
        entry.close();
        heap.release();
        direct.release();
        assertThat(heap.refCnt() + direct.refCnt() + pieces.refCnt()).isZero();
    }

    private static byte[] packed(EntryDigest digest, long ledgerId, long entryId, int size) {
        ByteBuf packed = digest.pack(
                ledgerId, entryId, entryId - 1, 100, Unpooled.wrappedBuffer(Vector.payload(size)), ALLOCATOR);
        byte[] bytes = ByteBufUtil.getBytes(packed);
        packed.release();
        return bytes;
    }

    private static void refused(EntryDigest digest, ByteBuf body) {
        assertThatThrownBy(() -> digest.unpack(9, 4, body)).isInstanceOf(DigestMismatchException.class);
        assertThat(body.refCnt()).isZero();
    }
}
