package io.icegate.wal.copies;

import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.schema.Signal;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalFixture;
import io.icegate.wal.WalLayout;
import io.icegate.wal.format.LogRows;
import io.icegate.wal.format.SegmentEncoder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

final class TestSegmentCopies
{
    private static final long BYTES_MAX = 1L << 20;

    @TempDir
    private Path temporary;

    private final MemoryObjectStore memory = new MemoryObjectStore(Instant::now);
    private final Warehouse warehouse = new Warehouse("memory:lake", memory);
    private Path folder = Path.of("");
    private CopyFolder copies = new CopyFolder(warehouse, folder);

    @BeforeEach
    void setUp()
    {
        folder = temporary.resolve("copies");
        copies = new CopyFolder(warehouse, folder);
    }

    @Test
    void testCopyIsTakenOnce()
            throws Exception
    {
        EncodedSegment segment = segment(0);
        assertThat(put(open(BYTES_MAX), segment)).isEqualTo(PutOutcome.WRITTEN);
        assertThat(take(segment)).hasBinaryContent(segment.content());
        assertThat(isTaken(segment)).isFalse();
    }

    @Test
    void testOnlySegmentsThatAreStoredAreCopied()
            throws Exception
    {
        EncodedSegment segment = segment(0);
        memory.putIfAbsent(segment.footer().header().key().objectKey(), segment(1).content());
        ObjectStore store = open(BYTES_MAX);
        assertThat(put(store, segment)).isEqualTo(PutOutcome.PRECONDITION_FAILED);
        store.putIfAbsent(WalLayout.registryEntry(WalFixture.id(1)), segment.content());
        assertThat(files()).isEmpty();
    }

    @Test
    void testOldestGoBeyondTheBound()
            throws Exception
    {
        int size = segment(0).content().length;
        ObjectStore store = open(2L * size + size / 2);
        for (int sequence = 0; sequence < 5; sequence++) {
            put(store, segment(sequence));
        }
        assertThat(files()).containsExactly(name(3), name(4));
        // what was left counts
        for (int sequence = 3; sequence < 5; sequence++) {
            Files.setLastModifiedTime(folder.resolve(name(sequence)), FileTime.from(Instant.EPOCH.plusSeconds(sequence)));
        }
        Files.write(folder.resolve("part"), new byte[3]);
        put(open(2L * size + size / 2), segment(5));
        assertThat(files()).containsExactly(name(4), name(5));
    }

    @Test
    void testDamagedCopyIsNotTaken()
            throws Exception
    {
        EncodedSegment segment = segment(0);
        ObjectStore store = open(BYTES_MAX);
        for (int damaged : new int[] {10, segment.content().length - 20}) {
            byte[] content = segment.content().clone();
            content[damaged] ^= 1;
            Files.write(folder.resolve(name(0)), content);
            assertThat(isTaken(segment)).isFalse();
        }
        Files.write(folder.resolve(name(0)), segment(1).content());
        assertThat(isTaken(segment)).isFalse();
        Files.write(folder.resolve(name(0)), new byte[segment.content().length]);
        assertThat(isTaken(segment)).isFalse();
        assertThat(files()).isEmpty();
        assertThat(put(store, segment)).isEqualTo(PutOutcome.WRITTEN);
        assertThat(copies.take("memory:elsewhere/" + segment.footer().header().key().objectKey(), segment.footer().size(), temporary.resolve("taken"))).isFalse();
        assertThat(isTaken(segment)).isTrue();
    }

    /**
     * A disk that does not keep up, or is full, costs copies and nothing else.
     */
    @Test
    void testDiskIsNotWaitedFor()
            throws Exception
    {
        List<Runnable> waiting = new ArrayList<>();
        ObjectStore store = SegmentCopies.open(folder, BYTES_MAX, waiting::add).around(memory);
        int size = segment(0).content().length;
        int count = (int) (SegmentCopies.WAITING_BYTES_MAX / size) + 10;
        byte[] content = segment(0).content();
        for (int sequence = 0; sequence < count; sequence++) {
            assertThat(store.putIfAbsent(key(sequence).objectKey(), content)).isEqualTo(PutOutcome.WRITTEN);
        }
        assertThat(waiting).hasSizeLessThan(count);
        Files.delete(folder);
        waiting.forEach(Runnable::run);
        Files.createDirectories(folder);
        waiting.clear();
        put(store, segment(count));
        waiting.forEach(Runnable::run);
        assertThat(files()).containsExactly(name(count));
    }

    private ObjectStore open(long bytesMax)
            throws IOException
    {
        return SegmentCopies.open(folder, bytesMax, Runnable::run).around(memory);
    }

    private static PutOutcome put(ObjectStore store, EncodedSegment segment)
    {
        return store.putIfAbsent(segment.footer().header().key().objectKey(), segment.content());
    }

    private Path take(EncodedSegment segment)
    {
        Path target = temporary.resolve("taken");
        assertThat(copies.take(warehouse.location(segment.footer().header().key().objectKey()), segment.footer().size(), target)).isTrue();
        return target;
    }

    private boolean isTaken(EncodedSegment segment)
            throws IOException
    {
        Path target = temporary.resolve("target");
        boolean taken = copies.take(warehouse.location(segment.footer().header().key().objectKey()), segment.footer().size(), target);
        assertThat(Files.deleteIfExists(target)).isEqualTo(taken);
        return taken;
    }

    private List<String> files()
            throws IOException
    {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static String name(int sequence)
    {
        return CopyFolder.file(Path.of(""), key(sequence)).getFileName().toString();
    }

    private static SegmentKey key(int sequence)
    {
        return new SegmentKey(WalFixture.TABLE, WalFixture.id(1), new Sequence(sequence));
    }

    private static EncodedSegment segment(int sequence)
    {
        SegmentHeader header = new SegmentHeader(key(sequence), new SegmentId("a".repeat(32)), Instant.EPOCH);
        return new SegmentEncoder(Signal.LOGS.shape()).encode(header, 0, Signal.LOGS.shape().schema(), List.of(LogRows.batch(1, "a", 10)));
    }
}
