package io.icegate.trino;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;
import static org.junit.jupiter.api.parallel.ExecutionMode.SAME_THREAD;

/**
 * Statements that move names while tables live: none of them may reach the files of another table.
 */
@TestInstance(PER_CLASS)
@Execution(SAME_THREAD)
final class TestTableLocations
{
    /**
     * Trino looks for files before it asks the catalog.
     */
    private static final String REFUSED = "Cannot (create a table on a non-empty location|use location \\S+ for table \\S+): .*";
    private static final String REMOVE_ORPHANS = "ALTER TABLE %s EXECUTE remove_orphan_files(retention_threshold => '0s')";

    private Path folder;
    private TrinoLake lake;

    @BeforeAll
    void start(@TempDir Path temporary)
            throws Exception
    {
        folder = temporary;
        lake = new TrinoLake(folder, Map.of("iceberg.remove-orphan-files.min-retention", "0s", "iceberg.expire-snapshots.min-retention", "0s", "iceberg.add-files-procedure.enabled", "true", "iceberg.register-table-procedure.enabled", "true"));
    }

    @AfterAll
    void stop()
            throws Exception
    {
        lake.close();
    }

    /**
     * The table of a receiver is renamed, the receiver creates it anew, and the old one is dropped.
     */
    @Test
    void testRenameThenCreateThenDrop()
    {
        WalFixture.Logs before = lake.fixture().createLogs("renamed");
        before.append("acme", 1, 3);
        before.commit();
        lake.sql("ALTER TABLE renamed.logs RENAME TO renamed.old");
        WalFixture.Logs after = lake.fixture().createLogs("renamed");
        after.append("acme", 10, 12);
        after.commit();
        after.append("acme", 13, 14);
        lake.sql(REMOVE_ORPHANS.formatted("renamed.old"));
        assertThat(lake.numbers("renamed.logs")).isEqualTo(TrinoLake.range(10, 14));
        lake.sql(REMOVE_ORPHANS.formatted("renamed.logs"));
        assertThat(lake.numbers("renamed.old")).isEqualTo(TrinoLake.range(1, 3));
        lake.sql("DROP TABLE renamed.old");
        assertThat(lake.numbers("renamed.logs")).isEqualTo(TrinoLake.range(10, 14));
        after.commit();
        assertThat(lake.numbers("renamed.logs")).isEqualTo(TrinoLake.range(10, 14));
    }

    @Test
    void testRenameThenCreateThenDropInSql()
    {
        lake.sql("CREATE SCHEMA plain");
        lake.sql("CREATE TABLE plain.t AS SELECT BIGINT '1' time_unix_nano");
        lake.sql("ALTER TABLE plain.t RENAME TO plain.old");
        lake.sql("CREATE TABLE plain.t AS SELECT BIGINT '2' time_unix_nano");
        lake.sql("DROP TABLE plain.old");
        lake.sql(REMOVE_ORPHANS.formatted("plain.t"));
        assertThat(lake.numbers("plain.t")).containsExactly(2L);
        lake.sql("CREATE OR REPLACE TABLE plain.t AS SELECT BIGINT '3' time_unix_nano");
        assertThat(lake.numbers("plain.t")).containsExactly(3L);
    }

