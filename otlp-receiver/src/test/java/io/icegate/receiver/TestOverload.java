package io.icegate.receiver;

import io.icegate.objectstore.s3.S3Fault;
import io.icegate.objectstore.s3.S3FaultPlan;
import io.icegate.objectstore.s3.S3Operation;
import io.icegate.objectstore.s3.StrictS3Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import static io.icegate.receiver.Deadlines.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A receiver with a small heap that gets far more than it can store, or whose store is away for a while. The store is slow,
 * so that it, and not the machine, says how much that is. {@code -Plong} sets 300 s of overload and 60 s of outage.
 */
final class TestOverload
{
    private static final Duration OVERLOAD = Duration.ofSeconds(Integer.getInteger("icegate.overload-seconds", 10));
    private static final Duration OUTAGE = Duration.ofSeconds(Integer.getInteger("icegate.outage-seconds", 6));
    private static final String WAREHOUSE = "s3://lake/wh";
    private static final int HEAP_MEGABYTES = 128;
    private static final int RESIDENT_MEGABYTES_MAX = 500;
    private static final double LIVE_SHARE_MAX = 0.75;
    private static final int SEGMENT_RECORDS = 48;
    private static final int SEGMENTS_IN_FLIGHT = 2;
    /**
     * With them and slow uploads the store takes little.
     */
    private static final Map<String, String> SMALL_SEGMENTS = Map.of(
            "icegate.wal.segment-rows", Integer.toString(SEGMENT_RECORDS),
            "icegate.wal.max-in-flight-segments", Integer.toString(SEGMENTS_IN_FLIGHT));
    private static final Duration PUT = Duration.ofMillis(400);
    /**
     * Requests per second: ten times what the store could take if each segment were full and cost nothing but its upload.
     */
    private static final double OFFERED = 10.0 * SignalSample.ALL.size() * SEGMENTS_IN_FLIGHT * SEGMENT_RECORDS / Flood.RECORDS * 1_000 / PUT.toMillis();
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final Duration MEASURED = Duration.ofSeconds(6);
    /**
     * Enough that the store is never without work for any signal, although they are not spread evenly, and few enough that
     * hardly anybody is refused.
     */
    private static final int CLIENTS = 54;
    private static final int CLIENTS_MAX = 2_000;
    /**
     * Far more than {@link #CLIENTS} can send.
     */
    private static final double UNLIMITED = 5_000;
    private static final int CONNECTIONS = 4;
    private static final double OUTAGE_LOAD = 100;
    /**
     * Share of what is acknowledged without overload: asked for, and measured, where nothing else runs ({@code -Plong}; without
     * a bound on what waits it was 2 %). Beside other tests it would say how much of the machine those took.
     */
    private static final double GOODPUT_MIN = Integer.getInteger("icegate.goodput-percent", 0) / 100.0;

    @TempDir
    private Path folder;

    @Test
    void testTenTimesMoreThanItCanStore()
            throws Exception
    {
        try (StrictS3Server s3 = StrictS3Server.start(); ReceiverProcess receiver = start(s3, SMALL_SEGMENTS)) {
            s3.follow(Map.of(S3Operation.PUT, PUT));
            List<SignalClient> clients = clients(receiver);
            Flood flood = new Flood(clients);
            SdkLoad sdk = new SdkLoad(receiver.grpcPort());
            double goodput;
            double capacity = 0;
            try {
                acknowledgedPerSecond(flood, sdk, WARM_UP, UNLIMITED, CLIENTS);
                acknowledgedPerSecond(flood, sdk, WARM_UP, OFFERED, CLIENTS_MAX);
                goodput = acknowledgedPerSecond(flood, sdk, OVERLOAD, OFFERED, CLIENTS_MAX);
                assertBounded(receiver);
                flood.awaitAnswers();
                if (GOODPUT_MIN > 0) {
                    // last, so that the receiver is as warm as it was
                    acknowledgedPerSecond(flood, sdk, WARM_UP, UNLIMITED, CLIENTS);
                    capacity = acknowledgedPerSecond(flood, sdk, MEASURED, UNLIMITED, CLIENTS);
                    flood.awaitAnswers();
                }
            }
            finally {
                sdk.close();
            }
            System.out.printf("overload: the SDK sent %s records, acknowledged %s%n", sdk.sent().size(), sdk.acknowledged().size());
            System.out.printf(
                    "overload: capacity=%.0f records/s, offered=%.0f records/s, goodput=%.0f records/s of %s bytes, requests=%s silent=%s refused=%s%n",
                    capacity,
                    OFFERED * Flood.RECORDS,
                    goodput,
                    Flood.requestBytes() / Flood.RECORDS,
                    flood.requests(),
                    flood.silences(),
                    flood.refusals());
            assertThat(flood.finalAnswers()).as("answers that make an exporter drop data").isEmpty();
            assertThat(flood.refusals()).isNotEmpty();
            s3.follow(Map.of());
            assertStored(s3, union(flood.acknowledged(), sdk.acknowledged()), union(flood.sent(), sdk.sent()));
            clients.forEach(SignalClient::close);
            assertThat(goodput).as("goodput").isPositive().isGreaterThanOrEqualTo(GOODPUT_MIN * capacity);
        }
    }

