package io.daybook.ledger.client;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What docs/state-machines.md says of one machine: its section's tables, and where they differ from the machine. */
final class StateTable {
    /** In the first cell of a row: each situation in which the event has no row of its own. */
    private static final Set<String> OTHERS = Set.of("any", "any other");

    /** For an event that has no place in a situation. */
    private static final List<String> IMPOSSIBLE = List.of("cannot come about");

    private final Map<String, String> situations = new LinkedHashMap<>(); // name to state
    private final Map<String, String> events = new LinkedHashMap<>(); // name to method
    private final List<Row> rows = new ArrayList<>();

    /** A row of the main table. */
    record Row(List<String> situations, String event, List<String> effects, String next) {}

    /** Parses the section whose heading is {@code heading}. */
    StateTable(String page, String heading) {
        String kind = "";
        boolean here = false;
        for (String line : page.lines().toList()) {
            if (line.startsWith("## ")) {
                here = line.equals("## " + heading);
            }
            if (!here || !line.startsWith("| ") || line.startsWith("| ---")) {
                continue;
            }
            String[] cells = line.substring(2, line.length() - 2).split(" \\| ", -1);
            if (cells[0].equals("Situation") || cells[0].equals("Event") || cells[0].equals("In situation")) {
                kind = cells[0];
            } else if (kind.equals("Situation")) {
                unique(situations, cells[0], code(cells[1]), line);
            } else if (kind.equals("Event")) {
                unique(events, cells[0], code(cells[1]), line);
            } else if (kind.equals("In situation") && cells.length == 5 && !cells[4].isBlank()) {
                rows.add(new Row(list(cells[0], "; "), cells[1], effects(cells[2]), code(cells[3])));
            } else {
                throw new AssertionError("a row with other cells than its table: " + line);
            }
        }
    }

    private static void unique(Map<String, String> names, String name, String value, String line) {
        if (names.put(name, value) != null) {
            throw new AssertionError("named twice: " + line);
        }
    }

    private static List<String> list(String cell, String separator) {
        return Arrays.asList(cell.split(separator));
    }

    private static List<String> effects(String cell) {
        if (cell.equals(IMPOSSIBLE.get(0))) {
            return IMPOSSIBLE;
        }
        return cell.equals("nothing")
                ? List.of()
                : list(cell, ", ").stream().map(StateTable::code).toList();
    }

    private static String code(String cell) {
        if (cell.length() < 3 || !cell.startsWith("`") || !cell.endsWith("`")) {
            throw new AssertionError("not in back quotes: " + cell);
        }
        return cell.substring(1, cell.length() - 1);
    }

    Map<String, String> events() {
        return events;
    }

    /** Where page and machine differ, a sentence each; empty if nowhere. */
    <M extends StateMachine.Driven> List<String> differences(StateMachine<M> machine) {
        List<String> found = new ArrayList<>();
        names(machine, found);
        if (!found.isEmpty()) {
            return found;
        }
        for (String event : machine.events.keySet()) {
            for (String situation : machine.situations.keySet()) {
                List<Row> said = rows(situation, event);
                boolean impossible = said.size() == 1 && said.get(0).effects.equals(IMPOSSIBLE);
                if (!machine.possible(situation, event)) {
                    if (!impossible) {
                        found.add("'%s' cannot come about in '%s'; the page says %s".formatted(event, situation, said));
                    }
                    continue;
                }
                StateMachine.Outcome real = machine.fire(situation, event);
                Row row = said.size() == 1 ? said.get(0) : null;
                if (row == null
                        || !row.effects.equals(real.effects())
                        || !next(row, situation).equals(real.next())) {
                    found.add("'%s' in '%s' is %s, then %s; the page says %s"
                            .formatted(event, situation, real.effects(), real.next(), said));
                }
            }
        }
        return found;
    }

    private <M extends StateMachine.Driven> void names(StateMachine<M> machine, List<String> found) {
        Map<String, String> states = new LinkedHashMap<>();
        machine.situations.keySet().forEach(each -> states.put(each, machine.stateIn(each)));
        if (!states.equals(situations)) {
            found.add("the situations are %s; the page says %s".formatted(states, situations));
        }
        Map<String, String> methods = new LinkedHashMap<>();
        machine.events.forEach((name, event) -> methods.put(name, event.method()));
        if (!methods.equals(events)) {
            found.add("the events are %s; the page says %s".formatted(methods, events));
        }
        for (Row row : rows) {
            if (!events.containsKey(row.event)) {
                found.add("a row names an unknown event: " + row);
            }
            for (String situation : row.situations) {
                if (!OTHERS.contains(situation) && !situations.containsKey(situation)) {
                    found.add("a row names an unknown situation: " + row);
                }
            }
        }
    }

    private String next(Row row, String situation) {
        return row.next.equals("same") ? Objects.requireNonNull(situations.get(situation)) : row.next;
    }

    private List<Row> rows(String situation, String event) {
        List<Row> named = rows.stream()
                .filter(row -> row.event.equals(event) && row.situations.contains(situation))
                .toList();
        return !named.isEmpty()
                ? named
                : rows.stream()
                        .filter(row -> row.event.equals(event) && OTHERS.contains(row.situations.get(0)))
                        .toList();
    }
}
