package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.transport.Bookies;
import io.daybook.ledger.transport.UnreachableException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whose entries travel in a group, in its order: entries of one sender that follow each other are one section. Belongs to one loop. */
final class Group implements Bookies.GroupListener {
    private static final int ENTRIES_FIRST = 16;
    private static final int SECTIONS_FIRST = 4;

    int count;
    private long[] entries = new long[ENTRIES_FIRST];
    private Section[] sections = new Section[SECTIONS_FIRST];
    private int last = -1; // section
    private int told; // section that was told of last: the next one to be told of is rarely before

    /** Entries up to before {@code end}, from where the section before ends. */
    private static final class Section {
        final Outbox.Sender sender;
        final int slot;
        final int tenure;
        int end;

        Section(Outbox.Sender sender, int slot, int tenure) {
            this.sender = sender;
            this.slot = slot;
            this.tenure = tenure;
        }
    }

    void add(Outbox.Sender sender, int slot, int tenure, long entry) {
        if (count == entries.length) {
            entries = Arrays.copyOf(entries, count * 2);
        }
        entries[count++] = entry;
        Section section = last < 0 ? null : sections[last];
        if (section == null || section.sender != sender || section.slot != slot || section.tenure != tenure) {
            section = new Section(sender, slot, tenure);
            if (++last == sections.length) {
                sections = Arrays.copyOf(sections, last * 2);
            }
            sections[last] = section;
        }
        section.end = count;
    }

    @Override
    public void onOutcome(BookieId bookie, int from, int to, Status status, @Nullable UnreachableException failure) {
        int at = from;
        int index = start(told) <= from ? told : 0;
        while (at < to) {
            Section section = sections[index];
            if (section.end > at) {
                int end = Math.min(to, section.end);
                section.sender.onAdds(bookie, section.slot, section.tenure, entries, at, end, status, failure);
                at = end;
            }
            told = index++;
        }
    }

    private int start(int section) {
        return section == 0 ? 0 : sections[section - 1].end;
    }

    /** It was not sent, because of {@code broken}: tells each sender once. */
    void unsent(RuntimeException broken) {
        Set<Outbox.Sender> senders = new LinkedHashSet<>();
        for (int i = 0; i <= last; i++) {
            senders.add(sections[i].sender);
        }
        senders.forEach(sender -> sender.onUnsent(broken));
    }
}