    /**
     * Records of all clients that were acknowledged within a while. The SDK is part of the load at all times, so that what it
     * takes is not missing only when there is too much.
     */
    private static double acknowledgedPerSecond(Flood flood, SdkLoad sdk, Duration time, double requestsPerSecond, int clientsMax)
    {
        int before = sdk.acknowledged().size();
        int requests = flood.run(time, requestsPerSecond, clientsMax);
        return ((double) requests * Flood.RECORDS + sdk.acknowledged().size() - before) / time.toSeconds();
    }

    @Test
    void testTheStoreIsAwayUnderLoad()
            throws Exception
    {
        try (StrictS3Server s3 = StrictS3Server.start(); ReceiverProcess receiver = start(s3, Map.of())) {
            List<SignalClient> clients = clients(receiver);
            Flood flood = new Flood(clients);
            flood.run(WARM_UP, OUTAGE_LOAD, CLIENTS_MAX);
            Thread load = Thread.startVirtualThread(() -> flood.run(OUTAGE.plusSeconds(120), OUTAGE_LOAD, CLIENTS_MAX));
            // the first half is answered, the second is not
            s3.follow(S3FaultPlan.outage());
            pause(OUTAGE.dividedBy(2));
            s3.follow(S3FaultPlan.outage().withFaults(EnumSet.of(S3Fault.HANG)).withWaits(Duration.ZERO, OUTAGE));
            pause(OUTAGE.dividedBy(2));
            int during = flood.acknowledgedRequests();
            assertBounded(receiver);
            s3.follow(S3FaultPlan.none());
            long backNanos = System.nanoTime();
            eventually("requests are acknowledged again", () -> flood.acknowledgedRequests() > during + 10);
            System.out.printf("outage: acknowledged again after %s ms%n", (System.nanoTime() - backNanos) / 1_000_000);
            flood.stop();
            load.join();
            flood.drain(CLIENTS);
            System.out.printf("outage: requests=%s silent=%s acknowledged=%s refused=%s%n", flood.requests(), flood.silences(), flood.acknowledgedRequests(), flood.refusals());
            assertThat(flood.finalAnswers()).as("answers that make an exporter drop data").isEmpty();
            assertThat(flood.refusals()).isNotEmpty();
            assertThat(flood.acknowledged()).hasSameSizeAs(flood.sent());
            assertStored(s3, new HashSet<>(flood.acknowledged()), new HashSet<>(flood.sent()));
            clients.forEach(SignalClient::close);
        }
    }

    /**
     * It did not run out of memory, else it had ended, and what is in use is far from its limit.
     */
    private static void assertBounded(ReceiverProcess receiver)
            throws Exception
    {
        assertThat(receiver.isAlive()).as(receiver.output()).isTrue();
        long live = receiver.liveHeapMegabytes();
        long resident = receiver.residentMegabytes();
        System.out.printf("overload: live heap %s of %s MB, resident at most %s MB%n", live, HEAP_MEGABYTES, resident);
        assertThat((double) live / HEAP_MEGABYTES).as("share of the heap in use").isLessThan(LIVE_SHARE_MAX);
        assertThat(resident).as("resident").isLessThan(RESIDENT_MEGABYTES_MAX);
    }

    /**
     * What was acknowledged is stored, nothing is stored twice, and nothing that was not sent, live and committed.
     */
    private static void assertStored(StrictS3Server s3, Set<String> acknowledged, Set<String> sent)
            throws Exception
    {
        assertStored("live", StoredSignals.read(WAREHOUSE, s3.properties()).all(), acknowledged, sent);
        eventually("all is committed", () -> StoredSignals.isAllCommitted(WAREHOUSE, s3.properties()));
        assertStored("committed", StoredSignals.read(WAREHOUSE, s3.properties()).committed(), acknowledged, sent);
    }

    private static void assertStored(String when, List<String> stored, Set<String> acknowledged, Set<String> sent)
    {
        Set<String> distinct = new HashSet<>(stored);
        assertThat(stored.size() - distinct.size()).as("%s: duplicates", when).isZero();
        assertThat(acknowledged.stream().filter(key -> !distinct.contains(key)).limit(5)).as("%s: acknowledged and lost", when).isEmpty();
        assertThat(distinct.stream().filter(key -> !sent.contains(key)).limit(5)).as("%s: never sent", when).isEmpty();
    }

    private static Set<String> union(Collection<String> one, Collection<String> other)
    {
        Set<String> union = new HashSet<>(one);
        union.addAll(other);
        return union;
    }

    private static void pause(Duration duration)
    {
        LockSupport.parkNanos(duration.toNanos());
    }

    private static List<SignalClient> clients(ReceiverProcess receiver)
    {
        return Stream.generate(() -> new SignalClient(receiver.grpcPort(), receiver.httpPort())).limit(CONNECTIONS).toList();
    }

    private ReceiverProcess start(StrictS3Server s3, Map<String, String> further)
            throws Exception
    {
        Map<String, String> settings = new TreeMap<>(s3.properties());
        settings.putAll(further);
        settings.put("icegate.tenant.default", "acme");
        settings.put("icegate.ingest.ack-deadline", "3s");
        settings.put("icegate.commit.interval", "1s");
        return ReceiverProcess.start(folder, TestingReceiver.config(WAREHOUSE, settings), "-Xmx%sm".formatted(HEAP_MEGABYTES), "-Xlog:gc");
    }
}
