package io.daybook.ledger.client;

import io.daybook.base.error.BrokenInvariantException;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.Password;
import io.daybook.ledger.placement.Choice;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The production state machines of one ledger, a writer and some recoverers, among model bookies and one model record. Nothing
 * happens by itself: {@link #enabled()} lists every event that could come next, as often as the {@link ModelShape} still allows it, and
 * whoever drives the world takes one.
 *
 * <p>A call to a bookie is sent, executed, and told, each an event of its own; it may be executed after its caller was told that it timed
 * out. Bookies are atomic and lose nothing; metadata is linearizable and its replies arrive.
 */
final class ModelWorld {
    static final LedgerId LEDGER = new LedgerId(7);

    private final ModelShape shape;
    private final RecovererRules recovererRules;
    private final ModelBudget budget;
    private final TreeMap<BookieId, ModelBookie> bookies = new TreeMap<>();
    private final List<BookieId> names;
    private final ModelCalls calls = new ModelCalls();
    private final ModelRecord record;
    private final ModelWriter writer;
    private final List<ModelRecoverer> recoverers = new ArrayList<>();
    private boolean leavesOutIdle;

    ModelWorld(
            ModelShape shape, WriterRules writerRules, RecovererRules recovererRules, Set<ModelReduction> reductions) {
        this.shape = shape;
        this.leavesOutIdle = reductions.contains(ModelReduction.IDLE);
        this.recovererRules = recovererRules;
        this.budget = new ModelBudget(shape);
        for (int i = 1; i <= shape.bookies(); i++) {
            bookies.put(new BookieId("b" + i), new ModelBookie());
        }
        this.names = List.copyOf(bookies.keySet());
        List<BookieId> first = names.subList(0, shape.replication().ensemble());
        this.record = new ModelRecord(
                LedgerMetadata.open(shape.replication(), DigestType.CRC32C, Password.EMPTY, first, 0, 1, Map.of()));
        this.writer = new ModelWriter(this, writerRules);
        for (int i = 1; i <= shape.recoverers(); i++) {
            recoverers.add(new ModelRecoverer(this, recovererRules, "r" + i));
        }
        if (shape.ghost()) {
            writer.becomeGhost();
        }
    }

    // ---- what can happen

    /**
     * Every event that can come next, each as a number that {@link #take} understands here and in every world with the same past. Empty
     * when the story has ended.
     */
    ModelEvents enabled() {
        ModelEvents events = new ModelEvents();
        if (record.closed()
                && writer.ended()
                && recoverers.stream().allMatch(ModelRecoverer::ended)
                && !shape.ghost()) {
            return events; // what is still on the wires can only add copies
        }
        writer.offer(events);
        for (int i = 0; i < recoverers.size(); i++) {
            recoverers.get(i).offer(i, events);
        }
        for (ModelCall call : calls.underWay()) {
            call.offer(events);
        }
        for (ModelStep step : record.steps()) {
            if (!step.over()) {
                events.add(ModelEvents.STEP, step.number, 0);
            }
        }
        if (budget.crashes > 0) {
            for (int i = 0; i < names.size(); i++) {
                if (!bookie(i).down) {
                    events.add(ModelEvents.CRASH, i, 0);
                }
            }
        }
        return events;
    }

    /** Takes one of {@link #enabled()}; returns what it violated, or null. */
    @Nullable
    String take(int event) {
        int number = ModelEvents.number(event);
        int what = ModelEvents.what(event);
        try {
            switch (ModelEvents.kind(event)) {
                case ModelEvents.WRITER -> writer.act(what);
                case ModelEvents.RECOVERER -> recoverers.get(number).act(what);
                case ModelEvents.CALL -> calls.call(number).act(what);
                case ModelEvents.STEP -> record.step(number).run();
                case ModelEvents.CRASH -> {
                    budget.crashes--;
                    bookie(number).down = true;
                }
                default -> throw new IllegalArgumentException("no event " + event);
            }
            calls.underWay().removeIf(ModelCall::over);
            record.steps().removeIf(ModelStep::over);
            return ModelInvariants.violated(this);
        } catch (BrokenInvariantException | ModelViolation broken) {
            return broken.getMessage();
        }
    }

    /** What an event of this world is, in words. */
    String told(int event) {
        int number = ModelEvents.number(event);
        int what = ModelEvents.what(event);
        return switch (ModelEvents.kind(event)) {
            case ModelEvents.WRITER -> ModelWriter.told(what);
            case ModelEvents.RECOVERER -> recoverers.get(number).told(what);
            case ModelEvents.CALL -> calls.call(number).told(what);
            case ModelEvents.STEP -> record.step(number).toString();
            default -> "bookie " + names.get(number) + " crashes";
        };
    }

    /** After the last event: whatever happened, one more recoverer gets the ledger sealed once all is up (I16). */
    @Nullable
    String heal() {
        budget.clear();
        bookies.values().forEach(bookie -> bookie.down = false);
        writer.die();
        recoverers.forEach(ModelRecoverer::die);
        ModelRecoverer last = new ModelRecoverer(this, recovererRules, "judge");
        recoverers.add(last);
        for (int i = 0; i < 10_000; i++) {
            ModelEvents events = enabled();
            if (events.size() == 0) {
                break;
            }
            String violated = take(events.get(0));
            if (violated != null) {
                return violated;
            }
        }
        return record.closed() ? null : "not sealed although all is up (I16): " + last.failure();
    }

    /** How the ledger looks: its record, what was acknowledged, and what each bookie has, in the order of what it has. */
    String outcome() {
        List<String> copies = bookies.values().stream()
                .map(bookie -> (bookie.fenced ? "fenced" : "open") + bookie.entries.keySet())
                .sorted()
                .toList();
        return "%s %s, acknowledged %s, %s"
                .formatted(record.now().state(), record.now().lastEntry(), writer.acknowledged(), copies);
    }

    // ---- what there is

    ModelShape shape() {
        return shape;
    }

    /** See {@link ModelReduction#IDLE}. */
    boolean leavesOutIdle() {
        return leavesOutIdle;
    }

    /** What {@code look} sees of this world once all is left out that is {@link ModelReduction#IDLE}. */
    long withoutIdle(LongSupplier look) {
        boolean before = leavesOutIdle;
        leavesOutIdle = true;
        long seen = look.getAsLong();
        leavesOutIdle = before;
        return seen;
    }

    ModelBudget budget() {
        return budget;
    }

    ModelCalls calls() {
        return calls;
    }

    ModelRecord record() {
        return record;
    }

    ModelWriter writer() {
        return writer;
    }

    List<ModelRecoverer> recoverers() {
        return recoverers;
    }

    Map<BookieId, ModelBookie> bookies() {
        return bookies;
    }

    ModelBookie bookie(int index) {
        return bookie(names.get(index));
    }

    ModelBookie bookie(BookieId id) {
        ModelBookie bookie = bookies.get(id);
        if (bookie == null) {
            throw new IllegalArgumentException("no bookie " + id);
        }
        return bookie;
    }

    int indexOf(BookieId id) {
        return names.indexOf(id);
    }

    /** Bookies outside {@code members} that are up, one for each of {@code slots} as far as there are any. */
    Choice spares(List<BookieId> members, List<Integer> slots) {
        List<BookieId> chosen = new ArrayList<>();
        bookies.forEach((id, bookie) -> {
            if (!members.contains(id) && !bookie.down && chosen.size() < slots.size()) {
                chosen.add(id);
            }
        });
        return new Choice(chosen, slots.size(), Map.of());
    }

    static byte[] bytes(ByteBuf body) {
        byte[] bytes = new byte[body.readableBytes()];
        body.getBytes(body.readerIndex(), bytes);
        return bytes;
    }
}
