/**
 * The program {@code daybook}: its commands, the reading of its configuration file and what it prints.
 *
 * <p>Start at {@link io.daybook.cli.Main}. Results go to standard output, everything else to standard error. This package sees
 * all modules, and none sees it; it is the only user of picocli, Jackson and the progress bar.
 */
@NullMarked
package io.daybook.cli;

import org.jspecify.annotations.NullMarked;
