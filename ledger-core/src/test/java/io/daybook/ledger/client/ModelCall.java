package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One call to a bookie: what it does there, and what its caller is told. It may be executed after its caller was told that it timed out. */
final class ModelCall {
    private static final String[] ACTS = {"is executed", "is answered", "times out"};
    private static final int EXECUTED = 0;
    private static final int ANSWERED = 1;
    private static final int TIMED_OUT = 2;
    private static final long DOWN = 1; // outcomes of other calls are larger

    final int number;
    final ModelActor caller;
    final Kind kind;
    final int attempt;
    final long entry;
    final int slot;
    final BookieId bookie;
    private final ModelWorld world;
    private final ModelBookie at;
    private final long detail; // what else tells it from others
    private final Function<ModelBookie, Answer> execute;
    private final Runnable timedOut;
    private @Nullable Answer answer; // once executed
    private boolean told;

    ModelCall(
            ModelWorld world,
            ModelActor caller,
            Kind kind,
            int attempt,
            long entry,
            int slot,
            BookieId bookie,
            long detail,
            Function<ModelBookie, Answer> execute,
            Runnable timedOut) {
        this.world = world;
        this.number = world.calls().nextNumber();
        this.caller = caller;
        this.kind = kind;
        this.attempt = attempt;
        this.entry = entry;
        this.slot = slot;
        this.bookie = bookie;
        this.at = world.bookie(bookie);
        this.detail = detail;
        this.execute = execute;
        this.timedOut = timedOut;
    }

    /** Whether nothing that matters can come of it any more. */
    boolean over() {
        return heard() && (executed() || at.down || inVain());
    }

    /** Whether nobody waits for the answer. */
    private boolean heard() {
        return told || caller.ended() || world.leavesOutIdle() && caller.pastCaring(this);
    }

    private boolean executed() {
        return answer != null;
    }

    /** Whether its execution, now or later, changes nothing. */
    private boolean inVain() {
        return switch (kind) {
            case LENGTH -> true;
            case FENCE, READ -> at.fenced;
            case WRITE_BACK -> world.leavesOutIdle() && at.entries.containsKey(entry);
            case ADD -> world.leavesOutIdle() && at.fenced;
        };
    }

    void offer(ModelEvents events) {
        boolean heard = heard();
        if (!executed() && first(false)) {
            events.add(ModelEvents.CALL, number, EXECUTED);
        }
        if (executed() && !heard && first(true)) {
            events.add(ModelEvents.CALL, number, ANSWERED);
        }
        if (!heard
                && world.budget().failures > 0
                && (kind == Kind.ADD || !world.shape().onlyAddsFail())) {
            events.add(ModelEvents.CALL, number, TIMED_OUT);
        }
    }

    void act(int what) {
        switch (what) {
            case EXECUTED -> answer = at.down ? new Answer(DOWN, timedOut) : execute.apply(at);
            case ANSWERED -> tell(answer);
            default -> {
                world.budget().failures--;
                tell(timedOut);
            }
        }
    }

    /** Whether the connection has brought all that was asked, or answered, before: it keeps the order of calls alike. */
    private boolean first(boolean answers) {
        for (ModelCall other : world.calls().underWay()) {
            if (other == this) {
                return true;
            }
            if (other.caller == caller
                    && other.at == at
                    && other.kind == kind
                    && !other.told
                    && other.executed() == answers) {
                return false;
            }
        }
        return true;
    }

    private void tell(@Nullable Runnable how) {
        told = true;
        how.run();
    }

    /** Equal for equal calls of one caller to one bookie, whichever that is. */
    long fingerprint() {
        return new Fingerprint()
                .add(kind)
                .add(attempt)
                .add(entry)
                .add(detail)
                .add(told)
                .add(answer == null ? 0 : answer.meaning())
                .value();
    }

    String told(int what) {
        return this + " " + ACTS[what];
    }

    @Override
    public String toString() {
        return "%s: %s %s of e%s, slot %s at %s".formatted(caller, kind, attempt, entry, slot, bookie);
    }

    /** What is asked. */
    enum Kind {
        ADD,
        FENCE,
        READ,
        LENGTH,
        WRITE_BACK
    }

    /** What the caller is told, with a number for its meaning. */
    record Answer(long meaning, Runnable tell) implements Runnable {
        static final long OK = 2;
        static final long NOTHING = 3;
        static final long REFUSED = 4;
        static final long OK_LENGTH = 2L << 32; // and the length

        /** The meaning of an answer that brings {@code copy}. */
        static long of(byte[] copy) {
            return 1L << 32 | Arrays.hashCode(copy) & 0xFFFFFFFFL;
        }

        @Override
        public void run() {
            tell.run();
        }
    }
}
