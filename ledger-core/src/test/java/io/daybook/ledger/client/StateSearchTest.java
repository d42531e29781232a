package io.daybook.ledger.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.Replication;
import io.daybook.ledger.protocol.Status;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Small ledgers in every order in which things can happen (D8); docs/simulator.md says how many states that makes. */
final class StateSearchTest {
    private static final Replication TWO = new Replication(2, 2, 2);
    private static final Replication THREE = new Replication(3, 3, 2);
    private static final long STATES_MAX = 100_000_000;

    /** One entry to two bookies, one of which may fail and be replaced, while the ledger is taken over. */
    private static final ModelShape CHANGE = new ModelShape(TWO, 3, 1, false, false, 1, 1, 1, true, 0);

    /** The same with a second entry. */
    private static final ModelShape TWO_ENTRIES = new ModelShape(TWO, 3, 2, false, false, 1, 1, 1, true, 0);

    /** One entry on its way to three bookies from a writer that has died, and one taker. */
    private static final ModelShape DEATH = death(THREE, 1, 0);

    @Test
    void noOrderOfOneEntryOneChangeAndOneRecovererBreaksAnything() {
        assertThat(search(CHANGE)).isNull();
    }

    @Test
    @Tag("long")
    void noOrderOfTwoEntriesOneChangeAndOneRecovererBreaksAnything() {
        assertThat(search(TWO_ENTRIES)).isNull();
    }

    @Test
    void noOrderOfADeadWritersAddsAndOneRecovererBreaksAnything() {
        assertThat(search(DEATH)).isNull();
    }

    @Test
    void noOrderOfADeadWritersAddsAndTwoRecoverersBreaksAnything() {
        assertThat(search(death(TWO, 2, 0))).isNull();
        assertThat(search(death(THREE, 2, 0))).isNull();
    }

    @Test
    @Tag("long")
    void noOrderOfADeadWritersAddsTwoRecoverersAndOneMoreCrashBreaksAnything() {
        assertThat(search(death(THREE, 2, 1))).isNull();
    }

    @Test
    @Tag("long")
    void noOrderOfALivingWriterAndTwoRecoverersBreaksAnything() {
        assertThat(search(new ModelShape(THREE, 3, 1, false, false, 2, 1, 0, true, 0)))
                .isNull();
    }

    @Test
    void aRecoveryThatDoesNotFenceWhatItReadsIsFound() {
        assertThat(search(DEATH, new SafeWriterRules(), new SafeRecovererRules() {
                    @Override
                    public boolean readsFence() {
                        return false;
                    }
                }))
                .contains("(I1)");
    }

    @Test
    void aRecoveryThatBelievesOneNegativeIsFound() {
        assertThat(search(DEATH, new SafeWriterRules(), new SafeRecovererRules() {
                    @Override
                    public boolean certainlyAbsent(Replication replication, int negatives) {
                        return negatives > 0;
                    }
                }))
                .contains("(I1)");
    }

    @Test
    void aRecoveryThatTakesSilenceForANegativeIsFound() {
        assertThat(search(
                        new ModelShape(TWO, 2, 1, false, false, 1, 1, 1, false, 0),
                        new SafeWriterRules(),
                        new SafeRecovererRules() {
                            @Override
                            public Evidence withoutCopy(Status status) {
                                return Evidence.NEGATIVE;
                            }
                        }))
                .contains("(I1)");
    }

    @Test
    void aRecoveryThatSealsOverAnothersEndIsFound() {
        assertThat(search(death(THREE, 2, 0), new SafeWriterRules(), new SafeRecovererRules() {
                    @Override
                    public boolean sealsBlindly(LedgerMetadata found) {
                        return true;
                    }
                }))
                .contains("(I3");
    }

    @Test
    @Tag("long")
    void aWriterThatKeepsTheAcknowledgementsOfAReplacedBookieIsFound() {
        assertThat(search(TWO_ENTRIES, new WriterRulesTest.KeepsAcks(), SafeRecovererRules.INSTANCE))
                .isNotNull();
    }

    private static @Nullable String search(ModelShape shape) {
        return search(shape, new SafeWriterRules(), SafeRecovererRules.INSTANCE);
    }

    private static @Nullable String search(ModelShape shape, WriterRules writerRules, RecovererRules recovererRules) {
        StateSearch search = new StateSearch(shape, writerRules, recovererRules, EnumSet.allOf(ModelReduction.class));
        long began = System.nanoTime();
        String violated = search.run(STATES_MAX);
        System.out.printf("%s: %s, %.1f s%n", shape, search, (System.nanoTime() - began) / 1e9);
        return violated;
    }

    private static ModelShape death(Replication replication, int recoverers, int crashes) {
        return new ModelShape(replication, replication.ensemble(), 1, true, false, recoverers, 1, 0, true, crashes);
    }
}
