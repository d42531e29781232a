package io.daybook.bookie.server;

import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;

/**
 * A request on the loop where its ledger lives, with the way back. Whoever has it answers exactly once.
 *
 * @param session where it came from
 * @param request what is asked; what it holds passes to whoever handles it
 * @param charge bytes it is counted as until it is answered
 * @param lane the ledger's loop
 */
record Exchange(Session session, Request request, int charge, Lane lane) {

    /** Takes {@code response} over. On the ledger's loop. */
    void answer(Response response) {
        session.answer(lane, request, response, charge);
    }

    /** Answers with nothing but a status, and releases what the request holds. */
    void refuse(Status status) {
        answer(Answers.refusal(request, status));
    }
}
