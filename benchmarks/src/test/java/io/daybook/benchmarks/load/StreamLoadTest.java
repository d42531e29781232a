package io.daybook.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.ledger.LedgerClient;
import io.daybook.namespace.Namespace;
import io.daybook.stream.LogStream;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamException.Outcome;
import io.daybook.stream.StreamId;
import io.daybook.stream.StreamInfo;
import io.daybook.stream.StreamWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class StreamLoadTest {
    private final StreamException refused = new StreamException.Unavailable(
            Outcome.NOT_APPLIED, "planted: no writer can be opened", new IllegalStateException("planted"));

    private final List<String> there = new ArrayList<>();

    @Test
    void aStreamThatCannotBeOpenedIsRemovedAgain() {
        StreamLoad load = load(name -> CompletableFuture.completedFuture(removed(name)));

        CompletableFuture<LoadLog> made = load.create();

        assertThatThrownBy(made::join).hasCause(refused);
        assertThat(there).isEmpty();
    }

    @Test
    void aStreamThatCannotBeRemovedEitherIsToldWithTheFirstFailure() {
        IllegalStateException undeleted = new IllegalStateException("planted: no stream can be removed");
        StreamLoad load = load(name -> CompletableFuture.failedFuture(undeleted));

        CompletableFuture<LoadLog> made = load.create();

        assertThatThrownBy(made::join)
                .hasCause(refused)
                .satisfies(failure ->
                        assertThat(failure.getCause().getSuppressed()).hasSize(1));
        assertThat(there).containsExactly("p-0");
    }

    @Test
    void aStreamIsRemovedOnlyWhenItsWriterHasEndedAndMakesNoMoreLedgers() {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        StreamWriter writer = fake(StreamWriter.class, (self, method, arguments) -> {
            assertThat(method.getName()).isEqualTo("close");
            return ended;
        });
        StreamLoad load = load(
                CompletableFuture.completedFuture(writer), name -> CompletableFuture.completedFuture(removed(name)));
        String name = load.create().join().id();

        CompletableFuture<?> deleted = load.delete(name);
        assertThat(there).containsExactly(name);
        assertThat(deleted).isNotDone();

        ended.completeExceptionally(
                new IllegalStateException("planted: a writer that ends badly has ended all the same"));
        assertThat(deleted).isCompleted();
        assertThat(there).isEmpty();
    }

    private interface Removal {
        CompletableFuture<StreamInfo> of(String name);
    }

    private StreamLoad load(Removal removal) {
        return load(CompletableFuture.failedFuture(refused), removal);
    }

    private StreamLoad load(CompletableFuture<StreamWriter> writer, Removal removal) {
        LogStream stream = fake(LogStream.class, (self, method, arguments) -> {
            assertThat(method.getName()).isEqualTo("openWriter");
            return writer;
        });
        Namespace namespace = fake(Namespace.class, (self, method, arguments) -> {
            String name = (String) arguments[0];
            if (method.getName().equals("create")) {
                there.add(name);
                return CompletableFuture.completedFuture(stream);
            }
            assertThat(method.getName()).isEqualTo("delete");
            return removal.of(name);
        });
        LedgerClient unused = fake(LedgerClient.class, (self, method, arguments) -> {
            throw new UnsupportedOperationException(method.getName());
        });
        return new StreamLoad(namespace, namespace, unused, Runnable::run, StreamConfig.DEFAULT, "p-");
    }

    private StreamInfo removed(String name) {
        assertThat(there.remove(name)).isTrue();
        return new StreamInfo(name, new StreamId(1), StreamConfig.DEFAULT, 0, 0, null, false, 0, 0, List.of());
    }

    private static <T> T fake(Class<T> type, InvocationHandler answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, answers));
    }
}
