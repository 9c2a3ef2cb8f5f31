package io.icegate.trino;

import io.icegate.maintenance.merge.MergePlan;
import io.icegate.maintenance.upkeep.OptimizeStatement;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

/**
 * The statements that maintenance has for Trino, and what a commit of a receiver means to a statement that replaces a table.
 */
@TestInstance(PER_CLASS)
final class TestEngineRewrite
{
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    /**
     * Files of the largest plan.
     */
    private static final int FILES_MAX = 512;

    private TrinoLake lake;
    private ExecutorService executor;

    @BeforeAll
    void start(@TempDir Path folder)
            throws Exception
    {
        lake = new TrinoLake(folder);
        executor = Executors.newCachedThreadPool();
    }

    @AfterAll
    void stop()
            throws Exception
    {
        executor.shutdownNow();
        lake.close();
    }

    /**
     * Segments lie in no partition, and files of partitions lie beside them. The files of the plan are rewritten, and no others.
     */
    @Test
    void testFilesOfAPlan()
            throws Exception
    {
        WalFixture.Logs logs = lake.fixture().createLogs(lake.namespace());
        for (int number = 1; number <= 6; number++) {
            logs.append("acme", number, number);
        }
        logs.commit();
        Table table = logs.table();
        List<DataFile> segments = files(table);
        assertThat(segments).hasSize(6);
        lake.sql(OptimizeStatement.of(IceGateQueryRunner.CATALOG, table, plan(table, segments.subList(0, 3))));
        lake.sql(OptimizeStatement.of(IceGateQueryRunner.CATALOG, table, plan(table, segments.subList(3, 5))));
        table.refresh();
        List<DataFile> mixed = files(table);
        assertThat(mixed).as("two files of the partition and a segment").hasSize(3).extracting(DataFile::location).contains(segments.get(5).location());

        List<DataFile> merged = new ArrayList<>(mixed.stream().filter(file -> file.specId() == table.spec().specId()).toList());
        assertThat(merged).hasSize(2);
        while (merged.size() < FILES_MAX) {
            // a plan that is late names files that are gone
            merged.add(DataFiles.builder(table.spec()).copy(merged.getFirst()).withPath("%s/data/it's gone %s.parquet".formatted(table.location(), merged.size())).build());
        }
        lake.sql(OptimizeStatement.of(IceGateQueryRunner.CATALOG, table, plan(table, merged)));
        table.refresh();
        assertThat(files(table)).hasSize(2).extracting(DataFile::location).contains(segments.get(5).location());
        assertThat(lake.numbers(logs.name())).isEqualTo(TrinoLake.range(1, 6));

        lake.sql(OptimizeStatement.of(IceGateQueryRunner.CATALOG, table));
        table.refresh();
        assertThat(files(table)).hasSize(1);
        assertThat(lake.numbers(logs.name())).isEqualTo(TrinoLake.range(1, 6));
    }

    private static MergePlan plan(Table table, List<DataFile> files)
    {
        Snapshot snapshot = table.currentSnapshot();
        return new MergePlan(snapshot.snapshotId(), snapshot.sequenceNumber(), files.stream().map(file -> new MergePlan.Input(file, List.of())).toList(), Instant.EPOCH, "test");
    }

    private static List<DataFile> files(Table table)
            throws Exception
    {
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            tasks.forEach(task -> files.add(task.file().copy()));
        }
        return files;
    }

    /**
     * K12: rows that were committed while the statement ran, which cannot have read them.
     */
    @Test
    void testReplacementThatTakesLongerThanACommit()
            throws Exception
    {
        WalFixture.Logs logs = lake.fixture().createLogs(lake.namespace());
        logs.append("acme", 1, 3);
        logs.commit();
        String slowly = "(SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x) CROSS JOIN UNNEST(sequence(1, 2000)) b(y) WHERE x * y = -1) = 0";
        Future<?> running = executor.submit(() -> lake.sql("CREATE OR REPLACE TABLE %1$s AS SELECT * FROM %1$s WHERE time_unix_nano <> 2 AND %2$s".formatted(logs.name(), slowly)));
        awaitRunning(logs.name(), running);
        logs.append("acme", 10, 11);
        logs.commit();
        assertThatThrownBy(running::get).cause()
                .hasMessageStartingWith("Cannot replace table ")
                .hasMessageContaining("it was changed while the statement ran")
                .hasMessageContaining("use DELETE and INSERT instead");
        assertThat(lake.numbers(logs.name())).containsExactly(1L, 2L, 3L, 10L, 11L);
        lake.sql("CREATE OR REPLACE TABLE %1$s AS SELECT * FROM %1$s WHERE time_unix_nano <> 2".formatted(logs.name()));
        assertThat(lake.numbers(logs.name())).containsExactly(1L, 3L, 10L, 11L);
    }

    /**
     * A statement that runs has been planned, and has begun to replace the table.
     */
    private void awaitRunning(String table, Future<?> running)
            throws Exception
    {
        Instant deadline = Instant.now().plus(DEADLINE);
        while (lake.rows("SELECT 1 FROM system.runtime.queries WHERE state = 'RUNNING' AND query LIKE 'CREATE OR REPLACE TABLE %s%%'".formatted(table)).isEmpty()) {
            assertThat(running).isNotDone();
            assertThat(Instant.now()).isBefore(deadline);
            MILLISECONDS.sleep(5);
        }
    }
}
