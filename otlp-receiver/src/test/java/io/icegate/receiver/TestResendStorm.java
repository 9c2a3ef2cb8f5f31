package io.icegate.receiver;

import io.icegate.objectstore.s3.S3Fault;
import io.icegate.objectstore.s3.S3FaultPlan;
import io.icegate.objectstore.s3.StrictS3Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

import static io.icegate.receiver.Deadlines.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two receivers on a store with faults get the same requests of all signals again and again, while one of them is killed or
 * stopped for a while, and their files are merged all the time. {@code -Dicegate.storm-rounds} sets how often, {@code -Dicegate.seed} repeats the choices. With
 * {@code -Plong} there are 20 rounds, and in every fourth one is stopped for so long that the other ends its writers.
 */
final class TestResendStorm
{
    private static final int ROUNDS = Integer.getInteger("icegate.storm-rounds", 1);
    private static final long SEED = Long.getLong("icegate.seed", System.nanoTime());
    private static final String WAREHOUSE = "s3://lake/wh";
    private static final Duration CLIENT_DEADLINE = Duration.ofSeconds(4);
    private static final int ROUND_MILLIS_MAX = 1_500;
    private static final int STALL_MILLIS_MAX = 4_000;
    private static final boolean SILENCES = Boolean.getBoolean("icegate.storm-silences");
    private static final int SILENCE_OF = 4;
    private static final int REQUESTS_PER_ROUND = 60;

    @TempDir
    private Path folder;

    @Test
    void testStoredOnceWhateverHappens()
            throws Exception
    {
        System.out.printf("re-send storm: seed=%s%n", SEED);
        Random random = new Random(SEED);
        ExporterLoad load = new ExporterLoad(CLIENT_DEADLINE);
        List<ReceiverProcess> receivers = new ArrayList<>();
        try (StrictS3Server s3 = StrictS3Server.start();
                SteadyUpkeep upkeep = SteadyUpkeep.start(WAREHOUSE, s3.properties(), Files.createDirectory(folder.resolve("scratch")), SEED)) {
            Map<String, String> config = config(s3);
            for (int i = 0; i < 2; i++) {
                receivers.add(ReceiverProcess.start(folder, config));
            }
            for (int round = 0; round < ROUNDS; round++) {
                try (ExporterLoad.Run run = load.start(receivers)) {
                    s3.follow(faults(random.nextLong()));
                    eventually("requests are acknowledged", () -> run.acknowledgedRequests() > REQUESTS_PER_ROUND);
                    LockSupport.parkNanos(Duration.ofMillis(random.nextInt(ROUND_MILLIS_MAX)).toNanos());
                    int victim = random.nextInt(receivers.size());
                    strike(round, receivers.get(victim), receivers.get(1 - victim), random);
                }
                s3.follow(S3FaultPlan.none());
                for (int i = 0; i < receivers.size(); i++) {
                    if (!receivers.get(i).isAlive()) {
                        receivers.set(i, ReceiverProcess.launch(folder, config));
                    }
                }
                // a killed one starts, and both commit, while what is stored is read
                assertThat(load.problems(load.acknowledged(), StoredSignals.read(WAREHOUSE, s3.properties()).all())).as("round %s, seed %s", round, SEED).isEmpty();
                for (ReceiverProcess receiver : receivers) {
                    receiver.awaitReady();
                }
                System.out.printf(
                        "re-send storm: round=%s acknowledged=%s records, refused=%s requests, to be sent again=%s requests%n",
                        round,
                        load.acknowledged().size(),
                        load.refusals(),
                        load.notAcknowledgedRequests());
            }
            load.repeatAll(receivers.get(0).grpcPort(), receivers.get(0).httpPort());
            assertThat(load.notAcknowledgedRequests()).isZero();
            assertThat(load.finalAnswers()).as("answers that make an exporter drop data").isEmpty();
            assertExactly("live", load, StoredSignals.read(WAREHOUSE, s3.properties()).all());
            assertCommitted("after commit", load, s3);
            eventually("files are merged", () -> upkeep.merges() >= SignalSample.ALL.size());
            upkeep.close();
            assertCommitted("after merges", load, s3);

            StoredSignals.compact(WAREHOUSE, s3.properties());
            assertCommitted("after compaction", load, s3);
            // one that knows nothing of what was sent, and one that knows some
            receivers.get(0).kill();
            receivers.set(0, ReceiverProcess.start(folder, config));
            load.repeatAcknowledged(receivers);
            assertExactly("sent again", load, StoredSignals.read(WAREHOUSE, s3.properties()).all());
            assertCommitted("sent again after compaction", load, s3);
        }
        finally {
            receivers.forEach(ReceiverProcess::close);
        }
    }

    private static void strike(int round, ReceiverProcess victim, ReceiverProcess other, Random random)
            throws Exception
    {
        if (SILENCES && round % SILENCE_OF == SILENCE_OF - 1) {
            Set<String> writers = victim.writers();
            assertThat(writers).hasSameSizeAs(SignalSample.ALL);
            victim.stallWhile(() -> {
                eventually("the writers of the silent receiver are ended", () -> other.sealed().containsAll(writers));
                LockSupport.parkNanos(Duration.ofMillis(random.nextInt(STALL_MILLIS_MAX)).toNanos());
            });
            // it finds that it was replaced while there is still load
            LockSupport.parkNanos(Duration.ofMillis(ROUND_MILLIS_MAX).toNanos());
        }
        else if (round % 2 == 0) {
            victim.kill();
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(ROUND_MILLIS_MAX)).toNanos());
        }
        else {
            victim.stall(Duration.ofMillis(random.nextInt(STALL_MILLIS_MAX)));
        }
    }

    private static void assertCommitted(String when, ExporterLoad load, StrictS3Server s3)
            throws Exception
    {
        eventually("all is committed", () -> StoredSignals.isAllCommitted(WAREHOUSE, s3.properties()));
        assertExactly(when, load, StoredSignals.read(WAREHOUSE, s3.properties()).committed());
    }

    private static void assertExactly(String when, ExporterLoad load, List<String> stored)
    {
        assertThat(load.problems(load.acknowledged(), stored)).as("%s, seed %s", when, SEED).isEmpty();
        assertThat(stored).as("%s, seed %s", when, SEED).hasSameSizeAs(load.acknowledged());
    }

    private static S3FaultPlan faults(long seed)
    {
        return S3FaultPlan.standard(seed).withFaults(EnumSet.allOf(S3Fault.class)).withWaits(Duration.ofMillis(5), Duration.ofSeconds(1));
    }

    private static Map<String, String> config(StrictS3Server s3)
    {
        Map<String, String> settings = new TreeMap<>(s3.properties());
        settings.put("icegate.tenant.default", "acme");
        settings.put("icegate.ingest.ack-deadline", "3s");
        settings.put("icegate.commit.interval", "1s");
        settings.put("icegate.wal.silent-after", "30s");
        return TestingReceiver.config(WAREHOUSE, settings);
    }
}
