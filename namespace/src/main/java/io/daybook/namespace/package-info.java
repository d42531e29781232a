/**
 * Names for streams: which exist, and how they are made, found, opened and deleted.
 *
 * <p>Read {@link io.daybook.namespace.Namespace} and {@link io.daybook.namespace.StreamName}; {@code namespace.client} opens one. Only values and
 * interfaces live here. A namespace meets its metadata through {@code MetaStore} and streams through {@code io.daybook.stream}; it knows nothing of
 * bookies or of the proxy. Who may use a stream, and how long it is kept, is not decided anywhere yet.
 */
@NullMarked
package io.daybook.namespace;

import org.jspecify.annotations.NullMarked;
