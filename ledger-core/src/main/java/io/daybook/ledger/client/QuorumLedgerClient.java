package io.daybook.ledger.client;

import io.daybook.base.error.Check;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.base.metrics.Metrics;
import io.daybook.base.seam.MetaStore;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Password;
import io.daybook.ledger.RepairHint;
import io.daybook.ledger.metadata.BookieRegistry;
import io.daybook.ledger.metadata.CasOutcome;
import io.daybook.ledger.metadata.LedgerMetadataStore;
import io.daybook.ledger.metadata.Versioned;
import io.daybook.ledger.placement.Choice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ledgers of one cluster, spread over loops; all it holds itself is constant. */
final class QuorumLedgerClient implements LedgerClient {
    private static final Logger LOG = LoggerFactory.getLogger(QuorumLedgerClient.class);
    private static final int DELETE_ATTEMPTS_MAX = 16; // each failure is a repair that got in between

    private final ClientConfig config;
    private final LedgerMetadataStore metadata;
    private final BookieRegistry registry;
    private final Loops loops;
    private final Map<Loop, ClientLoop> homes;
    private final Metrics metrics;
    private final List<MetaStore.Watch> watches = new ArrayList<>();
    private volatile boolean closed;

    QuorumLedgerClient(
            ClientConfig config,
            LedgerMetadataStore metadata,
            BookieRegistry registry,
            Loops loops,
            Map<Loop, ClientLoop> homes,
            Metrics metrics) {
        this.config = config;
        this.metadata = metadata;
        this.registry = registry;
        this.loops = loops;
        this.homes = homes;
        this.metrics = metrics;
        homes.forEach((loop, home) -> watches.add(registry.watch(home::onMembership, loop)));
    }

    @Override
    public CompletableFuture<LedgerWriter> create(LedgerOptions options) {
        Check.argument(
                options.replication().ensemble() <= Ensemble.SLOTS_MAX,
                "an ensemble of %s is too large: at most %s bookies",
                options.replication().ensemble(),
                Ensemble.SLOTS_MAX);
        Loop first = options.loop() != null ? options.loop() : loops.all().get(0);
        return on(first, (ClientLoop home, Promise<LedgerWriter> result) -> {
            Choice choice = home.newEnsemble(options.replication());
            if (!choice.complete()) {
                result.completeExceptionally(new LedgerException.NotEnoughBookies(
                        Outcome.NOT_APPLIED,
                        "no ledger was created: replication %s needs %d bookies, %s; start more, or ask for fewer copies"
                                .formatted(
                                        options.replication(),
                                        options.replication().ensemble(),
                                        choice.explained()),
                        null));
                return;
            }
            LedgerMetadata record = LedgerMetadata.open(
                    options.replication(),
                    options.digestType(),
                    options.password(),
                    choice.bookies(),
                    first.clock().millis(),
                    0,
                    options.custom());
            Futures.whenDone(metadata.create(record, first), first, (made, failure) -> {
                if (made == null) {
                    result.completeExceptionally(known("no ledger was created", failure));
                    return;
                }
                LOG.info("ledger={} created on {}", made.id(), choice.bookies());
                Loop owner = options.loop() != null
                        ? options.loop()
                        : loops.of(made.id().value());
                CompletableFuture<LedgerWriter> opened =
                        on(owner, (itsHome, promise) -> promise.complete(QuorumWriter.open(made, options, itsHome)));
                pass(opened, result);
            });
        });
    }

    @Override
    public CompletableFuture<LedgerReader> open(LedgerId ledger, OpenOptions options) {
        return on(
                loop(ledger, options),
                (home, result) -> withRecord(ledger, options, home, result, (found, password) -> {
                    QuorumReader reader = QuorumReader.open(ledger, found, password, "", home);
                    Futures.whenDone(reader.readLastAddConfirmed(), home.loop(), (confirmed, failure) -> {
                        if (failure
                                != null) { // a lower bound serves as well; what is wrong will show when something is
                            // read
                            LOG.debug(
                                    "ledger={} opened without knowing its last confirmed entry: {}",
                                    ledger,
                                    failure.getMessage());
                        }
                        result.complete(reader);
                    });
                }));
    }

    @Override
    public CompletableFuture<LedgerReader> openAndRecover(LedgerId ledger, OpenOptions options) {
        return on(
                loop(ledger, options),
                (home, result) -> withRecord(
                        ledger,
                        options,
                        home,
                        result,
                        (found, password) -> Futures.whenDone(
                                RecoveryRun.start(ledger, found, password, home), home.loop(), (done, failure) -> {
                                    if (done != null) {
                                        result.complete(QuorumReader.open(
                                                ledger, done.record(), password, done.decisions(), home));
                                    } else {
                                        result.completeExceptionally(failure);
                                    }
                                })));
    }

