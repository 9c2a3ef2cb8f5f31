package io.icegate.trino.write;

import io.trino.plugin.hive.RollbackAction;
import io.trino.plugin.iceberg.IcebergFileWriter;
import io.trino.spi.Page;
import io.trino.spi.block.LongArrayBlock;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

final class TestLazyFileWriter
{
    private static final long FILTER_BYTES = 100_000;
    private static final long OPEN_BYTES = 7;

    private final List<Recorder> small = new ArrayList<>();
    private final List<Recorder> large = new ArrayList<>();

    @Test
    void testFewRowsGoIntoAFileWithoutFilters()
    {
        LazyFileWriter writer = writer(FILTER_BYTES);
        writer.appendRows(page(10, 10));
        writer.appendRows(page(20, 20));
        assertThat(small).isEmpty();
        assertThat(writer.getWrittenBytes()).isZero();
        assertThat(writer.getMemoryUsage()).isBetween(30L * Long.BYTES, 2_000L);

        writer.commit();
        assertThat(small).singleElement().satisfies(file -> assertThat(file.rows).isEqualTo(30)).satisfies(file -> assertThat(file.committed).isTrue());
        assertThat(large).isEmpty();
        assertThat(writer.getMemoryUsage()).isEqualTo(OPEN_BYTES);
    }

    @Test
    void testManyRowsGoIntoAFileWithFilters()
    {
        LazyFileWriter writer = writer(FILTER_BYTES);
        int rows = 0;
        for (; large.isEmpty(); rows += 100) {
            writer.appendRows(page(100, 100));
        }
        assertThat(rows * Long.BYTES).isLessThanOrEqualTo((int) FILTER_BYTES + 100 * Long.BYTES);
        // what the filters take counts from here on
        assertThat(writer.getMemoryUsage()).isEqualTo(OPEN_BYTES + FILTER_BYTES);
        writer.appendRows(page(1, 1));
        writer.commit();
        assertThat(large.getFirst().rows).isEqualTo(rows + 1);
        assertThat(small).isEmpty();
    }

    /**
     * Rows of one partition come as positions in the page of all partitions.
     */
    @Test
    void testRowsAreHeldWithoutTheirPage()
    {
        LazyFileWriter writer = writer(FILTER_BYTES);
        for (int page = 0; page < 10; page++) {
            writer.appendRows(page(100_000, 1));
            writer.appendRows(page(100_000, 100_000).getPositions(new int[] {7, 99_999}, 0, 2));
        }
        assertThat(large).isEmpty();
        assertThat(writer.getMemoryUsage()).isLessThan(10_000);
        writer.commit();
        assertThat(small.getFirst().rows).isEqualTo(30);
    }

    @Test
    void testATableWithoutFiltersOpensAtOnce()
    {
        LazyFileWriter writer = writer(0);
        writer.appendRows(page(1, 1));
        assertThat(large).hasSize(1);
        assertThat(writer.getMemoryUsage()).isEqualTo(OPEN_BYTES);
    }

    @Test
    void testRollback()
    {
        LazyFileWriter waiting = writer(FILTER_BYTES);
        waiting.appendRows(page(1, 1));
        waiting.rollback();
        assertThat(small).isEmpty();
        assertThat(waiting.getMemoryUsage()).isZero();

        LazyFileWriter open = writer(0);
        open.appendRows(page(1, 1));
        open.rollback();
        assertThat(large.getFirst().rolledBack).isTrue();
    }

    private LazyFileWriter writer(long filterBytes)
    {
        return new LazyFileWriter(() -> add(small), () -> add(large), filterBytes);
    }

    private static Recorder add(List<Recorder> files)
    {
        files.add(new Recorder());
        return files.getLast();
    }

    private static Page page(int held, int rows)
    {
        return new Page(new LongArrayBlock(held, Optional.empty(), new long[held])).getRegion(0, rows);
    }

    private static final class Recorder
            implements IcebergFileWriter
    {
        private long rows;
        private boolean committed;
        private boolean rolledBack;

        @Override
        public void appendRows(Page page)
        {
            rows += page.getPositionCount();
        }

        @Override
        public RollbackAction commit()
        {
            committed = true;
            return () -> {};
        }

        @Override
        public void rollback()
        {
            rolledBack = true;
        }

        @Override
        public FileMetrics getFileMetrics()
        {
            throw new UnsupportedOperationException();
        }

        @Override
        public long getWrittenBytes()
        {
            return rows;
        }

        @Override
        public long getMemoryUsage()
        {
            return OPEN_BYTES;
        }

        @Override
        public long getValidationCpuNanos()
        {
            return 0;
        }
    }
}
