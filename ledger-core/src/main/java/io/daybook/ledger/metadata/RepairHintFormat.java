package io.daybook.ledger.metadata;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.RepairHint;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The node of a ledger's repair hints as text, and how hints are put together. Described in docs/formats/metadata.md. */
final class RepairHintFormat {
    /** Ranges in one node; more are joined. */
    static final int HINTS_MAX = 256;

    private static final String HEAD = "DaybookRepairHints\t1";
    private static final Comparator<RepairHint> ORDER = Comparator.comparingLong(RepairHint::fragment)
            .thenComparingInt(RepairHint::slot)
            .thenComparing(hint -> hint.bookie().value())
            .thenComparingLong(RepairHint::firstEntry);

    private RepairHintFormat() {}

    static byte[] encode(List<RepairHint> hints) {
        StringBuilder text = new StringBuilder(HEAD).append('\n');
        for (RepairHint hint : hints) {
            text.append(hint.fragment()).append('\t').append(hint.slot()).append('\t');
            text.append(hint.bookie()).append('\t');
            text.append(hint.firstEntry()).append('\t').append(hint.lastEntry()).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Reads a node; MalformedMetadataException if it is no such text. */
    static List<RepairHint> decode(byte[] data) {
        String[] lines = new String(data, StandardCharsets.UTF_8).split("\n", -1);
        if (!lines[0].equals(HEAD) || !lines[lines.length - 1].isEmpty() || lines.length > HINTS_MAX + 2) {
            throw malformed(
                    "it does not begin with '%s', is cut off, or has over %d ranges".formatted(HEAD, HINTS_MAX));
        }
        List<RepairHint> hints = new ArrayList<>();
        for (int i = 1; i < lines.length - 1; i++) {
            hints.add(hint(lines[i]));
        }
        return hints;
    }

    private static RepairHint hint(String line) {
        String[] parts = line.split("\t", -1);
        if (parts.length != 5 || !BookieId.valid(parts[2])) {
            throw malformed("the line '%s' is not fragment, slot, bookie, first and last entry".formatted(line));
        }
        try {
            var hint = new RepairHint(
                    Long.parseLong(parts[0]),
                    Integer.parseInt(parts[1]),
                    new BookieId(parts[2]),
                    Long.parseLong(parts[3]),
                    Long.parseLong(parts[4]));
            if (hint.slot() < 0 || hint.firstEntry() < hint.fragment() || hint.lastEntry() < hint.firstEntry()) {
                throw malformed("the line '%s' is no range of a slot".formatted(line));
            }
            return hint;
        } catch (NumberFormatException notANumber) {
            throw malformed("the line '%s' holds no numbers".formatted(line));
        }
    }

    private static MalformedMetadataException malformed(String why) {
        return new MalformedMetadataException(why, null);
    }

    /** All of both, ranges of one slot that touch or overlap joined; beyond {@link #HINTS_MAX} those of a slot are joined over what lies between, and the highest dropped. */
    static List<RepairHint> joined(List<RepairHint> some, List<RepairHint> others) {
        List<RepairHint> all = new ArrayList<>(some);
        all.addAll(others);
        all.sort(ORDER);
        List<RepairHint> joined = joined(all, 1);
        if (joined.size() > HINTS_MAX) {
            joined = joined(all, Long.MAX_VALUE);
        }
        return joined.subList(0, Math.min(joined.size(), HINTS_MAX));
    }

    private static List<RepairHint> joined(List<RepairHint> sorted, long gapMax) {
        List<RepairHint> result = new ArrayList<>();
        for (RepairHint hint : sorted) {
            RepairHint last = result.isEmpty() ? null : result.get(result.size() - 1);
            if (last != null
                    && last.fragment() == hint.fragment()
                    && last.slot() == hint.slot()
                    && last.bookie().equals(hint.bookie())
                    && hint.firstEntry() - last.lastEntry() <= gapMax) {
                long end = Math.max(last.lastEntry(), hint.lastEntry());
                result.set(
                        result.size() - 1,
                        new RepairHint(last.fragment(), last.slot(), last.bookie(), last.firstEntry(), end));
            } else {
                result.add(hint);
            }
        }
        return result;
    }
}
