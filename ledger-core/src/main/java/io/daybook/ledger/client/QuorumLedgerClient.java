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
                (home, result) -> new LedgerDeletion(ledger, options, false, home, result).start());
    }

    @Override
    public CompletableFuture<Void> deleteUnrecoverable(LedgerId ledger, OpenOptions options) {
        return on(
                loop(ledger, options),
                (home, result) -> new LedgerDeletion(ledger, options, true, home, result).start());
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
            } else if (!LedgerAccess.permits(found.value(), options)) {
                result.completeExceptionally(LedgerAccess.unauthorized(ledger));
            } else {
                next.accept(found, LedgerAccess.password(found.value(), options));
            }
        });
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
}
