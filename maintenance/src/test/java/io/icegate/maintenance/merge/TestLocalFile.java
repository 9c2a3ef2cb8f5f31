package io.icegate.maintenance.merge;

import com.sun.management.ThreadMXBean;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.LogBatch;
import io.icegate.wal.format.LogRows;
import io.icegate.wal.format.SegmentEncoder;
import org.apache.parquet.format.ColumnChunk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestLocalFile
{
    private static final SegmentHeader HEADER = new SegmentHeader(
            new SegmentKey(new UUID(1, 1), new WriterId(new UUID(2, 2)), Sequence.FIRST),
            new SegmentId("00112233445566778899aabbccddeeff"),
            Instant.EPOCH);
    /**
     * So many that the chunk of their texts is no small one.
     */
    private static final int MANY_ROWS = 5_000;
    private static final int SMALL_BYTES = 64 * 1024;

    @TempDir
    private Path folder = Path.of("");

    /**
     * What was opened is in memory: nothing more is read of the file, which is closed here.
     */
    @Test
    void testSmallChunkIsReadAtOnce()
            throws IOException
    {
        byte[] segment = segment(LogRows.batch(1, "acme", 10));
        List<ColumnChunk> chunks;
        List<InputStream> opened = new ArrayList<>();
        try (LocalFile file = file(segment)) {
            chunks = file.footer().getRow_groups().get(0).getColumns();
            for (ColumnChunk chunk : chunks) {
                opened.add(file.open(chunk));
            }
        }
        assertThat(chunks).hasSizeGreaterThan(20);
        for (int i = 0; i < chunks.size(); i++) {
            assertThat(opened.get(i).readAllBytes()).isEqualTo(content(segment, chunks.get(i)));
        }
    }

    /**
     * A merge opens many thousands of them.
     */
    @Test
    void testSmallChunkTakesNoMoreThanItsBytes()
            throws IOException
    {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (LocalFile file = file(segment(LogRows.batch(1, "acme", 10)))) {
            for (ColumnChunk chunk : file.footer().getRow_groups().get(0).getColumns()) {
                file.open(chunk).transferTo(OutputStream.nullOutputStream()); // loads classes
                long before = threads.getCurrentThreadAllocatedBytes();
                int first = file.open(chunk).read();
                long allocated = threads.getCurrentThreadAllocatedBytes() - before;
                assertThat(first).isNotNegative();
                assertThat(allocated).as(String.valueOf(chunk.getMeta_data().getPath_in_schema())).isLessThan(SMALL_BYTES / 4);
            }
        }
    }

    /**
     * A file may be as large as it likes.
     */
    @Test
    void testLargeChunkIsReadInParts()
            throws IOException
    {
        byte[] segment = segment(LogRows.random(new Random(1), new BatchId(0, 1), "acme", MANY_ROWS));
        try (LocalFile file = file(segment)) {
            List<ColumnChunk> large = file.footer().getRow_groups().get(0).getColumns().stream().filter(chunk -> chunk.getMeta_data().getTotal_compressed_size() > SMALL_BYTES).toList();
            assertThat(large).isNotEmpty();
            for (ColumnChunk chunk : large) {
                try (InputStream in = file.open(chunk)) {
                    assertThat(in.readAllBytes()).isEqualTo(content(segment, chunk));
                }
            }
            InputStream later = file.open(large.get(0));
            file.close();
            assertThatThrownBy(later::readAllBytes).isInstanceOf(ClosedChannelException.class);
        }
    }

    private LocalFile file(byte[] content)
            throws IOException
    {
        return LocalFile.open("segment", Files.write(folder.resolve("segment"), content));
    }

    private static byte[] segment(LogBatch batch)
    {
        return new SegmentEncoder(Signal.LOGS.shape()).encode(HEADER, 0, Signal.LOGS.shape().schema(), List.of(batch)).content();
    }

    /**
     * From its first page to its end, as the footer says.
     */
    private static byte[] content(byte[] file, ColumnChunk chunk)
    {
        long start = chunk.getMeta_data().getData_page_offset();
        if (chunk.getMeta_data().isSetDictionary_page_offset()) {
            start = Math.min(start, chunk.getMeta_data().getDictionary_page_offset());
        }
        return Arrays.copyOfRange(file, (int) start, (int) (start + chunk.getMeta_data().getTotal_compressed_size()));
    }
}
