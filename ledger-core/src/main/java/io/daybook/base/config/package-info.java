/**
 * Settings as immutable records: a {@link io.daybook.base.config.ConfigSection} hands each record its values with units
 * and collects every problem, so that all of them are reported at once.
 *
 * <p>Who parses a file is not known here: the command line fills sections from YAML.
 */
@NullMarked
package io.daybook.base.config;

import org.jspecify.annotations.NullMarked;
