package io.icegate.wal.writer;

import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.wal.BatchId;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.StepExecutor;
import io.icegate.wal.TestingClock;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WriterId;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.read.LiveSegment;
import io.icegate.wal.read.LiveSegments;
import io.icegate.wal.read.LiveTail;
import io.icegate.wal.read.WalListing;
import io.icegate.wal.read.Watermark;
import io.icegate.wal.read.WatermarkReader;
import io.icegate.wal.registry.Heartbeat;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.registry.WriterRegistry;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

import static java.time.temporal.ChronoUnit.MICROS;
import static java.util.Objects.requireNonNull;

/**
 * Writers whose clocks go wrong within the minute that is allowed, one random step after the other, on one thread. After every
 * step, no segment may be visible that was not there when a watermark was read and that has an earlier time of ingest.
 */
final class WatermarkModel
{
    private static final UUID TABLE = UUID.fromString("00000000-0000-4000-8000-000000000001");
    private static final int WRITERS_MAX = 5;
    private static final int PROMISES_MAX = 20;
    private static final int SKEW_MILLIS_MAX = 55_000;

    enum Mistake
    {
        NONE,
        /**
         * A new writer trusts its clock.
         */
        NO_FLOOR,
        /**
         * A heartbeat names the present, whatever is in flight.
         */
        PROMISES_TOO_MUCH,
        /**
         * The reader asks only the writers that it knows.
         */
        NO_FUTURE,
    }

    private final Random random;
    private final Mistake mistake;
    private final TestingClock storeClock = new TestingClock();
    private final MemoryObjectStore store = new MemoryObjectStore(storeClock);
    private final WriterRegistry registry = new WriterRegistry(store);
    private final FooterCache footers = new FooterCache(new FakeSegments(), FooterCache.COUNT_MAX_DEFAULT);
    private final WalListing listing = new WalListing(store, registry, footers, Runnable::run);
    private final WatermarkReader watermarks = new WatermarkReader(new Warehouse("memory:test", store), footers, Runnable::run, WalListing.SEGMENTS_MAX);
    private final List<Writer> writers = new ArrayList<>();
    private final ArrayDeque<Promise> promises = new ArrayDeque<>();
    private Optional<Reading> pinned = Optional.empty();
    private OffsetVector committed = OffsetVector.EMPTY;
    private Instant newest = Instant.EPOCH;
    private int movements;

    /**
     * What a reader saw.
     */
    private record Reading(LiveTail tail, Set<SegmentKey> shown) {}

    private record Promise(Instant low, Set<SegmentKey> shown) {}

    private record Writer(WalWriter writer, WalLane lane, StepExecutor uploads, AtomicReference<Duration> skew) {}

    WatermarkModel(long seed, Mistake mistake)
    {
        this.random = new Random(seed);
        this.mistake = mistake;
    }

    void step()
    {
        int dice = random.nextInt(100);
        if (dice < 15) {
            storeClock.advance(Duration.ofMillis(random.nextInt(5_000)));
        }
        else if (dice < 20) {
            open();
        }
        else if (dice < 45) {
            writer().filter(writer -> writer.lane().inFlightCount() < WriterOptions.DEFAULT.segmentsInFlightMax()).ifPresent(writer -> writer.lane().append(FakeSegments.batches(new BatchId(0, 1))));
        }
        else if (dice < 65) {
            writer().filter(writer -> !writer.uploads().isIdle()).ifPresent(writer -> writer.uploads().runOne(random));
        }
        else if (dice < 75) {
            writer().ifPresent(this::beat);
        }
        else if (dice < 80) {
            writer().ifPresent(writer -> writer.skew().set(skew()));
        }
        else if (dice < 82) {
            writer().ifPresent(writers::remove);
        }
        else if (dice < 85) {
            sealSilent();
        }
        else if (dice < 88) {
            commit();
        }
        else if (dice < 91) {
            pinned = Optional.of(reading());
        }
        else {
            readWatermark();
        }
        writers.removeIf(writer -> writer.writer().end().isPresent());
    }

    /**
     * Empty when all is well, else what is wrong.
     */
    List<String> violations()
    {
        List<LiveSegment> visible = visible().segments();
        return promises.stream()
                .flatMap(promise -> visible.stream()
                        .filter(segment -> !promise.shown().contains(segment.key()) && time(segment).isBefore(promise.low()))
                        .map(segment -> "%s of %s appeared after watermark %s".formatted(segment.key(), time(segment), promise.low())))
                .toList();
    }

    int movements()
    {
        return movements;
    }

    Instant watermark()
    {
        return watermarks.read(TABLE, committed).low();
    }

