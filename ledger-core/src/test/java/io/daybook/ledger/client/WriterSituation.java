package io.daybook.ledger.client;

import static io.daybook.ledger.client.AppendHarness.id;
import static io.daybook.ledger.client.AppendHarness.ids;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.Replication;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A writer in the situations of docs/state-machines.md. Each begins with bookies b1, b2, b3, of which b3 has replaced b0, and with entry 0
 * confirmed without b3's copy.
 */
final class WriterSituation implements StateMachine.Driven {
    private static final Set<String> NO_FORCES = Set.of(
            "idle",
            "running",
            "running, last change used",
            "degraded",
            "draining",
            "changing",
            "changing, close asked",
            "closing",
            "closing at once",
            "closing by itself");

    private final AppendHarness h;
    private final AppendProtocol<String> writer;
    private String bookie = "b3"; // whose add of entry is open
    private long entry = 0;

    private WriterSituation(int changesMax, boolean deferred) {
        h = new AppendHarness(Replication.DEFAULT, changesMax, "b1", "b2", "b0").spare("b3");
        writer = h.protocol;
        if (deferred) {
            writer.deferSync();
        }
        h.append();
        h.lose("b0", 0);
        h.commit();
        h.ok("b1", 0);
        h.ok("b2", 0);
    }

    private static WriterSituation idle() {
        return new WriterSituation(32, false);
    }

    private static WriterSituation run(int changesMax) {
        WriterSituation s = new WriterSituation(changesMax, false);
        s.h.append();
        s.h.append();
        s.h.ok("b1", 1);
        s.h.answer("b1", 2, Status.BUSY);
        return s.awaiting("b2", 1);
    }

    private static WriterSituation deferred(int changesMax) {
        WriterSituation s = new WriterSituation(changesMax, true);
        s.h.append();
        s.h.append();
        s.h.append();
        s.h.ok("b1", 1);
        s.h.accept("b2", 1, 1);
        s.h.accept("b1", 1, 2);
        s.h.answer("b1", 3, Status.BUSY);
        return s.awaiting("b2", 1);
    }

    private static WriterSituation forcing() {
        return deferred(32).then(s -> s.writer.force("f"));
    }

    private WriterSituation awaiting(String whom, long which) {
        bookie = whom;
        entry = which;
        return this;
    }

    private WriterSituation then(Consumer<WriterSituation> step) {
        step.accept(this);
        return this;
    }

    private WriterSituation changing() {
        h.spare("b4");
        h.lose("b3", 1);
        return this;
    }

    static StateMachine<WriterSituation> machine() {
        StateMachine<WriterSituation> m = new StateMachine<>(AppendProtocol.class);
        m.situation("idle", WriterSituation::idle);
        m.situation("running", () -> run(32));
        m.situation("running, last change used", () -> run(1));
        m.situation("degraded", () -> run(32).then(s -> s.h.lose("b3", 1)));
        m.situation("draining", () -> run(32).then(s -> s.writer.close()));
        m.situation("changing", () -> run(32).changing());
        m.situation("changing, close asked", () -> run(32).changing().then(s -> s.writer.close()));
        m.situation("closing", () -> idle().then(s -> s.writer.close()));
        m.situation("closing at once", () -> run(32).then(s -> s.writer.closeNow()));
        m.situation("closing by itself", () -> run(1).then(s -> s.h.lose("b3", 1)));
        m.situation("dead", () -> run(32).then(s -> s.writer.abandon("no more")));
        m.situation("deferred", () -> deferred(32));
        m.situation("deferred, last change used", () -> deferred(1));
        m.situation("deferred, forcing", WriterSituation::forcing);
        m.situation("deferred, draining", () -> forcing().then(s -> s.writer.close()));
        m.situation("deferred, changing", () -> forcing().changing());
        m.situation("deferred, closing", () -> new WriterSituation(32, true).then(s -> s.writer.close()));
        m.situation("deferred, dead", () -> deferred(32).then(s -> s.writer.abandon("no more")));
        appends(m);
        replies(m);
        forces(m);
        pauses(m);
        metadata(m);
        ends(m);
        return m;
    }

