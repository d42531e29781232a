package io.daybook.ledger.client;

import io.daybook.base.error.BrokenInvariantException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A state machine of the protocol with the situations it can be brought into and the events it can be given, both by the names docs/state-machines.md
 * uses.
 *
 * @param <M> the machine in some situation
 */
final class StateMachine<M extends StateMachine.Driven> {
    final Class<?> type;
    final Map<String, Supplier<M>> situations = new LinkedHashMap<>();
    final Map<String, Event<M>> events = new LinkedHashMap<>();

    StateMachine(Class<?> type) {
        this.type = type;
    }

    void situation(String name, Supplier<M> into) {
        situations.put(name, into);
    }

    /** {@code method} is as {@link #eventMethods} has it. */
    void event(String name, String method, Consumer<M> fire) {
        eventNotIn(Set.of(), name, method, fire);
    }

    /** An event that cannot come about in {@code excluded}; another one with the same method can. */
    void eventNotIn(Set<String> excluded, String name, String method, Consumer<M> fire) {
        events.put(name, new Event<>(method, excluded, fire));
    }

    /** Whatever a driver can tell the machine: its methods that answer nothing; those without arguments have parentheses. */
    TreeSet<String> eventMethods() {
        TreeSet<String> names = new TreeSet<>();
        Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getReturnType() == void.class && !method.isSynthetic())
                .filter(method ->
                        !Modifier.isPrivate(method.getModifiers()) && !Modifier.isStatic(method.getModifiers()))
                .map(StateMachine::shown)
                .forEach(names::add);
        return names;
    }

    private static String shown(Method method) {
        return method.getName() + (method.getParameterCount() == 0 ? "()" : "");
    }

    /** What the machine really does with {@code event}; repeats of an effect are told once. */
    Outcome fire(String situation, String event) {
        M machine = situations.get(situation).get();
        try {
            machine.effects().clear();
            List<String> effects = new ArrayList<>();
            boolean refused = false;
            try {
                events.get(event).fire.accept(machine);
            } catch (BrokenInvariantException | IllegalStateException refusal) {
                refused = true;
            }
            for (String effect : machine.effects()) {
                if (effects.isEmpty() || !effects.get(effects.size() - 1).equals(effect)) {
                    effects.add(effect);
                }
            }
            if (refused) {
                effects.add("throws");
            }
            return new Outcome(effects, machine.state());
        } finally {
            machine.end();
        }
    }

    /** The state the machine is in when it has been brought into {@code situation}. */
    String stateIn(String situation) {
        M machine = situations.get(situation).get();
        String state = machine.state();
        machine.end();
        return state;
    }

    /** Whether {@code event} can come about in {@code situation}. */
    boolean possible(String situation, String event) {
        return !events.get(event).excluded.contains(situation);
    }

    /** A machine that has been brought somewhere. */
    interface Driven {
        /** What it asked for, in order; to be cleared. */
        List<String> effects();

        /** Where it is now. */
        String state();

        /** Ends it, and checks that nothing leaks. */
        void end();
    }

    record Event<M>(String method, Set<String> excluded, Consumer<M> fire) {}

    record Outcome(List<String> effects, String next) {}
}
