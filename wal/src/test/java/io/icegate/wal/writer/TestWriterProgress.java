package io.icegate.wal.writer;

import io.icegate.objectstore.ClockOffException;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.wal.BatchId;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.HookedObjectStore;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.SegmentKind;
import io.icegate.wal.Sequence;
import io.icegate.wal.StepExecutor;
import io.icegate.wal.TestingClock;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.registry.Heartbeat;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.registry.WriterRegistry;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import static java.time.temporal.ChronoUnit.MICROS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Times of ingest and heartbeats of one writer, step by step.
 */
final class TestWriterProgress
{
    private static final UUID TABLE = UUID.fromString("00000000-0000-4000-8000-000000000001");
    private static final BatchId BATCH = new BatchId(0, 1);

    private final TestingClock storeClock = new TestingClock();
    private final Instant start = storeClock.instant();
    private final MemoryObjectStore memory = new MemoryObjectStore(storeClock);
    private final HookedObjectStore store = new HookedObjectStore(memory);
    private final Random random = new Random(1);
    private final StepExecutor uploads = new StepExecutor();
    private final AtomicReference<Duration> skew = new AtomicReference<>(Duration.ZERO);
    private final WriterId id = WriterId.random(start, random);

    @Test
    void testIngestTimeFollowsTheClockAndNeverFalls()
    {
        WalLane lane = open().lane(TABLE, FakeSegments.seal());
        storeClock.advance(Duration.ofSeconds(10));
        assertThat(ingestTime(lane)).isEqualTo(start.plusSeconds(10));
        storeClock.advance(Duration.ofSeconds(10));
        skew.set(Duration.ofSeconds(-30));
        assertThat(ingestTime(lane)).as("clock set back").isEqualTo(start.plusSeconds(10));
        storeClock.advance(Duration.ofSeconds(21));
        assertThat(ingestTime(lane)).isEqualTo(start.plusSeconds(11));
    }

    @Test
    void testClockThatIsBehindBeginsAtTheStoresTime()
    {
        skew.set(Duration.ofSeconds(-40));
        WalLane lane = open().lane(TABLE, FakeSegments.seal());
        assertThat(ingestTime(lane)).isEqualTo(start.plusSeconds(1));
    }

    @Test
    void testRepeatedUploadKeepsItsTime()
    {
        WalLane lane = open().lane(TABLE, FakeSegments.seal());
        storeClock.advance(Duration.ofSeconds(5));
        CompletableFuture<SegmentFooter> appended = lane.append(FakeSegments.batches(BATCH));
        int[] attempts = {0};
        store.onPut((_key, put) -> {
            storeClock.advance(Duration.ofSeconds(1));
            return attempts[0]++ < 3 ? PutOutcome.UNKNOWN : put.get();
        });
        uploads.runOne(random);
        assertThat(appended.join().header().ingestMicros()).isEqualTo(micros(start.plusSeconds(5)));
        assertThat(FakeSegments.footer(memory.get(key(0)).orElseThrow().content()).header()).isEqualTo(appended.join().header());
    }

    @Test
    void testHeartbeatSaysHowFarRowsAreDurable()
    {
        WalWriter writer = open();
        WalLane lane = writer.lane(TABLE, FakeSegments.seal());
        writer.beatOnce();
        assertThat(low()).as("new").isEqualTo(start.plusSeconds(1));

        storeClock.advance(Duration.ofSeconds(10));
        lane.append(FakeSegments.batches(BATCH));
        storeClock.advance(Duration.ofSeconds(10));
        lane.append(FakeSegments.batches(BATCH));
        writer.beatOnce();
        assertThat(low()).as("segments in flight").isEqualTo(start.plusSeconds(10));

        uploads.runOne(random);
        uploads.runOne(random);
        storeClock.advance(Duration.ofSeconds(10));
        writer.beatOnce();
        assertThat(low()).as("nothing in flight").isEqualTo(start.plusSeconds(30));

        skew.set(Duration.ofSeconds(-20));
        assertThat(ingestTime(lane)).as("clock set back below what was promised").isEqualTo(start.plusSeconds(30));
    }

    @Test
    void testHeartbeatDuringEncoding()
    {
        WalWriter writer = open();
        WalLane lane = writer.lane(TABLE, FakeSegments.seal());
        storeClock.advance(Duration.ofSeconds(10));
        lane.append(header -> {
            storeClock.advance(Duration.ofSeconds(5));
            writer.beatOnce();
            return FakeSegments.batches(BATCH).apply(header);
        });
        assertThat(low()).isEqualTo(start.plusSeconds(10));
        assertThatThrownBy(() -> lane.append(_header -> {
            throw new IllegalStateException("stopped");
        })).hasMessage("stopped");
        uploads.runOne(random);
        storeClock.advance(Duration.ofSeconds(5));
        writer.beatOnce();
        assertThat(low()).isEqualTo(start.plusSeconds(20));
    }

