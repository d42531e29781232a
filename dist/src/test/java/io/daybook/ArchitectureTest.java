package io.daybook;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who may import whom, and what nobody may call. A rule that must bend is bent here, with the reason beside it.
 *
 * <p>Rules name packages that may not be written yet: see {@code archunit.properties}.
 */
@AnalyzeClasses(packages = "io.daybook", importOptions = ArchitectureTest.MainClasses.class)
final class ArchitectureTest {

    /** Leaves out the test sources, as folders and as jars. */
    static final class MainClasses implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/") && !location.contains("-tests.jar");
        }
    }

    /**
     * Runs under the simulator, so must be repeatable. Each name is one package, or with two dots what is below it too.
     * Generated protobuf classes are left out: nobody here can change what they call.
     */
    private static final String[] SIMULATED = {
        "io.daybook.base.buffer",
        "io.daybook.base.exec",
        "io.daybook.base.error",
        "io.daybook.ledger.digest",
        "io.daybook.ledger.protocol",
        "io.daybook.ledger.metadata",
        "io.daybook.ledger.placement",
        "io.daybook.ledger.client",
        "io.daybook.bookie.journal",
        "io.daybook.bookie.entrylog",
        "io.daybook.bookie.storage",
        "io.daybook.bookie.ledger",
        "io.daybook.bookie.gc",
        "io.daybook.bookie.repair",
        "io.daybook.bookie.membership",
        "io.daybook.bookie.server",
        "io.daybook.stream..",
        "io.daybook.namespace",
        "io.daybook.namespace.access",
        "io.daybook.namespace.retention",
        "io.daybook.namespace.ownership",
        "io.daybook.namespace.metadata",
        "io.daybook.proxy.ownership",
        "io.daybook.proxy.balance"
    };

    private static final String[] SOCKETS = {"io.netty.channel..", "io.netty.bootstrap..", "io.netty.handler.."};

    private static final String[] ABOVE_LEDGER_CORE = {
        "io.daybook.bookie..",
        "io.daybook.stream..",
        "io.daybook.namespace..",
        "io.daybook.proxy..",
        "io.daybook.benchmarks..",
        "io.daybook.tutorials..",
        "io.daybook.cli.."
    };

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("io.daybook.(**)").should().beFreeOfCycles();

    // ---- between modules

    @ArchTest
    static final ArchRule ledgerCoreKnowsNoModuleAboveIt =
            in("io.daybook.base..", "io.daybook.ledger..").mayNotImport(ABOVE_LEDGER_CORE);

    @ArchTest
    static final ArchRule bookieKnowsOnlyLedgerCore = in("io.daybook.bookie..")
            .mayNotImport(
                    "io.daybook.stream..",
                    "io.daybook.namespace..",
                    "io.daybook.proxy..",
                    "io.daybook.benchmarks..",
                    "io.daybook.tutorials..",
                    "io.daybook.cli..");

    @ArchTest
    static final ArchRule streamsMeetLedgersThroughInterfaces = in("io.daybook.stream..")
            .mayNotImport(
                    "io.daybook.ledger.client..", "io.daybook.ledger.transport..", "io.daybook.ledger.protocol..");

    @ArchTest
    static final ArchRule streamsKnowOnlyLedgerCore = in("io.daybook.stream..")
            .mayNotImport(
                    "io.daybook.bookie..",
                    "io.daybook.namespace..",
                    "io.daybook.proxy..",
                    "io.daybook.benchmarks..",
                    "io.daybook.tutorials..",
                    "io.daybook.cli..");

    @ArchTest
    static final ArchRule namespaceKnowsNeitherBookieNorWhatIsAboveIt = in("io.daybook.namespace..")
            .mayNotImport(
                    "io.daybook.bookie..",
                    "io.daybook.proxy..",
                    "io.daybook.benchmarks..",
                    "io.daybook.tutorials..",
                    "io.daybook.cli..");

    @ArchTest
    static final ArchRule proxyKnowsTheBookieOnlyWhenStandalone =
            in("io.daybook.proxy..").except("io.daybook.proxy.standalone..").mayNotImport("io.daybook.bookie..");

    @ArchTest
    static final ArchRule proxyKnowsOnlyTheValuesOfLedgers = in("io.daybook.proxy..")
            .except("io.daybook.proxy.standalone..")
            .mayNotImport(
                    "io.daybook.ledger.digest..",
                    "io.daybook.ledger.protocol..",
                    "io.daybook.ledger.transport..",
                    "io.daybook.ledger.metadata..",
                    "io.daybook.ledger.placement..",
                    "io.daybook.ledger.client..");

    @ArchTest
    static final ArchRule proxyKnowsNothingAboveIt = in("io.daybook.proxy..")
            .mayNotImport("io.daybook.benchmarks..", "io.daybook.tutorials..", "io.daybook.cli..");

    @ArchTest
    static final ArchRule tutorialsAndTheProgramAreSeenByNothing = in("io.daybook..")
            .except("io.daybook.tutorials..", "io.daybook.cli..")
            .mayNotImport("io.daybook.tutorials..", "io.daybook.cli..");

    @ArchTest
    static final ArchRule benchmarksAreSeenByTheProgramOnly = in("io.daybook..")
            .except("io.daybook.benchmarks..", "io.daybook.cli..")
            .mayNotImport("io.daybook.benchmarks..");

    // ---- inside ledger-core: base <- ledger <- {digest, protocol, metadata} <- {transport, placement} <- client

    @ArchTest
    static final ArchRule baseKnowsNothingButItself = in("io.daybook.base..").mayNotImport("io.daybook.ledger..");

    @ArchTest
    static final ArchRule ledgerValuesKnowOnlyBase =
            in("io.daybook.ledger").mayNotImport(describe("a package below ledger", below("io.daybook.ledger.")));

    @ArchTest
    static final ArchRule ledgerDigestKnowsOnlyLedgerValues = in("io.daybook.ledger.digest..")
            .mayNotImport(
                    "io.daybook.ledger.protocol..",
                    "io.daybook.ledger.metadata..",
                    "io.daybook.ledger.transport..",
                    "io.daybook.ledger.placement..",
                    "io.daybook.ledger.client..");

    @ArchTest
    static final ArchRule ledgerProtocolKnowsNoMetadataAndNothingAboveIt = in("io.daybook.ledger.protocol..")
            .mayNotImport(
                    "io.daybook.ledger.metadata..",
                    "io.daybook.ledger.transport..",
                    "io.daybook.ledger.placement..",
                    "io.daybook.ledger.client..");

    @ArchTest
    static final ArchRule ledgerMetadataKnowsNoProtocolAndNothingAboveIt = in("io.daybook.ledger.metadata..")
            .mayNotImport(
                    "io.daybook.ledger.protocol..",
                    "io.daybook.ledger.transport..",
                    "io.daybook.ledger.placement..",
                    "io.daybook.ledger.client..");

    @ArchTest
    static final ArchRule ledgerTransportKnowsNoPlacementAndNoClient = in("io.daybook.ledger.transport..")
            .mayNotImport("io.daybook.ledger.placement..", "io.daybook.ledger.client..");

    @ArchTest
    static final ArchRule ledgerPlacementKnowsNoTransportAndNoClient = in("io.daybook.ledger.placement..")
            .mayNotImport("io.daybook.ledger.transport..", "io.daybook.ledger.client..");

    // ---- inside bookie: disk <- {journal, entrylog, index} <- storage <- ledger <- {gc, repair, membership, server}
    //      <- {admin, embedded}

    @ArchTest
    static final ArchRule bookieValuesKnowNothingBelowThem =
            in("io.daybook.bookie").mayNotImport(describe("a package below bookie", below("io.daybook.bookie.")));

    @ArchTest
    static final ArchRule bookieDiskKnowsNoOtherPartOfTheBookie = in("io.daybook.bookie.disk..")
            .mayNotImport(describe(
                    "another part of the bookie",
                    below("io.daybook.bookie.")
                            .and(DescribedPredicate.not(resideInAnyPackage("io.daybook.bookie.disk..")))));

    @ArchTest
    static final ArchRule bookieJournalEntryLogAndIndexDoNotKnowWhatUsesThem = in(
                    "io.daybook.bookie.journal..", "io.daybook.bookie.entrylog..", "io.daybook.bookie.index..")
            .mayNotImport(
                    "io.daybook.bookie.storage..",
                    "io.daybook.bookie.ledger..",
                    "io.daybook.bookie.gc..",
                    "io.daybook.bookie.repair..",
                    "io.daybook.bookie.membership..",
                    "io.daybook.bookie.server..",
                    "io.daybook.bookie.admin..",
                    "io.daybook.bookie.embedded..");

    @ArchTest
    static final ArchRule bookieJournalKnowsNeitherEntryLogNorIndex =
            in("io.daybook.bookie.journal..").mayNotImport("io.daybook.bookie.entrylog..", "io.daybook.bookie.index..");

    @ArchTest
    static final ArchRule bookieStorageDoesNotKnowWhatUsesIt = in("io.daybook.bookie.storage..")
            .mayNotImport(
                    "io.daybook.bookie.ledger..",
                    "io.daybook.bookie.gc..",
                    "io.daybook.bookie.repair..",
                    "io.daybook.bookie.membership..",
                    "io.daybook.bookie.server..",
                    "io.daybook.bookie.admin..",
                    "io.daybook.bookie.embedded..");

    @ArchTest
    static final ArchRule hostedLedgersDoNotKnowWhatUsesThem = in("io.daybook.bookie.ledger..")
            .mayNotImport(
                    "io.daybook.bookie.gc..",
                    "io.daybook.bookie.repair..",
                    "io.daybook.bookie.membership..",
                    "io.daybook.bookie.server..",
                    "io.daybook.bookie.admin..",
                    "io.daybook.bookie.embedded..");

    @ArchTest
    static final ArchRule bookieGcRepairAndMembershipDoNotKnowTheServer = in(
                    "io.daybook.bookie.gc..", "io.daybook.bookie.repair..", "io.daybook.bookie.membership..")
            .mayNotImport("io.daybook.bookie.server..", "io.daybook.bookie.admin..", "io.daybook.bookie.embedded..");

    @ArchTest
    static final ArchRule bookieServerKnowsNeitherAdminNorEmbedded =
            in("io.daybook.bookie.server..").mayNotImport("io.daybook.bookie.admin..", "io.daybook.bookie.embedded..");

    @ArchTest
    static final ArchRule onlyRepairOnABookieIsALedgerClient =
            in("io.daybook.bookie..").except("io.daybook.bookie.repair..").mayNotImport("io.daybook.ledger.client..");

    // ---- inside stream-api: stream <- {record, metadata} <- segment <- {writer, reader}

    @ArchTest
    static final ArchRule streamValuesKnowNothingBelowThem =
            in("io.daybook.stream").mayNotImport(describe("a package below stream", below("io.daybook.stream.")));

    @ArchTest
    static final ArchRule streamRecordAndMetadataDoNotKnowWhatUsesThem = in(
                    "io.daybook.stream.record..", "io.daybook.stream.metadata..")
            .mayNotImport("io.daybook.stream.segment..", "io.daybook.stream.writer..", "io.daybook.stream.reader..");

    @ArchTest
    static final ArchRule streamSegmentsDoNotKnowWhatUsesThem =
            in("io.daybook.stream.segment..").mayNotImport("io.daybook.stream.writer..", "io.daybook.stream.reader..");

    @ArchTest
    static final ArchRule streamWriterDoesNotKnowTheReader =
            in("io.daybook.stream.writer..").mayNotImport("io.daybook.stream.reader..");

    @ArchTest
    static final ArchRule streamReaderDoesNotKnowTheWriter =
            in("io.daybook.stream.reader..").mayNotImport("io.daybook.stream.writer..");

    // ---- libraries

    @ArchTest
    static final ArchRule onlyTheIndexUsesRocksDb =
            in("io.daybook..").except("io.daybook.bookie.index..").mayNotImport("org.rocksdb..");

    @ArchTest
    static final ArchRule onlyZooKeeperMetadataUsesCurator =
            in("io.daybook..").except("io.daybook.ledger.metadata.zookeeper..").mayNotImport("org.apache.curator..");

    /** The embedded servers are ZooKeeper's too. */
    @ArchTest
    static final ArchRule onlyZooKeeperMetadataAndEmbeddedServersUseZooKeeper = in("io.daybook..")
            .except("io.daybook.ledger.metadata.zookeeper..", "io.daybook.bookie.embedded..")
            .mayNotImport("org.apache.zookeeper..");

    @ArchTest
    static final ArchRule onlyTheTransportUsesNettyChannels = in("io.daybook..")
            .except("io.daybook.ledger.transport..", "io.daybook.proxy..", "io.daybook.benchmarks..")
            .mayNotImport(SOCKETS);

    @ArchTest
    static final ArchRule proxyUsesTransportLibrariesOnlyAtItsEdge = in("io.daybook.proxy..")
            .except("io.daybook.proxy.protocol..", "io.daybook.proxy.client..", "io.daybook.proxy.server..")
            .mayNotImport(
                    "io.grpc..",
                    "com.linecorp.armeria..",
                    "com.sun.net.httpserver..",
                    "io.netty.channel..",
                    "io.netty.bootstrap..",
                    "io.netty.handler..");

    @ArchTest
    static final ArchRule onlyTheProxyUsesGrpc =
            in("io.daybook..").except("io.daybook.proxy..").mayNotImport("io.grpc..", "com.linecorp.armeria..");

    @ArchTest
    static final ArchRule streamsAndNamespaceOpenNoSockets = in("io.daybook.stream..", "io.daybook.namespace..")
            .mayNotImport(describe("a socket", ArchitectureTest::isSocket));

    @ArchTest
    static final ArchRule onlyTheProgramUsesPicocliJacksonAndTheProgressBar = in("io.daybook..")
            .except("io.daybook.cli..")
            .mayNotImport("picocli..", "com.fasterxml.jackson..", "me.tongfei.progressbar..");

    @ArchTest
    static final ArchRule nobodyBindsJacksonToObjects =
            in("io.daybook..").mayNotImport("com.fasterxml.jackson.databind..");

    @ArchTest
    static final ArchRule nobodyUsesGuava = in("io.daybook..").mayNotImport("com.google.common..");

    // ---- threads and time

    /** Except in children of a measurement: what watches there for their parent stands alone, beside programs that are not ours. */
    @ArchTest
    static final ArchRule onlyBaseExecMakesThreads = in("io.daybook..")
            .except("io.daybook.base.exec..", "io.daybook.benchmarks.child")
            .mayNotImport(named("java.lang.Thread", "java.util.concurrent.Executors"));

    @ArchTest
    static final ArchRule onlyBaseTimeReadsTheClock = in("io.daybook..")
            .except("io.daybook.base.time..")
            .mayNotCall(
                    "the system's clock", target -> on(target, "java.lang.System", "nanoTime", "currentTimeMillis"));

    @ArchTest
    static final ArchRule nobodySleeps = in("io.daybook..").mayNotCall("sleep", ArchitectureTest::isSleep);

    /** Test classes of every module that is built, found as siblings of this module's own. JMH makes some of them, and we do not write what it makes. */
    @ArchTest
    static void noTestSleeps(JavaClasses ignored) throws IOException, URISyntaxException {
        List<Path> testClasses = siblings(ownTestClasses());
        JavaClasses tests = new ClassFileImporter().importPaths(testClasses);

        in("io.daybook..")
                .except("io.daybook.benchmarks.micro.jmh_generated..")
                .mayNotCall("sleep", ArchitectureTest::isSleep)
                .check(tests);
        assertThat(tests.contain(ArchitectureTest.class)).isTrue();
    }

    // ---- code that the simulator runs

    /** Except the package that makes the threads of production; the simulator has a twin for what it makes. */
    @ArchTest
    static final ArchRule simulatedCodeKnowsNoThreads = in(SIMULATED)
            .except("io.daybook.base.exec")
            .mayNotImport(named("java.lang.Thread", "java.util.concurrent.Executors", "java.util.Timer"));

    @ArchTest
    static final ArchRule simulatedCodeWaitsOnNoMonitor = in(SIMULATED)
            .mayNotCall(
                    "a monitor",
                    target -> target instanceof AccessTarget.MethodCallTarget
                            && on(
                                    target,
                                    "java.lang.Object",
                                    "wait",
                                    "notify",
                                    "notifyAll")); // a field may be named wait

    @ArchTest
    static final ArchRule simulatedCodeReadsNoClock = in(SIMULATED)
            .mayNotCall(
                    "the system's clock",
                    target -> on(target, "java.lang.System", "nanoTime", "currentTimeMillis")
                            || (target.getName().equals("now")
                                    && target.getOwner().getPackageName().equals("java.time")));

    @ArchTest
    static final ArchRule simulatedCodeDrawsNoRandomNumbersOfItsOwn = in(SIMULATED)
            .mayNotImport(
                    named("java.util.Random", "java.security.SecureRandom", "java.util.concurrent.ThreadLocalRandom"));

    @ArchTest
    static final ArchRule simulatedCodeDrawsNoHiddenRandomNumbers = in(SIMULATED)
            .mayNotCall(
                    "a hidden source of randomness",
                    target -> on(target, "java.lang.Math", "random")
                            || on(target, "java.util.UUID", "randomUUID")
                            || on(target, "java.util.Collections", "shuffle"));

    @ArchTest
    static final ArchRule simulatedCodeLeavesItsLoopNowhere = in(SIMULATED)
            .mayNotCall(
                    "an *Async stage or a parallel stream",
                    target -> (target.getName().endsWith("Async")
                                    && target.getOwner().isAssignableTo(CompletionStage.class))
                            || on(target, "java.util.Collection", "parallelStream")
                            || on(target, "java.util.stream.BaseStream", "parallel"));

    @ArchTest
    static final ArchRule simulatedCodeWaitsForNoFuture = in(SIMULATED)
            .mayNotCall(
                    "get or join of a future",
                    target -> Set.of("get", "join").contains(target.getName())
                            && target.getOwner().isAssignableTo(Future.class));

    @ArchTest
    static final ArchRule simulatedCodeTouchesNoFiles = in(SIMULATED)
            .mayNotImport(named(
                    "java.nio.file.Files",
                    "java.nio.channels.FileChannel",
                    "java.nio.channels.AsynchronousFileChannel",
                    "java.nio.MappedByteBuffer",
                    "java.io.RandomAccessFile",
                    "java.io.FileInputStream",
                    "java.io.FileOutputStream",
                    "java.io.FileReader",
                    "java.io.FileWriter"));

    @ArchTest
    static final ArchRule simulatedCodeOpensNoSockets =
            in(SIMULATED).mayNotImport(describe("a socket", ArchitectureTest::isSocket));

    @ArchTest
    static final ArchRule simulatedCodeAsksForNoIdentityHash =
            in(SIMULATED).mayNotCall("identityHashCode", target -> on(target, "java.lang.System", "identityHashCode"));

    @ArchTest
    static final ArchRule simulatedCodeLeavesNothingToTheCollector = in(SIMULATED)
            .mayNotImport(named(
                    "java.util.WeakHashMap",
                    "java.lang.ref.Cleaner",
                    "java.lang.ref.PhantomReference",
                    "java.lang.ref.WeakReference",
                    "java.lang.ref.SoftReference"));

    @ArchTest
    static final ArchRule simulatedCodeHasNoFinalizers = classes()
            .that(resideInAnyPackage(SIMULATED))
            .should(new ArchCondition<>("have no finalizer") {
                @Override
                public void check(JavaClass item, ConditionEvents events) {
                    item.tryGetMethod("finalize")
                            .ifPresent(method ->
                                    events.add(SimpleConditionEvent.violated(item, method.getFullName() + " is one")));
                }
            });

    /** Their order follows hash codes; a LinkedHashMap, a TreeMap or a sorted primitive map has an order of its own. */
    @ArchTest
    static final ArchRule simulatedCodeIteratesInAKnownOrder =
            in(SIMULATED).mayNotImport(named("java.util.HashMap", "java.util.HashSet", "java.util.IdentityHashMap"));

    // ---- sources

    @ArchTest
    static void everyPackageHasANote(JavaClasses ignored) throws IOException, URISyntaxException {
        Path root = moduleOf(ownTestClasses()).getParent();
        try (Stream<Path> modules = Files.list(root)) {
            for (Path sources :
                    modules.map(module -> module.resolve("src/main/java")).toList()) {
                if (!Files.isDirectory(sources)) {
                    continue;
                }
                try (Stream<Path> files = Files.walk(sources)) {
                    Set<Path> packages = files.filter(file -> file.toString().endsWith(".java"))
                            .map(Path::getParent)
                            .collect(Collectors.toCollection(TreeSet::new));
                    assertThat(packages)
                            .allSatisfy(folder -> assertThat(folder.resolve("package-info.java"))
                                    .as("the note on package %s", root.relativize(folder))
                                    .exists());
                }
            }
        }
    }

    // ---- how the rules are said

    private static Subject in(String... packages) {
        return new Subject(
                resideInAnyPackage(packages).and(DescribedPredicate.not(resideInAnyPackage("io.daybook..proto.."))));
    }

    private record Subject(DescribedPredicate<JavaClass> classes) {

        Subject except(String... packages) {
            return new Subject(classes.and(DescribedPredicate.not(resideInAnyPackage(packages))));
        }

        ArchRule mayNotImport(String... packages) {
            return mayNotImport(resideInAnyPackage(packages));
        }

        ArchRule mayNotImport(DescribedPredicate<JavaClass> what) {
            return noClasses().that(classes).should().dependOnClassesThat(what);
        }

        /** Calls and method references alike. */
        ArchRule mayNotCall(String what, Predicate<AccessTarget> target) {
            return noClasses()
                    .that(classes)
                    .should()
                    .accessTargetWhere(describe(what, (JavaAccess<?> access) -> target.test(access.getTarget())));
        }
    }

    private static DescribedPredicate<JavaClass> named(String... names) {
        Set<String> wanted = Set.of(names);
        return describe("one of " + wanted, type -> wanted.contains(type.getFullName()));
    }

    private static DescribedPredicate<JavaClass> below(String prefix) {
        return describe("below " + prefix, type -> type.getPackageName().startsWith(prefix));
    }

    /** A method of these names; a field may be called what it likes. */
    private static boolean on(AccessTarget target, String owner, String... names) {
        return !(target instanceof AccessTarget.FieldAccessTarget)
                && Set.of(names).contains(target.getName())
                && target.getOwner().isAssignableTo(owner);
    }

    private static boolean isSleep(AccessTarget target) {
        return on(target, "java.lang.Thread", "sleep") || on(target, "java.util.concurrent.TimeUnit", "sleep");
    }

    private static boolean isSocket(JavaClass type) {
        String name = type.getFullName();
        return (name.startsWith("java.net.")
                        && type.getSimpleName().contains("Socket")
                        && !name.contains("SocketAddress"))
                || (name.startsWith("java.nio.channels.")
                        && type.getSimpleName().contains("Socket"))
                || (name.startsWith("javax.net."))
                || (name.startsWith("io.netty.channel.") || name.startsWith("io.netty.bootstrap."));
    }

    // ---- where things are

    private static Path ownTestClasses() throws URISyntaxException {
        return Path.of(ArchitectureTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    /** The folder with the pom that {@code inside} belongs to. */
    private static Path moduleOf(Path inside) {
        Path folder = inside;
        while (!Files.exists(folder.resolve("pom.xml"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    /** The same folder in every module that has it. */
    private static List<Path> siblings(Path ours) throws IOException {
        Path module = moduleOf(ours);
        Path inModule = module.relativize(ours);
        try (Stream<Path> modules = Files.list(module.getParent())) {
            return modules.map(each -> each.resolve(inModule))
                    .filter(Files::isDirectory)
                    .toList();
        }
    }
}
