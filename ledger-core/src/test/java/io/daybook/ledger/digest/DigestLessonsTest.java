package io.daybook.ledger.digest;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.DigestType;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.Password;
import io.daybook.sim.Lesson;
import io.daybook.vectors.Vector;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Buffers come in many shapes; whichever it is, an entry has the same bytes, and its checksum covers just these. */
final class DigestLessonsTest {
    private static final PooledByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;
    private static final Password PASSWORD = Password.of("secret");
    private static final int[] SIZES = {0, 1, 7, 100, 4_095, 4_096, 4_097, 70_000};

    /** How bytes may lie in a buffer. */
    private enum Shape {
        HEAP {
            @Override
            ByteBuf of(byte[] bytes) {
                return Unpooled.buffer().writeBytes(bytes);
            }
        },
        DIRECT {
            @Override
            ByteBuf of(byte[] bytes) {
                return ALLOCATOR.directBuffer().writeBytes(bytes);
            }
        },
        COMPOSITE {
            @Override
            ByteBuf of(byte[] bytes) {
                int cut = bytes.length / 3;
                CompositeByteBuf all = ALLOCATOR.compositeBuffer(4);
                all.addComponent(true, HEAP.of(Arrays.copyOf(bytes, cut)));
                all.addComponent(true, DIRECT.of(Arrays.copyOfRange(bytes, cut, 2 * cut)));
                all.addComponent(true, HEAP.of(Arrays.copyOfRange(bytes, 2 * cut, bytes.length)));
                return all;
            }
        },
        COMPOSITE_WITH_MOVED_INDEX {
            @Override
            ByteBuf of(byte[] bytes) {
                CompositeByteBuf all = ALLOCATOR.compositeBuffer(4);
                all.addComponent(true, HEAP.of(new byte[] {1, 2, 3}));
                all.addComponent(true, COMPOSITE.of(bytes));
                return all.skipBytes(3);
            }
        },
        MOVED_INDEX {
            @Override
            ByteBuf of(byte[] bytes) {
                return ALLOCATOR
                        .heapBuffer()
                        .writeLong(-1)
                        .writeBytes(bytes)
                        .writeLong(-1)
                        .setIndex(8, 8 + bytes.length);
            }
        },
        SLICE_WITH_MOVED_INDEX {
            @Override
            ByteBuf of(byte[] bytes) {
                ByteBuf whole =
                        ALLOCATOR.directBuffer().writeLong(-1).writeBytes(bytes).writeLong(-1);
                return whole.slice(4, bytes.length + 4).skipBytes(4);
            }
        },
        READ_ONLY {
            @Override
            ByteBuf of(byte[] bytes) {
                return HEAP.of(bytes).asReadOnly();
            }
        },
        READ_ONLY_DIRECT_SLICE {
            @Override
            ByteBuf of(byte[] bytes) {
                return SLICE_WITH_MOVED_INDEX.of(bytes).asReadOnly();
            }
        };

        /** A buffer that can be read for just these bytes. */
        abstract ByteBuf of(byte[] bytes);
    }

    /** What becomes of a buffer before a digest is made of it. */
    private interface Handling {
        ByteBuf before(ByteBuf buffer);
    }

    /** RG-18. The mistakes: a digest before ours has moved the reader index; the buffer's array is taken for its content. */
    @ParameterizedTest
    @EnumSource
    void rg18EveryShapeOfBufferGivesTheSameBytesAndIsVerified(DigestType type) {
        Lesson.<Handling>of(handling -> {
                    for (Shape shape : Shape.values()) {
                        for (int size : SIZES) {
                            packsAndUnpacks(type, shape, size, handling);
                        }
                    }
                })
                .holds(buffer -> buffer)
                .fails(
                        "the reader index is moved",
                        buffer -> buffer.skipBytes(Math.min(8, buffer.readableBytes())),
                        "payload of")
                .fails(
                        "the array is taken for the content",
                        buffer -> {
                            if (!buffer.hasArray()) {
                                return buffer;
                            }
                            ByteBuf whole = Unpooled.copiedBuffer(buffer.array());
                            buffer.release();
                            return whole;
                        },
                        "payload of");
    }

    private static void packsAndUnpacks(DigestType type, Shape shape, int size, Handling handling) {
        byte[] payload = Vector.payload(size);
        EntryDigest digest = EntryDigest.of(type, PASSWORD);
        ByteBuf given = handling.before(shape.of(payload));

        ByteBuf packed = digest.pack(3, 5, 4, 1_000, given, ALLOCATOR);
        byte[] bytes = ByteBufUtil.getBytes(packed);
        packed.release();

        assertThat(given.refCnt()).as("given away").isZero();
        assertThat(bytes).as("payload of %d bytes in a %s buffer", size, shape).isEqualTo(byHand(type, payload));
        ByteBuf stored = shape.of(bytes);
        try (LedgerEntry entry = digest.unpack(3, 5, stored)) {
            assertThat(entry.bytes()).isEqualTo(payload);
        }
        assertThat(stored.refCnt()).isZero();
    }

    /** The stored form, made with arrays only. */
    private static byte[] byHand(DigestType type, byte[] payload) {
        byte[] header = ByteBuffer.allocate(32)
                .putLong(3)
                .putLong(5)
                .putLong(4)
                .putLong(1_000)
                .array();
        return ByteBuffer.allocate(32 + type.size() + payload.length)
                .put(header)
                .put(digest(type, header, payload))
                .put(payload)
                .array();
    }

    private static byte[] digest(DigestType type, byte[] header, byte[] payload) {
        return switch (type) {
            case DUMMY -> new byte[0];
            case CRC32 ->
                ByteBuffer.allocate(8)
                        .putLong(sum(new CRC32(), header, payload))
                        .array();
            case CRC32C ->
                ByteBuffer.allocate(4)
                        .putInt((int) sum(new CRC32C(), header, payload))
                        .array();
            case HMAC -> mac(header, payload);
        };
    }

    private static long sum(Checksum checksum, byte[] header, byte[] payload) {
        checksum.update(header);
        checksum.update(payload);
        return checksum.getValue();
    }

    private static byte[] mac(byte[] header, byte[] payload) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(LedgerKeys.macKey(PASSWORD), "HmacSHA1"));
            mac.update(header);
            return mac.doFinal(payload);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