    /**
     * A writer whose uploads hang while its heartbeats succeed would hold everybody back for as long as that lasts.
     */
    @Test
    void testWriterWithoutProgressFallsSilent()
    {
        WalWriter writer = open();
        WalLane lane = writer.lane(TABLE, FakeSegments.seal());
        lane.append(FakeSegments.batches(BATCH));
        storeClock.advance(Duration.ofSeconds(60));
        writer.beatOnce();
        assertThat(lastHeartbeat()).isEqualTo(start.plusSeconds(60));
        storeClock.advance(Duration.ofMillis(1));
        writer.beatOnce();
        assertThat(lastHeartbeat()).as("no progress").isEqualTo(start.plusSeconds(60));

        uploads.runOne(random);
        writer.beatOnce();
        assertThat(lastHeartbeat()).as("progress again").isEqualTo(start.plusSeconds(60).plusMillis(1));
    }

    @Test
    void testClockThatIsOffDoesNotBegin()
            throws Exception
    {
        for (Duration off : List.of(Duration.ofDays(365), Duration.ofSeconds(61), Duration.ofSeconds(-61), Duration.ofDays(-365))) {
            skew.set(off);
            assertThatThrownBy(this::open)
                    .isInstanceOf(ClockOffException.class)
                    .hasMessageStartingWith("Cannot write to the WAL: the clock of this machine is %s s %s the store's".formatted(off.abs().toSeconds(), off.isNegative() ? "behind" : "ahead of"))
                    .hasMessageContaining("it said %s when the store said %s".formatted(start.plus(off), start));
        }
        assertThat(memory.list(WalLayout.WRITERS, Optional.empty(), 10).objects()).as("nothing is left behind").isEmpty();
    }

    /**
     * A time of ingest never falls, so a year that is written once would stay.
     */
    @Test
    void testClockThatIsSetAheadWritesNoYearAndEndsTheWriter()
    {
        WalWriter writer = open();
        WalLane lane = writer.lane(TABLE, FakeSegments.seal());
        storeClock.advance(Duration.ofSeconds(10));
        writer.beatOnce();
        skew.set(Duration.ofDays(365));
        storeClock.advance(Duration.ofSeconds(5));
        assertThat(ingestTime(lane)).isEqualTo(start.plusSeconds(15));
        writer.beatOnce();
        assertThat(writer.end()).hasValueSatisfying(end -> assertThat(end).hasMessageStartingWith("Cannot acknowledge: the clock of this machine is 31536000 s ahead of the store's"));
        assertThatThrownBy(() -> lane.append(FakeSegments.batches(BATCH))).hasMessageContaining("ahead of the store's");
        assertThat(memory.get(key(1)).map(seal -> FakeSegments.footer(seal.content()).kind())).contains(SegmentKind.SEAL);
    }

    @Test
    void testClockThatIsSetBackEndsTheWriter()
    {
        WalWriter writer = open();
        skew.set(Duration.ofMinutes(-2));
        writer.lane(TABLE, FakeSegments.seal());
        writer.beatOnce();
        assertThat(writer.end()).hasValueSatisfying(end -> assertThat(end).hasMessageContaining("120 s behind the store's"));
    }

    private WalWriter open()
    {
        RegistryEntry entry = new RegistryEntry(id, start, "host", "build", Set.of(TABLE));
        WalEnvironment environment = new WalEnvironment(uploads, () -> storeClock.instant().plus(skew.get()), storeClock::nanoTime, _duration -> {}, random);
        return WalWriter.open(store, entry, new FooterCache(new FakeSegments(), 100), WriterOptions.DEFAULT, environment);
    }

    private Instant ingestTime(WalLane lane)
    {
        CompletableFuture<SegmentFooter> appended = lane.append(FakeSegments.batches(BATCH));
        uploads.runOne(random);
        return Instant.EPOCH.plus(appended.join().header().ingestMicros(), MICROS);
    }

    private Instant low()
    {
        Heartbeat heartbeat = new WriterRegistry(memory).heartbeat(id).orElseThrow();
        assertThat(heartbeat.lowMicros()).isEqualTo(Map.of(TABLE, heartbeat.lowMicros(TABLE).orElseThrow()));
        return Instant.EPOCH.plus(heartbeat.lowMicros(TABLE).orElseThrow(), MICROS);
    }

    private Instant lastHeartbeat()
    {
        return memory.head(WalLayout.heartbeat(id)).orElseThrow().lastModified();
    }

    private static long micros(Instant instant)
    {
        return MICROS.between(Instant.EPOCH, instant);
    }

    private ObjectKey key(long sequence)
    {
        return new SegmentKey(TABLE, id, new Sequence(sequence)).objectKey();
    }
}
