/**
 * Names for streams: which exist, who may write them, how long their records are kept.
 *
 * <p>The values and interfaces of a namespace live here. It meets its metadata through {@code MetaStore} and streams through
 * {@code io.daybook.stream}; it knows nothing of bookies or of the proxy.
 */
@NullMarked
package io.daybook.namespace;

import org.jspecify.annotations.NullMarked;
