/** Tests of the load driver: its loops in virtual time, its workloads on a target in memory that can be made to lie. */
@NullMarked
package io.daybook.benchmarks.load;

import org.jspecify.annotations.NullMarked;
