package io.daybook.base.seam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Loop;
import io.daybook.base.seam.MetaException.Kind;
import io.daybook.base.seam.MetaStore.Mode;
import io.daybook.base.seam.MetaStore.Node;
import io.daybook.base.seam.MetaStore.Op;
import io.daybook.base.seam.MetaStore.Session;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What every {@link MetaStore} does while nothing fails. Tests live below {@link #root()}, which is new for each of them. */
public abstract class MetaStoreContract {

    /** The store under test, connected. */
    protected abstract MetaStore store();

    /** A second client of the same tree, with a session of its own. */
    protected abstract MetaStore otherStore();

    /** The loop that asks. */
    protected abstract Loop loop();

    /** A path that no other test uses; the test makes it with {@code ensure}. */
    protected abstract String root();

    /** Ends the session of {@link #store()} as if it had been silent for too long. */
    protected abstract void expireSession();

    /** Lets the world go on until {@code stage} has completed; returns its value or throws its failure, unwrapped. */
    protected abstract <T> T await(CompletionStage<T> stage);

    @Test
    void readsBackWhatWasCreated() {
        String path = make("a", "one");

        Node node = await(store().getLinearizable(path, loop()));

        assertThat(node.data()).isEqualTo(bytes("one"));
        assertThat(node.version()).isZero();
        assertThat(node.ephemeralOwner()).isZero();
        assertThat(await(store().get(path, loop())).data()).isEqualTo(bytes("one"));
    }

    @Test
    void keepsEmptyData() {
        String path = make("a", "");

        assertThat(await(store().getLinearizable(path, loop())).data()).isEmpty();
    }

    @Test
    void answersNullForWhatIsNotThere() {
        String path = root() + "/absent";

        assertThat(await(store().get(path, loop()))).isNull();
        assertThat(await(store().getLinearizable(path, loop()))).isNull();
        assertThat(await(store().children(path, loop()))).isNull();
    }

    @Test
    void createsANodeOnlyOnce() {
        String path = make("a", "one");

        refuses(Kind.NODE_EXISTS, () -> await(store().create(path, bytes("two"), Mode.PERSISTENT, loop())));

        assertThat(await(store().getLinearizable(path, loop())).data()).isEqualTo(bytes("one"));
    }

    @Test
    void createsNoNodeWithoutItsParent() {
        refuses(Kind.NO_NODE, () -> await(store().create(root() + "/absent/a", bytes("x"), Mode.PERSISTENT, loop())));
    }

    @Test
    void ensuresAPathAndLeavesWhatIsThereAlone() {
        String path = make("a", "one");

        await(store().ensure(path + "/b/c", loop()));
        await(store().ensure(path + "/b/c", loop()));

        assertThat(await(store().getLinearizable(path, loop())).data()).isEqualTo(bytes("one"));
        assertThat(await(store().children(path + "/b", loop()))).containsExactly("c");
    }

    @Test
    void replacesDataOnlyInTheExpectedVersion() {
        String path = make("a", "one");

        assertThat(await(store().cas(path, bytes("two"), 0, loop()))).isEqualTo(1);
        refuses(Kind.BAD_VERSION, () -> await(store().cas(path, bytes("three"), 0, loop())));
        assertThat(await(store().cas(path, bytes("four"), MetaStore.ANY_VERSION, loop())))
                .isEqualTo(2);

        Node node = await(store().getLinearizable(path, loop()));
        assertThat(node.data()).isEqualTo(bytes("four"));
        assertThat(node.version()).isEqualTo(2);
    }

    @Test
    void replacesNothingThatIsNotThere() {
        refuses(Kind.NO_NODE, () -> await(store().cas(root() + "/absent", bytes("x"), 0, loop())));
    }

    @Test
    void deletesOnlyTheExpectedVersion() {
        String path = make("a", "one");

        refuses(Kind.BAD_VERSION, () -> await(store().delete(path, 5, loop())));
        await(store().delete(path, 0, loop()));

        assertThat(await(store().getLinearizable(path, loop()))).isNull();
        refuses(Kind.NO_NODE, () -> await(store().delete(path, 0, loop())));
    }

    @Test
    void deletesNoNodeWithChildren() {
        String path = make("a", "one");
        await(store().ensure(path + "/b", loop()));

        refuses(Kind.NOT_EMPTY, () -> await(store().delete(path, MetaStore.ANY_VERSION, loop())));
    }

    @Test
    void startsAgainAtVersionZeroAfterADelete() {
        String path = make("a", "one");
        await(store().cas(path, bytes("two"), 0, loop()));
        await(store().delete(path, 1, loop()));

        await(store().create(path, bytes("three"), Mode.PERSISTENT, loop()));

        assertThat(await(store().getLinearizable(path, loop())).version()).isZero();
    }

    @Test
    void listsChildrenInOrder() {
        String path = make("a", "");
        for (String name : List.of("c", "a", "b")) {
            await(store().create(path + "/" + name, bytes(name), Mode.PERSISTENT, loop()));
        }

        assertThat(await(store().children(path, loop()))).containsExactly("a", "b", "c");
        assertThat(await(store().children(path + "/a", loop()))).isEmpty();
        assertThat(await(store().getLinearizable(path, loop())).childrenVersion())
                .isEqualTo(3);
    }

    @Test
    void listsManyChildrenWhole() {
        String path = make("many", "");
        List<CompletionStage<String>> making = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            making.add(
                    store().create(path + "/child-with-a-name-%04d".formatted(i), bytes(""), Mode.PERSISTENT, loop()));
        }
        making.forEach(this::await);

        assertThat(await(store().children(path, loop()))).hasSize(500).isSorted();
    }

    @Test
    void doesAllOrNothing() {
        String path = make("a", "one");

        refuses(
                Kind.BAD_VERSION,
                () -> await(store().multi(
                                List.of(
                                        new Op.Create(path + "/new", bytes("x"), Mode.PERSISTENT),
                                        new Op.Set(path, bytes("two"), 7)),
                                loop())));
        assertThat(await(store().children(path, loop()))).isEmpty();
        assertThat(await(store().getLinearizable(path, loop())).data()).isEqualTo(bytes("one"));

        await(store().multi(
                        List.of(
                                new Op.CheckVersion(path, 0),
                                new Op.Create(path + "/new", bytes("x"), Mode.PERSISTENT),
                                new Op.Set(path, bytes("two"), 0)),
                        loop()));
        assertThat(await(store().children(path, loop()))).containsExactly("new");
        assertThat(await(store().getLinearizable(path, loop())).data()).isEqualTo(bytes("two"));

        await(store().multi(List.of(new Op.Delete(path + "/new", 0), new Op.Delete(path, 1)), loop()));
        assertThat(await(store().getLinearizable(path, loop()))).isNull();
    }

    @Test
    void namesTheFirstOperationOfManyThatCannotBeDone() {
        String path = make("a", "one");

        refuses(
                Kind.NODE_EXISTS,
                () -> await(store().multi(
                                List.of(
                                        new Op.CheckVersion(path, 0),
                                        new Op.Create(path, bytes("x"), Mode.PERSISTENT),
                                        new Op.Delete(root() + "/absent", 0)),
                                loop())));
        refuses(Kind.NO_NODE, () -> await(store().multi(List.of(new Op.CheckVersion(root() + "/absent", 0)), loop())));
    }

    @Test
    void numbersSequentialNodes() {
        String path = make("a", "");

        String first = await(store().create(path + "/n-", bytes("1"), Mode.EPHEMERAL_SEQUENTIAL, loop()));
        String second = await(store().create(path + "/n-", bytes("2"), Mode.EPHEMERAL_SEQUENTIAL, loop()));

        assertThat(first).matches(path + "/n-\\d{10}");
        assertThat(second).matches(path + "/n-\\d{10}").isGreaterThan(first);
        assertThat(await(store().getLinearizable(second, loop())).data()).isEqualTo(bytes("2"));
    }

    @Test
    void removesEphemeralNodesWithTheirSession() {
        String path = make("a", "");
        await(otherStore().create(path + "/e", bytes(""), Mode.EPHEMERAL, loop()));
        Node node = await(store().getLinearizable(path + "/e", loop()));
        assertThat(node.ephemeralOwner()).isNotZero().isEqualTo(otherStore().sessionId());
        CompletableFuture<Void> gone = new CompletableFuture<>();
        MetaStore.Watch watch = store().watch(
                        path,
                        () -> store().children(path, loop()).thenAccept(names -> {
                            if (names.isEmpty()) {
                                gone.complete(null);
                            }
                        }),
                        loop());

        otherStore().close();

        await(gone);
        watch.close();
    }

    @Test
    void tellsWatchersOfCreationChangeAndRemoval() {
        await(store().ensure(root(), loop()));
        String path = root() + "/watched";
        Changes changes = new Changes();
        MetaStore.Watch watch = store().watch(path, changes::more, loop());

        await(store().getLinearizable(path, loop())); // the watch is in place
        long before = changes.count();
        await(otherStore().create(path, bytes("one"), Mode.PERSISTENT, loop()));
        await(changes.moreThan(before));
        before = changes.count();
        await(otherStore().cas(path, bytes("two"), 0, loop()));
        await(changes.moreThan(before));
        before = changes.count();
        await(otherStore().delete(path, 1, loop()));
        await(changes.moreThan(before));

        watch.close();
    }

    /** Once, a change over another connection that came between the call and the moment when the watch stood was missed for good. */
    @Test
    void missesNoChangeHoweverSoonItComesAfterTheWatch() {
        await(store().ensure(root(), loop()));
        for (int i = 0; i < 100; i++) {
            String path = root() + "/soon" + i;
            await(store().create(path, bytes("one"), Mode.PERSISTENT, loop()));
            Changes changes = new Changes();

            MetaStore.Watch watch = store().watch(path, changes::more, loop());
            await(otherStore().cas(path, bytes("two"), 0, loop()));

            await(changes.moreThan(0));
            watch.close();
        }
    }

    @Test
    void tellsWatchersOfChildren() {
        String path = make("a", "");
        Changes changes = new Changes();
        MetaStore.Watch watch = store().watch(path, changes::more, loop());

        await(store().getLinearizable(path, loop())); // the watch is in place
        long before = changes.count();
        await(otherStore().create(path + "/b", bytes(""), Mode.PERSISTENT, loop()));
        await(changes.moreThan(before));
        before = changes.count();
        await(otherStore().delete(path + "/b", 0, loop()));
        await(changes.moreThan(before));

        watch.close();
    }

    @Test
    void completesAndTellsOnTheLoopOfTheCaller() {
        String path = make("a", "");
        CompletableFuture<Boolean> completed = new CompletableFuture<>();
        CompletableFuture<Boolean> told = new CompletableFuture<>();
        MetaStore.Watch watch = store().watch(path, () -> told.complete(loop().inLoop()), loop());
        loop().execute(() -> store().cas(path, bytes("x"), 0, loop())
                .whenComplete((version, failure) -> completed.complete(loop().inLoop())));

        assertThat(await(completed)).isTrue();
        assertThat(await(told)).isTrue();
        watch.close();
    }

    @Test
    void oneOfManyCompetingWritesWins() {
        String path = make("a", "");
        List<CompletableFuture<Boolean>> outcomes = new ArrayList<>();

        for (int i = 0; i < 10; i++) {
            MetaStore store = i % 2 == 0 ? store() : otherStore();
            CompletableFuture<Boolean> outcome = new CompletableFuture<>();
            store.cas(path, bytes("w" + i), 0, loop())
                    .whenComplete((version, failure) -> outcome.complete(failure == null));
            outcomes.add(outcome);
        }

        assertThat(outcomes.stream().filter(this::await).count()).isOne();
        assertThat(await(store().getLinearizable(path, loop())).version()).isOne();
    }

    @Test
    void seesWithALinearizableReadWhatAnotherClientWrote() {
        String path = make("a", "");

        for (int i = 0; i < 20; i++) {
            await(otherStore().cas(path, bytes("v" + i), i, loop()));
            assertThat(await(store().getLinearizable(path, loop())).data()).isEqualTo(bytes("v" + i));
        }
    }

    @Test
    void startsANewSessionWhenTheOldOneExpires() {
        String path = make("a", "");
        long before = store().sessionId();
        await(store().create(path + "/e", bytes(""), Mode.EPHEMERAL, loop()));
        CompletableFuture<Void> renewed = new CompletableFuture<>();
        Changes changes = new Changes();
        store().watchSession(
                        state -> {
                            if (state == Session.RENEWED) {
                                renewed.complete(null);
                            }
                        },
                        loop());
        store().watch(path, changes::more, loop());

        expireSession();
        await(renewed);
        await(changes.moreThan(0));

        assertThat(store().sessionId()).isNotEqualTo(before);
        assertThat(await(store().getLinearizable(path + "/e", loop()))).isNull();
        await(store().create(path + "/e", bytes(""), Mode.EPHEMERAL, loop()));
        long before2 = changes.count();
        await(otherStore().cas(path, bytes("watches outlive sessions"), 0, loop()));
        await(changes.moreThan(before2));
    }

    @Test
    void tellsOfTheEndOfASessionThatWasClosed() {
        List<Session> states = Collections.synchronizedList(new ArrayList<>());
        CompletableFuture<Void> closed = new CompletableFuture<>();
        otherStore()
                .watchSession(
                        state -> {
                            states.add(state);
                            if (state == Session.CLOSED) {
                                closed.complete(null);
                            }
                        },
                        loop());

        otherStore().close();
        await(closed);

        assertThat(states).endsWith(Session.CLOSED);
        assertThatThrownBy(() -> await(otherStore().get(root(), loop()))).isInstanceOf(MetaException.class);
    }

    // ---- what the tests are made of

    private String make(String name, String data) {
        await(store().ensure(root(), loop()));
        return await(store().create(root() + "/" + name, bytes(data), Mode.PERSISTENT, loop()));
    }

    private static void refuses(Kind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MetaException.class,
                        refused -> assertThat(refused.kind())
                                .as(refused.getMessage())
                                .isEqualTo(kind));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Counts calls, and lets a test wait for the next. */
    private static final class Changes {
        private long count;
        private final List<Waiting> waiting = new ArrayList<>();

        private record Waiting(long above, CompletableFuture<Void> done) {}

        void more() {
            List<Waiting> reached = new ArrayList<>();
            synchronized (this) {
                count++;
                waiting.removeIf(each -> count > each.above && reached.add(each));
            }
            reached.forEach(each -> each.done.complete(null));
        }

        synchronized long count() {
            return count;
        }

        synchronized CompletionStage<Void> moreThan(long above) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            if (count > above) {
                done.complete(null);
            } else {
                waiting.add(new Waiting(above, done));
            }
            return done;
        }
    }
}
