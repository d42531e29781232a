package io.daybook.ledger.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.reflect.RecordComponent;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** Messages as text that can be compared, whatever buffers and arrays they hold. */
final class Messages {
    static final PooledByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;

    private Messages() {}

    /** All members in order; buffers and arrays as hexadecimal. Borrows. */
    static String text(Object message) {
        StringBuilder text = new StringBuilder(message.getClass().getSimpleName());
        for (RecordComponent component : message.getClass().getRecordComponents()) {
            try {
                var accessor = component.getAccessor();
                accessor.setAccessible(true);
                text.append(' ').append(component.getName()).append('=').append(valueText(accessor.invoke(message)));
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("a record component cannot be read", e);
            }
        }
        return text.toString();
    }

    private static String valueText(Object value) {
        if (value instanceof ByteBuf buffer) {
            return ByteBufUtil.hexDump(buffer);
        }
        if (value instanceof byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Messages::valueText).collect(Collectors.joining(","));
        }
        return String.valueOf(value);
    }

    /** A frame of these bytes that does not begin at index 0, as frames on a connection do not. */
    static ByteBuf frame(byte[] bytes) {
        return ALLOCATOR
                .directBuffer(bytes.length + 3)
                .writeMedium(0)
                .writeBytes(bytes)
                .skipBytes(3);
    }

    /** The bytes on the wire without the length before them, which must be right. */
    static byte[] withoutLength(byte[] wire) {
        byte[] frame = new byte[wire.length - 4];
        System.arraycopy(wire, 4, frame, 0, frame.length);
        if (java.nio.ByteBuffer.wrap(wire).getInt() != frame.length) {
            throw new AssertionError("length of the frame is wrong");
        }
        return frame;
    }

    /** Takes {@code encoded}. */
    static String hex(ByteBuf encoded) {
        String hex = ByteBufUtil.hexDump(encoded);
        encoded.release();
        return hex;
    }
}
