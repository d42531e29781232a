package io.daybook.ledger.client;

import io.daybook.base.seam.Probe;
import io.netty.buffer.ByteBuf;
import java.lang.reflect.Array;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A number over all fields of an object and of what it refers to: equal for equal states. Traces, probes, effects and other functions
 * are not state and do not count; a class it cannot look into is an error, not a guess.
 *
 * <p>{@link #ofSlots} takes apart what a machine knows of each slot of an ensemble from the rest: then there is a number for each slot, and one that is
 * the same when slots change places; {@link MachineField} knows which fields are about slots.
 */
final class Fingerprint {
    private static final ClassValue<MachineField[]> FIELDS = new ClassValue<>() {
        @Override
        protected MachineField[] computeValue(Class<?> type) {
            return MachineField.of(type);
        }
    };

    private static final ClassValue<Boolean> STATELESS = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return DecisionTrace.class.isAssignableFrom(type)
                    || Probe.class.isAssignableFrom(type)
                    || AppendProtocol.Effects.class.isAssignableFrom(type)
                    || RecoveryEffects.class.isAssignableFrom(type)
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
            for (MachineField field : FIELDS.get(object.getClass())) {
                if ((field.part() & without) == 0) {
                    look(field, object);
                }
            }
        }
    }

    private void look(MachineField look, Object object) {
        try {
            if (slots.length == 0 || look.about() == MachineField.About.ALL) {
                add(look.field().get(object));
                return;
            }
            switch (look.about()) {
                case SLOT_BITS -> foldBits(look.field().getLong(object));
                case EACH_SLOT -> foldEach(look.field().get(object));
                case SLOT_BITS_OF_ENTRIES -> foldEntries((long[]) look.field().get(object));
                default ->
                    throw new IllegalStateException(
                            "is %s about slots? MachineField must know".formatted(look.field()));
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
}
