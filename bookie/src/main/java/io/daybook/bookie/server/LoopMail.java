package io.daybook.bookie.server;

import io.daybook.base.exec.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/** Letters from one loop to another: all that were posted in one pass go over in one task. Belongs to the sending loop. */
final class LoopMail {

    /** Something for the other loop to do. */
    interface Letter {

        /** Called on the other loop. */
        void deliver();

        /** The other loop has ended: releases what the letter holds. Called on the sending loop. */
        void returned();
    }

    private final Loop from;
    private final Loop to;
    private List<Letter> posted = new ArrayList<>();

    LoopMail(Loop from, Loop to) {
        this.from = from;
        this.to = to;
    }

    void post(Letter letter) {
        posted.add(letter);
        if (posted.size() == 1) {
            from.afterPass(this::send);
        }
    }

    private void send() {
        List<Letter> letters = posted;
        posted = new ArrayList<>(letters.size());
        try {
            to.execute(() -> {
                for (int i = 0; i < letters.size(); i++) {
                    letters.get(i).deliver();
                }
            });
        } catch (RejectedExecutionException ended) {
            letters.forEach(Letter::returned);
        }
    }
}
