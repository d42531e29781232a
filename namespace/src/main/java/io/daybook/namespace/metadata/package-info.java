/**
 * Stream records, names and their nodes over the {@code MetaStore} seam. Layout: docs/formats/stream-metadata.md.
 *
 * <p>Read {@link io.daybook.namespace.metadata.NamespaceLayout} (every path), {@link io.daybook.namespace.metadata.StreamNodes} (records), {@link
 * io.daybook.namespace.metadata.StreamDirectory} (names: create, find, list, delete). Nothing here owns a thread or knows ledgers.
 */
@NullMarked
package io.daybook.namespace.metadata;

import org.jspecify.annotations.NullMarked;
