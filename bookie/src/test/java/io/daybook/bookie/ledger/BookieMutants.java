package io.daybook.bookie.ledger;

import io.daybook.base.exec.Loop;
import io.daybook.ledger.protocol.Status;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Bookies of production with single rules taken away (R92), for simulations in other packages; each bug is one method. */
public final class BookieMutants {
    private BookieMutants() {}

    /** The branches that bookies tell a probe of. */
    public static Set<Enum<?>> marks() {
        return new LinkedHashSet<>(List.of(BookieMark.values()));
    }

    /** R16: adds are answered before they are synced. */
    public static BookieConduct acksBeforeSync() {
        return new BookieConduct(new SafeBookieRules() {
            @Override
            public boolean addWaitsForSync(boolean deferred) {
                return false;
            }
        });
    }

    /**
     * Not a bug but what stock bookies do: adds whose client forces later are answered from memory (R106). Right only while each append of a
     * living journal succeeds, as those of a simulation do.
     */
    public static BookieConduct answersDeferredFromMemory() {
        return new BookieConduct(new SafeBookieRules() {
            @Override
            public boolean addWaitsForSync(boolean deferred) {
                return !deferred;
            }
        });
    }

    /** R15: the effect of an add comes in a later step than the look at the fence. */
    public static BookieConduct effectAfterCheck() {
        return new BookieConduct(new SafeBookieRules() {
            @Override
            public void effect(Loop loop, HostedLedger ledger, Runnable effect) {
                ledger.began();
                loop.execute(() -> {
                    super.effect(loop, ledger, effect);
                    ledger.ended();
                });
            }
        });
    }

    /** R18: a duplicate is answered as soon as the entry is in memory. */
    public static BookieConduct duplicateFromMemory() {
        return new BookieConduct(new SafeBookieRules() {
            @Override
            public boolean duplicateWaitsForSync() {
                return false;
            }
        });
    }

    /** R23: the fence of an unknown ledger is ignored. */
    public static BookieConduct unknownLedgerNotFenced() {
        return new BookieConduct(new SafeBookieRules() {
            @Override
            public boolean fencesUnknownLedger() {
                return false;
            }
        });
    }

    /** R24: fences are kept in memory only. */
    public static BookieConduct fenceInMemory() {
        return new BookieConduct(new SafeBookieRules() {
            @Override
            public boolean journalsFence() {
                return false;
            }
        });
    }

    /** R24: that something is absent is answered before the fence is durable. */
    public static BookieConduct negativeBeforeFence() {
        return new BookieConduct(new SafeBookieRules() {
            @Override
            public boolean negativeWaitsForFence() {
                return false;
            }
        });
    }

    /** R27: what cannot be read is called absent. */
    public static BookieConduct damagedIsAbsent() {
        return new BookieConduct(new SafeBookieRules() {
            @Override
            public Status unreadable() {
                return Status.NO_SUCH_ENTRY;
            }
        });
    }

    /** R79: a start after a loss raises no doubts. */
    public static BookieConduct noDoubtsAfterLoss() {
        return new BookieConduct(new SafeBookieRules() {
            @Override
            public boolean doubtsAfterLoss() {
                return false;
            }
        });
    }

    /** R81: in limbo, what is not there is called absent. */
    public static BookieConduct absentInLimbo() {
        return new BookieConduct(new SafeBookieRules() {
            @Override
            public Status absentInLimbo() {
                return Status.NO_SUCH_ENTRY;
            }
        });
    }
}
