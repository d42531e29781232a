package io.daybook.bookie.server;

import io.daybook.bookie.StoredRecords;
import io.daybook.bookie.ledger.BatchAnswer;
import io.daybook.bookie.ledger.EntryAnswer;
import io.daybook.bookie.ledger.HostedLedger;
import io.daybook.bookie.ledger.PollAnswer;
import io.daybook.bookie.ledger.RecordsAnswer;
import io.daybook.ledger.protocol.AvailabilityOfEntries;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything that looks and changes nothing: single reads, batches, long polls, last confirmed ids, lists. */
final class ReadHandler {
    private static final int STRIDED_OVERHEAD = 128; // bytes of an answer around its records

    private final long batchBytesMax;

    ReadHandler(long batchBytesMax) {
        this.batchBytesMax = batchBytesMax;
    }

    // ---- one entry

    void read(Exchange exchange, Request.Read read) {
        HostedLedger ledger = exchange.lane().ledgers().ledger(read.ledgerId());
        if (!read.longPoll()) {
            ledger.read(read.entryId(), false, new Plain(exchange, read));
        } else if (read.piggyback() && read.entryId() != -1) {
            exchange.refuse(Status.BAD_REQUEST);
        } else {
            ledger.poll(read.previousLac(), read.timeoutMillis(), exchange.session(), new Poll(exchange, read));
        }
    }

    /** Answers with the entry that was asked for. */
    private record Plain(Exchange exchange, Request.Read read) implements EntryAnswer {
        @Override
        public void found(HostedLedger ledger, ByteBuf body) {
            exchange.answer(new Response.Read(
                    read.tag(),
                    Status.OK,
                    read.ledgerId(),
                    read.entryId(),
                    body,
                    ledger.maxLac(),
                    Response.Read.ABSENT));
        }

        @Override
        public void failed(HostedLedger ledger, Status status) {
            exchange.refuse(status);
        }
    }

    /** Looks again when the wait is over. */
    private record Poll(Exchange exchange, Request.Read read) implements PollAnswer {
        @Override
        public void due(HostedLedger ledger, long updateMillis) {
            if (!read.piggyback()) {
                ledger.read(read.entryId(), false, new Plain(exchange, read));
            } else if (ledger.maxLac() > read.previousLac()
                    && !exchange.session().congested()) {
                ledger.read(read.previousLac() + 1, false, new Piggyback(exchange, read, updateMillis));
            } else {
                nothing(ledger);
            }
        }

        @Override
        public void refused(Status status) {
            exchange.refuse(status);
        }

        /** How far the ledger is, without an entry: not an error. */
        private void nothing(HostedLedger ledger) {
            exchange.answer(new Response.Read(
                    read.tag(), Status.OK, read.ledgerId(), -1, null, ledger.maxLac(), Response.Read.ABSENT));
        }
    }

    /** Brings the next entry along, if it is here: in a striped ledger it may be elsewhere. */
    private record Piggyback(Exchange exchange, Request.Read read, long updateMillis) implements EntryAnswer {
        @Override
        public void found(HostedLedger ledger, ByteBuf body) {
            exchange.answer(new Response.Read(
                    read.tag(),
                    Status.OK,
                    read.ledgerId(),
                    read.previousLac() + 1,
                    body,
                    ledger.maxLac(),
                    updateMillis == PollAnswer.NO_UPDATE ? Response.Read.ABSENT : updateMillis));
        }

        @Override
        public void failed(HostedLedger ledger, Status status) {
            if (status == Status.NO_SUCH_ENTRY || status == Status.UNKNOWN_STATE) {
                new Poll(exchange, read).nothing(ledger);
            } else {
                exchange.refuse(status);
            }
        }
    }

    // ---- many entries

    void batch(Exchange exchange, Request.BatchRead batch) {
        HostedLedger ledger = exchange.lane().ledgers().ledger(batch.ledgerId());
        look(ledger, batch, new BatchAnswer() {
            @Override
            public void found(List<ByteBuf> entries) {
                exchange.answer(ofBatch(batch, entries));
            }

            @Override
            public void failed(Status status) {
                exchange.refuse(status);
            }
        });
    }

