/**
 * Which processes live: each shows itself as an ephemeral node, and is looked for by that node. Only liveness, never safety, depends on it.
 *
 * <p>Read {@link io.daybook.namespace.ownership.Instances}. Format: docs/formats/stream-metadata.md.
 */
@NullMarked
package io.daybook.namespace.ownership;

import org.jspecify.annotations.NullMarked;
