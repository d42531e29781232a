package io.daybook.sim.ledger;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaStore;
import io.daybook.bookie.DurableLog;
import io.daybook.bookie.ledger.BookieConduct;
import io.daybook.bookie.ledger.BookieMutants;
import io.daybook.ledger.client.ClientMutants;
import io.daybook.ledger.protocol.Request;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Bugs to be planted: a simulation that cannot find them proves nothing (R92). Most take one rule away from the classes of production; the
 * last ones sit where these meet their seams.
 */
enum Mutant {
    NONE("", "the product as it is"),

    // one rule of a bookie
    ACKS_BEFORE_SYNC("R16", "ack before sync", BookieMutants.acksBeforeSync()),
    UNKNOWN_LEDGER_NOT_FENCED("R23", "fence of unknown ledger ignored", BookieMutants.unknownLedgerNotFenced()),
    ABSENT_IN_LIMBO("R81", "forgetful bookie answers absent", BookieMutants.absentInLimbo()),
    DUPLICATE_FROM_MEMORY("R18", "duplicate acked from memory", BookieMutants.duplicateFromMemory()),
    DAMAGED_IS_ABSENT("R27", "corrupt entry answered absent", BookieMutants.damagedIsAbsent()),
    NO_DOUBTS_AFTER_LOSS("R79", "restart with loss, no fence, no limbo", BookieMutants.noDoubtsAfterLoss()),
    FENCE_IN_MEMORY("R24", "fence only in memory", BookieMutants.fenceInMemory()),
    EFFECT_AFTER_CHECK("R15", "add checked before, applied after fence", BookieMutants.effectAfterCheck()),
    NEGATIVE_BEFORE_FENCE("R24", "negative answered before fence is durable", BookieMutants.negativeBeforeFence()),

    // one rule of the writer
    KEEPS_ACKS("R46 step 6", "replaced bookie's acks kept", ClientMutants.keepsAcksOfReplacedBookies()),
    CLOSES_AT_LAST_PUSHED("R57", "close at last pushed instead of last confirmed", ClientMutants.closesAtLastPushed()),
    JUMPS_GAPS("R43", "last confirmed id jumps gaps", ClientMutants.jumpsGaps()),
    LIST_BEFORE_COMMIT("R46a", "new list used before commit", ClientMutants.usesListBeforeCommit()),
    CONFIRMS_DURING_CHANGE("R43", "last confirmed id moves during change", ClientMutants.confirmsDuringChange()),
    COUNTS_LATE_ACKS("R42", "late acks of replaced bookies", ClientMutants.countsLateAcks()),
    CLOSES_OVER_RECOVERY("R9", "writer closes blindly", ClientMutants.closesOverRecovery()),

    // one rule of the recoverer
    ONE_NEGATIVE("R13", "one negative suffices", ClientMutants.oneNegativeSuffices()),
    UNKNOWN_IS_NEGATIVE("R47", "unknown counted as negative", ClientMutants.unknownIsNegative()),
    SEALS_EARLY("R48 step 9", "seal before write-backs finish", ClientMutants.sealsBeforeWriteBacks()),
    SEALS_BLINDLY("R6", "seal without compare-and-set", ClientMutants.sealsBlindly()),
    STARTS_BELOW("R48 step 4", "recovery starts below last fragment", ClientMutants.startsBelowLastFragment()),
    COMMITS_EARLY("R52", "recoverer commits its ensembles early", ClientMutants.commitsItsEnsemblesEarly()),
    OWN_LAC("R51", "recoverer's own last confirmed id published", ClientMutants.publishesItsOwnLac()),
    READS_CHANGED_LIST("R48 step 2", "recovery reads from changed list", ClientMutants.readsFromChangedList()),
    READS_DO_NOT_FENCE("R50", "recovery reads do not fence", ClientMutants.readsDoNotFence()),
    READ_COUNTS_AS_ACK("R49", "recovery read counted as ack", ClientMutants.countsReadsAsAcks()),

