package io.daybook.relay;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import org.jspecify.annotations.Nullable;

/** One connection of a client, and the one to the bookie that carries it on. Belongs to the relay's loop. */
final class Crossing {
    private final BookieRelay relay;
    private final Channel client;
    private final FrameReader reader = new FrameReader();
    private final Lane requests;
    private @Nullable Channel bookie;
    private @Nullable Lane answers;
    private boolean frozen;

    Crossing(BookieRelay relay, Channel client) {
        this.relay = relay;
        this.client = client;
        this.requests = new Lane(relay, this, Direction.TO_BOOKIE, client);
        client.pipeline().addLast(requests);
    }

    FrameReader reader() {
        return reader;
    }

    /** The way to the bookie is open. */
    void open(Channel toBookie) {
        bookie = toBookie;
        Lane back = new Lane(relay, this, Direction.TO_CLIENT, toBookie);
        answers = back;
        toBookie.pipeline().addLast(back);
        if (!client.isActive()) {
            toBookie.close();
            return;
        }
        requests.open(toBookie);
        back.open(client);
    }

    /** The sender of this direction has closed: nothing reaches it any more. */
    void gone(Direction sender) {
        if (sender == Direction.TO_BOOKIE) {
            if (answers != null) {
                answers.receiverGone();
            }
        } else {
            requests.receiverGone();
        }
        if (!client.isActive() && (bookie == null || !bookie.isActive())) {
            requests.release();
            relay.forget(this);
        }
    }

    /** Nothing gets through any more; nobody is told. */
    void freeze() {
        frozen = true;
    }

    boolean frozen() {
        return frozen;
    }

    void wake() {
        requests.wake();
        if (answers != null) {
            answers.wake();
        }
    }

    void hurry() {
        requests.hurry();
        if (answers != null) {
            answers.hurry();
        }
    }

    void close() {
        client.close();
        if (bookie != null) {
            bookie.close();
        }
    }

    /** Ends it without a word: both sides get a reset. */
    void reset() {
        resetting(client);
        if (bookie != null) {
            resetting(bookie);
        }
        close();
    }

    private static void resetting(Channel channel) {
        if (channel.isActive()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
    }
}