    private static void appends(StateMachine<WriterSituation> m) {
        m.event("append", "append", WriterSituation::append);
        m.event("append, a bookie too far behind", "append", s -> {
            s.h.spare("b5").outstanding.put(id("b3"), 1_000L);
            s.append();
        });
        m.event("deferred sync asked for", "deferSync()", s -> s.writer.deferSync());
    }

    private void append() {
        var body = Unpooled.buffer().writeLong(writer.nextEntry());
        h.bodies.add(body);
        boolean taken = writer.accepts();
        try {
            writer.append(body, 10, "e" + writer.nextEntry());
        } finally {
            if (!taken) {
                body.release(); // what is refused was not taken over
            }
        }
    }

    private static void replies(StateMachine<WriterSituation> m) {
        m.event("add stored: lowest entry", "onAddReply", s -> s.reply(s.entry, Status.OK, null));
        m.eventNotIn(
                Set.of("idle", "closing", "deferred, closing"),
                "add stored: later entry",
                "onAddReply",
                s -> s.reply(2, Status.OK, null));
        m.event("add stored, by a replaced bookie", "onAddReply", s -> s.late(Status.OK));
        m.event("group stored: lowest entry", "onAddReplies", s -> {
            int slot = s.slot(s.bookie);
            s.group(s.bookie, slot, s.writer.ensemble().tenure(slot), s.entry);
        });
        m.event("group stored, by a replaced bookie", "onAddReplies", s -> s.group("b0", 2, 0, 0));
        m.event("add refused as fenced", "onAddReply", s -> s.reply(s.entry, Status.FENCED, null));
        m.event("add refused as fenced, by a replaced bookie", "onAddReply", s -> s.late(Status.FENCED));
        m.event("add refused as unauthorized", "onAddReply", s -> s.reply(s.entry, Status.UNAUTHORIZED, null));
        m.event("add refused as busy", "onAddReply", s -> s.reply(s.entry, Status.BUSY, null));
        m.event("add failed, a spare there", "onAddReply", s -> {
            s.h.spare("b5");
            s.reply(s.entry, Status.OK, "timed out");
        });
        m.event("add failed, no spare", "onAddReply", s -> {
            s.h.spares.clear();
            s.reply(s.entry, Status.OK, "timed out");
        });
    }

    private void reply(long toEntry, Status status, @Nullable String unanswered) {
        int slot = slot(bookie);
        writer.onAddReply(id(bookie), slot, writer.ensemble().tenure(slot), toEntry, status, unanswered);
    }

    private void group(String bookie, int slot, int tenure, long entry) {
        writer.onAddReplies(id(bookie), slot, tenure, new long[] {entry}, 0, 1, Status.OK, null);
    }

    private void late(Status status) {
        writer.onAddReply(id("b0"), 2, 0, 0, status, null);
    }

    private static int slot(String bookie) {
        return bookie.charAt(1) - '1';
    }

    private static void forces(StateMachine<WriterSituation> m) {
        m.event(
                "add accepted",
                "onAccepted",
                s -> s.writer.onAccepted(id("b2"), 1, s.writer.ensemble().tenure(1), s.entry + 1, 1));
        m.event("add accepted over another connection", "onAccepted", s -> {
            s.h.spare("b5");
            s.writer.onAccepted(id("b2"), 1, s.writer.ensemble().tenure(1), s.entry + 1, 2);
        });
        m.event("add accepted, by a replaced bookie", "onAccepted", s -> s.writer.onAccepted(id("b0"), 2, 0, 0, 1));
        m.event("force asked for", "force", s -> s.writer.force("g"));
        m.event("force asked for, nobody waits", "force()", s -> s.writer.force());
        m.event(
                "force confirmed",
                "onForceReply",
                s -> s.writer.onForceReply(1, s.writer.ensemble().tenure(1), Status.OK, null));
        m.eventNotIn(NO_FORCES, "force failed", "onForceReply", s -> {
            s.h.spare("b5");
            s.writer.onForceReply(1, s.writer.ensemble().tenure(1), Status.OK, "timed out");
        });
        m.event(
                "force confirmed, by a replaced bookie",
                "onForceReply",
                s -> s.writer.onForceReply(2, 0, Status.OK, null));
    }

