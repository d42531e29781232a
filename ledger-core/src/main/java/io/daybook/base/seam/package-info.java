/**
 * The doors to the outside world, each a small interface with a real and a simulated twin: {@link
 * io.daybook.base.seam.Transport} with {@link io.daybook.base.seam.Conn}, {@link io.daybook.base.seam.Disk} with {@link
 * io.daybook.base.seam.DiskFile}, {@link io.daybook.base.seam.MetaStore}, {@link io.daybook.base.seam.Entropy}, {@link
 * io.daybook.base.seam.Host} and {@link io.daybook.base.seam.Probe}; {@code Clock} and {@code Loop} stand in
 * {@code base.time} and {@code base.exec}.
 *
 * <p>The same production classes run over both twins. One contract test per seam holds the twins together.
 */
@NullMarked
package io.daybook.base.seam;

import org.jspecify.annotations.NullMarked;
