package io.daybook.stream.writer;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerWriter;
import io.daybook.stream.metadata.SegmentEnding;
import io.daybook.stream.metadata.StreamMetadata;
import io.daybook.stream.record.ControlRecord;
import io.daybook.stream.record.TailState;
import io.daybook.stream.segment.RollPolicy;
import io.daybook.stream.segment.SegmentWriter;
import io.daybook.stream.writer.SegmentOpening.Opened;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Leads a stream from one segment to the next. With a successor listed ahead of need the roll costs appends one round trip, that of the end marker, and
 * no metadata; without one, a ledger is made first and the record is changed before appends go on. Belongs to the stream's loop.
 */
final class SegmentRoller {
    private static final long PAUSE_NANOS = 1_000_000_000;
    private static final int LOOK_EVERY_ENTRIES = 64;

    private final WriterEnvironment env;
    private final BatchingWriter writer;
    private final LedgerEnding ending;
    private final ArrayDeque<Promise<Void>> requested = new ArrayDeque<>(); // explicit rolls
    private final ArrayDeque<Runnable> whenQuiet = new ArrayDeque<>();

    private Step step = Step.QUIET;
    private RollPolicy policy;
    private long lookFromBytes; // of the current segment
    private @Nullable Opened next; // listed as NEXT by us
    private @Nullable Opened spare; // made for a slow roll, not listed
    private long pausedUntil;
    private Loop.@Nullable Timer timer;

    SegmentRoller(WriterEnvironment env, BatchingWriter writer, LedgerEnding ending) {
        this.env = env;
        this.writer = writer;
        this.ending = ending;
        this.policy = RollPolicy.of(env.config(), env.entropy());
        this.lookFromBytes = policy.bytesMax() / 2;
        this.pausedUntil = env.loop().clock().nanos();
    }

    private enum Step {
        QUIET,
        /** A ledger is being made and listed as NEXT. */
        PREPARING,
        /** A ledger is being made for a slow roll; appends go on. */
        CREATING,
        /** The end marker is under way; appends are held. */
        ENDING,
        /** Slow roll: the old ledger is being closed and the record changed; appends are held. */
        SWITCHING,
        /** Fast roll: appends go on in the new segment while the record catches up. */
        COMPLETING
    }

    /** A batch was sent to {@code segment}, the current one. */
    void onSent(SegmentWriter segment) {
        // age has a timer; what else can make a roll due is looked at where it costs many small streams nothing
        if (segment.bytes() >= lookFromBytes || segment.entries() % LOOK_EVERY_ENTRIES == 0) {
            consider(segment);
        }
    }

    /** A new current segment. */
    void onOpened(SegmentWriter segment) {
        policy = RollPolicy.of(env.config(), env.entropy());
        lookFromBytes = policy.bytesMax() / 2;
        arm(segment, policy.ageNanosMax() / 2);
    }

    /** An explicit roll. */
    void request(Promise<Void> rolled) {
        SegmentWriter segment = writer.current();
        if (segment == null || !segment.hasData()) {
            rolled.complete(null); // whatever comes next starts a segment
            return;
        }
        requested.add(rolled);
        consider(segment);
    }

    /** The old segment has ended and a slow roll goes on from there. */
    boolean switching() {
        return step == Step.SWITCHING;
    }

    /** Nothing is under way that changes segments. */
    boolean quiet() {
        return step == Step.QUIET;
    }

    /** Runs {@code then} as soon as nothing is under way that changes segments or their record. */
    void whenQuiet(Runnable then) {
        if (quiet()) {
            then.run();
        } else {
            whenQuiet.add(then);
        }
    }

    /** The ledger failed before the end marker got there: the roll did not happen. */
    void cancelEnding() {
        if (step == Step.ENDING) {
            writer.hold(false);
            Opened unused = spare;
            spare = null;
            if (unused != null) {
                writer.opening().discard(unused.ledger());
            }
            quieten();
        }
    }

    /** Takes the prepared successor for a repair, or null. */
    @Nullable
    Opened takeNext() {
        Opened taken = next;
        next = null;
        return taken;
    }

    /** Lets the record catch up with a successor that is in use. */
    void complete(SegmentWriter old, long nextSeq) {
        step = Step.COMPLETING;
        Futures.whenDone(ending.end(old), env.loop(), (done, failure) -> {
            if (failure != null) {
                endFailed(failure);
                return;
            }
            SegmentEnding end = old.ending();
            TailState tail = old.committed();
            Promise<StreamMetadata> completed =
                    writer.lane().submit(() -> env.mutations().completeRoll(end, nextSeq, tail, env.nowMillis()));
            Futures.whenDone(completed, env.loop(), (record, refused) -> {
                if (record != null) {
                    env.probe().reached(CrashPoint.ROLL_3);
                    quieten();
                } else if (!writer.hasEnded()) {
                    writer.giveUp("a roll could not be recorded", refused);
                }
            });
        });
    }

    /** The writer has ended. */
    void end(Throwable why) {
        if (timer != null) {
            timer.cancel();
        }
        Opened listed = next;
        if (listed != null) {
            listed.ledger().abandon();
        }
        Opened unlisted = spare;
        if (unlisted != null) {
            writer.opening().discard(unlisted.ledger());
        }
        next = null;
        spare = null;
        for (Promise<Void> p = requested.poll(); p != null; p = requested.poll()) {
            p.completeExceptionally(why);
        }
    }

    /** Gives up a listed successor that will not be used, since the stream is released. */
    void abandonNext() {
        Opened listed = takeNext();
        if (listed != null) {
            listed.ledger().abandon();
        }
    }

