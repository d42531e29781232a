package io.daybook.bookie.server;

import io.daybook.bookie.ledger.BatchAnswer;
import io.daybook.bookie.ledger.EntryAnswer;
import io.daybook.bookie.ledger.FenceAnswer;
import io.daybook.bookie.ledger.HostedLedger;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads that fence first (R24): the look happens when the fence is set, the answer goes out when it is durable, whatever was found. */
final class FenceHandler {
    private final ReadHandler reads;

    FenceHandler(ReadHandler reads) {
        this.reads = reads;
    }

    void read(Exchange exchange, Request.Read read) {
        byte[] key = read.masterKey();
        if (key == null) {
            exchange.refuse(Status.UNAUTHORIZED);
            return;
        }
        Held held = new Held(exchange);
        fence(
                exchange,
                read.ledgerId(),
                key,
                held,
                ledger -> ledger.read(read.entryId(), true, new EntryAnswer() {
                    @Override
                    public void found(HostedLedger there, ByteBuf body) {
                        held.looked(
                                new Response.Read(
                                        read.tag(),
                                        Status.OK,
                                        read.ledgerId(),
                                        read.entryId(),
                                        body,
                                        Response.Read.ABSENT, // as stock: no last confirmed id beside a fencing read
                                        Response.Read.ABSENT),
                                true);
                    }

                    @Override
                    public void failed(HostedLedger there, Status status) {
                        held.looked(Answers.refusal(read, status), there.waitsForFence(status));
                    }
                }));
    }

    void batch(Exchange exchange, Request.BatchRead batch) {
        byte[] key = batch.masterKey();
        if (key == null) {
            exchange.refuse(Status.UNAUTHORIZED);
            return;
        }
        Held held = new Held(exchange);
        fence(
                exchange,
                batch.ledgerId(),
                key,
                held,
                ledger -> reads.look(ledger, batch, new BatchAnswer() {
                    @Override
                    public void found(List<ByteBuf> entries) {
                        held.looked(ReadHandler.ofBatch(batch, entries), true);
                    }

                    @Override
                    public void failed(Status status) {
                        held.looked(Answers.refusal(batch, status), ledger.waitsForFence(status));
                    }
                }));
    }

    private static void fence(Exchange exchange, long ledgerId, byte[] key, Held held, Consumer<HostedLedger> look) {
        exchange.lane().ledgers().ledger(ledgerId).fence(key, new FenceAnswer() {
            @Override
            public void refused(Status status) {
                exchange.refuse(status);
            }

            @Override
            public void set(HostedLedger ledger) {
                look.accept(ledger);
            }

            @Override
            public void durable(Status status) {
                held.durable(status);
            }
        });
    }

    /** An answer held back until the fence is durable; owns it meanwhile. */
    private static final class Held {
        private final Exchange exchange;
        private @Nullable Response found;
        private @Nullable Status fence;
        private boolean answered;

        Held(Exchange exchange) {
            this.exchange = exchange;
        }

        void looked(Response response, boolean waits) {
            found = response;
            if (!waits) {
                fence = Status.OK;
            }
            answerIfBoth();
        }

        void durable(Status status) {
            if (!answered) {
                fence = status;
                answerIfBoth();
            }
        }

        private void answerIfBoth() {
            Response response = found;
            Status status = fence;
            if (response == null || status == null) {
                return;
            }
            answered = true;
            if (status == Status.OK) {
                exchange.answer(response);
            } else {
                response.release();
                exchange.refuse(status);
            }
        }
    }
}
