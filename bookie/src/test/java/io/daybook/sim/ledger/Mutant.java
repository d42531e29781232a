package io.daybook.sim.ledger;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaStore;
import io.daybook.bookie.DurableLog;
import io.daybook.bookie.EntryStore;
import io.daybook.bookie.ReadOutcome;
import io.daybook.bookie.ledger.BookieConduct;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.metadata.LedgerMetadataFormat;
import io.daybook.ledger.protocol.Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Bugs to be planted where production classes meet their seams (R92): a simulation that cannot find them proves nothing. */
enum Mutant {
    /** No bug. */
    NONE,

    /** A bookie answers adds before they are synced (R16). */
    ACKS_BEFORE_SYNC {
        @Override
        DurableLog log(DurableLog log) {
            return new Log(log) {
                @Override
                public void append(
                        Kind kind,
                        long ledgerId,
                        long entryId,
                        @Nullable ByteBuf payload,
                        Loop caller,
                        Completion completion) {
                    if (kind == Kind.ENTRY) {
                        log.append(kind, ledgerId, entryId, payload, caller, ignored -> {});
                        caller.execute(() -> completion.done(null));
                    } else {
                        log.append(kind, ledgerId, entryId, payload, caller, completion);
                    }
                }
            };
        }
    },

    /** A bookie keeps its fences in memory only (R24). */
    FENCE_IN_MEMORY {
        @Override
        DurableLog log(DurableLog log) {
            return new Log(log) {
                @Override
                public void append(
                        Kind kind,
                        long ledgerId,
                        long entryId,
                        @Nullable ByteBuf payload,
                        Loop caller,
                        Completion completion) {
                    if (kind == Kind.FENCE) {
                        caller.execute(() -> completion.done(null));
                    } else {
                        log.append(kind, ledgerId, entryId, payload, caller, completion);
                    }
                }
            };
        }
    },

    /** A bookie answers fencing reads before the fence is synced (R24). */
    FENCE_ANSWERED_EARLY {
        @Override
        DurableLog log(DurableLog log) {
            return new Log(log) {
                @Override
                public void append(
                        Kind kind,
                        long ledgerId,
                        long entryId,
                        @Nullable ByteBuf payload,
                        Loop caller,
                        Completion completion) {
                    if (kind == Kind.FENCE) {
                        log.append(kind, ledgerId, entryId, payload, caller, ignored -> {});
                        caller.execute(() -> completion.done(null));
                    } else {
                        log.append(kind, ledgerId, entryId, payload, caller, completion);
                    }
                }
            };
        }
    },

    /** A bookie answers a duplicate of an entry that is in memory, but not yet synced (R18). */
    DUPLICATE_ACKED_FROM_MEMORY {
        @Override
        DurableLog log(DurableLog log) {
            Set<Long> appended = new TreeSet<>();
            return new Log(log) {
                @Override
                public void append(
                        Kind kind,
                        long ledgerId,
                        long entryId,
                        @Nullable ByteBuf payload,
                        Loop caller,
                        Completion completion) {
                    if (kind != Kind.ENTRY || appended.add(entryId) || payload == null) {
                        log.append(kind, ledgerId, entryId, payload, caller, completion);
                    } else {
                        payload.release();
                        caller.execute(() -> completion.done(null));
                    }
                }
            };
        }
    },

    /** A bookie comes back from a crash without its last records, and does not notice (R79, R81). */
    FORGETS_AT_CRASH {
        @Override
        void crashed(MemoryDurableLog.Platter platter) {
            platter.lose(4);
        }
    },

    /** A bookie says that an entry it cannot read does not exist (R27). */
    DAMAGED_IS_ABSENT {
        @Override
        ReadOutcome damaged() {
            return ReadOutcome.MISSING;
        }
    },

    /** A bookie does not fence a ledger it has nothing of (R23). */
    UNKNOWN_LEDGER_NOT_FENCED {
        @Override
        Request request(Request request, MemoryEntryStore store, EntryDigest digest) {
            return request instanceof Request.Read read && !store.knows(read.ledgerId()) ? unfenced(read) : request;
        }

        @Override
        boolean forges() {
            return true;
        }
    },

    /** Recovery fences when it asks for the last confirmed id, but not when it reads entries (R50). */
    RECOVERY_READS_DO_NOT_FENCE {
        @Override
        Request request(Request request, MemoryEntryStore store, EntryDigest digest) {
            return request instanceof Request.Read read && read.entryId() >= 0 ? unfenced(read) : request;
        }

        @Override
        boolean forges() {
            return true;
        }
    },

    /** Nobody fences anything (R23, R50). */
    NOTHING_FENCES {
        @Override
        Request request(Request request, MemoryEntryStore store, EntryDigest digest) {
            return request instanceof Request.Read read ? unfenced(read) : request;
        }

        @Override
        boolean forges() {
            return true;
        }
    },

