package io.daybook.base.seam;

import io.daybook.base.exec.Promise;
import io.netty.buffer.ByteBuf;
import java.nio.file.Path;

/**
 * An open file. Belongs to the loop that opened it: only that loop calls it, and promises complete there. Operations of one
 * file take effect in the order they were asked for.
 */
public interface DiskFile {

    /** The path it was opened under. */
    Path path();

    /** Positions and lengths of writes are multiples of this; 1 unless the file was opened for direct access. */
    int alignment();

    /** Writes all readable bytes of {@code data} at {@code position}; takes {@code data} over. Not durable before {@link #sync}. */
    Promise<Void> write(long position, ByteBuf data);

    /**
     * Appends up to {@code length} bytes from {@code position} to {@code into}, which stays the caller's but must not be touched until the
     * promise completes with the number read: fewer than {@code length} only at the end of the file.
     */
    Promise<Integer> read(long position, int length, ByteBuf into);

    /** Makes all completed writes, and the size, durable. After a failure nobody knows what is: never ask again (R32). */
    Promise<Void> sync();

    /** Cuts the file to {@code size}. */
    Promise<Void> truncate(long size);

    /** Bytes in the file. */
    Promise<Long> size();

    /** Writes zeros up to {@code size}, so that later writes below it need no new space. */
    Promise<Void> preallocate(long size);

    /** Closes without syncing. */
    Promise<Void> close();
}
