package io.daybook.bookie.server;

import io.daybook.base.error.BrokenInvariantException;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.Probe;
import io.daybook.base.seam.Transport;
import io.daybook.bookie.ledger.HostedLedger;
import io.daybook.bookie.ledger.LedgerGround;
import io.daybook.bookie.ledger.LedgerRegistry;
import io.daybook.bookie.ledger.StatusAnswer;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes connections and brings their requests to the loops of their ledgers: all of a bookie between its transport and its disks.
 *
 * <p><b>Threads.</b> Connections belong to some of the same loops that own the ledgers. {@link #accept} is called on the connection's
 * loop. What is asked of one ledger over one connection begins in the order it came.
 */
public final class RequestDispatcher implements Transport.Acceptor {
    private final Loops loops;
    private final ServerLimits limits;
    private final SpaceSource space;
    private final Probe probe;
    private final ByteBufAllocator allocator;
    private final List<Lane> lanes = new ArrayList<>();
    private final ReadHandler reads;
    private final FenceHandler fences;

    /**
     * @param loops all of these own ledgers; connections come on these, too
     * @param ground what the ledgers stand on
     * @param space asked for the answers to disk questions
     * @param allocator makes the frames sent
     */
    public RequestDispatcher(
            Loops loops, LedgerGround ground, ServerLimits limits, SpaceSource space, ByteBufAllocator allocator) {
        this.loops = loops;
        this.limits = limits;
        this.space = space;
        this.probe = ground.probe();
        this.allocator = allocator;
        this.reads = new ReadHandler(limits.batchBytes().bytes());
        this.fences = new FenceHandler(reads);
        int n = loops.all().size();
        for (Loop loop : loops.all()) {
            int residentMax = Math.max(1, limits.residentLedgers() / n);
            long pollsMax = limits.totalBytes().bytes() / n / ServerLimits.POLL_BYTES;
            var ledgers = new LedgerRegistry(loop, ground, residentMax, (int) Math.min(Integer.MAX_VALUE, pollsMax));
            lanes.add(new Lane(lanes.size(), loop, ledgers, limits.totalBytes().bytes() / n));
        }
        lanes.forEach(lane -> lane.connect(lanes));
    }

    /** Tells the room on the bookie's disks. */
    @FunctionalInterface
    public interface SpaceSource {

        /** Completes on {@code caller}. */
        Promise<Disk.Space> space(Loop caller);
    }

    @Override
    public ConnHandler accept(Conn conn) {
        Lane lane = laneOf(conn.loop());
        if (lane.sessions(1) > Math.max(1, limits.connections() / lanes.size())) {
            conn.close();
        }
        return new Session(conn, lane, this, limits);
    }

    /** Begins a request on the loop of its ledger, or of its ledgers. On the connection's loop. */
    void dispatch(Session session, Request request, int charge) {
        if (request instanceof Request.GroupAdd group) {
            new GroupRequest(session, group, charge, this).begin();
            return;
        }
        Lane from = session.lane();
        long ledgerId = ledgerOf(request);
        Lane to = ledgerId < 0 ? from : laneOf(ledgerId);
        Exchange exchange = new Exchange(session, request, charge, to);
        if (to == from) {
            handle(exchange, ledgerId);
        } else {
            from.mailTo(to).post(new LoopMail.Letter() {
                @Override
                public void deliver() {
                    handle(exchange, ledgerId);
                }

                @Override
                public void returned() {
                    request.release();
                }
            });
        }
    }

    /** Forgets what a closed connection waits for. On its loop. */
    void abandon(Session session) {
        for (Lane lane : lanes) {
            if (lane == session.lane()) {
                lane.ledgers().abandon(session);
            } else {
                session.lane().mailTo(lane).post(new LoopMail.Letter() {
                    @Override
                    public void deliver() {
                        lane.ledgers().abandon(session);
                    }

                    @Override
                    public void returned() {} // the waits ended with their loop
                });
            }
        }
    }

    /** Tells the ledger, on its loop, that it was deleted; {@code answer} comes there. See {@link HostedLedger#bury}. */
    void bury(long ledgerId, StatusAnswer answer) {
        Lane lane = laneOf(ledgerId);
        lane.loop().execute(() -> lane.ledgers().ledger(ledgerId).bury(answer));
    }

    ByteBufAllocator allocator() {
        return allocator;
    }

    Probe probe() {
        return probe;
    }

    /** Ends what waits for room in the store, on each loop; before the loops end. */
    public void stop() {
        lanes.forEach(lane -> lane.loop().execute(() -> lane.ledgers().stop()));
    }

    /** The lane of a ledger. */
    Lane laneOf(long ledgerId) {
        return laneOf(loops.of(ledgerId));
    }

    private Lane laneOf(Loop loop) {
        for (int i = 0; i < lanes.size(); i++) {
            if (lanes.get(i).loop() == loop) {
                return lanes.get(i);
            }
        }
        throw new BrokenInvariantException(
                "a connection came on loop %s, which owns no ledgers of this bookie".formatted(loop.name()));
    }

    /** The ledger whose loop must handle the request; −1 if any may. */
    private static long ledgerOf(Request request) {
        return switch (request.operation()) {
            case ADD -> request instanceof Request.Add add ? AppendHandler.ledgerOf(add) : -1;
            case READ -> request instanceof Request.Read read ? read.ledgerId() : -1;
            case BATCH_READ -> request instanceof Request.BatchRead batch ? batch.ledgerId() : -1;
            case STRIDED_READ -> request instanceof Request.StridedRead strided ? strided.ledgerId() : -1;
            case WRITE_LAC -> request instanceof Request.WriteLac write ? AppendHandler.ledgerOf(write) : -1;
            case READ_LAC -> request instanceof Request.ReadLac read ? read.ledgerId() : -1;
            case FORCE -> request instanceof Request.Force force ? force.ledgerId() : -1;
            case LIST_ENTRIES -> request instanceof Request.ListEntries list ? list.ledgerId() : -1;
            case GROUP_ADD, AUTH, BOOKIE_INFO, START_TLS, RANGE_READ, RANGE_ADD -> -1;
        };
    }

    private void handle(Exchange exchange, long ledgerId) {
        Request request = exchange.request();
        if (request instanceof Request.Add add) {
            if (ledgerId < 0) {
                exchange.refuse(Status.BAD_REQUEST);
            } else {
                AppendHandler.add(exchange, add);
            }
        } else if (request instanceof Request.WriteLac write) {
            if (ledgerId < 0) {
                exchange.refuse(Status.BAD_REQUEST);
            } else {
                AppendHandler.writeLac(exchange, write);
            }
        } else if (request instanceof Request.Force) {
            exchange.lane().ledgers().force(exchange::refuse); // stock: for any ledger, known or not
        } else if (request instanceof Request.BookieInfo info) {
            info(exchange, info);
        } else if (request instanceof Request.Auth auth) {
            exchange.answer(new Response.Auth(auth.tag(), Status.OK, Answers.AUTH_DISABLED, new byte[0]));
        } else if (request instanceof Request.StartTls) {
            exchange.refuse(Status.BAD_REQUEST); // this bookie has no TLS
        } else if (request instanceof Request.Refused refused) {
            exchange.refuse(refused.status());
        } else if (ledgerId < 0) {
            exchange.refuse(request instanceof Request.ReadLac ? Status.NO_SUCH_ENTRY : Status.NO_SUCH_LEDGER);
        } else {
            look(exchange, request);
        }
    }

    private void look(Exchange exchange, Request request) {
        if (request instanceof Request.Read read) {
            if (read.fence()) {
                fences.read(exchange, read);
            } else {
                reads.read(exchange, read);
            }
        } else if (request instanceof Request.BatchRead batch) {
            if (batch.fence()) {
                fences.batch(exchange, batch);
            } else {
                reads.batch(exchange, batch);
            }
        } else if (request instanceof Request.StridedRead strided) {
            reads.strided(exchange, strided);
        } else if (request instanceof Request.ReadLac read) {
            reads.readLac(exchange, read);
        } else if (request instanceof Request.ListEntries list) {
            reads.list(exchange, list);
        } else {
            exchange.refuse(Status.BAD_REQUEST);
        }
    }

    private void info(Exchange exchange, Request.BookieInfo info) {
        boolean total = (info.requested() & Request.BookieInfo.TOTAL) != 0;
        boolean free = (info.requested() & Request.BookieInfo.FREE) != 0;
        if (!total && !free) {
            exchange.answer(new Response.BookieInfo(info.tag(), Status.OK, -1, -1));
            return;
        }
        Loop loop = exchange.lane().loop();
        Futures.whenDone(space.space(loop), loop, (room, failure) -> answerInfo(exchange, info, room, total, free));
    }

    private static void answerInfo(
            Exchange exchange, Request.BookieInfo info, Disk.@Nullable Space room, boolean total, boolean free) {
        if (room == null) {
            exchange.refuse(Status.IO_ERROR);
        } else {
            exchange.answer(new Response.BookieInfo(
                    info.tag(), Status.OK, total ? room.total() : -1, free ? room.usable() : -1));
        }
    }

    /** Bytes under way on each loop, for tests; to be asked on that loop. */
    long bytesUnderWay(Loop loop) {
        return laneOf(loop).bytes();
    }
}
