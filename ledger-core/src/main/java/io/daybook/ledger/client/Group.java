package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.transport.Bookies;
import io.daybook.ledger.transport.UnreachableException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;

/** Whose entries travel in a group, in its order: entries of one sender that follow each other are one section. Belongs to one loop. */
final class Group implements Bookies.GroupListener {
    private static final int ENTRIES_FIRST = 16;
    private static final int SECTIONS_FIRST = 4;

    private static final int MARKS = 3; // of each section
    private static final int SLOT = 0;
    private static final int TENURE = 1;
    private static final int END = 2; // entries up to before this one, from where the section before ends

    int count;
    private long[] entries = new long[ENTRIES_FIRST];
    private Outbox.Sender[] senders = new Outbox.Sender[SECTIONS_FIRST]; // of each section
    private int[] marks = new int[SECTIONS_FIRST * MARKS]; // of each section
    private int last = -1; // section
    private int told; // section that was told of last: the next one to be told of is rarely before

    void add(Outbox.Sender sender, int slot, int tenure, long entry) {
        if (count == entries.length) {
            entries = Arrays.copyOf(entries, count * 2);
        }
        entries[count++] = entry;
        if (last < 0 || senders[last] != sender || mark(last, SLOT) != slot || mark(last, TENURE) != tenure) {
            if (++last == senders.length) {
                senders = Arrays.copyOf(senders, last * 2);
                marks = Arrays.copyOf(marks, last * 2 * MARKS);
            }
            senders[last] = sender;
            marks[last * MARKS + SLOT] = slot;
            marks[last * MARKS + TENURE] = tenure;
        }
        marks[last * MARKS + END] = count;
    }

    @Override
    public void onOutcome(BookieId bookie, int from, int to, Status status, @Nullable UnreachableException failure) {
        int at = from;
        int index = start(told) <= from ? told : 0;
        while (at < to) {
            if (mark(index, END) > at) {
                int end = Math.min(to, mark(index, END));
                senders[index].onAdds(
                        bookie, mark(index, SLOT), mark(index, TENURE), entries, at, end, status, failure);
                at = end;
            }
            told = index++;
        }
    }

    private int start(int section) {
        return section == 0 ? 0 : mark(section - 1, END);
    }

    private int mark(int section, int which) {
        return marks[section * MARKS + which];
    }

    /** It was not sent, because of {@code broken}: tells each sender once. */
    void unsent(RuntimeException broken) {
        new LinkedHashSet<>(Arrays.asList(senders).subList(0, last + 1)).forEach(sender -> sender.onUnsent(broken));
    }
}
