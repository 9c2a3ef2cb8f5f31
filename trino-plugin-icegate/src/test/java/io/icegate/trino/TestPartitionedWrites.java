package io.icegate.trino;

import com.google.common.collect.ImmutableList;
import io.icegate.wal.format.LogBatch;
import io.trino.filesystem.local.LocalInputFile;
import io.trino.parquet.ParquetDataSource;
import io.trino.parquet.ParquetReaderOptions;
import io.trino.parquet.metadata.BlockMetadata;
import io.trino.parquet.reader.MetadataReader;
import io.trino.plugin.base.metrics.FileFormatDataSourceStats;
import io.trino.plugin.hive.parquet.TrinoParquetDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compaction into many small partitions, in the heap of a test: what a writer holds while it is open must not be paid for
 * each partition.
 */
final class TestPartitionedWrites
{
    private static final int TENANTS = 100;
    private static final int DAYS = 5;
    private static final int ROWS = 4;
    private static final long LARGE = 30_000;
    private static final long DAY_MICROS = 86_400_000_000L;

    @Test
    void testE21OptimizeManyPartitions(@TempDir Path folder)
            throws Exception
    {
        try (TrinoLake lake = new TrinoLake(folder)) {
            WalFixture.Logs logs = lake.fixture().createLogs("wide");
            for (int segment = 0; segment < ROWS; segment++) {
                ImmutableList.Builder<LogBatch> batches = ImmutableList.builder();
                for (int tenant = 0; tenant < TENANTS; tenant++) {
                    for (int day = 0; day < DAYS; day++) {
                        long number = day * DAY_MICROS + segment;
                        batches.add(logs.batch("tenant-" + tenant, number, number));
                    }
                }
                logs.append(batches.build().toArray(LogBatch[]::new));
            }
            logs.commit();
            String rows = "SELECT tenant_id, time_unix_nano, trace_id, body, attributes FROM wide.logs ORDER BY tenant_id, time_unix_nano";
            List<List<Object>> before = lake.rows(rows);
            assertThat(before).hasSize(TENANTS * DAYS * ROWS);
            lake.sql("ALTER TABLE wide.logs EXECUTE optimize");
            assertThat(lake.rows(rows)).usingRecursiveComparison().isEqualTo(before);
            assertThat(lake.rows("SELECT count(*), count(DISTINCT partition) FROM wide.\"logs$files\"")).containsExactly(List.of((long) TENANTS * DAYS, (long) TENANTS * DAYS));
            // the smallest bloom filter has 64 kB
            assertThat(lake.rows("SELECT count(*) FROM wide.\"logs$files\" WHERE file_size_in_bytes > 32_000")).containsExactly(List.of(0L));
            assertThat(filtersPerRowGroup(lake, "wide")).containsExactly(0L);
        }
    }

    @Test
    void testLargeFilesKeepTheirFilters(@TempDir Path folder)
            throws Exception
    {
        try (TrinoLake lake = new TrinoLake(folder)) {
            WalFixture.Logs logs = lake.fixture().createLogs("large");
            logs.append("acme", 1, 15_000);
            logs.append("acme", 15_001, LARGE);
            logs.commit();
            lake.sql("ALTER TABLE large.logs EXECUTE optimize");
            assertThat(lake.rows("SELECT count(*), sum(time_unix_nano) FROM large.logs")).containsExactly(List.of(LARGE, LARGE * (LARGE + 1) / 2));
            // of the trace and of the span; the instances are few, and their dictionary says the same in less
            assertThat(filtersPerRowGroup(lake, "large")).containsExactly(2L);
            assertThat(rowsRead(lake, "trace_id = 'gone'")).as("beyond the bounds").isZero();
            assertThat(rowsRead(lake, "trace_id = '38270000000000003827000000000001'")).as("not in the filter").isZero();
            assertThat(rowsRead(lake, "span_id = '3827000000000001'")).as("not in the filter").isZero();
            assertThat(lake.column("SELECT time_unix_nano FROM large.logs WHERE trace_id = '38270000000000003827000000000000'")).containsExactly(10_040L);
            assertThat(lake.column("SELECT time_unix_nano FROM large.logs WHERE span_id = '3827000000000000'")).containsExactly(10_040L);
        }
    }

    private static long rowsRead(TrinoLake lake, String predicate)
    {
        String plan = (String) lake.value("EXPLAIN ANALYZE SELECT count(body) FROM large.logs WHERE " + predicate);
        Matcher input = Pattern.compile("Input: ([0-9]+) rows? \\([^)]*\\), Filtered").matcher(plan);
        assertThat(input.find()).as(plan).isTrue();
        return Long.parseLong(input.group(1));
    }

    private static Set<Long> filtersPerRowGroup(TrinoLake lake, String schema)
            throws IOException
    {
        Set<Long> counts = new HashSet<>();
        for (Object file : lake.column("SELECT file_path FROM %s.\"logs$files\"".formatted(schema))) {
            Path path = Path.of(URI.create((String) file).getPath());
            try (ParquetDataSource source = new TrinoParquetDataSource(new LocalInputFile(path.toFile()), ParquetReaderOptions.defaultOptions(), new FileFormatDataSourceStats())) {
                for (BlockMetadata rowGroup : MetadataReader.readFooter(source, Optional.empty()).getBlocks()) {
                    counts.add(rowGroup.columns().stream().filter(column -> column.getBloomFilterOffset() > 0).count());
                }
            }
        }
        return counts;
    }
}
