/**
 * Who runs what: a {@link io.daybook.base.exec.Loop} is one thread with a queue and timers, a {@link
 * io.daybook.base.exec.Promise} a future that completes on its loop.
 *
 * <p>Read {@link io.daybook.base.exec.Loop}, then {@link io.daybook.base.exec.Promise}. Every stateful object of Daybook
 * belongs to one loop; other loops hand it tasks. The only package that makes threads.
 */
@NullMarked
package io.daybook.base.exec;

import org.jspecify.annotations.NullMarked;
