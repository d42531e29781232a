package io.daybook.bookie.journal;

import io.daybook.base.exec.Loop;
import io.daybook.base.seam.Disk;
import io.daybook.bookie.disk.Layout;
import io.daybook.bookie.journal.JournalFormat.Mark;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What is in a journal's directory.
 *
 * @param files numbers of the journal files, ascending
 * @param hasMark whether there is a mark file
 * @param mark what it says; null if there is none or it is damaged
 * @param unfinished names of files that were being made
 */
record JournalContents(
        TreeSet<Long> files, boolean hasMark, @Nullable Mark mark, List<String> unfinished) {

    /** Completes on {@code loop}. */
    static CompletableFuture<JournalContents> look(Disk disk, Path directory, Loop loop) {
        return disk.list(directory, loop).thenCompose(names -> {
            var files = new TreeSet<Long>();
            for (String name : names) {
                long number = Layout.journalNumber(name);
                if (number > 0) {
                    files.add(number);
                }
            }
            List<String> unfinished = names.stream()
                    .filter(name -> name.startsWith("journal") && Layout.isUnfinished(name))
                    .toList();
            String markName = Layout.journalMark(directory).getFileName().toString();
            if (!names.contains(markName)) {
                return CompletableFuture.completedFuture(new JournalContents(files, false, null, unfinished));
            }
            return MarkFile.read(disk, directory, loop)
                    .thenApply(mark -> new JournalContents(files, true, mark, unfinished));
        });
    }

    /** True where no journal has been yet. */
    boolean isNew() {
        return files.isEmpty() && !hasMark;
    }

    /** Highest number that was ever given to a file here, as far as can be seen; 0 if none. */
    long highest() {
        long named = mark == null ? 0 : mark.lastFile(); // a new journal's mark names file 1, which may not exist yet
        return files.isEmpty() ? named : Math.max(named, files.last());
    }
}
