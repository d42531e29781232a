/**
 * Named, ordered, durable sequences of records: what an application that writes or follows a stream imports.
 *
 * <p>Values, interfaces and errors only. Writers and readers are found in the packages below; they meet ledgers through the
 * interfaces of {@code io.daybook.ledger} and know neither sockets nor ZooKeeper.
 */
@NullMarked
package io.daybook.stream;

import org.jspecify.annotations.NullMarked;
