package io.daybook.ledger.client;

import java.util.Arrays;
import java.util.List;

/**
 * The state of a {@link ModelWorld} as one number.
 *
 * <p>{@link #ofClass} gives all states one number that differ only in the names of recoverers, and of bookies where these are alike
 * ({@link ModelShape#bookiesAlike}). One of them may stand for all: names decide nothing, so what can happen in one of these states can happen in the
 * others to whoever has the other name, and what must hold knows no names either.
 *
 * <p>A state is what all share, what each recoverer knows in general, and for each bookie what it holds, what is under way to it, and what each recoverer
 * knows of its slot. Renaming bookies changes the order of the last, so they are folded in ascending order; renaming recoverers changes their order
 * everywhere, so all orders are tried and the least number is taken. {@code ModelReductionTest} compares the classes with renamed worlds.
 */
final class ModelPrint {
    private final ModelWorld world;
    private final boolean alike;
    private final Fingerprint[] machines; // of each recoverer
    private final long[] general; // what each recoverer knows and waits for, bookies aside
    private final long[] own; // what each bookie is, and the writer's calls to it
    private final long[][] calls; // of each recoverer to each bookie
    private long common;

    private ModelPrint(ModelWorld world, boolean alike) {
        this.world = world;
        this.alike = alike;
        int recoverers = world.recoverers().size();
        int bookies = world.bookies().size();
        this.machines = new Fingerprint[recoverers];
        this.general = new long[recoverers];
        this.own = new long[bookies];
        this.calls = new long[recoverers][bookies];
    }

    /** A number that no other state has. */
    static long ofState(ModelWorld world) {
        ModelPrint print = new ModelPrint(world, false);
        print.look();
        int[] asNamed = new int[print.machines.length];
        Arrays.setAll(asNamed, i -> i);
        return print.inOrder(asNamed);
    }

    /** A number that all states have that differ in names only, and no others. */
    static long ofClass(ModelWorld world) {
        ModelPrint print = new ModelPrint(world, world.shape().bookiesAlike());
        print.look();
        return orders(print.machines.length).stream()
                .mapToLong(print::inOrder)
                .min()
                .orElseThrow();
    }

    /** What recoverers and bookies are, each alone; what is under way is a set, whatever the order in which it came about. */
    private void look() {
        Fingerprint shared = new Fingerprint()
                .add(world.record().now())
                .add(world.record().version())
                .add(world.budget().failures)
                .add(world.budget().crashes);
        world.writer().addTo(shared);
        common = shared.value();
        for (int i = 0; i < machines.length; i++) {
            machines[i] = alike ? Fingerprint.ofSlots(own.length) : new Fingerprint();
            world.recoverers().get(i).addTo(machines[i]);
            general[i] = machines[i].value();
        }
        for (int i = 0; i < own.length; i++) {
            own[i] = new Fingerprint().add(world.bookie(i)).value();
        }
        for (ModelStep step : world.record().steps()) {
            if (step.over()) {
                continue;
            }
            int owner = world.recoverers().indexOf(step.owner);
            if (owner < 0) {
                common += step.fingerprint();
            } else {
                general[owner] += step.fingerprint();
            }
        }
        for (ModelCall call : world.calls().underWay()) {
            if (call.over()) {
                continue;
            }
            int caller = world.recoverers().indexOf(call.caller);
            int bookie = world.indexOf(call.bookie);
            if (caller < 0) {
                own[bookie] += call.fingerprint();
            } else {
                calls[caller][bookie] += call.fingerprint();
            }
        }
    }

    /** The number of the state if the recoverers had these names. */
    private long inOrder(int[] order) {
        long[] bookies = own.clone();
        for (int i = 0; i < bookies.length; i++) {
            for (int recoverer : order) {
                long known = alike ? machines[recoverer].ofSlot(i) : 0;
                bookies[i] = Fingerprint.mix(Fingerprint.mix(bookies[i], calls[recoverer][i]), known);
            }
        }
        if (alike) {
            Arrays.sort(bookies);
        }
        long value = common;
        for (long bookie : bookies) {
            value = Fingerprint.mix(value, bookie);
        }
        for (int recoverer : order) {
            value = Fingerprint.mix(value, general[recoverer]);
        }
        return value;
    }

    /** All orders of so many. */
    private static List<int[]> orders(int size) {
        return switch (size) {
            case 1 -> List.of(new int[] {0});
            case 2 -> List.of(new int[] {0, 1}, new int[] {1, 0});
            default -> throw new IllegalArgumentException("%s recoverers".formatted(size));
        };
    }
}