    /** Looks for the entries of a batch; −1 as first entry means the last entry, and then all from 0 on. */
    void look(HostedLedger ledger, Request.BatchRead batch, BatchAnswer answer) {
        int count = batch.countMax() <= 0 ? Integer.MAX_VALUE : batch.countMax();
        BatchSize size = new BatchSize(Math.min(batchBytesMax, batch.bytesMax()));
        if (batch.firstEntry() >= 0) {
            ledger.readBatch(batch.firstEntry(), count, size.left(), new Trimmed(size, List.of(), answer));
            return;
        }
        ledger.read(batch.firstEntry(), false, new EntryAnswer() {
            @Override
            public void found(HostedLedger there, ByteBuf last) {
                if (count == 1 || !size.fits(last) || size.left() <= 0) {
                    answer.found(List.of(last));
                    return;
                }
                there.readBatch(0, count - 1, size.left(), new Trimmed(size, List.of(last), answer));
            }

            @Override
            public void failed(HostedLedger there, Status status) {
                answer.failed(status);
            }
        });
    }

    void strided(Exchange exchange, Request.StridedRead strided) {
        HostedLedger ledger = exchange.lane().ledgers().ledger(strided.ledgerId());
        long bytes = Math.min(batchBytesMax - STRIDED_OVERHEAD, strided.bytesMax());
        ledger.readRecords(strided.firstEntry(), strided.stride(), strided.countMax(), bytes, new RecordsAnswer() {
            @Override
            public void found(StoredRecords records) {
                exchange.answer(new Response.StridedRead(
                        strided.tag(),
                        Status.OK,
                        strided.ledgerId(),
                        strided.firstEntry(),
                        records.count(),
                        records.bytes()));
            }

            @Override
            public void failed(Status status) {
                exchange.refuse(status);
            }
        });
    }

    static Response ofBatch(Request.BatchRead batch, List<ByteBuf> entries) {
        return new Response.BatchRead(
                batch.tag(), Status.OK, batch.ledgerId(), batch.firstEntry(), batch.requestId(), entries);
    }

    /** Drops what does not fit into the answer; the first entry always does. */
    private record Trimmed(BatchSize size, List<ByteBuf> before, BatchAnswer answer) implements BatchAnswer {
        @Override
        public void found(List<ByteBuf> entries) {
            List<ByteBuf> kept = new ArrayList<>(before);
            boolean full = false;
            for (ByteBuf entry : entries) {
                full |= !size.fits(entry) && !kept.isEmpty();
                if (full) {
                    entry.release();
                } else {
                    kept.add(entry);
                }
            }
            answer.found(kept);
        }

        @Override
        public void failed(Status status) {
            if (before.isEmpty()) {
                answer.failed(status);
            } else {
                answer.found(before);
            }
        }
    }

    // ---- last confirmed

    void readLac(Exchange exchange, Request.ReadLac read) {
        exchange.lane().ledgers().ledger(read.ledgerId()).read(-1, false, new EntryAnswer() {
            @Override
            public void found(HostedLedger ledger, ByteBuf body) {
                exchange.answer(new Response.ReadLac(read.tag(), Status.OK, read.ledgerId(), packet(ledger), body));
            }

            @Override
            public void failed(HostedLedger ledger, Status status) {
                ByteBuf packet = packet(ledger);
                if (packet != null && status != Status.IO_ERROR) {
                    exchange.answer(new Response.ReadLac(read.tag(), Status.OK, read.ledgerId(), packet, null));
                } else {
                    exchange.refuse(status == Status.NO_SUCH_LEDGER ? Status.NO_SUCH_ENTRY : status);
                }
            }
        });
    }

    private static @Nullable ByteBuf packet(HostedLedger ledger) {
        byte[] packet = ledger.lacPacket();
        return packet == null ? null : Unpooled.wrappedBuffer(packet);
    }

    // ---- lists

    void list(Exchange exchange, Request.ListEntries list) {
        exchange.lane().ledgers().ledger(list.ledgerId()).list((status, ids) -> {
            byte[] encoded = null;
            if (ids != null) {
                var encoder = new AvailabilityOfEntries.Encoder(false); // stock auditors look at single runs
                for (long id : ids) {
                    encoder.add(id);
                }
                encoded = encoder.encode();
            }
            exchange.answer(new Response.ListEntries(list.tag(), status, list.ledgerId(), encoded));
        });
    }
}
