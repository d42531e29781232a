package io.daybook.ledger.client;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * A field of a state machine or of what it refers to, as a {@link Fingerprint} sees it. Which fields are about the slots of an ensemble is written down
 * here; a field that might be, and is not listed, is {@link About#UNKNOWN}.
 *
 * @param part that it belongs to, of those that a fingerprint can leave out; 0 for none
 */
record MachineField(Field field, About about, int part) {
    // parts of a recovery's machine
    static final int FENCES = 1; // what they showed
    static final int VOTES = 2;
    static final int ACKS = 4;
    static final int SCAN = 8; // all that served to find the end, and to write back
    static final int PACE = 16; // how much is read ahead

    private static final Map<String, Integer> PARTS = Map.ofEntries(
            Map.entry("Fencing.fences", FENCES),
            Map.entry("RecoveryReads.fences", FENCES),
            Map.entry("RecoveryReads.lastShown", PACE),
            Map.entry("RecoveryReads.largest", PACE),
            Map.entry("RecoveryReads.single", PACE),
            Map.entry("RecoveryScan.answered", VOTES),
            Map.entry("RecoveryScan.negative", VOTES),
            Map.entry("RecoveryScan.found", VOTES),
            Map.entry("AppendWindow.answers", ACKS),
            Map.entry("RecoveryAttempt.reads", SCAN),
            Map.entry("WriteBacks.window", SCAN),
            Map.entry("WriteBacks.change", SCAN),
            Map.entry("WriteBacks.busy", SCAN));

    private static final String MACHINES = MachineField.class.getPackageName() + ".";

    /** Fields of machines that hold several numbers, or many bits, and what these are. */
    private static final Map<String, About> ABOUT = Map.ofEntries(
            Map.entry("RecoveryAttempt.start", About.ALL),
            Map.entry("RecoveredEnd.last", About.ALL),
            Map.entry("RecoveredEnd.length", About.ALL),
            Map.entry("FenceQuorum.copyIds", About.EACH_SLOT),
            Map.entry("FenceQuorum.copyLengths", About.EACH_SLOT),
            Map.entry("FenceQuorum.answered", About.SLOT_BITS),
            Map.entry("FenceQuorum.covered", About.SLOT_BITS),
            Map.entry("FenceQuorum.best", About.ALL),
            Map.entry("RecoveryReads.start", About.ALL),
            Map.entry("RecoveryReads.lastShown", About.ALL),
            Map.entry("RecoveryReads.single", About.ALL),
            Map.entry("RecoveryScan.copies", About.ALL),
            Map.entry("RecoveryScan.answered", About.SLOT_BITS_OF_ENTRIES),
            Map.entry("RecoveryScan.negative", About.SLOT_BITS_OF_ENTRIES),
            Map.entry("RecoveryScan.found", About.SLOT_BITS_OF_ENTRIES),
            Map.entry("RecoveryScan.undecided", About.ALL),
            Map.entry("RecoveryScan.nextRead", About.ALL),
            Map.entry("AppendWindow.held", About.ALL),
            Map.entry("AppendWindow.answers", About.SLOT_BITS_OF_ENTRIES),
            Map.entry("AppendWindow.lengths", About.ALL),
            Map.entry("AppendWindow.remembered", About.ALL),
            Map.entry("AppendWindow.first", About.ALL),
            Map.entry("AppendWindow.next", About.ALL),
            Map.entry("AppendWindow.bytes", About.ALL),
            Map.entry("Ensemble.members", About.ALL), // the same ones throughout, or slots could not change places
            Map.entry("Ensemble.tenures", About.EACH_SLOT),
            Map.entry("EnsembleChange.reasons", About.EACH_SLOT),
            Map.entry("EnsembleChange.failed", About.SLOT_BITS),
            Map.entry("BusySlots.rounds", About.EACH_SLOT),
            Map.entry("BusySlots.pausing", About.EACH_SLOT));

    /** All fields of objects of {@code type}. */
    static MachineField[] of(Class<?> type) {
        List<MachineField> all = new ArrayList<>();
        for (Class<?> part = type; part != Object.class; part = part.getSuperclass()) {
            for (Field field : part.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers())) {
                    continue;
                }
                try {
                    field.setAccessible(true);
                } catch (InaccessibleObjectException e) {
                    throw new IllegalStateException("no way to look into a " + type, e);
                }
                all.add(new MachineField(field, about(part, field), PARTS.getOrDefault(name(part, field), 0)));
            }
        }
        return all.toArray(MachineField[]::new);
    }

    private static About about(Class<?> type, Field field) {
        boolean mayBeAboutSlots = type.getName().startsWith(MACHINES)
                && (field.getType() == long.class || field.getType().isArray() || field.getType() == BitSet.class);
        return mayBeAboutSlots ? ABOUT.getOrDefault(name(type, field), About.UNKNOWN) : About.ALL;
    }

    private static String name(Class<?> type, Field field) {
        return type.getName().replace(MACHINES, "") + "." + field.getName();
    }

    /** What a field is about. */
    enum About {
        ALL,
        SLOT_BITS,
        SLOT_BITS_OF_ENTRIES,
        EACH_SLOT,
        UNKNOWN
    }
}