    @Override
    public CompletableFuture<Void> delete(LedgerId ledger, OpenOptions options) {
        return on(
                loop(ledger, options),
                (home, result) -> delete(new Deletion(ledger, options, false, home, result), DELETE_ATTEMPTS_MAX));
    }

    @Override
    public CompletableFuture<Void> deleteUnrecoverable(LedgerId ledger, OpenOptions options) {
        return on(
                loop(ledger, options),
                (home, result) -> delete(new Deletion(ledger, options, true, home, result), DELETE_ATTEMPTS_MAX));
    }

    @Override
    public CompletableFuture<LedgerMetadata> metadata(LedgerId ledger) {
        return on(
                loops.of(ledger.value()),
                (home, result) -> Futures.whenDone(
                        metadata.readLinearizable(ledger, home.loop()), home.loop(), (found, failure) -> {
                            if (found != null) {
                                result.complete(found.value());
                            } else {
                                result.completeExceptionally(
                                        failure == null ? missing(ledger) : MetadataFailures.of(ledger, failure));
                            }
                        }));
    }

    @Override
    public CompletableFuture<List<RepairHint>> repairHints(LedgerId ledger) {
        return on(
                loops.of(ledger.value()),
                (home, result) ->
                        Futures.whenDone(metadata.hints().read(ledger, home.loop()), home.loop(), (hints, failure) -> {
                            if (hints != null) {
                                result.complete(hints);
                            } else {
                                result.completeExceptionally(known("the repair hints could not be read", failure));
                            }
                        }));
    }

    @Override
    public CompletableFuture<List<String>> decisions(LedgerId ledger) {
        return on(
                loops.of(ledger.value()),
                (home, result) -> Futures.whenDone(home.traces().of(ledger), home.loop(), (lines, failure) -> {
                    if (lines != null) {
                        result.complete(lines);
                    } else {
                        result.completeExceptionally(
                                known("the decisions about ledger %s cannot be read".formatted(ledger), failure));
                    }
                }));
    }

    @Override
    public CompletableFuture<List<LedgerId>> list() {
        return on(
                loops.all().get(0),
                (home, result) -> Futures.whenDone(metadata.list(home.loop()), home.loop(), (ids, failure) -> {
                    if (ids != null) {
                        result.complete(
                                Arrays.stream(ids).mapToObj(LedgerId::new).toList());
                    } else {
                        result.completeExceptionally(known("the ledgers could not be listed", failure));
                    }
                }));
    }

    @Override
    public Metrics metrics() {
        return metrics;
    }

    @Override
    public Loops loops() {
        return loops;
    }

    @Override
    public int payloadBytesMax() {
        return config.payloadBytesMax();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        watches.forEach(MetaStore.Watch::close);
        registry.close();
        homes.forEach((loop, home) -> {
            try {
                loop.run(home::close);
            } catch (RejectedExecutionException loopEnded) {
                LOG.debug("the loop {} has ended before its client", loop.name());
            }
        });
    }

    /**
     * A deletion under way (R64).
     *
     * @param force whether a ledger that recovery cannot seal goes as it stands
     */
    private record Deletion(
            LedgerId ledger, OpenOptions options, boolean force, ClientLoop home, Promise<Void> result) {

        Loop loop() {
            return home.loop();
        }

        void fail(Throwable why) {
            result.completeExceptionally(why);
        }
    }

    /** Seals first unless closed, so that a live writer is stopped. */
    private void delete(Deletion deletion, int attempts) {
        LedgerId ledger = deletion.ledger();
        Loop loop = deletion.loop();
        Futures.whenDone(metadata.readLinearizable(ledger, loop), loop, (found, failure) -> {
            if (failure != null) {
                deletion.fail(MetadataFailures.of(ledger, failure));
            } else if (found == null) {
                deletion.result().complete(null);
            } else if (!permits(found.value(), deletion.options())) {
                deletion.fail(unauthorized(ledger));
            } else if (found.value().closed()) {
                remove(deletion, found, attempts);
            } else {
                Futures.whenDone(
                        RecoveryRun.start(ledger, found, password(found.value(), deletion.options()), deletion.home()),
                        loop,
                        (done, refused) -> {
                            if (done != null) {
                                remove(deletion, done.record(), attempts);
                            } else if (refused instanceof LedgerException.NoSuchLedger) {
                                deletion.result().complete(null);
                            } else if (deletion.force() && refused instanceof LedgerException.RecoveryUndecided) {
                                removeAsItStands(deletion, attempts);
                            } else {
                                deletion.fail(refused);
                            }
                        });
            }
        });
    }