    private void consider(SegmentWriter segment) {
        if (step != Step.QUIET || !writer.isRunning() || segment != writer.current()) {
            return;
        }
        long now = env.loop().clock().nanos();
        boolean explicit = !requested.isEmpty() && segment.hasData();
        if (explicit || policy.due(segment, now)) {
            boolean ready = next != null || now - pausedUntil >= 0;
            if (ready && (explicit || env.rollBudget().tryTake())) {
                if (next != null) {
                    sendEnd(segment, next);
                } else {
                    rollSlowly();
                }
            }
        } else if (next == null && now - pausedUntil >= 0 && policy.prepare(segment, now)) {
            prepare();
        }
    }

    private void prepare() {
        step = Step.PREPARING;
        long seq = writer.lane().record().nextSeq();
        Futures.whenDone(writer.opening().create(seq), env.loop(), (ledger, failure) -> {
            if (ledger == null) {
                postpone();
                return;
            }
            env.probe().reached(CrashPoint.NEXT_1);
            Promise<StreamMetadata> listed =
                    writer.lane().submit(() -> env.mutations().addNext(seq, ledger.ledger(), env.nowMillis()));
            Futures.whenDone(listed, env.loop(), (record, refused) -> {
                if (record == null) {
                    writer.opening().discard(ledger);
                    postpone();
                } else if (writer.hasEnded()) {
                    ledger.abandon();
                } else {
                    env.probe().reached(CrashPoint.NEXT_2);
                    next = new Opened(seq, ledger);
                    quieten();
                }
            });
        });
    }

    private void rollSlowly() {
        step = Step.CREATING;
        long seq = writer.lane().record().nextSeq();
        Futures.whenDone(writer.opening().create(seq), env.loop(), (ledger, failure) -> {
            SegmentWriter segment = writer.current();
            if (ledger == null) {
                postpone(); // the old segment serves a while longer
            } else if (segment == null || !writer.isRunning() || !segment.writable()) {
                writer.opening().discard(ledger);
                quieten();
            } else {
                spare = new Opened(seq, ledger);
                sendEnd(segment, null);
            }
        });
    }

    private void sendEnd(SegmentWriter segment, @Nullable Opened successor) {
        step = Step.ENDING;
        writer.hold(true);
        long end = writer.sentTail().nextOffset();
        ControlRecord marker = successor == null
                ? new ControlRecord.SegmentEnd(end, null, null)
                : new ControlRecord.SegmentEnd(
                        end, successor.seq(), successor.ledger().ledger().value());
        writer.sendControl(segment, marker, header -> onEnded(segment));
        env.probe().reached(CrashPoint.ROLL_1);
    }

    private void onEnded(SegmentWriter old) {
        Opened successor = next;
        if (successor != null) {
            next = null;
            step = Step.COMPLETING;
            writer.startSegment(successor);
            writer.hold(false);
            rolled();
            if (!old.recovered()) {
                old.ledger().advanceLastAddConfirmed(); // tailing readers need not wait for the close
            }
            env.probe().reached(CrashPoint.ROLL_2);
            complete(old, successor.seq());
        } else {
            step = Step.SWITCHING;
            switchSlowly(old, Objects.requireNonNull(spare, "a slow roll without a ledger"));
        }
    }

    private void switchSlowly(SegmentWriter old, Opened successor) {
        Futures.whenDone(ending.end(old), env.loop(), (done, failure) -> {
            if (failure != null) {
                endFailed(failure);
                return;
            }
            SegmentEnding end = old.ending();
            LedgerWriter ledger = successor.ledger();
            Promise<StreamMetadata> switched = writer.lane()
                    .submit(() -> env.mutations()
                            .replaceSegment(end, successor.seq(), ledger.ledger(), old.committed(), env.nowMillis()));
            Futures.whenDone(switched, env.loop(), (record, refused) -> {
                spare = null;
                if (record == null) {
                    writer.opening().discard(ledger);
                    writer.giveUp("a roll could not be recorded", refused);
                } else if (!writer.hasEnded()) {
                    writer.startSegment(successor);
                    writer.hold(false);
                    rolled();
                    quieten();
                }
            });
        });
    }

    private void endFailed(Throwable failure) {
        if (failure instanceof LedgerException.Fenced || failure instanceof LedgerException.SealedByOther) {
            writer.fence();
        } else {
            writer.giveUp("a segment could not be closed", failure);
        }
    }

    private void rolled() {
        for (Promise<Void> p = requested.poll(); p != null; p = requested.poll()) {
            p.complete(null);
        }
    }

    private void postpone() {
        pausedUntil = env.loop().clock().nanos() + PAUSE_NANOS;
        quieten();
    }

    private void quieten() {
        step = Step.QUIET;
        for (Runnable then = whenQuiet.poll(); then != null && quiet(); then = whenQuiet.poll()) {
            then.run();
        }
        if (writer.hasEnded()) {
            return;
        }
        SegmentWriter segment = writer.current();
        if (segment != null) {
            if (!requested.isEmpty() || pausedUntil - env.loop().clock().nanos() > 0) {
                arm(segment, PAUSE_NANOS); // nobody may append before then
            }
            consider(segment);
        }
        writer.progress();
    }

    private void arm(SegmentWriter segment, long nanos) {
        if (timer != null) {
            timer.cancel();
        }
        timer = env.loop().schedule(nanos, () -> {
            if (segment == writer.current() && !writer.hasEnded()) {
                consider(segment);
                long left = policy.ageNanosMax()
                        - segment.ageNanos(env.loop().clock().nanos());
                arm(segment, Math.max(left, PAUSE_NANOS));
            }
        });
    }
}
