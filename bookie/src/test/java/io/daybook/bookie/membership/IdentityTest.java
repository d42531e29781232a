package io.daybook.bookie.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk.Access;
import io.daybook.base.seam.MetaStore.Node;
import io.daybook.bookie.BookieException.Refused;
import io.daybook.bookie.disk.Layout;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.BookieIdentity;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.ledger.metadata.Cookie;
import io.daybook.ledger.metadata.CookieStore;
import io.daybook.ledger.metadata.MetadataUri;
import io.daybook.sim.Lesson;
import io.daybook.sim.SimDisk.CrashOutcome;
import io.daybook.sim.SimFaults;
import io.daybook.sim.SimMode;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class IdentityTest {
    private static final MetadataUri URI = MetadataUri.parse("zk+hierarchical://metadata:2181/ledgers");
    private static final BookieId BOOKIE = new BookieId("b1:3181");
    private static final Layout LAYOUT = new Layout(Path.of("/journal"), Path.of("/data"));

    private SimWorld world = new SimWorld(1);
    private SimNode node = world.node("b1");
    private ClusterLayout cluster = newCluster();

    @Test
    void makesANewBookieAndKnowsItAgain() {
        Identity made = start(BOOKIE, LAYOUT);

        BookieIdentity stored = stored(BOOKIE);
        assertThat(made).isEqualTo(new Identity(BOOKIE, 1, false));
        assertThat(stored.formatted()).isTrue();
        assertThat(stored.directories()).containsOnlyKeys("/journal", "/data");
        assertThat(stored.directories().get("/data"))
                .isNotEqualTo(stored.directories().get("/journal"));
        assertThat(node.disk().durableContent(Layout.cookie(LAYOUT.data())))
                .as("the stock cookie is the same in metadata and directories")
                .isEqualTo(world.metadata().node("/ledgers/cookies/b1:3181").data());
        assertThat(Cookie.decode(node.disk().durableContent(Layout.cookie(LAYOUT.journal())))
                        .instanceId())
                .isEqualTo(cluster.instanceId());
        assertThat(BookieIdentity.decode(node.disk().durableContent(Layout.identity(LAYOUT.data()))))
                .isEqualTo(stored.of("/data"));

        node.crash();
        node.restart();

        assertThat(start(BOOKIE, LAYOUT)).isEqualTo(made);
        assertThat(stored(BOOKIE)).isEqualTo(stored);
        assertThat(node.disk().openFiles()).isZero();
    }

    @Test
    void journalAndDataMayShareADirectory() {
        Layout one = new Layout(Path.of("/all"), Path.of("/all"));

        start(BOOKIE, one);

        assertThat(stored(BOOKIE).directories()).containsOnlyKeys("/all");
        assertThat(start(BOOKIE, one)).isEqualTo(new Identity(BOOKIE, 1, false));
    }

    /** A start after a crash of the first one. */
    private interface Restart {
        Identity of(BookieId bookie, Layout layout);
    }

    /** RG-35. The mistake: a start wants all of what makes a bookie, or nothing. */
    @Test
    void rg35ACrashAtAnyStepOfTheFirstStartIsMadeGoodByTheNext() {
        Lesson.of(this::crashesAtEveryStepOfTheFirstStart)
                .holds(this::start)
                .fails(
                        "what is half made is refused",
                        (bookie, layout) -> {
                            boolean journal = node.disk().exists(Layout.cookie(layout.journal()));
                            boolean data = node.disk().exists(Layout.cookie(layout.data()));
                            boolean known = world.metadata().node("/ledgers/cookies/" + bookie) != null;
                            if (journal != data || data != known) {
                                throw new IllegalStateException("the bookie is half made");
                            }
                            return start(bookie, layout);
                        },
                        "half made");
    }

    private void crashesAtEveryStepOfTheFirstStart(Restart restart) {
        int steps = 0;
        for (CrashOutcome outcome : CrashOutcome.values()) {
            for (int crashAfter = 0; ; crashAfter++) {
                freshWorld(crashAfter);
                Promise<Identity> first = establish(BOOKIE, LAYOUT);
                int done = 0;
                while (done < crashAfter && !first.isDone() && world.step()) {
                    done++;
                }
                if (first.isDone()) {
                    break; // every step has been the last one
                }
                node.disk().nextCrash(outcome);
                node.crash();
                node.restart();

                assertThat(restart.of(BOOKIE, LAYOUT)).isEqualTo(new Identity(BOOKIE, 1, false));

                BookieIdentity stored = stored(BOOKIE);
                node.crash();
                node.restart();
                assertThat(restart.of(BOOKIE, LAYOUT)).isEqualTo(new Identity(BOOKIE, 1, false));
                assertThat(stored(BOOKIE)).isEqualTo(stored);
                steps++;
            }
        }
        assertThat(steps).as("steps that were crashed at").isGreaterThan(100);
    }

    @Test
    void repliesMayBeLostWhileABookieIsMade() {
        for (long seed = 0; seed < 60; seed++) {
            SimFaults faults = SimFaults.none();
            faults.metaLostReply = 400_000;
            world = new SimWorld(seed, SimMode.UNIFORM, SimFaults.none());
            node = world.node("b1");
            cluster = newCluster();
            world.faults().metaLostReply = faults.metaLostReply;

            assertThat(start(BOOKIE, LAYOUT)).as("seed %d", seed).isEqualTo(new Identity(BOOKIE, 1, false));
            assertThat(start(BOOKIE, LAYOUT)).as("seed %d", seed).isEqualTo(new Identity(BOOKIE, 1, false));
        }
    }

    @Test
    void refusesADirectoryThatLostItsFiles() {
        start(BOOKIE, LAYOUT);
        delete(Layout.cookie(LAYOUT.data()));
        delete(Layout.identity(LAYOUT.data()));

        assertRefused(BOOKIE, LAYOUT, "/data has no cookie", "mount the disk");
    }

    /** RG-34. The switch: the operator says that the loss is accepted; then the bookie starts, but as another incarnation. */
    @Test
    void rg34ABookieWithAnEmptyDiskUnderItsOldNameDoesNotStart() {
        Lesson.<Boolean>of(accepted -> {
                    freshWorld(34);
                    lossAccepted = false;
                    start(BOOKIE, LAYOUT);
                    delete(Layout.cookie(LAYOUT.data()));
                    delete(Layout.identity(LAYOUT.data()));
                    lossAccepted = accepted;

                    assertRefused(BOOKIE, LAYOUT, "/data has no cookie");
                })
                .holds(false)
                .fails("the loss is accepted", true, "Expecting code to raise a throwable");
        assertThat(start(BOOKIE, LAYOUT).loss())
                .as("known to have lost something")
                .isTrue();
    }

    @Test
    void refusesADirectoryOfAnotherBookie() {
        start(BOOKIE, LAYOUT);
        BookieId other = new BookieId("b2:3181");
        start(other, new Layout(Path.of("/journal2"), Path.of("/data2")));

        assertRefused(other, LAYOUT, "list of journal directories is [/journal] here but [/journal2] there");
        move(Layout.cookie(Path.of("/data2")), Layout.cookie(Path.of("/data")));
        assertRefused(BOOKIE, LAYOUT, "/data belongs to another bookie", "bookie id is b1:3181 here but b2:3181 there");
    }

    @Test
    void refusesAnOldCopyOfItsOwnDirectory() {
        start(BOOKIE, LAYOUT);
        byte[] old = node.disk().content(Layout.identity(LAYOUT.data()));
        freshWorldKeepingDisk(old);

        assertRefused(BOOKIE, LAYOUT, "/data is not the one that bookie b1:3181 was made with", "incarnation 1");
    }

    @Test
    void refusesDirectoriesOfABookieThatTheClusterDoesNotKnow() {
        start(BOOKIE, LAYOUT);
        CookieStore cookies = new CookieStore(node.metaStore(), cluster);
        world.await(cookies.delete(BOOKIE, 0, loop()));

        assertRefused(BOOKIE, LAYOUT, "cookie of bookie b1:3181 was removed");

        world.await(node.metaStore().delete(BookieIdentity.path(cluster, BOOKIE), 1, loop()));
        assertRefused(BOOKIE, LAYOUT, "directory /journal belongs to bookie b1:3181", "knows no bookie b1:3181");
    }

    @Test
    void refusesToMakeABookieOfADirectoryThatIsNotEmpty() {
        write(Path.of("/data/holiday.jpg"), new byte[] {1});

        assertRefused(BOOKIE, LAYOUT, "/data is not empty, it holds 'holiday.jpg'");
        assertThat(world.metadata().node("/ledgers/cookies"))
                .as("nothing half-made")
                .isNull();
    }

    @Test
    void refusesTheIdOfAStockBookie() {
        Cookie stock = new Cookie(BOOKIE, List.of("/journal"), List.of("/data"), cluster.instanceId(), null);
        world.await(new CookieStore(node.metaStore(), cluster).create(stock, loop()));

        assertRefused(BOOKIE, LAYOUT, "BookKeeper itself");
    }

    @Test
    void refusesABookieOfAnotherCluster() {
        start(BOOKIE, LAYOUT);
        ClusterLayout elsewhere = world.await(ClusterLayout.init(
                node.metaStore(), MetadataUri.parse("zk://metadata:2181/other"), node.entropy(), loop()));
        cluster = elsewhere;

        assertRefused(BOOKIE, LAYOUT, "belongs to bookie b1:3181", "another cluster");
    }

    @Test
    void ofTwoThatMakeTheSameBookieAtMostOneSucceeds() {
        for (int seed = 0; seed < 50; seed++) {
            freshWorld(seed);
            SimNode twin = world.node("b1-twin");

            Promise<Identity> first = establish(BOOKIE, LAYOUT);
            int lead = seed; // steps that the first one is ahead
            while (lead-- > 0 && world.step()) {
                continue;
            }
            Promise<Identity> second = Identity.establish(
                    BOOKIE, LAYOUT, cluster, twin.metaStore(), twin.disk(), twin.entropy(), false, twin.loop("meta"));
            int succeeded = 0;
            for (Promise<Identity> each : List.of(first, second)) {
                try {
                    world.await(each);
                    succeeded++;
                } catch (Refused refused) {
                    assertThat(refused).hasMessageContaining("b1:3181");
                }
            }

            assertThat(succeeded).as("lead of %d steps", seed).isLessThanOrEqualTo(1);
        }
    }

    // ---- what the tests are made of

    private void freshWorld(long seed) {
        world = new SimWorld(seed);
        node = world.node("b1");
        cluster = newCluster();
    }

    /** The bookie was made anew since {@code old} was copied. */
    private void freshWorldKeepingDisk(byte[] old) {
        freshWorld(9);
        start(BOOKIE, LAYOUT);
        // same cluster id in the copy, another directory id
        BookieIdentity now = stored(BOOKIE);
        BookieIdentity copy = BookieIdentity.decode(old);
        BookieIdentity stale =
                new BookieIdentity(BOOKIE, now.instanceId(), copy.incarnation(), copy.directories(), true);
        delete(Layout.identity(LAYOUT.data()));
        write(Layout.identity(LAYOUT.data()), stale.encode());
    }

    private ClusterLayout newCluster() {
        return world.await(ClusterLayout.init(node.metaStore(), URI, node.entropy(), loop()));
    }

    private Loop loop() {
        return node.loop("meta");
    }

    private boolean lossAccepted;

    private Promise<Identity> establish(BookieId bookie, Layout layout) {
        return Identity.establish(
                bookie, layout, cluster, node.metaStore(), node.disk(), node.entropy(), lossAccepted, loop());
    }

    private Identity start(BookieId bookie, Layout layout) {
        return world.await(establish(bookie, layout));
    }

    private BookieIdentity stored(BookieId bookie) {
        Node found = world.metadata().node(BookieIdentity.path(cluster, bookie));
        return BookieIdentity.decode(found.data());
    }

    private void assertRefused(BookieId bookie, Layout layout, String... sentences) {
        long before = world.metadata().node("/ledgers").childrenVersion();
        var refusal = assertThatThrownBy(() -> start(bookie, layout)).isInstanceOf(Refused.class);
        for (String sentence : sentences) {
            refusal.hasMessageContaining(sentence);
        }
        assertThat(world.metadata().node("/ledgers").childrenVersion()).isEqualTo(before);
    }

    private void delete(Path file) {
        world.await(node.disk().delete(file, loop()));
    }

    private void move(Path from, Path to) {
        world.await(node.disk().rename(from, to, loop()));
    }

    private void write(Path file, byte[] content) {
        world.await(node.disk()
                .createDirectories(file.getParent(), loop())
                .thenCompose(made -> node.disk().create(file, Access.READ_WRITE, loop()))
                .thenCompose(
                        open -> open.write(0, Unpooled.wrappedBuffer(content)).thenCompose(written -> open.close())));
    }
}
