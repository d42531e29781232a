/** Tests of whole processes: the program's own commands, started, killed and started again. */
@NullMarked
package io.daybook.process;

import org.jspecify.annotations.NullMarked;
