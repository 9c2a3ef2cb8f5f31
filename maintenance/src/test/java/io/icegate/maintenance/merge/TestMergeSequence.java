package io.icegate.maintenance.merge;

import io.icegate.maintenance.merge.MergeResult.Outcome;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.LogBatch;
import io.icegate.wal.format.LogRows;
import io.icegate.wal.format.MetricBatch;
import io.icegate.wal.format.MetricRows;
import io.icegate.wal.format.RowBatch;
import io.icegate.wal.format.SpanBatch;
import io.icegate.wal.format.SpanRows;
import io.icegate.wal.table.TableSpecs;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.SortDirection;
import org.apache.iceberg.SortField;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;
import org.apache.parquet.column.ParquetProperties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Comparator.nullsFirst;
import static java.util.Comparator.nullsLast;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A merged file has, row for row, what a stable sort makes of the inputs' rows as Iceberg's generic reader finds them: rows that stand
 * together and are copied at once, rows that repeat, lists of every length, and pages and row groups that end anywhere.
 */
final class TestMergeSequence
{
    private static final List<String> TENANTS = List.of("a", "b");
    private static final int SEEDS = Integer.getInteger("icegate.merge.seeds", 1);
    /**
     * Of one kind in a row: as many rows as are copied at once, and a few more.
     */
    private static final int[] RUNS = {1, 1, 1, 2, 7, 31, 33, 520};

    @TempDir
    private Path scratch;

    @Test
    void testLogs()
            throws Exception
    {
        checkSequences(Signal.LOGS);
    }

    @Test
    void testSpans()
            throws Exception
    {
        checkSequences(Signal.SPANS);
    }

    @Test
    void testMetrics()
            throws Exception
    {
        checkSequences(Signal.METRICS);
    }

    private void checkSequences(Signal signal)
            throws Exception
    {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            try (MergeFixture fixture = new MergeFixture(signal)) {
                WalWriter writer = fixture.writer();
                // segments only, then beside what they became, which is sorted, then as another writer has them
                for (int round = 0; round < 3; round++) {
                    for (int segment = 0; segment <= random.nextInt(3); segment++) {
                        fixture.append(writer, batch(signal, random, new BatchId(round, 2L * segment), "a"), batch(signal, random, new BatchId(round, 2L * segment + 1), "b"));
                    }
                    fixture.commit();
                    if (round == 2) {
                        rewriteElsewhere(fixture, seed % 2 == 1);
                    }
                    checkSequence(fixture, random, "seed %s, round %s".formatted(seed, round));
                }
            }
        }
    }

    /**
     * Replaces all files by one of Iceberg's own writer, which has many short pages, each with texts of its own unless there are dictionaries.
     */
    private static void rewriteElsewhere(MergeFixture fixture, boolean dictionaries)
            throws IOException
    {
        String location = fixture.table.locationProvider().newDataLocation("elsewhere.parquet");
        FileAppender<Record> appender = Parquet.write(fixture.table.io().newOutputFile(location))
                .schema(fixture.table.schema())
                .createWriterFunc(GenericParquetWriter::create)
                .set(TableProperties.PARQUET_COMPRESSION, "zstd")
                .set(TableProperties.PARQUET_PAGE_ROW_LIMIT, "50")
                .set("parquet.enable.dictionary", Boolean.toString(dictionaries))
                .writerVersion(ParquetProperties.WriterVersion.PARQUET_2_0)
                .build();
        List<DataFile> files = fixture.files();
        try (appender) {
            files.forEach(file -> appender.addAll(fixture.rows(file)));
        }
        RewriteFiles rewrite = fixture.table.newRewrite();
        files.forEach(rewrite::deleteFile);
        rewrite.addFile(DataFiles.builder(TableSpecs.unpartitioned(fixture.table.name(), fixture.table.specs().values()))
                .withPath(location)
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(appender.length())
                .withMetrics(appender.metrics())
                .build());
        rewrite.commit();
        fixture.table.refresh();
    }

    private void checkSequence(MergeFixture fixture, Random random, String description)
            throws Exception
    {
        MergePlan plan = new MergePlan(
                fixture.table.currentSnapshot().snapshotId(),
                fixture.table.currentSnapshot().sequenceNumber(),
                fixture.files().stream().map(file -> new MergePlan.Input(file, List.of())).toList(),
                Instant.EPOCH,
                "test");
        List<Record> expected = new ArrayList<>(plan.inputs().stream().flatMap(input -> fixture.rows(input.file()).stream()).toList());
        expected.sort(order(fixture));
        int groupRows = new int[] {100, 777, 65_536}[random.nextInt(3)];
        MergeResult result = new NativeMerge(new MergeSettings(groupRows, 256L << 20, 64L << 20, 1_000_000, 1), scratch, new Random()).run(fixture.table, plan);
        assertThat(result.outcome()).as(description).isEqualTo(Outcome.COMMITTED);
        assertThat(result.inputs()).as(description).isEqualTo(plan.inputs().size());
        List<DataFile> files = fixture.files();
        assertThat(files).as(description).hasSize(TENANTS.size());
        for (DataFile file : files) {
            String tenant = file.partition().get(0, String.class);
            assertThat(fixture.rows(file)).as("%s, tenant %s", description, tenant).isEqualTo(expected.stream().filter(row -> row.getField("tenant_id").equals(tenant)).toList());
        }
    }

    /**
     * Rows of which some repeat next to each other, and some again later or in another batch.
     */
    private static RowBatch batch(Signal signal, Random random, BatchId id, String tenant)
    {
        int different = 100;
        return switch (signal) {
            case LOGS -> new LogBatch(id, tenant, repeated(random, LogRows.random(random, id, tenant, different).rows()), 1);
            case SPANS -> new SpanBatch(id, tenant, repeated(random, SpanRows.random(random, id, tenant, different).rows()), 1);
            case METRICS -> new MetricBatch(id, tenant, repeated(random, MetricRows.random(random, id, tenant, different).rows()), 1);
        };
    }

    private static <T> List<T> repeated(Random random, List<T> rows)
    {
        // more than a page of one kind first
        List<T> repeated = new ArrayList<>(Collections.nCopies(60, rows.get(0)));
        while (repeated.size() < 4 * rows.size()) {
            T row = rows.get(random.nextInt(rows.size()));
            for (int i = RUNS[random.nextInt(RUNS.length)]; i > 0; i--) {
                repeated.add(row);
            }
        }
        return repeated;
    }

    private static Comparator<Record> order(MergeFixture fixture)
    {
        Comparator<Record> order = Comparator.comparing(row -> 0);
        for (SortField field : fixture.table.sortOrder().fields()) {
            String name = fixture.table.schema().findColumnName(field.sourceId());
            order = order.thenComparing(row -> row.getField(name), ofValues(field));
        }
        return order;
    }

    private static Comparator<@Nullable Object> ofValues(SortField field)
    {
        Comparator<Object> values = (left, right) -> left instanceof OffsetDateTime time
                ? time.compareTo((OffsetDateTime) right)
                : Arrays.compareUnsigned(left.toString().getBytes(UTF_8), right.toString().getBytes(UTF_8));
        Comparator<Object> directed = field.direction() == SortDirection.DESC ? values.reversed() : values;
        return field.nullOrder() == NullOrder.NULLS_FIRST ? nullsFirst(directed) : nullsLast(directed);
    }
}
