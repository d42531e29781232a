/**
 * What can go wrong, as types: {@link io.daybook.base.error.DaybookException} with its {@link
 * io.daybook.base.error.Advice}, and {@link io.daybook.base.error.Check} for what must never be false.
 *
 * <p>Each front package has one sealed family below {@code DaybookException}. Nothing here knows threads or I/O.
 */
@NullMarked
package io.daybook.base.error;

import org.jspecify.annotations.NullMarked;
