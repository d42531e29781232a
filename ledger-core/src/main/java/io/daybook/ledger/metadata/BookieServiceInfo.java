package io.daybook.ledger.metadata;

import com.google.protobuf.InvalidProtocolBufferException;
import io.daybook.base.seam.HostPort;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.proto.ServiceInfoRecord;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a bookie tells of itself in its registration node: where it listens, and properties. Format: docs/formats/metadata.md.
 *
 * @param endpoints in the order published
 * @param properties by key; Daybook's own start with {@code daybook.}
 */
public record BookieServiceInfo(List<Endpoint> endpoints, SortedMap<String, String> properties) {

    /** Protocol of the endpoint that ledger clients use. */
    public static final String BOOKIE_PROTOCOL = "bookie-rpc";

    /** Property: comma list of what the bookie can do beyond stock. */
    public static final String FEATURES = "daybook.features";

    /** Feature: a fence is on disk before anything is answered about it (R24). */
    public static final String DURABLE_FENCE = "durable-fence";

    /** Feature: adds may come in groups. */
    public static final String GROUP_ADD = "group-add";

    /** Feature: strided reads are answered, of striped ledgers, too. */
    public static final String STRIPED_BATCH_READ = "striped-batch-read";

    /** Property: number that grows whenever the bookie may have lost data (R2). */
    public static final String INCARNATION = "daybook.incarnation";

    /** Property: number that differs at each start (R107). */
    public static final String BOOT = "daybook.boot";

    /** Property: comma list of {@code key=value} that placement may look at. */
    public static final String LABELS = "daybook.labels";

    public BookieServiceInfo {
        endpoints = List.copyOf(endpoints);
        properties = Collections.unmodifiableSortedMap(new TreeMap<>(properties));
    }

    /**
     * One listening address.
     *
     * @param id {@code bookie}, {@code httpserver} or another name
     * @param host where clients reach it
     * @param port as bound
     * @param protocol {@link #BOOKIE_PROTOCOL}, {@code http} or another
     * @param auth names of authentication methods
     * @param extensions names of protocol extensions
     */
    public record Endpoint(
            String id, String host, int port, String protocol, List<String> auth, List<String> extensions) {

        public Endpoint {
            auth = List.copyOf(auth);
            extensions = List.copyOf(extensions);
        }
    }

    /** What a bookie that listens at {@code address} publishes. */
    public static BookieServiceInfo of(HostPort address, SortedMap<String, String> properties) {
        return new BookieServiceInfo(
                List.of(new Endpoint("bookie", address.host(), address.port(), BOOKIE_PROTOCOL, List.of(), List.of())),
                properties);
    }

    /** The bytes of the registration node. */
    public byte[] encode() {
        ServiceInfoRecord.Builder record = ServiceInfoRecord.newBuilder();
        for (Endpoint endpoint : endpoints) {
            record.addEndpointsBuilder()
                    .setId(endpoint.id())
                    .setPort(endpoint.port())
                    .setHost(endpoint.host())
                    .setProtocol(endpoint.protocol())
                    .addAllAuth(endpoint.auth())
                    .addAllExtensions(endpoint.extensions());
        }
        record.putAllProperties(properties);
        return record.build().toByteArray();
    }

    /**
     * Reads the registration node of {@code bookie}; what we do not know in it is passed over. An empty node, as older bookies make it, means that the
     * id is the address. Fails with {@link MalformedMetadataException}.
     */
    public static BookieServiceInfo decode(BookieId bookie, byte[] data) {
        if (data.length == 0) {
            return legacy(bookie);
        }
        try {
            ServiceInfoRecord record = ServiceInfoRecord.parseFrom(data);
            return new BookieServiceInfo(
                    record.getEndpointsList().stream()
                            .map(endpoint -> new Endpoint(
                                    endpoint.getId(),
                                    endpoint.getHost(),
                                    endpoint.getPort(),
                                    endpoint.getProtocol(),
                                    endpoint.getAuthList(),
                                    endpoint.getExtensionsList()))
                            .toList(),
                    new TreeMap<>(record.getPropertiesMap()));
        } catch (InvalidProtocolBufferException unreadable) {
            throw new MalformedMetadataException(
                    "the registration of bookie %s cannot be read: %s".formatted(bookie, unreadable.getMessage()),
                    unreadable);
        }
    }

    /** Where ledger clients connect, or null if nothing usable is published. */
    public @Nullable HostPort address() {
        for (Endpoint endpoint : endpoints) {
            if (endpoint.protocol().equals(BOOKIE_PROTOCOL)) {
                boolean usable = !endpoint.host().isEmpty() && endpoint.port() > 0 && endpoint.port() <= 65_535;
                return usable ? new HostPort(endpoint.host(), endpoint.port()) : null;
            }
        }
        return null;
    }

    private static BookieServiceInfo legacy(BookieId bookie) {
        HostPort address;
        try {
            address = HostPort.parse(bookie.value());
        } catch (IllegalArgumentException notAnAddress) {
            return new BookieServiceInfo(List.of(), Collections.emptySortedMap());
        }
        return new BookieServiceInfo(
                List.of(new Endpoint(
                        bookie.value(), address.host(), address.port(), BOOKIE_PROTOCOL, List.of(), List.of())),
                Collections.emptySortedMap());
    }
}