    private static void pauses(StateMachine<WriterSituation> m) {
        m.event(
                "pause of a busy slot over",
                "onSlotRetry",
                s -> s.writer.onSlotRetry(0, s.writer.ensemble().tenure(0)));
        m.event("pause over, of a replaced bookie", "onSlotRetry", s -> s.writer.onSlotRetry(2, 0));
        m.event("pause before a change over, a spare there", "onChangeRetry()", s -> {
            s.h.spare("b5");
            s.writer.onChangeRetry();
        });
        m.event("pause before a change over, no spare", "onChangeRetry()", s -> {
            s.h.spares.clear();
            s.writer.onChangeRetry();
        });
        m.event("member gone", "onMemberGone", s -> {
            s.h.spare("b5");
            s.writer.onMemberGone(id("b2"));
        });
        m.event("copies given up", "giveUpCopies()", s -> s.writer.giveUpCopies());
    }

    private static void metadata(StateMachine<WriterSituation> m) {
        m.event("written", "onCommitted", s -> s.writer.onCommitted(s.h.expectedVersion + 1));
        conflict(m, "conflict: same last fragment", s -> s.writer.metadata());
        conflict(m, "conflict: our own write", s -> s.h.lastWrite());
        conflict(
                m,
                "conflict: foreign fragment",
                s -> s.writer.metadata().withLastFragment(new Fragment(1, ids("b1", "b2", "b9"))));
        conflict(m, "conflict: in recovery", s -> s.writer.metadata().withState(LedgerState.IN_RECOVERY));
        conflict(m, "conflict: closed at our end", s -> s.writer.metadata().withClosed(0, 10));
        conflict(m, "conflict: closed further on", s -> s.writer.metadata().withClosed(1, 20));
        conflict(m, "conflict: closed below our end", s -> s.writer.metadata().withClosed(-1, 0));
        m.event("record gone", "onDeleted()", s -> s.writer.onDeleted());
        m.event("metadata refused", "onMetadataRefused", s -> s.writer.onMetadataRefused("No.", null));
    }

    private interface Found {
        LedgerMetadata by(WriterSituation s);
    }

    private static void conflict(StateMachine<WriterSituation> m, String name, Found found) {
        m.event(name, "onConflict", s -> s.writer.onConflict(found.by(s), s.h.expectedVersion + 1));
    }

    private static void ends(StateMachine<WriterSituation> m) {
        m.event("close", "close()", s -> s.writer.close());
        m.event("close at once", "closeNow()", s -> s.writer.closeNow());
        m.event("abandon", "abandon", s -> s.writer.abandon("enough"));
        m.event("invariant broken", "onBroken", s -> s.writer.onBroken(new IllegalStateException("broken")));
    }

    @Override
    public List<String> effects() {
        return h.effects;
    }

    /** The mode, and what else decides. */
    @Override
    public String state() {
        boolean open = writer.mode() == AppendProtocol.Mode.RUN || writer.mode() == AppendProtocol.Mode.CHANGING;
        boolean degraded =
                writer.mode() == AppendProtocol.Mode.RUN && (writer.failed(0) || writer.failed(1) || writer.failed(2));
        return writer.mode() + (degraded ? " degraded" : "") + (open && !writer.accepts() ? " closing" : "");
    }

    @Override
    public void end() {
        writer.abandon("the test is over");
        assertThat(h.allReleased()).as("every body is released").isTrue();
    }
}
