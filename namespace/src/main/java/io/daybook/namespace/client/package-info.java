/**
 * Opens namespaces: wires metadata, ledgers, loops, writers and readers together.
 *
 * <p>Read {@link io.daybook.namespace.client.Namespaces}: {@code connect} makes threads and connections of its own, which {@code OwningNamespace}
 * ends with the namespace; {@code open} uses the caller's. {@code StoredNamespace} and {@code NamedStream} hold no state of streams; they pass
 * requests to the stream's loop. The only package of streams and namespaces that knows which implementations stand behind the seams.
 */
@NullMarked
package io.daybook.namespace.client;

import org.jspecify.annotations.NullMarked;
