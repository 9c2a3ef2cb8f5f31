package io.icegate.receiver;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

import static io.icegate.receiver.Deadlines.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A receiver that dies, or is stopped, under load of all signals with clients that send again and upkeep beside it, on the local store; see
 * {@link TestResendStorm} for the other one. {@code -Dicegate.kill-rounds} sets the number of kills (20 with {@code -Plong}),
 * {@code -Dicegate.seed} repeats their moments.
 */
final class TestReceiverKill
{
    private static final int KILL_ROUNDS = Integer.getInteger("icegate.kill-rounds", 2);
    private static final long SEED = Long.getLong("icegate.seed", System.nanoTime());

    @TempDir
    private Path folder;

    @Test
    void testKilledAtRandomMomentsOnTheLocalStore()
            throws Exception
    {
        String warehouse = "file:" + folder.resolve("warehouse");
        System.out.printf("kill rounds: seed=%s%n", SEED);
        Random random = new Random(SEED);
        ExporterLoad load = new ExporterLoad();
        int acknowledgedRequests = 0;
        ReceiverProcess next = ReceiverProcess.launch(folder, config(warehouse));
        try (SteadyUpkeep upkeep = SteadyUpkeep.start(warehouse, Map.of(), Files.createDirectory(folder.resolve("scratch")), SEED)) {
            for (int round = 0; round < KILL_ROUNDS; round++) {
                try (ReceiverProcess receiver = next.awaitReady(); ExporterLoad.Run run = load.start(receiver.grpcPort(), receiver.httpPort())) {
                    eventually("requests are acknowledged", () -> run.acknowledgedRequests() > 0);
                    LockSupport.parkNanos(Duration.ofMillis(random.nextInt(1_500)).toNanos());
                    receiver.kill();
                    acknowledgedRequests += run.acknowledgedRequests();
                }
                // the next one starts, and commits, while what is stored is read
                next = ReceiverProcess.launch(folder, config(warehouse));
                Set<String> acknowledged = load.acknowledged();
                assertThat(load.problems(acknowledged, StoredSignals.read(warehouse, Map.of()).all())).as("round %s, seed %s", round, SEED).isEmpty();
            }
            System.out.printf("kill rounds: acknowledged=%s requests, to be sent again=%s%n", acknowledgedRequests, load.notAcknowledgedRequests());
            try (ReceiverProcess receiver = next.awaitReady()) {
                load.repeatAll(receiver.grpcPort(), receiver.httpPort());
                eventually("all is committed", () -> StoredSignals.isAllCommitted(warehouse, Map.of()));
            }
            eventually("files are merged", () -> upkeep.merges() >= SignalSample.ALL.size());
        }
        finally {
            next.close();
        }
        assertThat(load.notAcknowledgedRequests()).isZero();
        assertThat(load.finalAnswers()).as("answers that make an exporter drop data").isEmpty();
        List<String> committed = StoredSignals.read(warehouse, Map.of()).committed();
        assertThat(load.problems(load.acknowledged(), committed)).as("after commit, seed %s", SEED).isEmpty();
        assertThat(committed).hasSameSizeAs(load.acknowledged());
    }

    @Test
    @OtlpRow(34)
    void testStoppedUnderLoad()
            throws Exception
    {
        String warehouse = "file:" + folder.resolve("warehouse");
        ExporterLoad load = new ExporterLoad();
        try (ReceiverProcess receiver = ReceiverProcess.start(folder, config(warehouse));
                ExporterLoad.Run run = load.start(receiver.grpcPort(), receiver.httpPort())) {
            eventually("requests are acknowledged", () -> run.acknowledgedRequests() > 50);
            assertThat(receiver.terminate()).as("128 + SIGTERM").isEqualTo(143);
        }
        assertThat(load.finalAnswers()).as("answers that make an exporter drop data").isEmpty();
        StoredSignals stored = StoredSignals.read(warehouse, Map.of());
        assertThat(load.problems(load.acknowledged(), stored.all())).isEmpty();
        assertThat(stored.openWriters()).as("writers that are not sealed").isZero();
        try (ReceiverProcess receiver = ReceiverProcess.start(folder, config(warehouse))) {
            load.repeatAll(receiver.grpcPort(), receiver.httpPort());
        }
        assertThat(load.problems(load.acknowledged(), StoredSignals.read(warehouse, Map.of()).all())).isEmpty();
        assertThat(StoredSignals.read(warehouse, Map.of()).all()).hasSameSizeAs(load.acknowledged());
    }

    @Test
    void testStartErrorsAreClear()
            throws Exception
    {
        String warehouse = "file:" + folder.resolve("warehouse");
        Map<String, String> good = config(warehouse);
        try (ReceiverProcess running = ReceiverProcess.start(folder, good); LogsClient client = new LogsClient(running.grpcPort(), running.httpPort())) {
            client.export("before");
            Map<String, String> wrong = with(with(good, "icegate.wal.windw", "10ms"), "icegate.wal.window", "10 parsecs");
            try (ReceiverProcess unknownAndInvalid = ReceiverProcess.launch(folder, wrong);
                    ReceiverProcess empty = ReceiverProcess.launch(folder, Map.of());
                    ReceiverProcess grpcTaken = ReceiverProcess.launch(folder, with(good, "icegate.otlp.grpc-port", Integer.toString(running.grpcPort())));
                    ReceiverProcess httpTaken = ReceiverProcess.launch(folder, with(good, "icegate.otlp.http-port", Integer.toString(running.httpPort())))) {
                assertStartFails(unknownAndInvalid, ReceiverMain.EXIT_WRONG_CONFIGURATION, "icegate.wal.windw", "icegate.wal.window");
                assertStartFails(empty, ReceiverMain.EXIT_WRONG_CONFIGURATION, "warehouse");
                assertStartFails(grpcTaken, ReceiverMain.EXIT_START_FAILED, "icegate.otlp.grpc-port");
                assertStartFails(httpTaken, ReceiverMain.EXIT_START_FAILED, "icegate.otlp.http-port: Address already in use");
            }
            client.export("after");
        }
        assertThat(StoredLogs.read(warehouse).all()).as("the one that runs is not harmed").containsExactlyInAnyOrder("before", "after");
    }

    private static Map<String, String> with(Map<String, String> config, String key, String value)
    {
        Map<String, String> changed = new TreeMap<>(config);
        changed.put(key, value);
        return changed;
    }

    private static void assertStartFails(ReceiverProcess receiver, int exitCode, String... messages)
            throws Exception
    {
        assertThat(receiver.awaitExit()).as(receiver.output()).isEqualTo(exitCode);
        assertThat(receiver.output().lines().filter(line -> line.startsWith("Cannot start receiver: "))).as(receiver.output()).singleElement().asString().contains(messages);
    }

    private static Map<String, String> config(String warehouse)
    {
        return TestingReceiver.config(warehouse, Map.of("icegate.tenant.default", "acme", "icegate.commit.interval", "300ms"));
    }
}
