package io.daybook.bookie.server;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;

/**
 * Who runs what in a bookie.
 *
 * @param serving own ledgers and connections; never block
 * @param control starts and stops the parts and keeps the registration; never blocks
 * @param journal writes and syncs the journal; may block
 * @param files makes journal files ready and moves the mark; may block
 * @param flush writes entry logs and the index; may block
 * @param readers look entries up on disk; may block
 */
public record BookieLoops(Loops serving, Loop control, Loop journal, Loop files, Loop flush, Loops readers) {}
