package io.daybook.bookie.server;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.bookie.ledger.FirstTouch;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.digest.LedgerKeys;
import io.daybook.ledger.metadata.LedgerMetadataStore;
import org.jspecify.annotations.Nullable;

/** First touch against the cluster's ledger records (R65a). Safe from any loop. */
public final class MetadataFirstTouch implements FirstTouch {
    private final LedgerMetadataStore ledgers;
    private final BookieId self;

    /** Asks {@code ledgers} on behalf of the bookie {@code self}. */
    public MetadataFirstTouch(LedgerMetadataStore ledgers, BookieId self) {
        this.ledgers = ledgers;
        this.self = self;
    }

    @Override
    public Promise<@Nullable Facts> read(long ledgerId, Loop owner) {
        Promise<@Nullable Facts> facts = owner.promise();
        Futures.whenDone(ledgers.readLinearizable(new LedgerId(ledgerId), owner), owner, (record, failure) -> {
            if (failure != null) {
                facts.completeExceptionally(failure);
            } else {
                facts.complete(record == null ? null : of(record.value()));
            }
        });
        return facts;
    }

    private Facts of(LedgerMetadata record) {
        return new Facts(
                record.state() == LedgerState.OPEN,
                record.lastFragment().bookies().contains(self),
                record.hasPassword() ? LedgerKeys.masterKey(record.password()) : null,
                record.hasPassword() ? record.digestType() : null);
    }
}
