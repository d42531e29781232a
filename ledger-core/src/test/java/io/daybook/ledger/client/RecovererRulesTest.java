package io.daybook.ledger.client;

import static io.daybook.ledger.client.AppendHarness.ids;
import static io.daybook.ledger.client.ClientWorld.payload;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.seam.Probe;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.CloseReason;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.digest.EntryHeader;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each rule of a recovery, broken alone, does the harm it is there to prevent; kept, it does not. */
final class RecovererRulesTest {
    private static final LedgerMetadata OPEN = RecoveryHarness.open(Replication.DEFAULT, "b1", "b2", "b3");

    private static RecoveryHarness fencedAllEmpty(RecovererRules rules, String... spares) {
        RecoveryHarness r = new RecoveryHarness(rules);
        r.spares.addAll(ids(spares));
        r.start(OPEN);
        for (int slot = 0; slot < 3; slot++) {
            r.fencedEmpty(slot);
        }
        return r;
    }

    private static void absentEverywhere(RecoveryHarness r, long entry) {
        for (int slot = 0; slot < 3; slot++) {
            r.absent(slot, entry);
        }
    }

    @Test
    void oneNegativeWouldEndALedgerThatTwoBookiesMayGoOn() {
        RecoveryHarness broken = fencedAllEmpty(new SafeRecovererRules() {
            @Override
            public boolean certainlyAbsent(Replication replication, int negatives) {
                return negatives >= 1;
            }
        });
        broken.absent(0, 0);
        broken.readFailed(1, 0, Status.IO_ERROR);
        broken.readFailed(2, 0, Status.IO_ERROR);
        assertThat(broken.lastWrite().closed()).isTrue(); // b2 and b3 may have acknowledged entry 0 (R13)

        RecoveryHarness safe = fencedAllEmpty(SafeRecovererRules.INSTANCE);
        safe.absent(0, 0);
        safe.readFailed(1, 0, Status.IO_ERROR);
        safe.readFailed(2, 0, Status.IO_ERROR);
        assertThat(safe.lastWrite().closed()).isFalse();
    }

    @Test
    void whatNobodyKnowsWouldCountAsAbsent() {
        RecovererRules rules = new SafeRecovererRules() {
            @Override
            public Evidence withoutCopy(Status status) {
                Evidence evidence = super.withoutCopy(status);
                return evidence == Evidence.UNKNOWN ? Evidence.NEGATIVE : evidence;
            }
        };
        assertThat(rules.withoutCopy(Status.IO_ERROR)).isEqualTo(Evidence.NEGATIVE);
        assertThat(rules.withoutCopy(Status.UNAUTHORIZED)).isEqualTo(Evidence.FATAL);
        assertThat(SafeRecovererRules.INSTANCE.withoutCopy(Status.IO_ERROR)).isEqualTo(Evidence.UNKNOWN);

        assertThat(endAfterTwoBookiesDied(rules)).isEqualTo(-1); // acknowledged entries are gone (R47)
        assertThat(endAfterTwoBookiesDied(SafeRecovererRules.INSTANCE)).isEqualTo(Long.MIN_VALUE); // not closed
    }

    /** A ledger of three entries, confirmed on two bookies that then died; the end that a recovery finds, if it does. */
    private static long endAfterTwoBookiesDied(RecovererRules rules) {
        ClientWorld cluster = new ClientWorld(3, 3);
        LedgerWriter writer = cluster.world.await(cluster.client("w").create(LedgerOptions.DEFAULT));
        for (int i = 0; i < 3; i++) {
            cluster.world.await(writer.append(payload("entry")));
        }
        List<BookieId> members = writer.metadata().lastFragment().bookies();
        cluster.bookies.fake(members.get(0)).ledgers.clear(); // slow: it never got them
        cluster.bookies.fake(members.get(1)).down = true;
        cluster.bookies.fake(members.get(2)).down = true;
        var client = cluster.client("r", ClientConfig.DEFAULT, ClientRules.SAFE.with(rules));
        var opened = client.openAndRecover(writer.ledger(), OpenOptions.DEFAULT);
        cluster.world.runFor(Duration.ofMinutes(2));
        return opened.isCompletedExceptionally()
                ? Long.MIN_VALUE
                : opened.join().lastAddConfirmed();
    }

    @Test
    void aSealBeforeTheWriteBacksLeavesEntriesOnTooFewBookies() {
        RecoveryHarness broken = fencedAllEmpty(new SafeRecovererRules() {
            @Override
            public boolean mayClose(long finished, long end) {
                return true;
            }
        });
        broken.found(0, 0, -1);
        absentEverywhere(broken, 1);
        assertThat(broken.lastWrite().closed()).isTrue(); // nobody has answered a write-back (I5)

        RecoveryHarness safe = fencedAllEmpty(SafeRecovererRules.INSTANCE);
        safe.found(0, 0, -1);
        absentEverywhere(safe, 1);
        assertThat(safe.lastWrite().closed()).isFalse();
    }