    /** Recovery writes entries back with a last confirmed id of its own (R51). */
    RECOVERY_PUBLISHES_ITS_LAC {
        @Override
        Request request(Request request, MemoryEntryStore store, EntryDigest digest) {
            if (!(request instanceof Request.Add add) || !add.recovery()) {
                return request;
            }
            LedgerEntry entry = digest.unpack(add.ledgerId(), add.entryId(), add.body());
            ByteBuf packed = digest.pack(
                    add.ledgerId(),
                    add.entryId(),
                    add.entryId() - 1,
                    entry.length(),
                    entry.payload(),
                    UnpooledByteBufAllocator.DEFAULT);
            return new Request.Add(
                    add.tag(), add.ledgerId(), add.entryId(), add.masterKey(), packed, true, add.deferredSync());
        }

        @Override
        boolean forges() {
            return true;
        }
    },

    /** Clients write ledger records without comparing versions (R6). */
    BLIND_WRITES {
        @Override
        MetaStore metaStore(MetaStore store, boolean writers) {
            return new ForwardingMetaStore(store) {
                @Override
                public Promise<Integer> cas(String path, byte[] data, int expectedVersion, Loop loop) {
                    return super.cas(path, data, isLedger(data) ? ANY_VERSION : expectedVersion, loop);
                }
            };
        }
    },

    /** The writer counts a new list of bookies as committed when it has sent it to metadata (R46a). */
    LIST_USED_BEFORE_COMMIT {
        @Override
        MetaStore metaStore(MetaStore store, boolean writers) {
            return !writers
                    ? store
                    : new ForwardingMetaStore(store) {
                        @Override
                        public Promise<Integer> cas(String path, byte[] data, int expectedVersion, Loop loop) {
                            Promise<Integer> real = super.cas(path, data, expectedVersion, loop);
                            if (!isLedger(data)
                                    || LedgerMetadataFormat.decode(data, 0).state() != LedgerState.OPEN) {
                                return real;
                            }
                            Promise<Integer> early = loop.promise();
                            early.complete(expectedVersion + 1);
                            return early;
                        }
                    };
        }
    },

    /** The writer closes, and changes bookies, over a recovery (R9). */
    WRITER_IGNORES_RECOVERY {
        @Override
        MetaStore metaStore(MetaStore store, boolean writers) {
            return !writers
                    ? store
                    : new ForwardingMetaStore(store) {
                        @Override
                        public Promise<@Nullable Node> get(String path, Loop loop) {
                            return opened(super.get(path, loop), loop);
                        }

                        @Override
                        public Promise<@Nullable Node> getLinearizable(String path, Loop loop) {
                            return opened(super.getLinearizable(path, loop), loop);
                        }
                    };
        }
    };

    /** The journal a bookie gets instead of {@code log}. */
    DurableLog log(DurableLog log) {
        return log;
    }

    /** How bookies behave. */
    BookieConduct conduct() {
        return BookieConduct.SAFE;
    }

    /** The store a bookie gets instead of {@code store}. */
    EntryStore store(EntryStore store) {
        return store;
    }

    /** What the store says of an entry it cannot read. */
    ReadOutcome damaged() {
        return new ReadOutcome.Damaged("a sector cannot be read");
    }

    /** Whether {@link #request} changes anything. */
    boolean forges() {
        return false;
    }

    /** The request a bookie gets instead of {@code request}, which is taken over. */
    Request request(Request request, MemoryEntryStore store, EntryDigest digest) {
        return request;
    }

    /** The metadata store a client gets instead of {@code store}. */
    MetaStore metaStore(MetaStore store, boolean writers) {
        return store;
    }

    /** A bookie with this disk has crashed. */
    void crashed(MemoryDurableLog.Platter platter) {}

    private static Request unfenced(Request.Read read) {
        return read.fence()
                ? new Request.Read(read.tag(), read.ledgerId(), read.entryId(), false, null, false, 0, -1, false)
                : read;
    }

    private static boolean isLedger(byte[] data) {
        return new String(data, 0, Math.min(data.length, 40), StandardCharsets.ISO_8859_1)
                .startsWith("BookieMetadataFormatVersion");
    }

    private static Promise<MetaStore.@Nullable Node> opened(Promise<MetaStore.@Nullable Node> real, Loop loop) {
        Promise<MetaStore.@Nullable Node> forged = loop.promise();
        Futures.whenDone(real, loop, (node, failure) -> {
            if (failure != null) {
                forged.completeExceptionally(failure);
            } else if (node == null || !isLedger(node.data())) {
                forged.complete(node);
            } else {
                LedgerMetadata record = LedgerMetadataFormat.decode(node.data(), node.createdMillis());
                forged.complete(
                        record.state() != LedgerState.IN_RECOVERY
                                ? node
                                : new MetaStore.Node(
                                        LedgerMetadataFormat.encode(record.withState(LedgerState.OPEN)),
                                        node.version(),
                                        node.childrenVersion(),
                                        node.createdMillis(),
                                        node.ephemeralOwner()));
            }
        });
        return forged;
    }

    /** A journal that passes barriers on. */
    private abstract static class Log implements DurableLog {
        private final DurableLog log;

        Log(DurableLog log) {
            this.log = log;
        }

        @Override
        public void barrier(Loop caller, Completion completion) {
            log.barrier(caller, completion);
        }
    }
}
