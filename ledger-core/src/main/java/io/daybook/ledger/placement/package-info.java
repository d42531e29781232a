/**
 * Which bookies a fragment lies on: {@link io.daybook.ledger.placement.PlacementPolicy} chooses. {@link io.daybook.ledger.placement.RandomPlacement} knows no
 * topology; {@link io.daybook.ledger.placement.SpreadPlacement} spreads write sets over the racks or zones of a {@link
 * io.daybook.ledger.placement.Topology}, and {@code SpreadSearch} is how. {@link
 * io.daybook.ledger.placement.Quarantine} remembers who failed lately.
 *
 * <p>Pure choices from a {@link io.daybook.ledger.placement.Candidates} snapshot: nothing here asks the metadata store or opens
 * a connection. Every bookie that is left out has a reason in words, so that a refusal can be understood.
 */
@NullMarked
package io.daybook.ledger.placement;

import org.jspecify.annotations.NullMarked;
