package io.daybook.ledger.metadata;

import static io.daybook.ledger.metadata.LedgerMetadataFormat.malformed;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.Password;
import io.daybook.ledger.Replication;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Version 1 of {@link LedgerMetadataFormat}: lines of text that know neither ack quorum nor digest, password, creation time
 * or custom pairs.
 */
final class LedgerMetadataLines {
    private static final String CLOSED = "CLOSED";
    private static final long IN_RECOVERY = -102; // in place of the last entry
    private static final long UNKNOWN_TIME = -1;

    private LedgerMetadataLines() {}

    static String print(LedgerMetadata metadata) {
        StringBuilder out = new StringBuilder()
                .append(metadata.replication().writeQuorum())
                .append('\n')
                .append(metadata.replication().ensemble())
                .append('\n')
                .append(metadata.closed() ? metadata.length() : 0)
                .append('\n');
        for (Fragment fragment : metadata.fragments()) {
            out.append(fragment.firstEntry());
            fragment.bookies().forEach(bookie -> out.append('\t').append(bookie));
            out.append('\n');
        }
        if (metadata.state() != LedgerState.OPEN) {
            out.append(metadata.closed() ? metadata.lastEntry() : IN_RECOVERY)
                    .append('\t')
                    .append(CLOSED);
        }
        return out.toString();
    }

    static LedgerMetadata parse(String body) {
        String[] lines = body.split("\n"); // what follows the last newline is a line only if there is something
        if (lines.length < 4) {
            throw malformed("version 1 has at least four lines after the header, not " + lines.length, null);
        }
        int writeQuorum = count(lines[0]);
        int ensemble = count(lines[1]);
        long length = number(lines[2]);
        LedgerState state = LedgerState.OPEN;
        long lastEntry = -1;
        List<Fragment> fragments = new ArrayList<>();
        for (int i = 3; i < lines.length; i++) {
            String[] parts = lines[i].split("\t", -1);
            long first = number(parts[0]);
            if (i == lines.length - 1 && parts.length == 2 && parts[1].equals(CLOSED)) {
                state = first == IN_RECOVERY ? LedgerState.IN_RECOVERY : LedgerState.CLOSED;
                lastEntry = first == IN_RECOVERY ? -1 : first;
            } else {
                fragments.add(new Fragment(
                        first,
                        Arrays.stream(parts, 1, parts.length).map(BookieId::new).toList()));
            }
        }
        return new LedgerMetadata(
                new Replication(ensemble, writeQuorum, writeQuorum),
                DigestType.CRC32,
                Password.EMPTY,
                state,
                fragments,
                lastEntry,
                state == LedgerState.CLOSED ? length : 0,
                UNKNOWN_TIME,
                false,
                false,
                1,
                0,
                Map.of());
    }

    private static int count(String text) {
        long value = number(text);
        if (value < 1 || value > Integer.MAX_VALUE) {
            throw malformed("'" + text + "' is not a number of bookies", null);
        }
        return (int) value;
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            throw malformed("'" + text + "' stands where version 1 has a number", notANumber);
        }
    }
}
