package io.daybook.bookie.storage;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;

/**
 * The loops a store runs on.
 *
 * @param owners own ledgers and their caches; never blocked by the store
 * @param flush writes entry logs and the index; may block
 * @param readers look up and fetch; may block
 */
public record StoreLoops(Loops owners, Loop flush, Loops readers) {}
