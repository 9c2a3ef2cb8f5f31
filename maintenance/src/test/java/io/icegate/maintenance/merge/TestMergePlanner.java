package io.icegate.maintenance.merge;

import io.icegate.schema.Signal;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

final class TestMergePlanner
{
    private static final long MEGABYTE = 1 << 20;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String TODAY = "tenant_id=a/timestamp_day=2026-11-21";

    private final MergeFixture fixture = new MergeFixture(Signal.LOGS);
    private final Table table = fixture.table;
    private int files;

    @AfterEach
    void close()
            throws IOException
    {
        fixture.close();
    }

    @Test
    void testNothing()
    {
        assertThat(plan(Duration.ZERO)).isEmpty();
    }

    /**
     * A few fresh segments wait for more.
     */
    @Test
    void testSegments()
    {
        segments(5);
        assertThat(plan(Duration.ZERO)).isEmpty();
        assertThat(plan(HOUR)).singleElement().satisfies(plan -> assertThat(plan.inputs()).hasSize(5));
        segments(27);
        assertThat(plan(Duration.ZERO)).singleElement().satisfies(plan -> assertThat(plan.inputs()).hasSize(32));
    }

    /**
     * Where many tenants write, a merge that made more files than it took away would be none.
     */
    @Test
    void testSegmentsOfManyPartitions()
    {
        for (int tenant = 0; tenant < 40; tenant++) {
            append("tenant_id=t%s/timestamp_day=2026-11-21".formatted(tenant), "merged-1-", 1);
        }
        segments(79);
        assertThat(plan(Duration.ZERO)).as("segments").isEmpty();
        segments(1);
        assertThat(plan(Duration.ZERO)).singleElement().satisfies(plan -> assertThat(plan.inputs()).hasSize(80));
    }

    /**
     * Files are merged when the result is no longer small, and large ones stay.
     */
    @Test
    void testSizes()
    {
        append("merged-1-", 10, 8);
        assertThat(plan(Duration.ZERO)).isEmpty();
        append("merged-1-", 15, 1);
        assertThat(plan(Duration.ZERO)).singleElement().satisfies(plan -> assertThat(plan.bytes()).isEqualTo(34 * MEGABYTE));
        append("merged-2-", 30, 30, 70, 200);
        assertThat(plan(Duration.ZERO)).hasSize(1);
        append("merged-2-", 40);
        assertThat(plan(Duration.ZERO)).extracting(MergePlan::bytes).containsExactlyInAnyOrder(34 * MEGABYTE, 100 * MEGABYTE);
    }

    /**
     * A query opens each file, however small: they do not wait until they are much together.
     */
    @Test
    void testManySmallFiles()
    {
        append("merged-1-", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        assertThat(plan(Duration.ZERO)).isEmpty();
        append("merged-1-", 1);
        assertThat(plan(Duration.ZERO)).singleElement().satisfies(plan -> assertThat(plan.inputs()).hasSize(16));
    }

    /**
     * What was merged twice waits for much, because it is written again only once.
     */
    @Test
    void testManyMiddleFiles()
    {
        append("merged-2-", 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5);
        assertThat(plan(Duration.ZERO)).isEmpty();
        append("merged-2-", 16);
        assertThat(plan(Duration.ZERO)).singleElement().satisfies(plan -> assertThat(plan.inputs()).hasSize(17));
    }

    /**
     * Of a partition that gets no more files one file is made, whatever the sizes.
     */
    @Test
    void testCompletePartition()
    {
        append("merged-1-", 1, 20, 70);
        assertThat(plan(Duration.ZERO)).isEmpty();
        assertThat(plan(HOUR)).singleElement().satisfies(plan -> assertThat(plan.bytes()).isEqualTo(21 * MEGABYTE));
    }

    /**
     * A row is written again three times at most.
     */
    @Test
    void testLevels()
    {
        append("merged-3-", 10, 10, 10);
        assertThat(plan(Duration.ZERO)).isEmpty();
        assertThat(plan(HOUR)).isEmpty();
        append("merged-2-", 40, 40, 40);
        List<MergePlan> plans = plan(Duration.ZERO);
        assertThat(plans).singleElement().satisfies(plan -> assertThat(plan.inputs()).hasSize(3));
        assertThat(MergeLevel.name(plans.get(0).inputs(), "0".repeat(32), 7)).isEqualTo("merged-3-00000000000000000000000000000000-00007.parquet");
    }

    /**
     * Files of more rows than a merge takes are not planned: it would write one of them again, alone.
     */
    @Test
    void testRows()
    {
        append(MergePolicy.ROWS_MAX - 1, TODAY, "merged-1-", 10, 10);
        assertThat(plan(HOUR)).isEmpty();
        append(1, TODAY, "merged-1-", 10);
        assertThat(plan(HOUR)).singleElement().satisfies(plan -> assertThat(plan.rows()).isEqualTo(MergePolicy.ROWS_MAX));
    }

    private List<MergePlan> plan(Duration later)
    {
        return new MergePlanner(MergePolicy.DEFAULT).plan(table, Instant.now().plus(later));
    }

    private void segments(int count)
    {
        PartitionSpec unpartitioned = table.specs().values().stream().filter(PartitionSpec::isUnpartitioned).findFirst().orElseThrow();
        AppendFiles append = table.newFastAppend();
        for (int i = 0; i < count; i++) {
            append.appendFile(DataFiles.builder(unpartitioned).withPath("memory:merge/segment-%s.parquet".formatted(files++)).withFormat(FileFormat.PARQUET).withFileSizeInBytes(MEGABYTE / 4).withRecordCount(1_000).build());
        }
        append.commit();
        table.refresh();
    }

    private void append(String prefix, int... megabytes)
    {
        append(1_000, TODAY, prefix, megabytes);
    }

    private void append(String partition, String prefix, int... megabytes)
    {
        append(1_000, partition, prefix, megabytes);
    }

    private void append(long rows, String partition, String prefix, int... megabytes)
    {
        AppendFiles append = table.newFastAppend();
        for (int size : megabytes) {
            DataFile file = DataFiles.builder(table.spec())
                    .withPath("memory:merge/%s%032x-%05d.parquet".formatted(prefix, files++, 0))
                    .withPartitionPath(partition)
                    .withFormat(FileFormat.PARQUET)
                    .withFileSizeInBytes(size * MEGABYTE)
                    .withRecordCount(rows)
                    .withSortOrder(table.sortOrder())
                    .build();
            append.appendFile(file);
        }
        append.commit();
        table.refresh();
    }
}
