package io.daybook.ledger.client;

import io.daybook.base.seam.Probe;
import io.netty.buffer.ByteBuf;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A number over all fields of an object and of what it refers to: equal for equal states. Traces, probes, effects and other functions
 * are not state and do not count; a class it cannot look into is an error, not a guess.
 */
final class Fingerprint {
    private static final ClassValue<Field[]> FIELDS = new ClassValue<>() {
        @Override
        protected Field[] computeValue(Class<?> type) {
            return fields(type);
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

    private final IdentityHashMap<Object, Integer> met = new IdentityHashMap<>();
    private long value = 0x9E3779B97F4A7C15L;

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

    long value() {
        return value;
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
            for (Field field : FIELDS.get(object.getClass())) {
                try {
                    add(field.get(object));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private void fold(long part) {
        value = (value ^ part) * 0xBF58476D1CE4E5B9L;
        value ^= value >>> 29;
    }

    private static Field[] fields(Class<?> type) {
        List<Field> fields = new ArrayList<>();
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
                fields.add(field);
            }
        }
        return fields.toArray(Field[]::new);
    }
}
