package io.daybook.ledger.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.WithNull;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class GroupAddTest {
    private static final Tag TAG = new Tag(Tag.V3, 7, 0);
    private static final byte[] KEY = HexFormat.of().parseHex("0102030405060708090a0b0c0d0e0f1011121314");

    /** The worked example of docs/formats/wire.md. */
    private static final String REQUEST = "0a07080310e9071807" // version 3, operation 1001, transaction 7
            + "ca3e26" // field 1001, 38 bytes
            + "0a140102030405060708090a0b0c0d0e0f1011121314" // key
            + "1002" // two entries
            + "1a0c" + "00000002aabb" + "00000002ccdd";

    private static ByteBuf entries(byte[]... all) {
        ByteBuf group = Messages.ALLOCATOR.directBuffer();
        for (byte[] entry : all) {
            group.writeInt(entry.length).writeBytes(entry);
        }
        return group;
    }

    private static Request.GroupAdd group(byte[]... all) {
        return new Request.GroupAdd(TAG, KEY, all.length, entries(all));
    }

    private static List<String> walk(ByteBuf group) {
        List<String> found = new ArrayList<>();
        EntryGroup walk = new EntryGroup(group);
        while (walk.next()) {
            found.add(Messages.text(new Request.GroupAdd(TAG, KEY, 1, group)));
        }
        walk.rewind();
        return found;
    }

    @Test
    void aRequestHasTheBytesOfTheWorkedExample() {
        Request.GroupAdd request = group(new byte[] {(byte) 0xAA, (byte) 0xBB}, new byte[] {(byte) 0xCC, (byte) 0xDD});

        String encoded = Messages.hex(WireV3.encode(request, Messages.ALLOCATOR));

        assertThat(encoded).isEqualTo(REQUEST);
        assertThat(request.entries().refCnt()).isZero();
    }

    @Test
    void anAnswerHasTheBytesOfTheWorkedExample() {
        AddOutcomes outcomes = AddOutcomes.of(
                new Status[] {Status.OK, Status.OK, Status.FENCED, Status.FENCED, Status.FENCED, null, null});
        var response = new Response.GroupAdd(TAG, Status.OK, outcomes);

        ByteBuf encoded = WireV3.encode(response, Messages.ALLOCATOR);
        String hex = Messages.hex(encoded.retainedSlice());

        assertThat(hex).isEqualTo("0a07080310e90718071000" + "ca3e0b" + "0800" + "1207" + "0200" + "03f803" + "0201");
        assertThat(WireV3.decodeResponse(encoded)).isEqualTo(response);
    }

    @Property(tries = 200)
    void aGroupComesThroughAsItWas(@ForAll @Size(min = 1, max = 40) List<byte[]> bodies) {
        byte[][] all = bodies.toArray(byte[][]::new);
        ByteBuf frame = WireV3.encode(group(all), Messages.ALLOCATOR);

        Request.GroupAdd read = (Request.GroupAdd) new RequestDecoder().decode(frame);

        Request.GroupAdd same = group(all);
        assertThat(Messages.text(read)).isEqualTo(Messages.text(same));
        assertThat(walk(read.entries())).isEqualTo(walk(same.entries())).hasSize(all.length);
        assertThat(EntryGroup.wellFormed(read.entries(), all.length, 0)).isTrue();
        assertThat(EntryGroup.wellFormed(read.entries(), all.length + 1, 0)).isFalse();
        read.release();
        same.release();
        assertThat(frame.refCnt()).isZero();
    }

    @Property(tries = 200)
    void outcomesComeThroughAsTheyWere(@ForAll @Size(min = 1, max = 100) List<@WithNull Status> each) {
        AddOutcomes outcomes = AddOutcomes.of(each.toArray(Status[]::new));
        var response = new Response.GroupAdd(TAG, Status.OK, outcomes);

        Response read = WireV3.decodeResponse(WireV3.encode(response, Messages.ALLOCATOR));

        assertThat(read).isEqualTo(response);
        assertThat(outcomes.count()).isEqualTo(each.size());
        List<@Nullable Status> again = new ArrayList<>();
        for (int run = 0; run < outcomes.runs(); run++) {
            while (again.size() < outcomes.end(run)) {
                again.add(outcomes.status(run));
            }
        }
        assertThat(again).isEqualTo(each);
    }

    @Test
    void aRequestThatIsTornAnywhereIsRefusedAndReleased() {
        byte[] whole = HexFormat.of().parseHex(REQUEST);
        for (int size = 0; size < whole.length; size++) {
            ByteBuf frame = Messages.frame(Arrays.copyOf(whole, size));

            assertThatThrownBy(() -> new RequestDecoder().decode(frame)).isInstanceOf(MalformedFrameException.class);
            assertThat(frame.refCnt()).as("%d bytes", size).isZero();
        }
    }

    @Test
    void anAnswerThatIsTornAnywhereIsNoAnswerToAGroup() {
        ByteBuf encoded = WireV3.encode(
                new Response.GroupAdd(TAG, Status.OK, AddOutcomes.of(new Status[] {Status.OK, null, Status.BUSY})),
                Messages.ALLOCATOR);
        byte[] whole = HexFormat.of().parseHex(Messages.hex(encoded));
        for (int size = 0; size < whole.length; size++) {
            ByteBuf frame = Messages.frame(Arrays.copyOf(whole, size));

            assertThatThrownBy(() -> new ResponseDecoder(true).decode(frame))
                    .isInstanceOf(MalformedFrameException.class);
            assertThat(frame.refCnt()).as("%d bytes", size).isZero();
        }
    }

    @Test
    void entriesThatAreTornAnywhereAreNotWellFormed() {
        ByteBuf group = entries(new byte[24], new byte[30]);
        for (int size = 0; size < group.writerIndex(); size++) {
            ByteBuf torn = Unpooled.copiedBuffer(group.slice(0, size));

            assertThat(EntryGroup.wellFormed(torn, 2, 24)).as("%d bytes", size).isFalse();
        }
        assertThat(EntryGroup.wellFormed(group, 2, 24)).isTrue();
        assertThat(EntryGroup.wellFormed(group, 2, 25)).isFalse();
        assertThat(EntryGroup.wellFormed(group, 1, 24)).isFalse();
        group.setInt(28, Integer.MAX_VALUE);
        assertThat(EntryGroup.wellFormed(group, 2, 24)).isFalse();
        group.setInt(28, -1);
        assertThat(EntryGroup.wellFormed(group, 2, 24)).isFalse();
        group.release();
    }

    @Test
    void anAnnouncedNumberOfEntriesOutsideTheLimitsIsRefused() {
        for (int count : new int[] {0, -1, EntryGroup.ENTRIES_MAX + 1, Integer.MAX_VALUE}) {
            ByteBuf frame =
                    WireV3.encode(new Request.GroupAdd(TAG, KEY, count, entries(new byte[24])), Messages.ALLOCATOR);

            assertThatThrownBy(() -> new RequestDecoder().decode(frame)).isInstanceOf(MalformedFrameException.class);
            assertThat(frame.refCnt()).isZero();
        }
    }

    @Test
    void anAnswerThatTellsOfMoreEntriesThanAGroupHasIsRefused() {
        Response tooMany =
                new Response.GroupAdd(TAG, Status.OK, AddOutcomes.all(Status.OK, EntryGroup.ENTRIES_MAX + 1));
        ByteBuf frame = WireV3.encode(tooMany, Messages.ALLOCATOR);

        assertThatThrownBy(() -> WireV3.decodeResponse(frame)).isInstanceOf(MalformedFrameException.class);
        assertThat(frame.refCnt()).isZero();
    }

    @Test
    void aStatusNobodyKnowsIsNeitherSuccessNorAbsence() {
        ByteBuf frame = Messages.frame(
                HexFormat.of().parseHex("0a07080310e90718071000" + "ca3e08" + "0800" + "1204" + "0100" + "017f"));

        Response.GroupAdd read = (Response.GroupAdd) WireV3.decodeResponse(frame);

        assertThat(read.outcomes()).isEqualTo(AddOutcomes.of(new Status[] {Status.OK, Status.UNKNOWN_STATE}));
    }
}
