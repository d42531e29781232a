package io.daybook.bookie.disk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Every path and file name of a bookie's directories.
 *
 * <pre>
 *   journal/  LOCK                        held while a process uses the directory
 *             current/VERSION, IDENTITY   whose directory this is (R78)
 *             journal.mark                below which position replay is unnecessary (R37)
 *             journal-0000000001.log      numbered from 1, without gaps above the mark
 *             journal-0000000007.new      being made; no record was ever written to it
 *             journal-0000000003.damaged  kept for salvage
 *   data/     LOCK, current/VERSION, current/IDENTITY
 *             entries/                    entry logs
 *             index/                      what can be rebuilt from entry logs and journal
 * </pre>
 *
 * @param journal directory of the journal
 * @param data directory of entry logs and index; may be the same one
 * @param moreData further directories of entry logs
 */
public record Layout(Path journal, Path data, List<Path> moreData) {
    private static final String JOURNAL_PREFIX = "journal-";
    private static final String JOURNAL_SUFFIX = ".log";
    private static final String UNFINISHED = ".new";

    public Layout {
        moreData = List.copyOf(moreData);
    }

    /** A bookie with one directory of entry logs. */
    public Layout(Path journal, Path data) {
        this(journal, data, List.of());
    }

    /** The directories of entry logs. */
    public List<Path> allData() {
        List<Path> all = new ArrayList<>(List.of(data));
        all.addAll(moreData);
        return all;
    }

    /** Every directory of the bookie, once. */
    public List<Path> all() {
        LinkedHashSet<Path> all = new LinkedHashSet<>(List.of(journal));
        all.addAll(allData());
        return List.copyOf(all);
    }

    /** Where the entry logs are. */
    public Path entries() {
        return data.resolve("entries");
    }

    /** Where the index is. */
    public Path index() {
        return data.resolve("index");
    }

    /** The file that a process locks while it uses {@code directory}. */
    public static Path lock(Path directory) {
        return directory.resolve("LOCK");
    }

    /** The stock cookie of {@code directory}. */
    public static Path cookie(Path directory) {
        return directory.resolve("current").resolve("VERSION");
    }

    /** Incarnation and random id of {@code directory}. */
    public static Path identity(Path directory) {
        return directory.resolve("current").resolve("IDENTITY");
    }

    /** The mark of the journal in {@code directory}. */
    public static Path journalMark(Path directory) {
        return directory.resolve("journal.mark");
    }

    /** Journal file {@code number}, 1 or more, of {@code directory}. */
    public static Path journalFile(Path directory, long number) {
        return directory.resolve(journalName(number, JOURNAL_SUFFIX));
    }

    /** The name of a journal file or mark that is not finished yet. */
    public static Path unfinished(Path finished) {
        return finished.resolveSibling(stem(finished.getFileName().toString()) + UNFINISHED);
    }

    /** The name under which a damaged journal file is kept for salvage. */
    public static Path damagedJournalFile(Path directory, long number) {
        return directory.resolve(journalName(number, ".damaged"));
    }

    /** The number of the journal file with this name, or −1 if it is not the name of one. */
    public static long journalNumber(String name) {
        if (!name.startsWith(JOURNAL_PREFIX) || !name.endsWith(JOURNAL_SUFFIX)) {
            return -1;
        }
        String digits = name.substring(JOURNAL_PREFIX.length(), name.length() - JOURNAL_SUFFIX.length());
        boolean number = digits.length() >= 10
                && digits.length() <= 18
                && digits.chars().allMatch(c -> c >= '0' && c <= '9')
                && journalName(Long.parseLong(digits), JOURNAL_SUFFIX).equals(name);
        return number ? Long.parseLong(digits) : -1;
    }

    /** True for the name of a file that was being made when its process ended: it holds nothing and may be deleted. */
    public static boolean isUnfinished(String name) {
        return name.endsWith(UNFINISHED);
    }

    private static String journalName(long number, String suffix) {
        String digits = Long.toString(number);
        return JOURNAL_PREFIX + "0".repeat(Math.max(0, 10 - digits.length())) + digits + suffix;
    }

    private static String stem(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }
}
