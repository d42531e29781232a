package io.daybook.bookie.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.daybook.bookie.embedded.RawPeer.Answer;
import io.daybook.bookie.embedded.RawPeer.Outcome;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Tag;
import io.daybook.ledger.protocol.WireV2;
import io.daybook.ledger.protocol.WireV3;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Conversations with a stock bookie, held again with ours: the same bytes in, answers of the same meaning out.
 *
 * <p>Compared is what an answer means, not its bytes: fields may come in another order, and a header may repeat the priority or not. Where
 * the two storages of stock bookies differ, SortedLedgerStorage decides.
 */
final class ServerBehaviourTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration SILENCE = Duration.ofMillis(150);

    private static EmbeddedBookies cluster;

    @BeforeAll
    static void start() {
        cluster = EmbeddedBookies.start(EmbeddedBookies.Options.of(1).tuned(config -> config.with(false, false)));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @TestFactory
    List<DynamicTest> scenarios() {
        List<DynamicTest> tests = new ArrayList<>();
        List<Map<String, Object>> scenarios = Json.objects("/vectors/server-behaviour.json", "scenarios");
        for (int i = 0; i < scenarios.size(); i++) {
            int number = i;
            Map<String, Object> scenario = scenarios.get(i);
            tests.add(DynamicTest.dynamicTest(
                    "%d %s, %s".formatted(i, scenario.get("scenario"), scenario.get("storage")),
                    () -> run(number, scenario)));
        }
        return tests;
    }

    @SuppressWarnings("unchecked")
    private static void run(int number, Map<String, Object> scenario) throws Exception {
        if (number >= 62) {
            abort("garbage collection is not built yet");
        }
        if (number >= 54) {
            abort("authentication and TLS are not built yet");
        }
        boolean readOnly = number >= 52;
        cluster.bookie(0).readOnly(readOnly).get(10, TimeUnit.SECONDS);
        try (RawPeer peer = new RawPeer(cluster.address(0))) {
            List<Map<String, Object>> steps = (List<Map<String, Object>>) scenario.get("steps");
            for (Map<String, Object> step : steps) {
                step(peer, number, step, steps);
            }
        } finally {
            cluster.bookie(0).readOnly(false).get(10, TimeUnit.SECONDS);
        }
    }

    private static void step(RawPeer peer, int number, Map<String, Object> step, List<Map<String, Object>> all)
            throws IOException {
        String name = (String) step.get("send");
        Deviation deviation = Deviation.of(number, name);
        byte[] frame = HexFormat.of().parseHex((String) step.get("requestFrameHex"));
        boolean sent = peer.send(frame);
        if (name.contains("after 500 ms")) {
            assertThat(peer.receive(SILENCE).outcome()).as("%s: parked", name).isEqualTo(Outcome.NOTHING);
            disturb(name, all);
        }
        String outcome = (String) step.get("outcome");
        if (deviation == null && outcome.startsWith("no response")) { // it waits for the rest of a frame
            assertThat(peer.receive(SILENCE).outcome()).as(name).isEqualTo(Outcome.NOTHING);
            return;
        }
        Answer answer = sent ? peer.receive(PATIENCE) : new Answer(Outcome.CLOSED, null);
        if (outcome.startsWith("connection closed")) {
            assertThat(answer.outcome()).as(name).isEqualTo(Outcome.CLOSED);
            return;
        }
        assertThat(answer.outcome()).as(name).isEqualTo(Outcome.FRAME);
        String actual = meaning(answer.frame());
        if (deviation != null) {
            assertThat(actual)
                    .as("%s, deviating: %s", name, deviation.ordered())
                    .contains(deviation.expected());
        } else {
            byte[] recorded = HexFormat.of().parseHex((String) step.get("responseFrameHex"));
            byte[] bare = Arrays.copyOfRange(recorded, 4, recorded.length);
            assertThat(actual).as(name).isEqualTo(meaning(bare));
        }
    }

    /** Does on another connection what the recording did there after half a second. */
    private static void disturb(String name, List<Map<String, Object>> all) throws IOException {
        byte[] firstAdd = HexFormat.of().parseHex((String) all.get(0).get("requestFrameHex"));
        Request.Add add = (Request.Add) WireV3.decodeRequest(bare(firstAdd));
        long ledgerId = add.ledgerId();
        Tag tag = new Tag(Tag.V3, 999_999, 0);
        Request request;
        if (name.contains("another connection adds entry 2")) {
            request = new Request.Add(tag, ledgerId, 2, add.masterKey(), recordedEntry2(all), false, false);
        } else if (name.contains("write-lac 2")) {
            ByteBuf packet = Unpooled.buffer().writeLong(ledgerId).writeLong(2).writeInt(0);
            request = new Request.WriteLac(tag, ledgerId, 2, add.masterKey(), packet);
        } else {
            request = Request.Read.fencing(tag, ledgerId, -1, add.masterKey());
        }
        add.release();
        ByteBuf encoded = WireV3.encode(request, ByteBufAllocator.DEFAULT);
        ByteBuf framed = Unpooled.buffer().writeInt(encoded.readableBytes()).writeBytes(encoded);
        byte[] bytes = ByteBufUtil.getBytes(framed);
        framed.release();
        encoded.release();
        try (RawPeer other = new RawPeer(cluster.address(0))) {
            other.send(bytes);
            assertThat(other.receive(PATIENCE).outcome())
                    .as("%s: the other connection", name)
                    .isEqualTo(Outcome.FRAME);
        }
    }

    private static ByteBuf recordedEntry2(List<Map<String, Object>> all) {
        for (Map<String, Object> step : all) {
            if (((String) step.get("send")).contains("write-lac 2 after")) {
                Response.Read read = (Response.Read)
                        WireV3.decodeResponse(bare(HexFormat.of().parseHex((String) step.get("responseFrameHex"))));
                ByteBuf body = Unpooled.copiedBuffer(read.body());
                read.release();
                return body;
            }
        }
        throw new IllegalStateException("the recording has no entry 2");
    }

    private static ByteBuf bare(byte[] frame) {
        return Unpooled.copiedBuffer(frame, 4, frame.length - 4);
    }

    /** An answer in words: everything in it but what may differ from one bookie to another. */
    private static String meaning(byte @Nullable [] frame) {
        ByteBuf bytes = Unpooled.copiedBuffer(frame);
        boolean v2 = bytes.getByte(0) <= 7;
        Response response = v2 ? WireV2.decodeResponse(bytes) : WireV3.decodeResponse(bytes);
        String tag = v2 ? "v2" : "txn " + response.tag().txnId();
        String words = "%s %s %s ".formatted(tag, response.operation(), response.status()) + words(response);
        response.release();
        return words;
    }

    private static String words(Response response) {
        if (response instanceof Response.Add add) {
            return add.ledgerId() + "/" + add.entryId();
        }
        if (response instanceof Response.Read read) {
            return "%d/%d body %s maxLac %s woken %s"
                    .formatted(
                            read.ledgerId(),
                            read.entryId(),
                            hex(read.body()),
                            read.maxLac() == Response.Read.ABSENT ? "none" : read.maxLac(),
                            read.lacUpdateMillis() != Response.Read.ABSENT);
        }
        if (response instanceof Response.BatchRead batch) {
            return "%d/%d request %d %s"
                    .formatted(
                            batch.ledgerId(),
                            batch.firstEntry(),
                            batch.requestId(),
                            batch.entries().stream()
                                    .map(ServerBehaviourTest::hex)
                                    .toList());
        }
        if (response instanceof Response.ReadLac lac) {
            return "%d lac %s last %s".formatted(lac.ledgerId(), hex(lac.lacBody()), hex(lac.lastEntryBody()));
        }
        if (response instanceof Response.ListEntries list) {
            return list.ledgerId()
                    + " "
                    + (list.availability() == null ? "none" : HexFormat.of().formatHex(list.availability()));
        }
        if (response instanceof Response.BookieInfo info) {
            return "total " + (info.totalBytes() >= 0) + " free " + (info.freeBytes() >= 0);
        }
        if (response instanceof Response.Auth auth) {
            return auth.pluginName() + " " + auth.payload().length;
        }
        if (response instanceof Response.WriteLac write) {
            return "" + write.ledgerId();
        }
        if (response instanceof Response.Force force) {
            return "" + force.ledgerId();
        }
        return "";
    }

    private static String hex(@Nullable ByteBuf bytes) {
        return bytes == null ? "none" : ByteBufUtil.hexDump(bytes);
    }

    /**
     * Where our answer is another one on purpose.
     *
     * @param scenarios first and last scenario it is about
     * @param step how the step begins
     * @param expected what our answer contains
     * @param ordered the rule that orders it
     */
    private record Deviation(int[] scenarios, String step, String expected, String ordered) {
        private static final String MISSING = "wire protocol 6.10: a request without its sub-message may be EBADREQ";
        private static final String STORAGES = "where the storages differ, SortedLedgerStorage decides";
        private static final String FIRST_COPY =
                "0000000000124f80000000000000000100000000000000000000000000000014fd28b4bd0726456483a2c1e0ff1e";
        private static final String ENTRIES_0_1_3 = "0000000000000002"; // version 0, two runs
        private static final List<Deviation> TABLE = List.of(
                both(
                        0,
                        6,
                        "read entry -2",
                        "READ NO_SUCH_ENTRY",
                        "wire protocol 6.2: an entry id below -1 is answered ENOENTRY"),
                both(
                        3,
                        9,
                        "read-lac (explicit only)",
                        "READ_LAC OK",
                        "wire protocol 6.6: explicit LAC without entry is EOK"),
                both(
                        3,
                        9,
                        "read-lac returns the latest",
                        "0000000000000005",
                        "R63b: a lower explicit LAC changes nothing"),
                both(12, 32, "READ_ENTRY header without", "READ BAD_REQUEST", MISSING),
                both(12, 32, "READ_LAC header without", "READ_LAC BAD_REQUEST", MISSING),
                both(12, 32, "FORCE_LEDGER header without", "FORCE BAD_REQUEST", MISSING),
                both(12, 32, "GET_BOOKIE_INFO header without", "BOOKIE_INFO BAD_REQUEST", MISSING),
                both(6, 6, "read entry 1 after overwrite", "READ OK 1200000/1 body " + FIRST_COPY, STORAGES),
                both(11, 11, "list entries", "LIST_ENTRIES OK 1200050 " + ENTRIES_0_1_3, STORAGES));

        private static Deviation both(int sorted, int db, String step, String expected, String ordered) {
            return new Deviation(new int[] {sorted, db}, step, expected, ordered);
        }

        static @Nullable Deviation of(int scenario, String step) {
            for (Deviation each : TABLE) {
                if (step.startsWith(each.step)
                        && !step.contains("unknown ledger")
                        && (each.scenarios[0] == scenario || each.scenarios[1] == scenario)) {
                    return each;
                }
            }
            return null;
        }
    }
}
