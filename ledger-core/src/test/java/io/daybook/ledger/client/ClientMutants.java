package io.daybook.ledger.client;

import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.Probe;
import io.daybook.base.seam.Transport;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.digest.EntryHeader;
import io.daybook.ledger.metadata.MetadataUri;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Ledger clients of production with single rules taken away (R92), for simulations in other packages; each bug is one method. */
public final class ClientMutants {
    /** The client as it is. */
    public static final ClientMutants NONE = new ClientMutants(ClientRules.SAFE);

    private final ClientRules rules;

    private ClientMutants(ClientRules rules) {
        this.rules = rules;
    }

    /** The branches that clients tell a probe of. */
    public static Set<Enum<?>> marks() {
        Set<Enum<?>> marks = new LinkedHashSet<>();
        Collections.addAll(marks, WriterMark.values());
        Collections.addAll(marks, RecovererMark.values());
        return marks;
    }

    /** As {@code LedgerClients.open}, with marks and rare choices of {@code probe}. */
    public Promise<LedgerClient> open(
            ClientConfig config,
            MetadataUri cluster,
            MetaStore store,
            Transport transport,
            Loops loops,
            Entropy entropy,
            Probe probe) {
        return LedgerClients.open(config, cluster, store, transport, loops, entropy, rules.with(probe));
    }

    private static ClientMutants with(WriterRules writer) {
        return new ClientMutants(ClientRules.SAFE.with(writer));
    }

    private static ClientMutants with(RecovererRules recoverer) {
        return new ClientMutants(ClientRules.SAFE.with(recoverer));
    }

    // ---- writers

    /** R46 step 6: acknowledgements of a replaced bookie are kept. */
    public static ClientMutants keepsAcksOfReplacedBookies() {
        return with(new SafeWriterRules() {
            @Override
            public boolean withdrawsAcks() {
                return false;
            }
        });
    }

    /** R42: late acknowledgements of replaced bookies count. */
    public static ClientMutants countsLateAcks() {
        return with(new SafeWriterRules() {
            @Override
            public boolean countsAck(Ensemble ensemble, int slot, BookieId bookie, int tenure) {
                return true;
            }
        });
    }

    /** R57: closes at the last entry it was given. */
    public static ClientMutants closesAtLastPushed() {
        return with(new SafeWriterRules() {
            @Override
            public long lastEntryOfClose(long lastAddConfirmed, long lastAddPushed) {
                return lastAddPushed;
            }
        });
    }

    /** R43: an entry with its ack quorum is confirmed whatever lies below it. */
    public static ClientMutants jumpsGaps() {
        return with(new SafeWriterRules() {
            @Override
            public boolean confirms(long entry, long lowestPending) {
                return true;
            }
        });
    }

    /** R43: entries are confirmed while a list of bookies is being committed. */
    public static ClientMutants confirmsDuringChange() {
        return with(new SafeWriterRules() {
            @Override
            public boolean standsStillDuringChange() {
                return false;
            }
        });
    }

    /** R46a: a new list of bookies is used before it is committed. */
    public static ClientMutants usesListBeforeCommit() {
        return with(new SafeWriterRules() {
            @Override
            public boolean waitsForCommit() {
                return false;
            }
        });
    }

    /** R9: the writer closes over a recovery. */
    public static ClientMutants closesOverRecovery() {
        return with(new SafeWriterRules() {
            @Override
            public boolean mayClose(LedgerState found) {
                return true;
            }
        });
    }

    // ---- recoveries

    /** R13: one bookie's no is enough. */
    public static ClientMutants oneNegativeSuffices() {
        return with(new SafeRecovererRules() {
            @Override
            public boolean certainlyAbsent(Replication replication, int negatives) {
                return negatives >= 1;
            }
        });
    }

    /** R47: what proves nothing counts as a no. */
    public static ClientMutants unknownIsNegative() {
        return with(new SafeRecovererRules() {
            @Override
            public Evidence withoutCopy(Status status) {
                Evidence evidence = super.withoutCopy(status);
                return evidence == Evidence.UNKNOWN ? Evidence.NEGATIVE : evidence;
            }
        });
    }

