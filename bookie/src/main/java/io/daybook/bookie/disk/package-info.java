/**
 * The real disk, and where things lie on it.
 *
 * <p>Read {@link io.daybook.bookie.disk.Layout}, which knows every name, then {@link io.daybook.bookie.disk.FileDisk}, the real twin of
 * {@link io.daybook.base.seam.Disk}, then {@link io.daybook.bookie.disk.DirectoryLock} and {@link io.daybook.bookie.disk.DiskWatch}. A file
 * belongs to the loop that opened it. Nothing here knows what is written in a file.
 */
@NullMarked
package io.daybook.bookie.disk;

import org.jspecify.annotations.NullMarked;