    /**
     * Two tables change names, as a rebuilt table takes the place of the old one.
     */
    @Test
    void testSwap()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("swapped");
        logs.append("acme", 1, 3);
        lake.sql("CREATE TABLE swapped.rebuilt AS SELECT * FROM swapped.logs");
        lake.sql("ALTER TABLE swapped.logs RENAME TO swapped.old");
        lake.sql("ALTER TABLE swapped.rebuilt RENAME TO swapped.logs");
        lake.sql("DROP TABLE swapped.old");
        assertThat(lake.numbers("swapped.logs")).isEqualTo(TrinoLake.range(1, 3));
    }

    /**
     * A schema may be called like a table.
     */
    @Test
    void testSchemaNamedLikeATable()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("nested");
        logs.append("acme", 1, 3);
        logs.commit();
        lake.sql("CREATE SCHEMA \"nested.logs\"");
        lake.sql("CREATE TABLE \"nested.logs\".t AS SELECT BIGINT '1' time_unix_nano");
        lake.sql(REMOVE_ORPHANS.formatted("nested.logs"));
        assertThat(lake.numbers("\"nested.logs\".t")).containsExactly(1L);
        lake.sql("DROP TABLE nested.logs");
        assertThat(lake.numbers("\"nested.logs\".t")).containsExactly(1L);
    }

    @Test
    void testLocationOfALiveTable()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("taken");
        logs.append("acme", 1, 3);
        logs.commit();
        String location = logs.table().location();
        lake.sql("CREATE SCHEMA other");
        for (String taken : List.of(location, location + "/", location + "/data", location.substring(0, location.lastIndexOf('/')), "file:" + folder)) {
            assertThatThrownBy(() -> lake.sql("CREATE TABLE other.t (a bigint) WITH (location = '%s')".formatted(taken))).as(taken).hasMessageMatching(REFUSED);
            assertThatThrownBy(() -> lake.sql("CREATE TABLE other.t WITH (location = '%s') AS SELECT 1 a".formatted(taken))).as(taken).hasMessageMatching(REFUSED);
            assertThatThrownBy(() -> lake.sql("CREATE MATERIALIZED VIEW other.m WITH (location = '%s') AS SELECT 1 a".formatted(taken))).as(taken).hasStackTraceContaining("Cannot use location");
        }
        assertThatThrownBy(() -> lake.sql("CALL icegate.system.register_table('other', 'again', '%s')".formatted(location))).hasMessageMatching("Cannot add table other.again: table \\S+ already exists as taken.logs");
        assertThat(lake.numbers("taken.logs")).isEqualTo(TrinoLake.range(1, 3));
    }

    /**
     * A table deletes what its snapshots no longer need, and so it would delete what it took from another one.
     */
    @Test
    void testFilesOfOthersAreNotAdded()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("shared");
        logs.append("acme", 1, 3);
        lake.sql("CREATE TABLE shared.copy AS SELECT * FROM shared.logs WITH NO DATA");
        String add = "ALTER TABLE shared.copy EXECUTE add_files(location => '%s', format => 'PARQUET', recursive_directory => 'TRUE')";
        String wal = "file:%s/_wal/v1/%s".formatted(folder, logs.uuid());
        assertThatThrownBy(() -> {
            lake.sql(add.formatted(wal));
            lake.sql("DELETE FROM shared.copy");
            lake.sql("ALTER TABLE shared.copy EXECUTE expire_snapshots(retention_threshold => '0s')");
        }).hasMessageMatching("Cannot add files of %s to table shared.copy: they belong to \\S+/_wal, and .*".formatted(wal));
        logs.commit();
        lake.sql("ALTER TABLE shared.logs EXECUTE optimize");
        assertThatThrownBy(() -> lake.sql(add.formatted(logs.table().location()))).hasMessageContaining("they belong to shared.logs");
        assertThatThrownBy(() -> lake.sql(add.formatted("file:%s/shared".formatted(folder)))).hasMessageContaining("they belong to shared.");
        assertThat(lake.numbers("shared.logs")).isEqualTo(TrinoLake.range(1, 3));
    }

    /**
     * A location whose name begins like that of a live table is another location.
     */
    @Test
    void testLocationBesideALiveTable()
    {
        lake.sql("CREATE SCHEMA beside");
        String location = "file:%s/chosen".formatted(folder);
        lake.sql("CREATE TABLE beside.t WITH (location = '%s') AS SELECT BIGINT '1' time_unix_nano".formatted(location));
        lake.sql("CREATE TABLE beside.u WITH (location = '%s-2') AS SELECT BIGINT '2' time_unix_nano".formatted(location));
        lake.sql("DROP TABLE beside.t");
        assertThat(lake.numbers("beside.u")).containsExactly(2L);
        lake.sql("CREATE TABLE beside.t WITH (location = '%s') AS SELECT BIGINT '3' time_unix_nano".formatted(location));
        assertThat(lake.numbers("beside.t")).containsExactly(3L);
    }

    @Test
    void testMaterializedViews()
    {
        lake.fixture().createLogs("views").append("acme", 1, 3);
        lake.sql("CREATE MATERIALIZED VIEW views.m AS SELECT time_unix_nano FROM views.logs");
        lake.sql("REFRESH MATERIALIZED VIEW views.m");
        lake.sql("ALTER MATERIALIZED VIEW views.m RENAME TO views.old");
        lake.sql("CREATE MATERIALIZED VIEW views.m AS SELECT time_unix_nano FROM views.logs");
        lake.sql("REFRESH MATERIALIZED VIEW views.m");
        lake.sql("DROP MATERIALIZED VIEW views.old");
        assertThat(lake.numbers("views.m")).isEqualTo(TrinoLake.range(1, 3));
        lake.sql("CREATE OR REPLACE MATERIALIZED VIEW views.m AS SELECT time_unix_nano + 1 time_unix_nano FROM views.logs");
        lake.sql("REFRESH MATERIALIZED VIEW views.m");
        assertThat(lake.numbers("views.m")).isEqualTo(TrinoLake.range(2, 4));
        assertThat(lake.numbers("views.logs")).isEqualTo(TrinoLake.range(1, 3));
    }
}
