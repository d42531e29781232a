/** Tests of this package. */
@NullMarked
package io.daybook.benchmarks.child;

import org.jspecify.annotations.NullMarked;