    // two rules, each of which covers the other
    CHANGES_AND_SEALS_OVER(
            "R8, R48 step 10",
            "T2 ignores the state, and step 10 a changed fragment",
            ClientMutants.changesOverRecoveryAndSealsOverChange()),
    WEAK_COVERAGE_NO_FENCE(
            "R12, R50", "weak coverage, and reads do not fence", ClientMutants.weakCoverageAndReadsDoNotFence()),

    // at the seams
    /** A bookie answers every fencing request before the fence is synced (R24). */
    FENCE_ANSWERED_EARLY("R24", "fence answered before it is durable") {
        @Override
        DurableLog log(DurableLog log) {
            return new HastyFences(log);
        }
    },
    /** Nobody fences anything (R23, R50). */
    NOTHING_FENCES("R23, R50", "nothing fences") {
        @Override
        Request request(Request request) {
            return request instanceof Request.Read read && read.fence()
                    ? new Request.Read(read.tag(), read.ledgerId(), read.entryId(), false, null, false, 0, -1, false)
                    : request;
        }

        @Override
        boolean forges() {
            return true;
        }
    },
    /** Clients write ledger records without comparing versions (R6). */
    BLIND_WRITES("R6", "records written without comparing versions") {
        @Override
        MetaStore metaStore(MetaStore store) {
            return new ForwardingMetaStore(store) {
                @Override
                public Promise<Integer> cas(String path, byte[] data, int expectedVersion, Loop loop) {
                    return super.cas(path, data, isLedger(data) ? ANY_VERSION : expectedVersion, loop);
                }
            };
        }
    };

    private final String rule;
    private final String bug;
    private final BookieConduct conduct;
    private final ClientMutants clients;

    Mutant(String rule, String bug) {
        this(rule, bug, BookieConduct.SAFE, ClientMutants.NONE);
    }

    Mutant(String rule, String bug, BookieConduct conduct) {
        this(rule, bug, conduct, ClientMutants.NONE);
    }

    Mutant(String rule, String bug, ClientMutants clients) {
        this(rule, bug, BookieConduct.SAFE, clients);
    }

    Mutant(String rule, String bug, BookieConduct conduct, ClientMutants clients) {
        this.rule = rule;
        this.bug = bug;
        this.conduct = conduct;
        this.clients = clients;
    }

    /** What is taken away, by its numbers in docs/protocol.md. */
    String rule() {
        return rule;
    }

    /** The bug in a few words. */
    String bug() {
        return bug;
    }

    /** How bookies behave. */
    BookieConduct conduct() {
        return conduct;
    }

    /** How clients behave. */
    ClientMutants clients() {
        return clients;
    }

    /** Whether harm must be shown, since an unlawful change of the record alone would be too easy to see. */
    boolean judgedByHarm() {
        return this == CHANGES_AND_SEALS_OVER;
    }

    /** The journal a bookie gets instead of {@code log}. */
    DurableLog log(DurableLog log) {
        return log;
    }

    /** Whether {@link #request} changes anything. */
    boolean forges() {
        return false;
    }

    /** The request a bookie gets instead of {@code request}, which is taken over. */
    Request request(Request request) {
        return request;
    }

    /** The metadata store a client gets instead of {@code store}. */
    MetaStore metaStore(MetaStore store) {
        return store;
    }

    private static boolean isLedger(byte[] data) {
        return new String(data, 0, Math.min(data.length, 40), StandardCharsets.ISO_8859_1)
                .startsWith("BookieMetadataFormatVersion");
    }

    /** A journal that says at once that a fence is synced. */
    private static final class HastyFences implements DurableLog {
        private final DurableLog log;

        HastyFences(DurableLog log) {
            this.log = log;
        }

        @Override
        public void append(
                Kind kind, long ledgerId, long entryId, @Nullable ByteBuf payload, Loop caller, Completion completion) {
            if (kind == Kind.FENCE) {
                log.append(kind, ledgerId, entryId, payload, caller, ignored -> {});
                caller.execute(() -> completion.done(null));
            } else {
                log.append(kind, ledgerId, entryId, payload, caller, completion);
            }
        }

        @Override
        public void barrier(Loop caller, Completion completion) {
            log.barrier(caller, completion);
        }
    }
}