    /**
     * Lets all writers finish what they have, and beat.
     *
     * @return the store's time then
     */
    Instant rest()
    {
        for (int step = 0; step < 200; step++) {
            step();
        }
        storeClock.advance(Duration.ofSeconds(70));
        for (Writer writer : writers) {
            while (!writer.uploads().isIdle()) {
                writer.uploads().runOne(random);
            }
            beat(writer);
        }
        sealSilent();
        return storeClock.instant();
    }

    private Optional<Writer> writer()
    {
        return writers.isEmpty() ? Optional.empty() : Optional.of(writers.get(random.nextInt(writers.size())));
    }

    private Duration skew()
    {
        return Duration.ofMillis(random.nextInt(2 * SKEW_MILLIS_MAX) - SKEW_MILLIS_MAX);
    }

    private void open()
    {
        if (writers.size() == WRITERS_MAX) {
            return;
        }
        AtomicReference<Duration> skew = new AtomicReference<>(skew());
        StepExecutor uploads = new StepExecutor();
        WalEnvironment environment = new WalEnvironment(uploads, () -> storeClock.instant().plus(skew.get()), storeClock::nanoTime, _pause -> {}, random);
        RegistryEntry entry = new RegistryEntry(WriterId.random(storeClock.instant(), random), storeClock.instant(), "host", "build", Set.of(TABLE));
        ToLongFunction<Instant> floor = mistake == Mistake.NO_FLOOR ? _registered -> 0 : WriterRegistry::floorMicros;
        WalWriter writer = WalWriter.open(store, entry, footers, WriterOptions.DEFAULT, environment, floor);
        writers.add(new Writer(writer, writer.lane(TABLE, FakeSegments.seal()), uploads, skew));
    }

    private void beat(Writer writer)
    {
        writer.writer().beatOnce();
        if (mistake == Mistake.PROMISES_TOO_MUCH) {
            try {
                registry.heartbeat(writer.writer().id(), new Heartbeat(Map.of(TABLE, MICROS.between(Instant.EPOCH, storeClock.instant().plus(writer.skew().get())))));
            }
            catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    /**
     * As a committer does.
     */
    private void sealSilent()
    {
        LiveSegments visible = visible();
        for (WriterId silent : visible.silentWriters(WriterRegistry.SILENT_AFTER)) {
            Sequence next = requireNonNull(visible.ends().get(silent)).next();
            SegmentKey key = new SegmentKey(TABLE, silent, next);
            store.putIfAbsent(key.objectKey(), FakeSegments.seal().apply(new SegmentHeader(key, new SegmentId("f".repeat(32)), storeClock.instant())).content());
        }
    }

    /**
     * Moves the vector over some of what is visible.
     */
    private void commit()
    {
        Map<WriterId, OffsetVector.Offset> offsets = new HashMap<>(committed.offsets());
        for (LiveSegment segment : listing.list(TABLE, committed).segments()) {
            if (random.nextInt(4) > 0 && committedUpTo(offsets, segment.key())) {
                offsets.put(segment.key().writer(), new OffsetVector.Offset(segment.key().sequence().next(), false));
            }
        }
        committed = new OffsetVector(offsets);
    }

    private static boolean committedUpTo(Map<WriterId, OffsetVector.Offset> offsets, SegmentKey key)
    {
        OffsetVector.Offset offset = offsets.get(key.writer());
        return (offset == null ? Sequence.FIRST : offset.next()).equals(key.sequence());
    }

    /**
     * Of what the reader will see, or of what it saw some steps ago.
     */
    private void readWatermark()
    {
        Optional<Reading> earlier = pinned.filter(_reading -> random.nextBoolean());
        Watermark read = earlier.map(reading -> watermarks.read(reading.tail())).orElseGet(() -> watermarks.read(TABLE, committed));
        Instant low = mistake == Mistake.NO_FUTURE
                ? read.writers().stream().map(Watermark.Writer::low).min(Instant::compareTo).orElse(newest)
                : read.low();
        if (low.isAfter(newest)) {
            movements++;
            newest = low;
        }
        promises.add(new Promise(low, earlier.orElseGet(this::reading).shown()));
        if (promises.size() > PROMISES_MAX) {
            promises.remove();
        }
    }

    private Reading reading()
    {
        LiveSegments live = listing.list(TABLE, committed);
        return new Reading(
                new LiveTail(TABLE, committed, live.segments(), Map.of(), live.ends(), ""),
                visible().segments().stream().map(LiveSegment::key).collect(Collectors.toSet()));
    }

    private LiveSegments visible()
    {
        return listing.list(TABLE, OffsetVector.EMPTY);
    }

    private static Instant time(LiveSegment segment)
    {
        return Instant.EPOCH.plus(segment.footer().header().ingestMicros(), MICROS);
    }
}
