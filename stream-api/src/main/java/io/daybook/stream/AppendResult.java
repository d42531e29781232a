package io.daybook.stream;

/**
 * Where an append request went: its records have the offsets {@code firstOffset} to {@code lastOffset}, and an ack quorum has them on disk.
 *
 * @param firstOffset offset of its first record
 * @param lastOffset offset of its last record
 * @param timestamp the time all of them were given, ms since the epoch
 */
public record AppendResult(long firstOffset, long lastOffset, long timestamp) {}
