package io.daybook.ledger;

import io.daybook.base.error.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The shared record of one ledger (section 3 of docs/protocol.md). Immutable; the {@code with…} methods make the next record.
 *
 * @param replication fixed at creation
 * @param digestType fixed at creation
 * @param password in clear, as stock metadata keeps it
 * @param state where the ledger is in its life
 * @param fragments ascending by first entry, the first at 0 (R5)
 * @param lastEntry last entry id when CLOSED (−1 if empty), else −1
 * @param length payload bytes when CLOSED, else 0
 * @param createdMillis creation time, ms since the epoch
 * @param createdMillisStored whether the record itself holds the creation time
 * @param hasPassword whether the record holds digest type and password; ancient ones do not
 * @param formatVersion 1 to 3: the format it was read in and is rewritten in
 * @param creationToken tells our own creation from another's after a lost reply; 0 if unknown
 * @param custom caller's key-value pairs, sorted by key; values not to be changed
 * @param unknown what a newer version wrote and we cannot read, in a form of {@code ledger.metadata}'s own; kept through
 *     every rewrite, not to be changed
 */
public record LedgerMetadata(
        Replication replication,
        DigestType digestType,
        Password password,
        LedgerState state,
        List<Fragment> fragments,
        long lastEntry,
        long length,
        long createdMillis,
        boolean createdMillisStored,
        boolean hasPassword,
        int formatVersion,
        long creationToken,
        Map<String, byte[]> custom,
        byte[] unknown) {

    /** The newest format, which new ledgers are written in. */
    public static final int NEWEST_FORMAT = 3;

    private static final int FIRST_FORMAT_WITH_CUSTOM = 2;

    public LedgerMetadata {
        fragments = List.copyOf(fragments);
        custom = java.util.Collections.unmodifiableMap(new TreeMap<>(custom));
        Check.argument(
                !fragments.isEmpty() && fragments.get(0).firstEntry() == 0,
                "ledger metadata needs a fragment that starts at entry 0");
        for (int i = 0; i < fragments.size(); i++) {
            Fragment f = fragments.get(i);
            Check.argument(
                    i == 0 || f.firstEntry() > fragments.get(i - 1).firstEntry(),
                    "fragments must ascend, but %s follows %s",
                    f.firstEntry(),
                    i == 0 ? -1 : fragments.get(i - 1).firstEntry());
            Check.argument(
                    f.bookies().size() == replication.ensemble(),
                    "the fragment at %s names %s bookies, not %s",
                    f.firstEntry(),
                    f.bookies().size(),
                    replication.ensemble());
        }
    }

    /** A record with nothing unknown in it. */
    public LedgerMetadata(
            Replication replication,
            DigestType digestType,
            Password password,
            LedgerState state,
            List<Fragment> fragments,
            long lastEntry,
            long length,
            long createdMillis,
            boolean createdMillisStored,
            boolean hasPassword,
            int formatVersion,
            long creationToken,
            Map<String, byte[]> custom) {
        this(
                replication,
                digestType,
                password,
                state,
                fragments,
                lastEntry,
                length,
                createdMillis,
                createdMillisStored,
                hasPassword,
                formatVersion,
                creationToken,
                custom,
                new byte[0]);
    }

    /** The record of a new ledger. */
    public static LedgerMetadata open(
            Replication replication,
            DigestType digestType,
            Password password,
            List<BookieId> ensemble,
            long createdMillis,
            long creationToken,
            Map<String, byte[]> custom) {
        return new LedgerMetadata(
                replication,
                digestType,
                password,
                LedgerState.OPEN,
                List.of(new Fragment(0, ensemble)),
                -1,
                0,
                createdMillis,
                true,
                true,
                NEWEST_FORMAT,
                creationToken,
                custom);
    }

    public boolean closed() {
        return state == LedgerState.CLOSED;
    }

    /** The fragment that new entries go to. */
    public Fragment lastFragment() {
        return fragments.get(fragments.size() - 1);
    }

    /** The fragment of {@code entryId}: the one with the greatest first entry at or below it. */
    public Fragment fragmentOf(long entryId) {
        int low = 0;
        int high = fragments.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (fragments.get(middle).firstEntry() <= entryId) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return fragments.get(low);
    }

    /** This record with another state, not CLOSED. */
    public LedgerMetadata withState(LedgerState next) {
        Check.argument(next != LedgerState.CLOSED, "closing needs a last entry");
        return copy(next, fragments, -1, 0);
    }

    /** This record with other fragments. */
    public LedgerMetadata withFragments(List<Fragment> next) {
        return copy(state, next, lastEntry, length);
    }

    /** This record with {@code fragment} in place of the last one if both start at the same entry, else after it. */
    public LedgerMetadata withLastFragment(Fragment fragment) {
        List<Fragment> next = new ArrayList<>(fragments);
        if (lastFragment().firstEntry() == fragment.firstEntry()) {
            next.set(next.size() - 1, fragment);
        } else {
            next.add(fragment);
        }
        return withFragments(next);
    }

    /** This record CLOSED; fragments that start above the last entry are dropped, but the first. */
    public LedgerMetadata withClosed(long last, long bytes) {
        List<Fragment> kept = new ArrayList<>(fragments);
        while (kept.size() > 1 && kept.get(kept.size() - 1).firstEntry() > last) {
            kept.remove(kept.size() - 1);
        }
        return copy(LedgerState.CLOSED, kept, last, bytes);
    }

    /** As {@link #withClosed(long, long)}, with the reason among the custom pairs, unless the format of the record has none. */
    public LedgerMetadata withClosed(long last, long bytes, CloseReason reason) {
        LedgerMetadata closed = withClosed(last, bytes);
        if (formatVersion < FIRST_FORMAT_WITH_CUSTOM) {
            return closed;
        }
        Map<String, byte[]> pairs = new TreeMap<>(custom);
        reason.putInto(pairs);
        return closed.withCustom(pairs);
    }

    /** How the ledger was closed; null if it is not, or nobody told. */
    public @Nullable CloseReason closeReason() {
        return closed() ? CloseReason.of(custom) : null;
    }

    /** This record with other custom pairs. */
    public LedgerMetadata withCustom(Map<String, byte[]> next) {
        return new LedgerMetadata(
                replication,
                digestType,
                password,
                state,
                fragments,
                lastEntry,
                length,
                createdMillis,
                createdMillisStored,
                hasPassword,
                formatVersion,
                creationToken,
                next,
                unknown);
    }

    /** This record with another creation token, 0 or more. */
    public LedgerMetadata withCreationToken(long next) {
        return new LedgerMetadata(
                replication,
                digestType,
                password,
                state,
                fragments,
                lastEntry,
                length,
                createdMillis,
                createdMillisStored,
                hasPassword,
                formatVersion,
                next,
                custom,
                unknown);
    }

    private LedgerMetadata copy(LedgerState nextState, List<Fragment> nextFragments, long nextLast, long nextLength) {
        return new LedgerMetadata(
                replication,
                digestType,
                password,
                nextState,
                nextFragments,
                nextLast,
                nextLength,
                createdMillis,
                createdMillisStored,
                hasPassword,
                formatVersion,
                creationToken,
                custom,
                unknown);
    }
}
