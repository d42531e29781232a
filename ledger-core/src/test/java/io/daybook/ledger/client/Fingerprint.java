package io.daybook.ledger.client;

import io.daybook.base.seam.Probe;
import io.netty.buffer.ByteBuf;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A number over all fields of an object and of what it refers to: equal for equal states. Traces, probes, effects and other functions
 * are not state and do not count; a class it cannot look into is an error, not a guess.
 *
 * <p>{@link #ofSlots} takes apart what a machine knows of each slot of an ensemble from the rest: then there is a number for each slot, and one that is
 * the same when slots change places. Which fields of the machines are about slots is written down here; a field that might be, and is not listed, is an
 * error.
 */
final class Fingerprint {
    // parts of a recovery's machine that can be left out
    static final int FENCES = 1; // what they showed
    static final int VOTES = 2;
    static final int ACKS = 4;
    static final int SCAN = 8; // all that served to find the end, and to write back
    static final int PACE = 16; // how much is read ahead

    private static final Map<String, Integer> PARTS = Map.ofEntries(
            Map.entry("LedgerRecovery$Attempt.fences", FENCES),
            Map.entry("RecoveryReads.fences", FENCES),
            Map.entry("RecoveryReads.lastShown", PACE),
            Map.entry("RecoveryReads.largest", PACE),
            Map.entry("RecoveryReads.single", PACE),
            Map.entry("RecoveryScan.answered", VOTES),
            Map.entry("RecoveryScan.negative", VOTES),
            Map.entry("RecoveryScan.found", VOTES),
            Map.entry("AppendWindow.acks", ACKS),
            Map.entry("AppendWindow.refusals", ACKS),
            Map.entry("AppendWindow.open", ACKS),
            Map.entry("LedgerRecovery$Attempt.reads", SCAN),
            Map.entry("WriteBacks.window", SCAN),
            Map.entry("WriteBacks.change", SCAN),
            Map.entry("WriteBacks.busy", SCAN));

    private static final String MACHINES = Fingerprint.class.getPackageName() + ".";

    /** Fields of machines that hold several numbers, or many bits, and what these are. */
    private static final Map<String, About> ABOUT = Map.ofEntries(
            Map.entry("LedgerRecovery$Attempt.start", About.ALL),
            Map.entry("LedgerRecovery$Attempt.end", About.ALL),
            Map.entry("LedgerRecovery$Attempt.length", About.ALL),
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
            Map.entry("AppendWindow.bodies", About.ALL),
            Map.entry("AppendWindow.waiters", About.ALL),
            Map.entry("AppendWindow.acks", About.SLOT_BITS_OF_ENTRIES),
            Map.entry("AppendWindow.refusals", About.SLOT_BITS_OF_ENTRIES),
            Map.entry("AppendWindow.open", About.SLOT_BITS_OF_ENTRIES),
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

    private static final ClassValue<View[]> VIEWS = new ClassValue<>() {
        @Override
        protected View[] computeValue(Class<?> type) {
            return views(type);
        }
    };

    private static final ClassValue<Boolean> STATELESS = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return DecisionTrace.class.isAssignableFrom(type)
                    || Probe.class.isAssignableFrom(type)
                    || AppendProtocol.Effects.class.isAssignableFrom(type)
                    || LedgerRecovery.Effects.class.isAssignableFrom(type)
                    || type.isHidden(); // a lambda
        }
    };

    /** Whether it does not matter if two places hold the same object or two equal ones. */
    private static final ClassValue<Boolean> VALUE = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return type.isRecord()
                    || type.isArray()
                    || Collection.class.isAssignableFrom(type)
                    || Map.class.isAssignableFrom(type)
                    || ByteBuf.class.isAssignableFrom(type);
        }
    };

    private static final long END = -1; // no index
    private static final long SEED = 0x9E3779B97F4A7C15L;

    private final IdentityHashMap<Object, Integer> met = new IdentityHashMap<>();
    private final long[] slots; // a number for each, if they are taken apart
    private int without;
    private long value = SEED;

    Fingerprint() {
        this(0);
    }

    private Fingerprint(int slots) {
        this.slots = new long[slots];
        Arrays.fill(this.slots, SEED);
    }

    /** One that takes so many slots apart. */
    static Fingerprint ofSlots(int slots) {
        return new Fingerprint(slots);
    }

    /** Leaves {@code parts} out from here on. */
    Fingerprint without(int parts) {
        without = parts;
        return this;
    }

    /** Folds in all that {@code object} consists of. */
    Fingerprint add(@Nullable Object object) {
        if (object == null) {
            fold(0);
        } else if (object instanceof Number number) {
            fold(number.longValue());
        } else if (object instanceof Boolean flag) {
            fold(flag ? 2 : 3);
        } else if (object instanceof String text) {
            fold(text.hashCode());
            fold(text.length());
        } else if (object instanceof Enum<?> constant) {
            fold(constant.ordinal());
        } else if (object instanceof Duration duration) {
            fold(duration.toNanos());
        } else if (object instanceof Throwable) {
            fold(object.getClass().getName().hashCode()); // what it says matters to people only
        } else if (!STATELESS.get(object.getClass())) {
            Integer known = VALUE.get(object.getClass()) ? null : met.putIfAbsent(object, met.size());
            if (known == null) {
                look(object);
            } else {
                fold(known);
            }
        }
        return this;
    }

    /** Over everything, or what is not about one slot. */
    long value() {
        return value;
    }

    /** Over what is about {@code slot}. */
    long ofSlot(int slot) {
        return slots[slot];
    }

    /** {@code one} with {@code part} behind it. */
    static long mix(long one, long part) {
        long mixed = (one ^ part) * 0xBF58476D1CE4E5B9L;
        return mixed ^ mixed >>> 29;
    }

    private void look(Object object) {
        if (object instanceof ByteBuf body) {
            fold(body.readableBytes());
            for (int i = body.readerIndex(); i < body.writerIndex(); i++) {
                fold(body.getByte(i));
            }
        } else if (object instanceof long[] numbers) {
            for (int i = 0; i < numbers.length; i++) {
                if (numbers[i] != 0) { // most places of a window are empty
                    fold(i);
                    fold(numbers[i]);
                }
            }
            fold(END);
        } else if (object instanceof Object[] all) {
            for (int i = 0; i < all.length; i++) {
                if (all[i] != null) {
                    fold(i);
                    add(all[i]);
                }
            }
            fold(END);
        } else if (object.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(object); i++) {
                add(Array.get(object, i));
            }
        } else if (object instanceof Map<?, ?> map) {
            fold(map.size());
            map.forEach((key, entry) -> add(key).add(entry));
        } else if (object instanceof Collection<?> all) {
            fold(all.size());
            all.forEach(this::add);
        } else {
            for (View view : VIEWS.get(object.getClass())) {
                if ((view.part & without) == 0) {
                    look(view, object);
                }
            }
        }
    }

    private void look(View view, Object object) {
        try {
            if (slots.length == 0 || view.about == About.ALL) {
                add(view.field.get(object));
                return;
            }
            switch (view.about) {
                case SLOT_BITS -> foldBits(view.field.getLong(object));
                case EACH_SLOT -> foldEach(view.field.get(object));
                case SLOT_BITS_OF_ENTRIES -> foldEntries((long[]) view.field.get(object));
                default -> throw new IllegalStateException("is %s about slots? Say so in ABOUT".formatted(view.field));
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private void foldBits(long bits) {
        for (int slot = 0; slot < slots.length; slot++) {
            slots[slot] = mix(slots[slot], bits >>> slot & 1);
        }
    }

    private void foldEach(Object array) {
        for (int slot = 0; slot < slots.length; slot++) {
            slots[slot] = mix(slots[slot], new Fingerprint().add(Array.get(array, slot)).value);
        }
    }

    private void foldEntries(long[] bits) {
        for (int entry = 0; entry < bits.length; entry++) {
            if (bits[entry] != 0) {
                fold(entry);
                foldBits(bits[entry]);
            }
        }
        fold(END);
    }

    private void fold(long part) {
        value = mix(value, part);
    }

    private static View[] views(Class<?> type) {
        List<View> views = new ArrayList<>();
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
                views.add(new View(field, about(part, field), PARTS.getOrDefault(name(part, field), 0)));
            }
        }
        return views.toArray(View[]::new);
    }

    private static About about(Class<?> type, Field field) {
        boolean mayBeAboutSlots = type.getName().startsWith(MACHINES)
                && (field.getType() == long.class || field.getType().isArray() || field.getType() == BitSet.class);
        return mayBeAboutSlots ? ABOUT.getOrDefault(name(type, field), About.UNKNOWN) : About.ALL;
    }

    private static String name(Class<?> type, Field field) {
        return type.getName().replace(MACHINES, "") + "." + field.getName();
    }

    /** A field, what it is about, and the parts it belongs to. */
    private record View(Field field, About about, int part) {}

    /** What a field is about. */
    private enum About {
        ALL,
        SLOT_BITS,
        SLOT_BITS_OF_ENTRIES,
        EACH_SLOT,
        UNKNOWN
    }
}
