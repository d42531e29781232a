package io.daybook.ledger.placement;

import io.daybook.base.seam.Entropy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Draws without putting back, each time with a chance in proportion to weight; what weighs nothing comes last, in any order. Every draw is one number and one
 * walk over what is left, whatever the weights are (RG-21).
 */
final class WeightedDraw<T> {
    private final Entropy entropy;
    private final ToLongFunction<T> weights; // 0 or more, the same at each call
    private final List<T> left;
    private long total;

    WeightedDraw(List<T> items, ToLongFunction<T> weights, Entropy entropy) {
        this.entropy = entropy;
        this.weights = weights;
        this.left = new ArrayList<>(items);
        for (T item : items) {
            total += weights.applyAsLong(item);
        }
    }

    boolean isEmpty() {
        return left.isEmpty();
    }

    /** Takes one of those that are left, of which there must be one. */
    T draw() {
        boolean weighed = total > 0;
        long at = Long.remainderUnsigned(entropy.nextLong() >>> 1, weighed ? total : left.size());
        int index = 0;
        for (; index < left.size() - 1; index++) {
            at -= weighed ? weights.applyAsLong(left.get(index)) : 1;
            if (at < 0) {
                break;
            }
        }
        T drawn = left.get(index);
        total -= weights.applyAsLong(drawn);
        int last = left.size() - 1;
        left.set(index, left.get(last)); // order does not matter
        left.remove(last);
        return drawn;
    }

    /** Takes all that are left. */
    List<T> drawAll() {
        List<T> order = new ArrayList<>(left.size());
        while (!left.isEmpty()) {
            order.add(draw());
        }
        return order;
    }
}
