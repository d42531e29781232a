/**
 * The place of lessons that run, of which there are none yet: one package each, with a {@code main}, a page and a test.
 *
 * <p>Lessons use what applications use and no more; nothing else imports them.
 */
@NullMarked
package io.daybook.tutorials;

import org.jspecify.annotations.NullMarked;
