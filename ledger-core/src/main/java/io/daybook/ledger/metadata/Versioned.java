package io.daybook.ledger.metadata;

/**
 * A record with the version that a conditional write of its successor must name.
 *
 * @param value the record
 * @param version version of the node it was read from
 */
public record Versioned<T>(T value, int version) {}
