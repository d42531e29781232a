package io.daybook.ledger.metadata;

import com.google.protobuf.TextFormat;
import com.google.protobuf.UninitializedMessageException;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.proto.IdentityRecord;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What tells a bookie with its data from one of the same name that lost it (R2, R78): Daybook's addition to the cookie. The node below {@code
 * daybook/bookies} names all directories, the file {@code IDENTITY} in each directory that one. Format: docs/formats/metadata.md.
 *
 * @param bookie whose it is
 * @param instanceId of the cluster, or null if it has none
 * @param incarnation 1 at first, greater whenever data may have been lost
 * @param directories random id of each directory, by its path
 * @param formatted false while the directories of a new bookie are being made: it has never served anything then
 */
public record BookieIdentity(
        BookieId bookie,
        @Nullable String instanceId,
        long incarnation,
        SortedMap<String, String> directories,
        boolean formatted) {
    private static final String VERSION_LINE = "1\n";

    public BookieIdentity {
        directories = Collections.unmodifiableSortedMap(new TreeMap<>(directories));
    }

    /** The parent of all identity nodes. */
    public static String root(ClusterLayout cluster) {
        return cluster.root() + "/daybook/bookies";
    }

    /** The node of {@code bookie}. */
    public static String path(ClusterLayout cluster, BookieId bookie) {
        return root(cluster) + "/" + bookie;
    }

    /** This identity once every directory has its files. */
    public BookieIdentity asFormatted() {
        return new BookieIdentity(bookie, instanceId, incarnation, directories, true);
    }

    /** This identity after a loss: of the next incarnation, with these ids of directories. */
    public BookieIdentity raised(SortedMap<String, String> ids) {
        return new BookieIdentity(bookie, instanceId, incarnation + 1, ids, true);
    }

    /** What stands in the file of one of the directories. */
    public BookieIdentity of(String directory) {
        String id = directories.get(directory);
        if (id == null) {
            throw new IllegalArgumentException("bookie " + bookie + " has no directory " + directory);
        }
        return new BookieIdentity(bookie, instanceId, incarnation, new TreeMap<>(Map.of(directory, id)), true);
    }

    /** The bytes of the node or file. */
    public byte[] encode() {
        IdentityRecord.Builder record = IdentityRecord.newBuilder()
                .setBookieId(bookie.value())
                .setIncarnation(incarnation)
                .setFormatted(formatted);
        if (instanceId != null) {
            record.setInstanceId(instanceId);
        }
        directories.forEach(
                (path, id) -> record.addDirectoryBuilder().setPath(path).setId(id));
        return (VERSION_LINE + TextFormat.printer().printToString(record.build())).getBytes(StandardCharsets.UTF_8);
    }

    /** Reads a node or file; fails with {@link MalformedMetadataException}. */
    public static BookieIdentity decode(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        if (!text.startsWith(VERSION_LINE)) {
            throw malformed("its first line is not the version 1", null);
        }
        try {
            IdentityRecord.Builder builder = IdentityRecord.newBuilder();
            TextFormat.merge(text.substring(VERSION_LINE.length()), builder);
            IdentityRecord record = builder.build();
            TreeMap<String, String> directories = new TreeMap<>();
            record.getDirectoryList().forEach(directory -> directories.put(directory.getPath(), directory.getId()));
            return new BookieIdentity(
                    new BookieId(record.getBookieId()),
                    record.hasInstanceId() ? record.getInstanceId() : null,
                    record.getIncarnation(),
                    directories,
                    record.getFormatted());
        } catch (TextFormat.ParseException | UninitializedMessageException | IllegalArgumentException unreadable) {
            throw malformed(unreadable.getMessage(), unreadable);
        }
    }

    private static MalformedMetadataException malformed(@Nullable String why, @Nullable Throwable cause) {
        return new MalformedMetadataException("this is not the identity of a bookie: " + why, cause);
    }
}