    /** R48 step 9: the ledger is sealed before its write-backs are finished. */
    public static ClientMutants sealsBeforeWriteBacks() {
        return with(new SafeRecovererRules() {
            @Override
            public boolean mayClose(long finished, long end) {
                return true;
            }
        });
    }

    /** R6: the ledger is sealed whatever its record has become. */
    public static ClientMutants sealsBlindly() {
        return with(new SafeRecovererRules() {
            @Override
            public boolean sealsBlindly(LedgerMetadata found) {
                return true;
            }
        });
    }

    /** R48 step 4: recovery starts below the last fragment. */
    public static ClientMutants startsBelowLastFragment() {
        return with(new SafeRecovererRules() {
            @Override
            public long start(long bestConfirmed, long firstOfLastFragment) {
                return bestConfirmed;
            }
        });
    }

    /** R52: replacements made during recovery are published at once. */
    public static ClientMutants commitsItsEnsemblesEarly() {
        return with(new SafeRecovererRules() {
            @Override
            public LedgerMetadata publishedEarly(LedgerMetadata record, Map<Long, List<BookieId>> local) {
                LedgerMetadata next = record;
                for (Map.Entry<Long, List<BookieId>> change : local.entrySet()) {
                    next = next.withLastFragment(new Fragment(change.getKey(), change.getValue()));
                }
                return next;
            }
        });
    }

    /** R51: written back entries carry the recoverer's own last confirmed id. */
    public static ClientMutants publishesItsOwnLac() {
        return with(new SafeRecovererRules() {
            @Override
            public ByteBuf writtenBack(ByteBuf copy, long finished, EntryDigest digest) {
                long ledgerId = EntryHeader.ledgerId(copy);
                long entryId = EntryHeader.entryId(copy);
                LedgerEntry entry = digest.unpack(ledgerId, entryId, copy.retainedDuplicate());
                ByteBuf payload = entry.payload(); // ours from here on
                return digest.pack(
                        ledgerId,
                        entryId,
                        Math.max(finished, entry.lastAddConfirmed()),
                        entry.length(),
                        payload,
                        UnpooledByteBufAllocator.DEFAULT);
            }
        });
    }

    /** R48 step 2: recovery reads from the bookies it writes to. */
    public static ClientMutants readsFromChangedList() {
        return with(readingFromChangedList());
    }

    private static RecovererRules readingFromChangedList() {
        return new SafeRecovererRules() {
            @Override
            public BookieId readFrom(Fragment snapshot, Ensemble now, int slot) {
                return now.member(slot);
            }
        };
    }

    /** R50: recovery fences when it asks for the last confirmed id, but not when it reads entries. */
    public static ClientMutants readsDoNotFence() {
        return with(new SafeRecovererRules() {
            @Override
            public boolean readsFence() {
                return false;
            }
        });
    }

    /** R49: a bookie that delivered an entry counts as having it on disk. */
    public static ClientMutants countsReadsAsAcks() {
        return with(new SafeRecovererRules() {
            @Override
            public long acknowledgedByReading(long foundAt) {
                return foundAt;
            }
        });
    }

    // ---- two rules

    /** R8 and R48 step 10: the writer changes bookies over a recovery, and the recoverer seals over a changed fragment. */
    public static ClientMutants changesOverRecoveryAndSealsOverChange() {
        return new ClientMutants(ClientRules.SAFE
                .with(new SafeWriterRules() {
                    @Override
                    public boolean mayChange(LedgerState found) {
                        return true;
                    }
                })
                .with(new SafeRecovererRules() {
                    @Override
                    public boolean mayCloseAgain(Fragment snapshot, LedgerMetadata found) {
                        return true;
                    }
                }));
    }

    /** R12 and R50: one fenced bookie is enough to read on, and reads do not fence. */
    public static ClientMutants weakCoverageAndReadsDoNotFence() {
        return with(new SafeRecovererRules() {
            @Override
            public boolean covers(Replication replication, long fenced) {
                return fenced != 0;
            }

            @Override
            public boolean readsFence() {
                return false;
            }
        });
    }
}
