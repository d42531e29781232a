/**
 * Settings as immutable records: a {@link io.daybook.base.config.ConfigSection} hands each record its values with units
 * and collects every problem, so that all of them are reported at once.
 *
 * <p>Read {@link io.daybook.base.config.ConfigTree}, which holds what file, environment and flags said and lists every problem as {@link
 * io.daybook.base.config.ConfigProblems}; then {@link io.daybook.base.config.DataSize} and {@link io.daybook.base.config.Durations} for units.
 * Who parses a file is not known here: the command line fills the tree from YAML.
 */
@NullMarked
package io.daybook.base.config;

import org.jspecify.annotations.NullMarked;
