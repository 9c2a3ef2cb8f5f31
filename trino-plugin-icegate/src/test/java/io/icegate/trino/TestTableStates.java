package io.icegate.trino;

import io.icegate.wal.format.LogBatch;
import org.apache.iceberg.BaseTable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;
import static org.junit.jupiter.api.parallel.ExecutionMode.SAME_THREAD;

/**
 * What one statement says about every table of a warehouse.
 */
@TestInstance(PER_CLASS)
@Execution(SAME_THREAD)
final class TestTableStates
{
    private static final String STATE = "SELECT committed_files, committed_rows, live_segments, live_rows, corrupt_writers, problem FROM icegate.system.table_states WHERE table_schema = '%s' AND table_name = '%s'";

    private Path folder;
    private TrinoLake lake;

    @BeforeAll
    void start(@TempDir Path temporary)
            throws Exception
    {
        folder = temporary;
        lake = new TrinoLake(folder);
    }

    @AfterAll
    void stop()
            throws Exception
    {
        lake.close();
    }

    private List<Object> state(String schema, String table)
    {
        List<List<Object>> rows = lake.rows(STATE.formatted(schema, table));
        assertThat(rows).hasSize(1);
        return rows.getFirst();
    }

    @Test
    void testCommittedAndLiveRows()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("some");
        assertThat(state("some", "logs")).isEqualTo(Arrays.asList(0L, 0L, 0L, 0L, 0L, null));
        LogBatch repeated = logs.batch("acme", 1, 3);
        logs.append(repeated);
        logs.append(repeated, logs.batch("acme", 4, 5));
        assertThat(state("some", "logs")).isEqualTo(Arrays.asList(0L, 0L, 2L, 5L, 0L, null));
        assertThat(lake.value("SELECT oldest_live BETWEEN now() - INTERVAL '1' HOUR AND now() + INTERVAL '1' MINUTE FROM icegate.system.table_states WHERE table_schema = 'some'")).isEqualTo(true);
        assertThat(lake.rows("SELECT * FROM icegate.system.table_states WHERE table_schema = 'some'")).hasSize(1);
        logs.commit();
        logs.append("acme", 6, 6);
        assertThat(state("some", "logs").subList(2, 6)).isEqualTo(Arrays.asList(1L, 1L, 0L, null));
        assertThat(state("some", "logs").getFirst()).isEqualTo(lake.value("SELECT count(*) FROM some.\"logs$files\" WHERE content = 0"));
    }

    /**
     * The newest snapshot is not the current one then.
     */
    @Test
    void testRollback()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("back");
        logs.append("acme", 1, 3);
        logs.commit();
        long first = logs.table().currentSnapshot().snapshotId();
        logs.append("acme", 4, 5);
        logs.commit();
        lake.sql("ALTER TABLE back.logs EXECUTE rollback_to_snapshot(%s)".formatted(first));
        assertThat(state("back", "logs")).isEqualTo(Arrays.asList(1L, 3L, 0L, 0L, 0L, null));
    }

    @Test
    void testTablesWithoutWal()
    {
        lake.fixture().createLogs("plain").append("acme", 1, 2);
        lake.sql("CREATE TABLE plain.t AS SELECT 1 a");
        lake.sql("CREATE VIEW plain.v AS SELECT 1 a");
        lake.sql("CREATE MATERIALIZED VIEW plain.m AS SELECT 1 a");
        assertThat(state("plain", "t")).isEqualTo(Arrays.asList(1L, 1L, null, null, null, null));
        assertThat(lake.column("SELECT table_name FROM icegate.system.table_states WHERE table_schema = 'plain' ORDER BY 1")).containsExactly("logs", "t");
    }

    @Test
    void testUnreadableTableHidesNoOther()
            throws Exception
    {
        WalFixture.Logs corrupt = lake.fixture().createLogs("corrupt");
        Path segment = folder.resolve(corrupt.append("acme", 1, 2).header().key().objectKey().value());
        Files.write(segment, new byte[] {1, 2, 3});
        WalFixture.Logs lost = lake.fixture().createLogs("lost");
        Files.delete(Path.of(URI.create(((BaseTable) lost.table()).operations().current().metadataFileLocation()).getPath()));
        assertThat(state("corrupt", "logs")).isEqualTo(Arrays.asList(0L, 0L, 0L, 0L, 1L, null));
        assertThat(state("lost", "logs").subList(0, 5)).containsOnlyNulls();
        assertThat((String) state("lost", "logs").getLast()).isNotBlank();
    }
}
