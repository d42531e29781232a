/**
 * Opens namespaces: wires metadata, ledgers, loops, writers and readers together.
 *
 * <p>Read {@link io.daybook.namespace.client.Namespaces}. {@code StoredNamespace} and {@code NamedStream} hold no state of streams; they pass requests to
 * the stream's loop.
 */
@NullMarked
package io.daybook.namespace.client;

import org.jspecify.annotations.NullMarked;