    @Test
    void aBlindSealMovesAnEndThatOthersAdopted() {
        RecoveryHarness broken = fencedAllEmpty(new SafeRecovererRules() {
            @Override
            public boolean sealsBlindly(LedgerMetadata found) {
                return true;
            }
        });
        absentEverywhere(broken, 0);
        broken.recovery.onConflict(OPEN.withClosed(3, 40), 9);
        assertThat(broken.lastWrite().lastEntry()).isEqualTo(-1); // over 3 (I11)
        assertThat(broken.expectedVersion).isEqualTo(9);
        broken.commit();
        assertThat(broken.sealed).isEqualTo(OPEN.withClosed(-1, 0, CloseReason.RECOVERED));
    }

    @Test
    void aRecoveryFromBelowTheLastFragmentTakesItsEmptyBookiesForTheEnd() {
        LedgerMetadata later = OPEN.withLastFragment(new Fragment(2000, ids("b4", "b5", "b6")));
        RecoveryHarness broken = new RecoveryHarness(new SafeRecovererRules() {
            @Override
            public long start(long bestConfirmed, long firstOfLastFragment) {
                return bestConfirmed;
            }
        });
        broken.start(later);
        for (int slot = 0; slot < 3; slot++) {
            broken.fencedEmpty(slot);
        }
        absentEverywhere(broken, 0);

        assertThat(broken.lastWrite().lastEntry()).isEqualTo(-1); // two thousand entries gone (X11)
    }

    @Test
    void anEarlyPublishedChangeIsWhereTheNextOneReads() {
        RecoveryHarness broken = fencedAllEmpty(
                new SafeRecovererRules() {
                    @Override
                    public LedgerMetadata publishedEarly(LedgerMetadata record, Map<Long, List<BookieId>> local) {
                        return record.withLastFragment(new Fragment(0, local.get(0L)));
                    }
                },
                "b4");
        broken.found(2, 0, -1);
        broken.lose("b1", 0);
        assertThat(broken.lastWrite().state()).isEqualTo(LedgerState.IN_RECOVERY);
        assertThat(broken.lastWrite().lastFragment().bookies()).isEqualTo(ids("b4", "b2", "b3")); // X10
        absentEverywhere(broken, 1);
        broken.ok("b4", 0);
        broken.ok("b2", 0);
        assertThat(broken.lastWrite().closed()).isFalse();
        broken.commit();
        assertThat(broken.lastWrite().lastEntry()).isZero(); // and then it closes as it should
        assertThat(broken.expectedVersion).isEqualTo(7);
        broken.commit();
        assertThat(broken.sealed).isNotNull();
    }

    @Test
    void confirmedIdsOfARecoverersOwnSpreadInItsWriteBacks() {
        RecovererRules rules = new SafeRecovererRules() {
            @Override
            public ByteBuf writtenBack(ByteBuf copy, long finished, EntryDigest digest) {
                int head = digest.overhead();
                return digest.pack(
                        EntryHeader.ledgerId(copy),
                        EntryHeader.entryId(copy),
                        finished,
                        EntryHeader.length(copy),
                        copy.copy(copy.readerIndex() + head, copy.readableBytes() - head),
                        PooledByteBufAllocator.DEFAULT);
            }
        };
        assertThat(confirmedIdsAfterRecovery(rules))
                .anyMatch(confirmed -> confirmed >= 0); // the writer never confirmed anything (X14)
        assertThat(confirmedIdsAfterRecovery(SafeRecovererRules.INSTANCE)).containsOnly(-1L);
    }

    /** Confirmed ids in the copies of a ledger of 300 entries whose writer saw none confirmed. */
    private static List<Long> confirmedIdsAfterRecovery(RecovererRules rules) {
        ClientWorld cluster = new ClientWorld(4, 3);
        LedgerWriter writer = cluster.world.await(cluster.client("w").create(LedgerOptions.DEFAULT));
        for (int i = 0; i < 300; i++) {
            writer.append(payload("entry")); // all at once: nothing is confirmed when they go out
        }
        cluster.world.runFor(Duration.ofNanos(1));
        Probe fewAhead = new Probe() {
            @Override
            public void reached(Enum<?> mark) {}

            @Override
            public int decision(String id, int n) {
                return 1;
            }
        };
        var client = cluster.client(
                "r", ClientConfig.DEFAULT, ClientRules.SAFE.with(rules).with(fewAhead));
        var reader = cluster.world.await(client.openAndRecover(writer.ledger(), OpenOptions.DEFAULT));
        assertThat(reader.lastAddConfirmed()).isEqualTo(299);
        return cluster.bookies.fake("b1").ledger(writer.ledger().value()).entries.values().stream()
                .map(bytes -> EntryHeader.lastAddConfirmed(Unpooled.wrappedBuffer(bytes)))
                .toList();
    }

