package io.daybook.stream.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.daybook.ledger.LedgerId;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamId;
import io.daybook.stream.StreamOwner;
import io.daybook.stream.metadata.proto.AllowedWriters;
import io.daybook.stream.metadata.proto.StreamRecord;
import io.daybook.stream.record.TailState;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamMetadataFormatTest {
    private static final StreamOwner SELF = new StreamOwner("ab".repeat(16), "here", 5);
    private static final OwnerMutations OWNER = new OwnerMutations(SELF, 1, 100, 10);
    private static final StreamMetadata NEW =
            StreamMetadata.created(new StreamId(77), "orders", StreamConfig.DEFAULT.withInitialOffset(9), 1_000);

    @Test
    void readsBackEveryStateOfAStream() {
        StreamMetadata owned = OWNER.claim().apply(NEW);
        StreamMetadata open = OWNER.openSegment(1, new LedgerId(50), 9, 1_001).apply(owned);
        StreamMetadata next = OWNER.addNext(2, new LedgerId(51), 1_002).apply(open);
        SegmentEnding ending = new SegmentEnding(1, 9, 20, 4, 400, 1_001, 1_003, 1_003, false);
        StreamMetadata rolled = OWNER.completeRoll(ending, 2, new TailState(20, 1_003, 1_003, 0), 1_004)
                .apply(next);
        StreamMetadata released =
                OWNER.release(null, rolled.tail(), true, 1_005).apply(rolled);

        for (StreamMetadata record : List.of(NEW, owned, open, next, rolled, released, released.deleting())) {
            assertThat(again(record).withStored(StreamRecord.getDefaultInstance()))
                    .isEqualTo(record);
        }
        assertThat(rolled.segments()).extracting(SegmentInfo::startOffset).containsExactly(9L, 20L);
    }

    @Test
    void keepsFieldsItDoesNotKnow() throws Exception {
        UnknownFieldSet later = UnknownFieldSet.newBuilder()
                .addField(
                        900,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFromUtf8("later"))
                                .build())
                .build();
        StreamMetadata open = OWNER.openSegment(1, new LedgerId(50), 9, 1_001)
                .apply(OWNER.claim().apply(NEW));
        StreamRecord.Builder stored = StreamRecord.parseFrom(StreamMetadataFormat.encode(open)).toBuilder();
        stored.setUnknownFields(later);
        stored.getConfigBuilder().setUnknownFields(later).setRequireFence(true);
        stored.getSegmentsBuilder(0).setUnknownFields(later);
        stored.getOwnerBuilder().setUnknownFields(later);

        StreamMetadata read = StreamMetadataFormat.decode(stored.build().toByteArray());
        StreamMetadata changed = OWNER.addNext(2, new LedgerId(51), 1_002).apply(read);
        StreamRecord written = StreamRecord.parseFrom(StreamMetadataFormat.encode(changed));

        assertThat(written.getUnknownFields()).isEqualTo(later);
        assertThat(written.getConfig().getUnknownFields()).isEqualTo(later);
        assertThat(written.getConfig().getRequireFence()).isTrue();
        assertThat(written.getSegments(0).getUnknownFields()).isEqualTo(later);
        assertThat(written.getOwner().getUnknownFields()).isEqualTo(later);
        assertThat(written.getSegmentsCount()).isEqualTo(2);
    }

    @Test
    void refusesToWriteWhereWritersMustDoMoreThanItCan() {
        StreamRecord.Builder stored;
        try {
            stored = StreamRecord.parseFrom(StreamMetadataFormat.encode(NEW)).toBuilder();
        } catch (com.google.protobuf.InvalidProtocolBufferException impossible) {
            throw new AssertionError(impossible);
        }
        stored.getConfigBuilder().setWriters(AllowedWriters.PROXY_ONLY);

        assertThat(StreamMetadataFormat.writable(
                        StreamMetadataFormat.decode(stored.build().toByteArray())))
                .isFalse();
        assertThat(StreamMetadataFormat.writable(NEW)).isTrue();
    }

    @Test
    void refusesALaterFormatAndWhatIsNoRecord() {
        byte[] later =
                StreamRecord.newBuilder().setFormat(2).setStreamId(1).build().toByteArray();

        assertThatThrownBy(() -> StreamMetadataFormat.decode(later)).isInstanceOf(StreamException.Unsupported.class);
        assertThatThrownBy(() -> StreamMetadataFormat.decode(new byte[] {(byte) 0xFF, 1, 2}))
                .isInstanceOf(StreamException.Corrupt.class);
        assertThatThrownBy(() -> StreamMetadataFormat.decode(new byte[0])).isInstanceOf(StreamException.Corrupt.class);
    }

    @Test
    void refusesARecordThatHasGrownTooLarge() {
        String name = "n".repeat(StreamMetadataFormat.RECORD_BYTES_MAX);
        StreamMetadata large = StreamMetadata.created(NEW.id(), name, NEW.config(), NEW.createdMillis());

        assertThatThrownBy(() -> StreamMetadataFormat.encode(large)).isInstanceOf(StreamException.LimitExceeded.class);
    }

    @Test
    void anEmptySegmentGoesToGarbageUnlessItIsTheOnlyOne() {
        StreamMetadata open = OWNER.openSegment(1, new LedgerId(50), 9, 1_001)
                .apply(OWNER.claim().apply(NEW));
        SegmentEnding empty = new SegmentEnding(1, 9, 9, 0, 100, 0, 0, 0, true);

        StreamMetadata kept = OWNER.finishRecovery(List.of(empty), TailState.initial(9), -1, 1_002)
                .apply(open);
        StreamMetadata replaced = OWNER.replaceSegment(empty, 2, new LedgerId(51), TailState.initial(9), 1_002)
                .apply(open);

        assertThat(kept.segments())
                .singleElement()
                .satisfies(s -> assertThat(s.endOffset()).isEqualTo(9));
        assertThat(kept.garbage()).isEmpty();
        assertThat(replaced.segments())
                .singleElement()
                .satisfies(s -> assertThat(s.seq()).isEqualTo(2));
        assertThat(replaced.garbage()).containsExactly(new GarbageLedger(new LedgerId(50), 1_102));
    }

    @Test
    void anEarlierOwnerChangesNothing() {
        StreamMetadata mine = OWNER.claim().apply(NEW);
        OwnerMutations later = new OwnerMutations(new StreamOwner("cd".repeat(16), "there", 6), 2, 100, 10);
        StreamMetadata theirs = later.claim().apply(mine);

        assertThat(OWNER.addNext(1, new LedgerId(1), 0).refusal(theirs))
                .isInstanceOfSatisfying(
                        StreamException.OwnershipLost.class,
                        e -> assertThat(e.owner().address()).isEqualTo("there"));
        assertThat(OWNER.claim().refusal(theirs)).isInstanceOf(StreamException.OwnershipLost.class);
        assertThat(OWNER.addNext(1, new LedgerId(1), 0).refusal(mine.deleting()))
                .isInstanceOf(StreamException.Deleted.class);
    }

    private static StreamMetadata again(StreamMetadata record) {
        return StreamMetadataFormat.decode(StreamMetadataFormat.encode(record));
    }
}
