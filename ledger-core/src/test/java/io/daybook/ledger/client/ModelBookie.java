package io.daybook.ledger.client;

import java.util.TreeMap;

/** What one bookie knows of the ledger of a {@link ModelWorld}. It does what it is asked at once and loses nothing. */
final class ModelBookie {
    final TreeMap<Long, byte[]> entries = new TreeMap<>();
    boolean fenced;
    boolean down;
}