    @Test
    void readsFromTheChangedListTakeANewcomersEmptinessForAbsence() {
        RecoveryHarness broken = fencedAllEmpty(
                new SafeRecovererRules() {
                    @Override
                    public BookieId readFrom(Fragment snapshot, Ensemble now, int slot) {
                        return now.member(slot);
                    }
                },
                "b4");
        broken.found(2, 0, -1);
        broken.lose("b1", 0);
        broken.ok("b4", 0);
        broken.ok("b2", 0);
        for (int entry = 1; entry < 6; entry++) {
            broken.found(2, entry, -1);
        }

        assertThat(broken.reads).anyMatch(read -> read.startsWith("b4")); // which never got them (X10)
    }

    @Test
    void readsThatDoNotFenceLeaveTheOldWriterALateBookie() {
        ClientWorld cluster = new ClientWorld(5, 3);
        RecovererRules rules = new SafeRecovererRules() {
            @Override
            public boolean readsFence() {
                return false;
            }
        };
        assertThat(fencedByReads(cluster, "broken", rules))
                .isFalse(); // it may still take the entry said to be absent (X6)
        assertThat(fencedByReads(cluster, "safe", SafeRecovererRules.INSTANCE)).isTrue();
    }

    /** Whether a bookie that the fencing round missed is fenced once the ledger is closed. */
    private static boolean fencedByReads(ClientWorld cluster, String name, RecovererRules rules) {
        LedgerWriter writer =
                cluster.world.await(cluster.client(name + "-writer").create(LedgerOptions.DEFAULT));
        cluster.bookies.fake("b3").missesFences = 1;
        var client = cluster.client(name, ClientConfig.DEFAULT, ClientRules.SAFE.with(rules));
        cluster.world.await(client.openAndRecover(writer.ledger(), OpenOptions.DEFAULT));
        return cluster.bookies.fake("b3").ledger(writer.ledger().value()).fenced;
    }

    @Test
    void aReadThatCountsAsAnAckLeavesOneDurableCopy() {
        RecoveryHarness broken = fencedAllEmpty(new SafeRecovererRules() {
            @Override
            public long acknowledgedByReading(long foundAt) {
                return foundAt;
            }
        });
        broken.found(0, 0, -1);
        absentEverywhere(broken, 1);
        broken.ok("b2", 0);
        assertThat(broken.adds).extracting(RecoveryHarness.Add::bookie).doesNotContain(new BookieId("b1"));
        assertThat(broken.lastWrite().closed()).isTrue(); // b1 may have it in memory only (X13)

        RecoveryHarness safe = fencedAllEmpty(SafeRecovererRules.INSTANCE);
        safe.found(0, 0, -1);
        absentEverywhere(safe, 1);
        safe.ok("b2", 0);
        assertThat(safe.lastWrite().closed()).isFalse();
    }

    @Test
    void aCloseOverAChangedFragmentDropsWhatTheWriterPutThere() {
        RecoveryHarness broken = fencedAllEmpty(new SafeRecovererRules() {
            @Override
            public boolean mayCloseAgain(Fragment snapshot, LedgerMetadata found) {
                return true;
            }
        });
        absentEverywhere(broken, 0);
        LedgerMetadata changed =
                OPEN.withLastFragment(new Fragment(0, ids("b7", "b2", "b3"))).withState(LedgerState.IN_RECOVERY);
        broken.recovery.onConflict(changed, 9);

        assertThat(broken.lastWrite()).isEqualTo(changed.withClosed(-1, 0, CloseReason.RECOVERED));
        assertThat(broken.fences).doesNotContain("b7");
    }

    @Test
    void aWeakCoverageReadsOnWhileAnAckQuorumIsFree() {
        RecoveryHarness broken = new RecoveryHarness(new SafeRecovererRules() {
            @Override
            public boolean covers(Replication replication, long fenced) {
                return fenced != 0;
            }
        });
        broken.start(OPEN);
        broken.fencedEmpty(0);
        broken.fenceFailed(1, Status.IO_ERROR);
        broken.fenceFailed(2, Status.IO_ERROR);

        assertThat(broken.reads).isNotEmpty(); // b2 and b3 can still acknowledge what the writer sends (R12)
        assertThat(broken.failure).isNull();
    }
}
