/**
 * JVMs that a measurement starts: servers and clients, each a process of its own, which end with the one that measures, however that one ends.
 *
 * <p>Read {@link io.daybook.benchmarks.child.Children}, the parent's side, then {@link io.daybook.benchmarks.child.EndsWithParent}, the child's. Neither
 * knows what runs in a child.
 *
 * <p><b>Threads.</b> The parent's side is thread-safe: a process may be told to end while another thread starts more. A child has one thread more than
 * its program.
 */
@NullMarked
package io.daybook.benchmarks.child;

import org.jspecify.annotations.NullMarked;
