package io.icegate.receiver;

import io.icegate.objectstore.s3.StrictS3Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
 * A receiver that dies, or is stopped, under load with clients that send again. {@code -Dicegate.kill-rounds} sets the
 * number of kills on each store (20 with {@code -Plong}), {@code -Dicegate.seed} repeats their moments.
 */
final class TestReceiverKill
{
    private static final int KILL_ROUNDS = Integer.getInteger("icegate.kill-rounds", 3);
    private static final long SEED = Long.getLong("icegate.seed", System.nanoTime());

    @TempDir
    private Path folder;

    @Test
    void testKilledAtRandomMomentsOnTheLocalStore()
            throws Exception
    {
        killRounds(KILL_ROUNDS, "file:" + folder.resolve("warehouse"), Map.of());
    }

    @Test
    void testKilledAtRandomMomentsOnS3()
            throws Exception
    {
        try (StrictS3Server s3 = StrictS3Server.start()) {
            killRounds(KILL_ROUNDS, "s3://lake/wh", s3.properties());
        }
    }

    private void killRounds(int rounds, String warehouse, Map<String, String> store)
            throws Exception
    {
        System.out.printf("kill rounds: seed=%s%n", SEED);
        Random random = new Random(SEED);
        ExporterLoad load = new ExporterLoad();
        int acknowledgedRequests = 0;
        ReceiverProcess next = ReceiverProcess.launch(folder, config(warehouse, store));
        try {
            for (int round = 0; round < rounds; round++) {
                try (ReceiverProcess receiver = next.awaitReady(); ExporterLoad.Run run = load.start(receiver.grpcPort(), receiver.httpPort())) {
                    eventually("requests are acknowledged", () -> run.acknowledgedRequests() > 0);
                    LockSupport.parkNanos(Duration.ofMillis(random.nextInt(1_500)).toNanos());
                    receiver.kill();
                    acknowledgedRequests += run.acknowledgedRequests();
                }
                // the next one starts, and commits, while what is stored is read
                next = ReceiverProcess.launch(folder, config(warehouse, store));
                Set<String> acknowledged = load.acknowledged();
                assertThat(load.problems(acknowledged, StoredLogs.read(warehouse, store, StoredLogs.LOGS).all())).as("round %s, seed %s", round, SEED).isEmpty();
            }
            System.out.printf("kill rounds: acknowledged=%s requests, to be sent again=%s%n", acknowledgedRequests, load.notAcknowledgedRequests());
            try (ReceiverProcess receiver = next.awaitReady()) {
                load.repeatAll(receiver.grpcPort(), receiver.httpPort());
                eventually("all is committed", () -> StoredLogs.isAllCommitted(warehouse, store));
            }
        }
        finally {
            next.close();
        }
        assertThat(load.notAcknowledgedRequests()).isZero();
        assertThat(load.finalAnswers()).as("answers that make an exporter drop data").isEmpty();
        List<String> committed = StoredLogs.read(warehouse, store, StoredLogs.LOGS).committed();
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
        try (ReceiverProcess receiver = ReceiverProcess.start(folder, config(warehouse, Map.of()));
                ExporterLoad.Run run = load.start(receiver.grpcPort(), receiver.httpPort())) {
            eventually("requests are acknowledged", () -> run.acknowledgedRequests() > 50);
            assertThat(receiver.terminate()).as("128 + SIGTERM").isEqualTo(143);
        }
        assertThat(load.finalAnswers()).as("answers that make an exporter drop data").isEmpty();
        StoredLogs stored = StoredLogs.read(warehouse);
        assertThat(load.problems(load.acknowledged(), stored.all())).isEmpty();
        assertThat(stored.openWriters()).as("writers that are not sealed").isZero();
        try (ReceiverProcess receiver = ReceiverProcess.start(folder, config(warehouse, Map.of()))) {
            load.repeatAll(receiver.grpcPort(), receiver.httpPort());
        }
        assertThat(load.problems(load.acknowledged(), StoredLogs.read(warehouse).all())).isEmpty();
        assertThat(StoredLogs.read(warehouse).all()).hasSameSizeAs(load.acknowledged());
    }

    @Test
    void testStartErrorsAreClear()
            throws Exception
    {
        String warehouse = "file:" + folder.resolve("warehouse");
        Map<String, String> good = config(warehouse, Map.of());
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

    private static Map<String, String> config(String warehouse, Map<String, String> store)
    {
        Map<String, String> settings = new TreeMap<>(store);
        settings.put("icegate.tenant.default", "acme");
        settings.put("icegate.commit.interval", "300ms");
        return TestingReceiver.config(warehouse, settings);
    }
}
