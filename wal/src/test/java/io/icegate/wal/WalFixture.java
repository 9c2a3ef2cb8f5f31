package io.icegate.wal;

import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.wal.OffsetVector.Offset;
import io.icegate.wal.batches.BatchIndex;
import io.icegate.wal.batches.BatchIndex.Origin;
import io.icegate.wal.batches.BatchIndexes;
import io.icegate.wal.batches.BatchWindow;
import io.icegate.wal.read.DuplicateWalk;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.read.WalListing;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.registry.WriterRegistry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * Writers and segments of one table, put where they belong without a protocol.
 */
public final class WalFixture
{
    public static final UUID TABLE = UUID.fromString("00000000-0000-4000-8000-000000000001");

    public final TestingClock clock = new TestingClock();
    public final MemoryObjectStore memory = new MemoryObjectStore(clock);
    public final HookedObjectStore store = new HookedObjectStore(memory);
    public final FooterCache footers = new FooterCache(new FakeSegments(), 200_000);
    public final WriterRegistry registry = new WriterRegistry(store);
    public final WalListing listing = new WalListing(store, registry, footers, Runnable::run);
    public final BatchIndexes indexes = new BatchIndexes(store, new WalEnvironment(Runnable::run, clock, clock::nanoTime, clock.sleeper(), new Random(1)));
    public final DuplicateWalk walk = new DuplicateWalk(indexes, Runnable::run);

    public static WriterId id(int number)
    {
        return WriterId.parse("01a9d0e4-7c00-7000-8000-%012d".formatted(number));
    }

    public WriterId register(int number)
    {
        registry.register(new RegistryEntry(id(number), clock.instant(), "host", "build", Set.of(TABLE)), RetryPolicy.Waiting.system());
        return id(number);
    }

    public SegmentKey segment(int writer, long sequence, BatchId... batches)
    {
        return segment(writer, sequence, clock.instant(), FakeSegments.batches(batches));
    }

    public SegmentKey seal(int writer, long sequence)
    {
        return segment(writer, sequence, clock.instant(), FakeSegments.seal());
    }

    public SegmentKey segment(int writer, long sequence, Instant created, Function<SegmentHeader, EncodedSegment> encoder)
    {
        SegmentKey key = new SegmentKey(TABLE, id(writer), new Sequence(sequence));
        memory.putIfAbsent(key.objectKey(), encoder.apply(new SegmentHeader(key, new SegmentId("a".repeat(32)), created)).content());
        return key;
    }

    /**
     * The window after one more commit, which took in batches of one segment now.
     */
    public BatchWindow committed(BatchWindow before, int writer, long sequence, BatchId... batches)
    {
        BatchIndex.Builder builder = new BatchIndex.Builder().origin(new Origin(id(writer), new Sequence(sequence)));
        for (BatchId batch : batches) {
            builder.add(batch.high(), batch.low(), clock.instant().toEpochMilli());
        }
        BatchIndex index = builder.build();
        List<BatchWindow.Entry> entries = new ArrayList<>(before.entries());
        entries.add(index.entry(indexes.write(TABLE, index)).orElseThrow());
        return new BatchWindow(entries);
    }

    /**
     * @param next writer number → next sequence
     */
    public static OffsetVector vector(Map<Integer, Long> next)
    {
        Map<WriterId, Offset> offsets = new HashMap<>();
        next.forEach((writer, sequence) -> offsets.put(id(writer), new Offset(new Sequence(sequence), false)));
        return new OffsetVector(offsets);
    }
}
