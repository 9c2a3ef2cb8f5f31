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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;
import static org.junit.jupiter.api.parallel.ExecutionMode.SAME_THREAD;

/**
 * ALTER TABLE on a table that receivers write to: a change that they can follow passes, and rows keep arriving and are read
 * live and committed; any other is refused in one sentence.
 */
@TestInstance(PER_CLASS)
@Execution(SAME_THREAD)
final class TestSchemaChanges
{
    private final AtomicInteger namespaces = new AtomicInteger();
    private WalFixture fixture;
    private QueryRunner runner;
    private Session session;

    @BeforeAll
    void start(@TempDir Path folder)
            throws Exception
    {
        fixture = new WalFixture(folder);
        runner = IceGateQueryRunner.create(folder, EnumSet.noneOf(Guard.class), Map.of());
        session = IceGateQueryRunner.session(IceGateQueryRunner.CATALOG);
    }

    @AfterAll
    void stop()
            throws Exception
    {
        runner.close();
        fixture.close();
    }

    @Test
    void testChangesThatReceiversFollow()
    {
        String table = "%s.logs";
        for (String change : List.of(
                "ALTER TABLE " + table + " ALTER COLUMN severity_number SET DATA TYPE bigint",
                "ALTER TABLE " + table + " ALTER COLUMN time_unix_nano DROP NOT NULL",
                "ALTER TABLE " + table + " ADD COLUMN team varchar",
                "ALTER TABLE " + table + " ADD COLUMN owner row(name varchar, age integer)",
                "ALTER TABLE " + table + " SET PROPERTIES partitioning = ARRAY['day(timestamp)']",
                "ALTER TABLE " + table + " SET PROPERTIES sorted_by = ARRAY['timestamp']",
                "COMMENT ON COLUMN " + table + ".body IS 'mine'",
                "CREATE OR REPLACE TABLE " + table + " AS SELECT * FROM " + table)) {
            String namespace = namespace();
            WalFixture.Logs logs = fixture.createLogs(namespace);
            logs.append("acme", 1, 3);
            sql(change.formatted(namespace, namespace));
            // written before the receiver has seen the change, and after
            logs.append("acme", 4, 6);
            assertThat(numbers(namespace)).as(change).isEqualTo(range(1, 6));
            logs.commit();
            // as a receiver does at its start
            fixture.createLogs(namespace).append("acme", 7, 9);
            assertThat(numbers(namespace)).as(change).isEqualTo(range(1, 9));
            List<List<Object>> live = rows("SELECT * FROM %s.logs ORDER BY time_unix_nano".formatted(namespace));
            logs.commit();
            assertThat(rows("SELECT * FROM %s.logs ORDER BY time_unix_nano".formatted(namespace))).as(change).usingRecursiveComparison().isEqualTo(live);
        }
    }

    @Test
    void testWidenedColumn()
    {
        String namespace = namespace();
        WalFixture.Logs logs = fixture.createLogs(namespace);
        logs.append("acme", 1, 3);
        logs.commit();
        logs.append("acme", 4, 6);
        sql("ALTER TABLE %s.logs ALTER COLUMN severity_number SET DATA TYPE bigint".formatted(namespace));
        fixture.createLogs(namespace).append("acme", 7, 9);
        assertThat(rows("SELECT severity_number FROM %s.logs WHERE severity_number > BIGINT '5' ORDER BY 1".formatted(namespace)))
                .containsExactly(List.of(6L), List.of(7L), List.of(8L), List.of(9L), List.of(10L));
    }

    @Test
    void testChangesThatReceiversCannotFollow()
    {
        String namespace = namespace();
        WalFixture.Logs logs = fixture.createLogs(namespace);
        logs.append("acme", 1, 3);
        String prefix = "Cannot commit table %s: ".formatted(logs.table().location());
        assertRefused("ALTER TABLE %s.logs DROP COLUMN severity_number".formatted(namespace), prefix + "receivers need column 'severity_number'");
        assertRefused("ALTER TABLE %s.logs RENAME COLUMN tenant_id TO tenant".formatted(namespace), prefix + "receivers need column 'tenant_id'");
        assertRefused("ALTER TABLE %s.logs ADD COLUMN resource_entity_refs.element.extra varchar".formatted(namespace), prefix + "column 'resource_entity_refs' would be ");
        assertRefused("ALTER TABLE %s.logs DROP COLUMN resource_entity_refs.element.type".formatted(namespace), prefix + "column 'resource_entity_refs' would be ");
        assertRefused("ALTER TABLE %s.logs SET PROPERTIES format_version = 3".formatted(namespace), prefix + "its format version is 3 and a table with a WAL needs 2");
        assertRefused("ALTER TABLE %s.logs ADD COLUMN team varchar NOT NULL".formatted(namespace), "This connector does not support adding not null columns");
        assertThat(numbers(namespace)).isEqualTo(range(1, 3));
        logs.append("acme", 4, 6);
        logs.commit();
        assertThat(numbers(namespace)).isEqualTo(range(1, 6));
    }

    /**
     * No rule of ours holds for a table that no receiver writes to.
     */
    @Test
    void testOrdinaryTables()
    {
        sql("CREATE SCHEMA ordinary");
        sql("CREATE TABLE ordinary.t AS SELECT BIGINT '1' time_unix_nano, 'a' tenant_id");
        sql("ALTER TABLE ordinary.t RENAME COLUMN tenant_id TO b");
        sql("ALTER TABLE ordinary.t DROP COLUMN b");
        sql("CREATE OR REPLACE TABLE ordinary.t AS SELECT 2 a");
        sql("ALTER TABLE ordinary.t SET PROPERTIES format_version = 3");
        assertThat(rows("SELECT a FROM ordinary.t")).containsExactly(List.of(2));
    }

    private void assertRefused(String statement, String message)
    {
        assertThatThrownBy(() -> sql(statement)).as(statement).hasMessageStartingWith(message);
    }

    private String namespace()
    {
        return "changed" + namespaces.incrementAndGet();
    }

    private void sql(String statement)
    {
        runner.execute(session, statement);
    }

    private List<List<Object>> rows(String query)
    {
        return IceGateQueryRunner.rows(runner, session, query);
    }

    private List<Long> numbers(String namespace)
    {
        return rows("SELECT time_unix_nano FROM %s.logs ORDER BY 1".formatted(namespace)).stream().map(row -> (Long) row.getFirst()).toList();
    }

    private static List<Long> range(long first, long last)
    {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }
}
