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
        EntryGroup walk = new EntryGroup(entries);
        long ledgerId = EntryGroup.firstLedger(entries);
        int first = 0;
        int from = entries.readerIndex();
        int to = from;
        for (int index = 0; walk.next(); index++) {
            long next = EntryHeader.ledgerId(entries);
            if (next != ledgerId) {
                dispatcher.probe().reached(BookieMark.GROUP_OF_LEDGERS);
                begin(ledgerId, first, index, entries.retainedSlice(from, to - from));
                ledgerId = next;
                first = index;
                from = to;
            }
            to = walk.end();
        }
        walk.rewind();
        begin(ledgerId, first, request.count(), entries.readerIndex(from));
    }

    private void begin(long ledgerId, int first, int end, ByteBuf entries) {
        if (ledgerId < 0) {
            entries.release();
            settled(first, AddOutcomes.all(Status.BAD_REQUEST, end - first));
            return;
        }
        Lane home = session.lane();
        Lane lane = dispatcher.laneOf(ledgerId);
        Part part = new Part(lane, first, end - first, entries);
        if (lane == home) {
            lane.ledgers().ledger(ledgerId).addAll(part);
        } else {
            home.mailTo(lane).post(new LoopMail.Letter() {
                @Override
                public void deliver() {
                    lane.ledgers().ledger(ledgerId).addAll(part);
                }

                @Override
                public void returned() {
                    entries.release();
                }
            });
        }
    }

    private void settled(int first, AddOutcomes outcomes) {
        open -= outcomes.count();
        if (outcomes.count() == request.count()) {
            session.settle(request, answer(outcomes), charge);
            return;
        }
        @Nullable Status[] each = news;
        if (each == null) {
            each = new @Nullable Status[request.count()];
            news = each;
        }
        int from = 0;
        for (int run = 0; run < outcomes.runs(); run++) {
            Arrays.fill(each, first + from, first + outcomes.end(run), outcomes.status(run));
            from = outcomes.end(run);
        }
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
            super(entries, count, request.masterKey(), request.tag().highPriority());
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
