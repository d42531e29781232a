package io.daybook.ledger.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.client.ProtocolModel.Mutant;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The state machines in random orders; and planted bugs, which must be found. */
final class ProtocolModelTest {
    private static final int SCHEDULES = Integer.getInteger("daybook.model.schedules", 3_000);

    private static @Nullable String firstViolation(Mutant mutant, int schedules) {
        return firstViolation(mutant, new SafeWriterRules(), schedules);
    }

    private static @Nullable String firstViolation(Mutant mutant, WriterRules rules, int schedules) {
        for (long seed = 0; seed < schedules; seed++) {
            String broken = new ProtocolModel(seed, mutant, rules).run();
            if (broken != null) {
                return "seed %d: %s".formatted(seed, broken);
            }
        }
        return null;
    }

    @Test
    void noScheduleBreaksAnInvariant() {
        assertThat(firstViolation(Mutant.NONE, SCHEDULES)).isNull();
    }

    @Test
    void everyBranchOfTheWriterIsTaken() {
        EnumSet<WriterMark> missing = EnumSet.allOf(WriterMark.class);
        missing.remove(WriterMark.SLOT_BUSY); // no model bookie says so
        missing.remove(WriterMark.SLOT_ASKED_AGAIN);
        missing.remove(WriterMark.ABANDONED); // only after the check
        for (long seed = 0; seed < 50_000 && !missing.isEmpty(); seed++) {
            ProtocolModel model = new ProtocolModel(seed, Mutant.NONE);
            assertThat(model.run()).isNull();
            missing.removeAll(model.marks);
        }

        assertThat(missing).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = Mutant.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aPlantedBugIsFound(Mutant mutant) {
        String found = firstViolation(mutant, 50_000);

        assertThat(found).isNotNull();
    }

    static List<WriterRules> unsafeWriters() {
        return List.of(
                new WriterRulesTest.KeepsAcks(),
                new WriterRulesTest.CountsLateAcks(),
                new WriterRulesTest.JumpsGaps(),
                new WriterRulesTest.MovesDuringChange(),
                new WriterRulesTest.UsesListBeforeCommit(),
                new WriterRulesTest.ClosesAtPushed(),
                new WriterRulesTest.ClosesBlindly());
    }

    @ParameterizedTest
    @MethodSource("unsafeWriters")
    void aWriterWithoutOneOfItsRulesIsFound(WriterRules rules) {
        String found = firstViolation(Mutant.NONE, rules, 50_000);

        assertThat(found).isNotNull();
    }

    @Test
    void aWriterThatChangesItsBookiesOverARecoveryDoesNoHarmAlone() {
        assertThat(firstViolation(Mutant.NONE, new WriterRulesTest.ChangesBlindly(), SCHEDULES))
                .isNull();
    }
}
