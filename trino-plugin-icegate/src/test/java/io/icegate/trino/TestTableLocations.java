package io.icegate.trino;

import io.icegate.trino.config.Guard;
import io.trino.Session;
import io.trino.testing.QueryRunner;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

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
    private WalFixture fixture;
    private QueryRunner runner;
    private Session session;

    @BeforeAll
    void start(@TempDir Path temporary)
            throws Exception
    {
        folder = temporary;
        fixture = new WalFixture(folder);
        runner = IceGateQueryRunner.create(folder, EnumSet.noneOf(Guard.class), Map.of("iceberg.remove-orphan-files.min-retention", "0s", "iceberg.register-table-procedure.enabled", "true"));
        session = IceGateQueryRunner.session(IceGateQueryRunner.CATALOG);
    }

    @AfterAll
    void stop()
            throws Exception
    {
        runner.close();
        fixture.close();
    }

    /**
     * The table of a receiver is renamed, the receiver creates it anew, and the old one is dropped.
     */
    @Test
    void testRenameThenCreateThenDrop()
    {
        WalFixture.Logs before = fixture.createLogs("renamed");
        before.append("acme", 1, 3);
        before.commit();
        sql("ALTER TABLE renamed.logs RENAME TO renamed.old");
        WalFixture.Logs after = fixture.createLogs("renamed");
        after.append("acme", 10, 12);
        after.commit();
        after.append("acme", 13, 14);
        sql(REMOVE_ORPHANS.formatted("renamed.old"));
        assertThat(numbers("renamed.logs")).isEqualTo(range(10, 14));
        sql(REMOVE_ORPHANS.formatted("renamed.logs"));
        assertThat(numbers("renamed.old")).isEqualTo(range(1, 3));
        sql("DROP TABLE renamed.old");
        assertThat(numbers("renamed.logs")).isEqualTo(range(10, 14));
        after.commit();
        assertThat(numbers("renamed.logs")).isEqualTo(range(10, 14));
    }

    @Test
    void testRenameThenCreateThenDropInSql()
    {
        sql("CREATE SCHEMA plain");
        sql("CREATE TABLE plain.t AS SELECT BIGINT '1' time_unix_nano");
        sql("ALTER TABLE plain.t RENAME TO plain.old");
        sql("CREATE TABLE plain.t AS SELECT BIGINT '2' time_unix_nano");
        sql("DROP TABLE plain.old");
        sql(REMOVE_ORPHANS.formatted("plain.t"));
        assertThat(numbers("plain.t")).containsExactly(2L);
        sql("CREATE OR REPLACE TABLE plain.t AS SELECT BIGINT '3' time_unix_nano");
        assertThat(numbers("plain.t")).containsExactly(3L);
    }

    /**
     * Two tables change names, as a rebuilt table takes the place of the old one.
     */
    @Test
    void testSwap()
    {
        WalFixture.Logs logs = fixture.createLogs("swapped");
        logs.append("acme", 1, 3);
        sql("CREATE TABLE swapped.rebuilt AS SELECT * FROM swapped.logs");
        sql("ALTER TABLE swapped.logs RENAME TO swapped.old");
        sql("ALTER TABLE swapped.rebuilt RENAME TO swapped.logs");
        sql("DROP TABLE swapped.old");
        assertThat(numbers("swapped.logs")).isEqualTo(range(1, 3));
    }

    /**
     * A schema may be called like a table.
     */
    @Test
    void testSchemaNamedLikeATable()
    {
        WalFixture.Logs logs = fixture.createLogs("nested");
        logs.append("acme", 1, 3);
        logs.commit();
        sql("CREATE SCHEMA \"nested.logs\"");
        sql("CREATE TABLE \"nested.logs\".t AS SELECT BIGINT '1' time_unix_nano");
        sql(REMOVE_ORPHANS.formatted("nested.logs"));
        assertThat(numbers("\"nested.logs\".t")).containsExactly(1L);
        sql("DROP TABLE nested.logs");
        assertThat(numbers("\"nested.logs\".t")).containsExactly(1L);
    }

    @Test
    void testLocationOfALiveTable()
    {
        WalFixture.Logs logs = fixture.createLogs("taken");
        logs.append("acme", 1, 3);
        logs.commit();
        String location = logs.table().location();
        sql("CREATE SCHEMA other");
        for (String taken : List.of(location, location + "/", location + "/data", location.substring(0, location.lastIndexOf('/')), "file:" + folder)) {
            assertThatThrownBy(() -> sql("CREATE TABLE other.t (a bigint) WITH (location = '%s')".formatted(taken))).as(taken).hasMessageMatching(REFUSED);
            assertThatThrownBy(() -> sql("CREATE TABLE other.t WITH (location = '%s') AS SELECT 1 a".formatted(taken))).as(taken).hasMessageMatching(REFUSED);
            assertThatThrownBy(() -> sql("CREATE MATERIALIZED VIEW other.m WITH (location = '%s') AS SELECT 1 a".formatted(taken))).as(taken).hasStackTraceContaining("Cannot use location");
        }
        assertThatThrownBy(() -> sql("CALL icegate.system.register_table('other', 'again', '%s')".formatted(location))).hasMessageMatching("Cannot add table other.again: table \\S+ already exists as taken.logs");
        assertThat(numbers("taken.logs")).isEqualTo(range(1, 3));
    }

    /**
     * A location whose name begins like that of a live table is another location.
     */
    @Test
    void testLocationBesideALiveTable()
    {
        sql("CREATE SCHEMA beside");
        String location = "file:%s/chosen".formatted(folder);
        sql("CREATE TABLE beside.t WITH (location = '%s') AS SELECT BIGINT '1' time_unix_nano".formatted(location));
        sql("CREATE TABLE beside.u WITH (location = '%s-2') AS SELECT BIGINT '2' time_unix_nano".formatted(location));
        sql("DROP TABLE beside.t");
        assertThat(numbers("beside.u")).containsExactly(2L);
        sql("CREATE TABLE beside.t WITH (location = '%s') AS SELECT BIGINT '3' time_unix_nano".formatted(location));
        assertThat(numbers("beside.t")).containsExactly(3L);
    }

    @Test
    void testMaterializedViews()
    {
        fixture.createLogs("views").append("acme", 1, 3);
        sql("CREATE MATERIALIZED VIEW views.m AS SELECT time_unix_nano FROM views.logs");
        sql("REFRESH MATERIALIZED VIEW views.m");
        sql("ALTER MATERIALIZED VIEW views.m RENAME TO views.old");
        sql("CREATE MATERIALIZED VIEW views.m AS SELECT time_unix_nano FROM views.logs");
        sql("REFRESH MATERIALIZED VIEW views.m");
        sql("DROP MATERIALIZED VIEW views.old");
        assertThat(numbers("views.m")).isEqualTo(range(1, 3));
        sql("CREATE OR REPLACE MATERIALIZED VIEW views.m AS SELECT time_unix_nano + 1 time_unix_nano FROM views.logs");
        sql("REFRESH MATERIALIZED VIEW views.m");
        assertThat(numbers("views.m")).isEqualTo(range(2, 4));
        assertThat(numbers("views.logs")).isEqualTo(range(1, 3));
    }

    private void sql(String statement)
    {
        runner.execute(session, statement);
    }

    private List<Long> numbers(String table)
    {
        return IceGateQueryRunner.rows(runner, session, "SELECT time_unix_nano FROM %s ORDER BY 1".formatted(table)).stream().map(row -> (Long) row.getFirst()).toList();
    }

    private static List<Long> range(long first, long last)
    {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }
}
