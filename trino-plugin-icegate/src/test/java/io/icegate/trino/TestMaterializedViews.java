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
 * Materialized views over a table with live rows: a refresh misses none, a view is not fresh while rows wait, and the table
 * that holds the rows of a view is nobody's business.
 */
@TestInstance(PER_CLASS)
@Execution(SAME_THREAD)
final class TestMaterializedViews
{
    private TrinoLake lake;

    @BeforeAll
    void start(@TempDir Path folder)
            throws Exception
    {
        lake = new TrinoLake(folder);
        lake.addCatalog("careful", Map.of("icegate.row-level-changes", "FAIL"));
    }

    @AfterAll
    void stop()
            throws Exception
    {
        lake.close();
    }

    @Test
    void testE22RefreshReadsLiveRows()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("refreshed");
        lake.sql("CREATE MATERIALIZED VIEW refreshed.numbers AS SELECT time_unix_nano number FROM refreshed.logs");
        logs.append("acme", 1, 10);
        logs.commit();
        logs.append("acme", 11, 17);
        lake.sql("REFRESH MATERIALIZED VIEW refreshed.numbers");
        assertThat(numbers("SELECT number FROM refreshed.numbers ORDER BY 1")).isEqualTo(TrinoLake.range(1, 17));
        logs.append("acme", 18, 20);
        lake.sql("REFRESH MATERIALIZED VIEW refreshed.numbers");
        assertThat(numbers("SELECT number FROM refreshed.numbers ORDER BY 1")).isEqualTo(TrinoLake.range(1, 20));
        // nothing waits and nothing has changed
        lake.sql("REFRESH MATERIALIZED VIEW refreshed.numbers");
        assertThat(numbers("SELECT number FROM refreshed.numbers ORDER BY 1")).isEqualTo(TrinoLake.range(1, 20));
    }

    /**
     * Of a table that has no snapshot yet.
     */
    @Test
    void testFirstRefreshReadsLiveRows()
    {
        lake.fixture().createLogs("first").append("acme", 1, 4);
        lake.sql("CREATE MATERIALIZED VIEW first.numbers AS SELECT time_unix_nano number FROM first.logs");
        lake.sql("REFRESH MATERIALIZED VIEW first.numbers");
        assertThat(numbers("SELECT number FROM first.numbers ORDER BY 1")).isEqualTo(TrinoLake.range(1, 4));
    }

    @Test
    void testRefreshOfSelfJoinAndTwoTables()
    {
        WalFixture.Logs left = lake.fixture().createLogs("lefty");
        WalFixture.Logs right = lake.fixture().createLogs("righty");
        left.append("acme", 1, 3);
        left.commit();
        left.append("acme", 4, 6);
        right.append("acme", 2, 5);
        lake.sql(
                """
                CREATE MATERIALIZED VIEW lefty.joined AS
                SELECT a.time_unix_nano number
                FROM lefty.logs a JOIN righty.logs b ON a.time_unix_nano = b.time_unix_nano JOIN lefty.logs c ON a.time_unix_nano = c.time_unix_nano""");
        lake.sql("REFRESH MATERIALIZED VIEW lefty.joined");
        assertThat(numbers("SELECT number FROM lefty.joined ORDER BY 1")).isEqualTo(TrinoLake.range(2, 5));
    }

    /**
     * A view that may be a day old is answered from its table, another one with the live rows.
     */
    @Test
    void testE26NotFreshWhileRowsWait()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("waiting");
        logs.append("acme", 1, 3);
        lake.sql("CREATE MATERIALIZED VIEW waiting.numbers GRACE PERIOD INTERVAL '0' SECOND AS SELECT time_unix_nano number FROM waiting.logs");
        lake.sql("CREATE MATERIALIZED VIEW waiting.lenient GRACE PERIOD INTERVAL '1' DAY AS SELECT time_unix_nano number FROM waiting.logs");
        lake.sql("REFRESH MATERIALIZED VIEW waiting.numbers");
        lake.sql("REFRESH MATERIALIZED VIEW waiting.lenient");
        assertThat(freshness("waiting", "numbers")).isEqualTo("FRESH");
        logs.append("acme", 4, 5);
        assertThat(freshness("waiting", "numbers")).isEqualTo("STALE");
        assertThat(lake.value("SELECT last_fresh_time <= now() FROM system.metadata.materialized_views WHERE catalog_name = 'icegate' AND schema_name = 'waiting' AND name = 'numbers'")).isEqualTo(true);
        assertThat(numbers("SELECT number FROM waiting.numbers ORDER BY 1")).isEqualTo(TrinoLake.range(1, 5));
        assertThat(numbers("SELECT number FROM waiting.lenient ORDER BY 1")).isEqualTo(TrinoLake.range(1, 3));
        logs.commit();
        assertThat(freshness("waiting", "numbers")).isEqualTo("STALE");
        lake.sql("REFRESH MATERIALIZED VIEW waiting.numbers");
        assertThat(freshness("waiting", "numbers")).isEqualTo("FRESH");
    }

    /**
     * Where the connector may not commit, a refresh says so instead of leaving rows out.
     */
    @Test
    void testRefreshThatMayNotCommit()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("careful");
        logs.append("acme", 1, 3);
        lake.sql("CREATE MATERIALIZED VIEW careful.careful.numbers AS SELECT time_unix_nano number FROM careful.careful.logs");
        assertThatThrownBy(() -> lake.sql("REFRESH MATERIALIZED VIEW careful.careful.numbers"))
                .hasMessage("Cannot refresh a materialized view of table careful.logs: 3 of its rows are not committed yet; CALL careful.system.commit_wal('careful', 'logs') first");
        lake.sql("CALL careful.system.commit_wal('careful', 'logs')");
        lake.sql("REFRESH MATERIALIZED VIEW careful.careful.numbers");
        assertThat(numbers("SELECT number FROM careful.careful.numbers ORDER BY 1")).isEqualTo(TrinoLake.range(1, 3));
    }

    @Test
    void testStorageIsHidden()
    {
        lake.fixture().createLogs("hidden").append("acme", 1, 3);
        lake.sql("CREATE TABLE hidden.st_0123456789abcdef0123456789abcdef AS SELECT 1 a");
        lake.sql("CREATE SCHEMA storage");
        lake.sql("CREATE MATERIALIZED VIEW hidden.here AS SELECT time_unix_nano number FROM hidden.logs");
        lake.sql("CREATE MATERIALIZED VIEW hidden.there WITH (storage_schema = 'storage') AS SELECT time_unix_nano number FROM hidden.logs");
        lake.sql("REFRESH MATERIALIZED VIEW hidden.here");
        lake.sql("REFRESH MATERIALIZED VIEW hidden.there");
        List<Object> visible = List.of("here", "logs", "st_0123456789abcdef0123456789abcdef", "there");
        assertThat(lake.column("SHOW TABLES FROM hidden")).containsExactlyInAnyOrderElementsOf(visible);
        assertThat(lake.column("SHOW TABLES FROM storage")).isEmpty();
        assertThat(lake.column("SELECT table_name FROM information_schema.tables WHERE table_schema IN ('hidden', 'storage')")).containsExactlyInAnyOrderElementsOf(visible);
        assertThat(lake.column("SELECT table_name FROM system.jdbc.tables WHERE table_cat = 'icegate' AND table_schem IN ('hidden', 'storage')")).containsExactlyInAnyOrderElementsOf(visible);
        assertThat(lake.column("SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema IN ('hidden', 'storage')")).containsExactlyInAnyOrderElementsOf(visible);
        assertThat(lake.column("SELECT table_name FROM icegate.system.iceberg_tables WHERE table_schema IN ('hidden', 'storage')")).containsExactlyInAnyOrder("logs", "st_0123456789abcdef0123456789abcdef");
        assertThat(numbers("SELECT number FROM hidden.there ORDER BY 1")).isEqualTo(TrinoLake.range(1, 3));
        lake.sql("ALTER MATERIALIZED VIEW hidden.there RENAME TO hidden.elsewhere");
        assertThat(lake.column("SHOW TABLES FROM storage")).isEmpty();
        assertThat(lake.fixture().tables("storage")).hasSize(1);
        lake.sql("DROP MATERIALIZED VIEW hidden.elsewhere");
        assertThat(lake.fixture().tables("storage")).isEmpty();
        lake.sql("DROP SCHEMA storage");
        lake.sql("DROP SCHEMA hidden CASCADE");
    }

    private String freshness(String schema, String view)
    {
        return (String) lake.value("SELECT freshness FROM system.metadata.materialized_views WHERE catalog_name = 'icegate' AND schema_name = '%s' AND name = '%s'".formatted(schema, view));
    }

    private List<Long> numbers(String query)
    {
        return lake.column(query).stream().map(Long.class::cast).toList();
    }

    @Test
    void testLifeOfAView()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 3);
        logs.commit();
        lake.sql("CREATE MATERIALIZED VIEW %1$s.summary AS SELECT tenant_id, count(*) rows FROM %1$s.logs GROUP BY 1".formatted(namespace));
        lake.sql("REFRESH MATERIALIZED VIEW %s.summary".formatted(namespace));
        assertThat(lake.rows("SELECT * FROM %s.summary".formatted(namespace))).containsExactly(List.of("acme", 3L));
        lake.sql("CREATE OR REPLACE MATERIALIZED VIEW %1$s.summary AS SELECT count(*) rows FROM %1$s.logs".formatted(namespace));
        lake.sql("REFRESH MATERIALIZED VIEW %s.summary".formatted(namespace));
        assertThat(lake.rows("SELECT * FROM %s.summary".formatted(namespace))).containsExactly(List.of(3L));
        lake.sql("COMMENT ON COLUMN %s.summary.rows IS 'all of them'".formatted(namespace));
        lake.sql("ALTER MATERIALIZED VIEW %1$s.summary RENAME TO %1$s.totals".formatted(namespace));
        assertThat(lake.rows("SELECT * FROM %s.totals".formatted(namespace))).containsExactly(List.of(3L));
        lake.sql("DROP MATERIALIZED VIEW %s.totals".formatted(namespace));
        assertThat(lake.rows("SHOW TABLES FROM " + namespace)).containsExactly(List.of("logs"));
    }
}
