package io.daybook.bookie.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LayoutTest {
    private final Path journal = Path.of("/a/journal");

    @Test
    void namesJournalFilesByNumber() {
        assertThat(Layout.journalFile(journal, 7)).isEqualTo(Path.of("/a/journal/journal-0000000007.log"));
        assertThat(Layout.journalFile(journal, 12_345_678_901L))
                .isEqualTo(Path.of("/a/journal/journal-12345678901.log"));
        assertThat(Layout.unfinished(Layout.journalFile(journal, 7)))
                .isEqualTo(Path.of("/a/journal/journal-0000000007.new"));
        assertThat(Layout.unfinished(Layout.journalMark(journal))).isEqualTo(Path.of("/a/journal/journal.new"));
        assertThat(Layout.damagedJournalFile(journal, 7)).isEqualTo(Path.of("/a/journal/journal-0000000007.damaged"));
    }

    @Test
    void readsTheNumberBackAndOnlyFromNamesItGave() {
        assertThat(Layout.journalNumber("journal-0000000007.log")).isEqualTo(7);
        assertThat(Layout.journalNumber("journal-12345678901.log")).isEqualTo(12_345_678_901L);
        for (String other : new String[] {
            "journal-7.log",
            "journal-00000000007.log",
            "journal-0000000007.new",
            "journal-000000000x.log",
            "journal.mark",
            "journal-.log",
            "journal-99999999999999999999.log",
            "0000000007.log",
            ""
        }) {
            assertThat(Layout.journalNumber(other)).as(other).isEqualTo(-1);
        }
    }

    @Test
    void keepsCookieAndIdentityWhereStockKeepsTheCookie() {
        assertThat(Layout.cookie(journal)).isEqualTo(Path.of("/a/journal/current/VERSION"));
        assertThat(Layout.identity(journal)).isEqualTo(Path.of("/a/journal/current/IDENTITY"));
    }

    @Test
    void keepsEntriesAndIndexApart() {
        var layout = new Layout(journal, Path.of("/b/data"));

        assertThat(layout.entries()).isEqualTo(Path.of("/b/data/entries"));
        assertThat(layout.index()).isEqualTo(Path.of("/b/data/index"));
    }
}
