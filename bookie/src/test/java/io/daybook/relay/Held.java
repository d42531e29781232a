package io.daybook.relay;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/** Keeps matching frames until told what to do with them. Owns those it keeps. */
public final class Held extends Rule {
    private final ArrayDeque<Frame> frames; // the relay's loop only

    private record Frame(Lane lane, ByteBuf bytes) {}

    private Held(BookieRelay relay, Match match, ArrayDeque<Frame> frames) {
        super(relay, match, (lane, bytes) -> {
            lane.holds(bytes.readableBytes());
            return frames.add(new Frame(lane, bytes));
        });
        this.frames = frames;
    }

    static Held of(BookieRelay relay, Match match) {
        return new Held(relay, match, new ArrayDeque<>());
    }

    /** How many are kept. */
    public int size() {
        return relay.call(frames::size);
    }

    /** Lets all pass in the order they came, and keeps none from now on. */
    public void release() {
        relay.run(() -> {
            relay.forget(this);
            let(frames.size());
        });
    }

    /** Lets the {@code number} oldest pass. */
    public void releaseOldest(int number) {
        relay.run(() -> let(number));
    }

    /** Loses all it keeps, and keeps none from now on. */
    public void drop() {
        relay.run(() -> {
            relay.forget(this);
            lose();
        });
    }

    private void let(int number) {
        for (int i = 0; i < number && !frames.isEmpty(); i++) {
            Frame frame = frames.remove();
            frame.lane.pass(frame.bytes);
            frame.lane.holds(-frame.bytes.readableBytes());
        }
    }

    /** The relay's loop only. */
    void lose() {
        for (Frame frame = frames.poll(); frame != null; frame = frames.poll()) {
            int bytes = frame.bytes.readableBytes();
            frame.bytes.release();
            frame.lane.holds(-bytes);
        }
    }
}
