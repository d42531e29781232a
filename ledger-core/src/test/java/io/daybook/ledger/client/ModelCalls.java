package io.daybook.ledger.client;

import java.util.ArrayList;
import java.util.List;

/** The calls of a {@link ModelWorld}. */
final class ModelCalls {
    private final List<ModelCall> all = new ArrayList<>(); // ever sent, by number
    private final List<ModelCall> underWay = new ArrayList<>(); // of which something may still come, in the order sent

    int nextNumber() {
        return all.size();
    }

    void send(ModelCall call) {
        all.add(call);
        underWay.add(call);
    }

    ModelCall call(int number) {
        return all.get(number);
    }

    List<ModelCall> underWay() {
        return underWay;
    }
}
