package io.daybook.bookie.server;

import io.daybook.bookie.ledger.AddGroup;
import io.daybook.bookie.ledger.BookieMark;
import io.daybook.ledger.digest.EntryHeader;
import io.daybook.ledger.protocol.AddOutcomes;
import io.daybook.ledger.protocol.EntryGroup;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A group of adds on its way through a bookie: gives the entries of each ledger to the ledger's loop, and answers when their outcomes are known. What is
 * known at the end of a pass is told then, so that an entry that has to wait holds back none of the others. Belongs to the connection's loop.
 */
final class GroupRequest {
    private final Session session;
    private final Request.GroupAdd request;
    private final RequestDispatcher dispatcher;
    private int charge; // for the entries that nobody was told of
    private int untold; // entries
    private int open; // entries without an outcome
    private @Nullable Status @Nullable [] news; // outcomes that nobody was told of; null if there are none
    private boolean telling;

    GroupRequest(Session session, Request.GroupAdd request, int charge, RequestDispatcher dispatcher) {
        this.session = session;
        this.request = request;
        this.charge = charge;
        this.dispatcher = dispatcher;
        this.open = request.count();
        this.untold = open;
    }

    /** Takes the request's entries over. Entries of one ledger that follow each other go together. */
    void begin() {
        ByteBuf entries = request.entries();
        if (!EntryGroup.wellFormed(entries, request.count(), EntryHeader.IDS_SIZE)) {
            session.settle(request, Answers.refusal(request, Status.BAD_REQUEST), charge);
            return;
        }
        session.lane().ledgers().together(entries, () -> giveOut(entries));
        entries.release();
    }

    /** Gives each stretch of entries of one ledger to that ledger. */
    private void giveOut(ByteBuf entries) {
        int to = entries.readerIndex();
        int end = entries.writerIndex();
        int from = to;
        int first = 0;
        long ledgerId = EntryGroup.firstLedger(entries);
        for (int index = 0; index < request.count(); index++) {
            entries.setIndex(to, end);
            long next = EntryGroup.firstLedger(entries);
            if (next != ledgerId) {
                dispatcher.probe().reached(BookieMark.GROUP_OF_LEDGERS);
                begin(ledgerId, first, index, entries.setIndex(from, to));
                ledgerId = next;
                first = index;
                from = to;
            }
            to += EntryGroup.LENGTH_SIZE + entries.getInt(to);
        }
        begin(ledgerId, first, request.count(), entries.setIndex(from, to));
    }

    /** {@code stretch} is borrowed. */
    private void begin(long ledgerId, int first, int end, ByteBuf stretch) {
        if (ledgerId < 0) {
            settled(first, end - first, Status.BAD_REQUEST);
            return;
        }
        Lane home = session.lane();
        Lane lane = dispatcher.laneOf(ledgerId);
        Part part = new Part(lane, first, end - first, stretch);
        if (lane == home) {
            lane.ledgers().ledger(ledgerId).addAll(part);
            part.keep();
        } else {
            part.keep();
            home.mailTo(lane).post(new LoopMail.Letter() {
                @Override
                public void deliver() {
                    lane.ledgers().ledger(ledgerId).addAll(part);
                }

                @Override
                public void returned() {
                    part.drop();
                }
            });
        }
    }

    private void settled(int first, int number, Status status) {
        if (number == request.count()) {
            open = 0;
            session.settle(request, answer(AddOutcomes.all(status, number)), charge);
            return;
        }
        note(first, number, status);
        tellSoon(number);
    }

    private void settled(int first, AddOutcomes outcomes) {
        int from = 0;
        for (int run = 0; run < outcomes.runs(); run++) {
            Status status = outcomes.status(run);
            if (status != null) { // each is: the group was answered
                note(first + from, outcomes.end(run) - from, status);
            }
            from = outcomes.end(run);
        }
        tellSoon(outcomes.count());
    }

    private void note(int first, int number, Status status) {
        @Nullable Status[] each = news;
        if (each == null) {
            each = new @Nullable Status[request.count()];
            news = each;
        }
        Arrays.fill(each, first, first + number, status);
    }

    private void tellSoon(int number) {
        open -= number;
        if (open == 0) {
            tell();
        } else if (!telling) {
            telling = true;
            session.lane().loop().afterPass(() -> {
                telling = false;
                tell();
            });
        }
    }

    private void tell() {
        @Nullable Status[] each = news;
        if (each == null) {
            return; // told when the last one became known
        }
        news = null;
        if (open > 0) {
            dispatcher.probe().reached(BookieMark.GROUP_ANSWERED_IN_PARTS);
        }
        int settled = (int) ((long) charge * (untold - open) / untold); // all of it when none is open
        charge -= settled;
        untold = open;
        session.settle(request, answer(AddOutcomes.of(each)), settled);
    }

    private Response answer(AddOutcomes outcomes) {
        return new Response.GroupAdd(request.tag(), Status.OK, outcomes);
    }

    /** The entries of one ledger; belongs to the ledger's loop. */
    private final class Part extends AddGroup {
        private final Lane lane;
        private final int first; // entry of the group

        Part(Lane lane, int first, int count, ByteBuf entries) {
            super(entries, true, count, request.masterKey(), request.tag().highPriority());
            this.lane = lane;
            this.first = first;
        }

        @Override
        protected void waits() {
            if (count() < request.count()) {
                copyEntries(dispatcher.allocator()); // else they would keep those of all ledgers in memory
            }
        }

        @Override
        protected void answeredAlike(Status status) {
            if (lane == session.lane()) {
                settled(first, count(), status);
            } else {
                super.answeredAlike(status);
            }
        }

        @Override
        protected void answered(AddOutcomes outcomes) {
            if (lane == session.lane()) {
                settled(first, outcomes);
                return;
            }
            lane.mailTo(session.lane()).post(new LoopMail.Letter() {
                @Override
                public void deliver() {
                    settled(first, outcomes);
                }

                @Override
                public void returned() {} // the connection ended with its loop
            });
        }
    }
}
