/**
 * Named, ordered, durable sequences of records: what an application that writes or follows a stream imports.
 *
 * <p>Read {@link io.daybook.stream.LogStream}, {@link io.daybook.stream.StreamWriter}, {@link io.daybook.stream.StreamReader}, then the values
 * {@link io.daybook.stream.LogRecord}, {@link io.daybook.stream.ReadRecord}, {@link io.daybook.stream.StreamConfig}; failures are {@link
 * io.daybook.stream.StreamException}. Values, interfaces and errors only: writers and readers are found in the packages below, meet ledgers through
 * the interfaces of {@code io.daybook.ledger}, and know neither sockets nor ZooKeeper. A stream's state lives on one loop.
 */
@NullMarked
package io.daybook.stream;

import org.jspecify.annotations.NullMarked;