    private void removeAsItStands(Deletion deletion, int attempts) {
        Futures.whenDone(
                metadata.readLinearizable(deletion.ledger(), deletion.loop()), deletion.loop(), (found, failure) -> {
                    if (failure != null) {
                        deletion.fail(MetadataFailures.of(deletion.ledger(), failure));
                    } else if (found == null) {
                        deletion.result().complete(null);
                    } else {
                        LOG.warn("ledger={} cannot be recovered and is deleted as it stands", deletion.ledger());
                        remove(deletion, found, attempts);
                    }
                });
    }

    private void remove(Deletion deletion, Versioned<LedgerMetadata> record, int attempts) {
        LedgerId ledger = deletion.ledger();
        Futures.whenDone(
                metadata.delete(ledger, record.version(), deletion.loop()), deletion.loop(), (outcome, failure) -> {
                    if (failure != null) {
                        deletion.fail(MetadataFailures.of(ledger, failure));
                    } else if (!(outcome instanceof CasOutcome.Conflict)) {
                        LOG.info("ledger={} deleted", ledger);
                        deletion.home().traces().forget(ledger);
                        forgetHints(ledger, deletion.home(), deletion.result());
                    } else if (attempts > 1) {
                        delete(deletion, attempts - 1);
                    } else {
                        deletion.fail(new LedgerException.MetadataFailed(
                                Outcome.NOT_APPLIED,
                                "ledger %s was not deleted: its record changed %d times meanwhile; try again"
                                        .formatted(ledger, DELETE_ATTEMPTS_MAX),
                                null));
                    }
                });
    }

    /** There is nothing to repair any more; hints that stay behind are small and harm nobody. */
    private void forgetHints(LedgerId ledger, ClientLoop home, Promise<Void> result) {
        Futures.whenDone(metadata.hints().remove(ledger, home.loop()), home.loop(), (removed, failure) -> {
            if (failure != null) {
                LOG.warn("ledger={} its repair hints stay behind: {}", ledger, failure.getMessage());
            }
            result.complete(null);
        });
    }

    private <T> void withRecord(
            LedgerId ledger,
            OpenOptions options,
            ClientLoop home,
            Promise<T> result,
            BiConsumer<Versioned<LedgerMetadata>, Password> next) {
        Futures.whenDone(metadata.readLinearizable(ledger, home.loop()), home.loop(), (found, failure) -> {
            if (failure != null) {
                result.completeExceptionally(MetadataFailures.of(ledger, failure));
            } else if (found == null) {
                result.completeExceptionally(missing(ledger));
            } else if (!permits(found.value(), options)) {
                result.completeExceptionally(unauthorized(ledger));
            } else {
                next.accept(found, password(found.value(), options));
            }
        });
    }

    private static boolean permits(LedgerMetadata record, OpenOptions options) {
        return !record.hasPassword() || record.password().equals(options.password());
    }

    private static Password password(LedgerMetadata record, OpenOptions options) {
        return record.hasPassword() ? record.password() : options.password();
    }

    private Loop loop(LedgerId ledger, OpenOptions options) {
        return options.loop() != null ? options.loop() : loops.of(ledger.value());
    }

    private <T> CompletableFuture<T> on(Loop loop, BiConsumer<ClientLoop, Promise<T>> call) {
        if (closed) {
            return CompletableFuture.failedFuture(new LedgerException.HandleClosed(
                    Outcome.NOT_APPLIED, "the ledger client is closed; open another one"));
        }
        ClientLoop home = homes.get(loop);
        Check.argument(home != null, "the loop %s is not one of this client's", loop.name());
        Promise<T> result = loop.promise();
        try {
            loop.run(() -> call.accept(home, result));
        } catch (RejectedExecutionException loopEnded) {
            return CompletableFuture.failedFuture(new LedgerException.HandleClosed(
                    Outcome.NOT_APPLIED, "the client was closed, its loop %s has ended".formatted(loop.name())));
        }
        return result;
    }

    private static <T> void pass(CompletableFuture<T> from, Promise<T> to) {
        from.whenComplete((value, failure) -> {
            if (failure == null) {
                to.complete(value);
            } else {
                to.completeExceptionally(Futures.cause(failure));
            }
        });
    }

    private static LedgerException known(String what, @Nullable Throwable failure) {
        return failure instanceof LedgerException known
                ? known
                : new LedgerException.MetadataFailed(
                        Outcome.UNKNOWN,
                        "%s: %s; try again".formatted(what, failure == null ? "no answer came" : failure.getMessage()),
                        failure);
    }

    private static LedgerException missing(LedgerId ledger) {
        return new LedgerException.NoSuchLedger(
                "there is no ledger %s; list them to see which there are".formatted(ledger));
    }

    private static LedgerException unauthorized(LedgerId ledger) {
        return new LedgerException.Unauthorized(
                Outcome.NOT_APPLIED, "this is not the password ledger %s was created with".formatted(ledger));
    }
}
