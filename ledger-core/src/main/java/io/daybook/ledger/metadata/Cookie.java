package io.daybook.ledger.metadata;

import com.google.protobuf.TextFormat;
import com.google.protobuf.UninitializedMessageException;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.proto.CookieRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Binds a bookie id to its directories: a node of the metadata store, and the file {@code VERSION} in each directory (R78).
 *
 * <p>Written as stock layout version 5, a version line and protobuf as text; versions 3 and later are read. Format:
 * docs/formats/metadata.md.
 *
 * @param bookie whose directories they are
 * @param journalDirs one or more, as configured
 * @param ledgerDirs one or more, as configured
 * @param instanceId of the cluster, or null if it has none
 * @param indexDirs null if they are not configured apart from the ledger directories
 */
public record Cookie(
        BookieId bookie,
        List<String> journalDirs,
        List<String> ledgerDirs,
        @Nullable String instanceId,
        @Nullable List<String> indexDirs) {
    private static final int VERSION = 5;
    private static final int VERSION_LINES = 3; // the last without protobuf

    public Cookie {
        journalDirs = List.copyOf(journalDirs);
        ledgerDirs = List.copyOf(ledgerDirs);
        indexDirs = indexDirs == null ? null : List.copyOf(indexDirs);
    }

    /** The bytes of the node and of the file. */
    public byte[] encode() {
        CookieRecord.Builder record = CookieRecord.newBuilder()
                .setBookieHost(bookie.value())
                .setJournalDir(String.join(",", journalDirs))
                .setLedgerDirs(counted(ledgerDirs));
        if (instanceId != null) {
            record.setInstanceId(instanceId);
        }
        if (indexDirs != null) {
            record.setIndexDirs(counted(indexDirs));
        }
        return (VERSION + "\n" + TextFormat.printer().printToString(record.build())).getBytes(StandardCharsets.UTF_8);
    }

    /** Reads a node or file; fails with {@link MalformedMetadataException}. */
    public static Cookie decode(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        String line = end < 0 ? text : text.substring(0, end);
        if (line.isEmpty() || line.length() > 9 || !LedgerTree.digits(line, line.length())) {
            throw malformed("its first line must be a version number", null);
        }
        int version = Integer.parseInt(line);
        if (version < VERSION_LINES) {
            throw malformed("its version " + version + " is older than 3, the oldest that can be read", null);
        }
        String body = text.substring(end + 1);
        try {
            if (version == VERSION_LINES) {
                return ofLines(body);
            }
            CookieRecord.Builder record = CookieRecord.newBuilder();
            TextFormat.merge(body, record);
            return of(record.build());
        } catch (TextFormat.ParseException | UninitializedMessageException | IllegalArgumentException unreadable) {
            throw malformed(unreadable.getMessage(), unreadable);
        }
    }

    /**
     * How {@code stored} differs from this cookie, made from the configuration: one sentence per field, none if it is the same bookie over
     * the same directories.
     */
    public List<String> differences(Cookie stored) {
        List<String> found = new ArrayList<>();
        compare(found, "bookie id", bookie.value(), stored.bookie.value());
        compare(found, "cluster instance id", instanceId, stored.instanceId);
        compare(found, "list of journal directories", journalDirs.toString(), stored.journalDirs.toString());
        compare(found, "list of ledger directories", ledgerDirs.toString(), stored.ledgerDirs.toString());
        compare(
                found,
                "list of index directories",
                indexes().toString(),
                stored.indexes().toString());
        return found;
    }

    private List<String> indexes() {
        return indexDirs == null ? ledgerDirs : indexDirs;
    }

    private static void compare(List<String> found, String what, @Nullable String here, @Nullable String there) {
        if (!Objects.equals(here, there)) {
            found.add("the " + what + " is " + here + " here but " + there + " there");
        }
    }

    private static Cookie of(CookieRecord record) {
        return new Cookie(
                new BookieId(record.getBookieHost()),
                List.of(record.getJournalDir().split(",", -1)),
                uncounted(record.getLedgerDirs()),
                record.hasInstanceId() ? record.getInstanceId() : null,
                record.hasIndexDirs() ? uncounted(record.getIndexDirs()) : null);
    }

    private static Cookie ofLines(String body) {
        String[] lines = body.split("\n");
        if (lines.length != 3) {
            throw malformed("version 3 has three lines after the version, not " + lines.length, null);
        }
        return new Cookie(new BookieId(lines[0]), List.of(lines[1].split(",", -1)), uncounted(lines[2]), null, null);
    }

    private static String counted(List<String> dirs) {
        return dirs.size() + "\t" + String.join("\t", dirs);
    }

    private static List<String> uncounted(String text) {
        String[] parts = text.split("\t", -1);
        if (!parts[0].equals(Integer.toString(parts.length - 1))) {
            throw malformed("'" + text + "' is not a number of directories and as many names", null);
        }
        return Arrays.asList(parts).subList(1, parts.length);
    }

    private static MalformedMetadataException malformed(@Nullable String why, @Nullable Throwable cause) {
        return new MalformedMetadataException("this is not a cookie: " + why, cause);
    }
}
