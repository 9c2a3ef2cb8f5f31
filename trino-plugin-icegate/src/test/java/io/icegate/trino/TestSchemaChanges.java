package io.icegate.trino;

import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

import java.nio.file.Path;
import java.util.List;

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
    private TrinoLake lake;

    @BeforeAll
    void start(@TempDir Path folder)
            throws Exception
    {
        lake = new TrinoLake(folder);
    }

    @AfterAll
    void stop()
            throws Exception
    {
        lake.close();
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
            String namespace = lake.namespace();
            WalFixture.Logs logs = lake.fixture().createLogs(namespace);
            logs.append("acme", 1, 3);
            lake.sql(change.formatted(namespace, namespace));
            // written before the receiver has seen the change, and after
            logs.append("acme", 4, 6);
            assertThat(lake.numbers(namespace + ".logs")).as(change).isEqualTo(TrinoLake.range(1, 6));
            logs.commit();
            // as a receiver does at its start
            lake.fixture().createLogs(namespace).append("acme", 7, 9);
            assertThat(lake.numbers(namespace + ".logs")).as(change).isEqualTo(TrinoLake.range(1, 9));
            List<List<Object>> live = lake.rows("SELECT * FROM %s.logs ORDER BY time_unix_nano".formatted(namespace));
            logs.commit();
            assertThat(lake.rows("SELECT * FROM %s.logs ORDER BY time_unix_nano".formatted(namespace))).as(change).usingRecursiveComparison().isEqualTo(live);
        }
    }

    @Test
    void testE20WidenedColumn()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 3);
        logs.commit();
        logs.append("acme", 4, 6);
        lake.sql("ALTER TABLE %s.logs ALTER COLUMN severity_number SET DATA TYPE bigint".formatted(namespace));
        lake.fixture().createLogs(namespace).append("acme", 7, 9);
        assertThat(lake.rows("SELECT severity_number FROM %s.logs WHERE severity_number > BIGINT '5' ORDER BY 1".formatted(namespace)))
                .containsExactly(List.of(6L), List.of(7L), List.of(8L), List.of(9L), List.of(10L));
    }

    /**
     * Trino makes what is inside of lists and maps optional. No value may change by that, neither of old rows nor of new ones. The
     * time of ingest is left out: it is that of the segment.
     */
    @Test
    void testReplacedTableHasTheSameValues()
    {
        String replaced = lake.namespace();
        String untouched = lake.namespace();
        List<String> columns = lake.fixture().createLogs(untouched).table().schema().columns().stream()
                .map(NestedField::name)
                .filter(name -> !name.equals("ingest_time"))
                .toList();
        String select = "SELECT %s FROM %%s.logs ORDER BY time_unix_nano".formatted(String.join(", ", columns));
        lake.fixture().createLogs(replaced).append("acme", 1, 6);
        lake.fixture().createLogs(untouched).append("acme", 1, 6);
        lake.sql("CREATE OR REPLACE TABLE %1$s.logs AS SELECT * FROM %1$s.logs".formatted(replaced));
        assertThat(lake.rows(select.formatted(replaced))).usingRecursiveComparison().isEqualTo(lake.rows(select.formatted(untouched)));

        WalFixture.Logs logs = lake.fixture().createLogs(replaced);
        logs.append("acme", 7, 12);
        lake.fixture().createLogs(untouched).append("acme", 7, 12);
        List<List<Object>> expected = lake.rows(select.formatted(untouched));
        assertThat(lake.rows(select.formatted(replaced))).as("live").usingRecursiveComparison().isEqualTo(expected);
        logs.commit();
        assertThat(lake.rows(select.formatted(replaced))).as("committed").usingRecursiveComparison().isEqualTo(expected);
        lake.sql("ALTER TABLE %s.logs EXECUTE optimize".formatted(replaced));
        assertThat(lake.rows(select.formatted(replaced))).as("compacted").usingRecursiveComparison().isEqualTo(expected);
        assertThat(lake.rows("SELECT count_if(any_match(resource_entity_refs, ref -> ref IS NULL)), count_if(cardinality(resource_entity_refs) = 1) FROM %s.logs".formatted(replaced)))
                .containsExactly(List.of(0L, 8L));
    }

    @Test
    void testChangesThatReceiversCannotFollow()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 3);
        String prefix = "Cannot commit table %s: ".formatted(logs.table().location());
        assertRefused("ALTER TABLE %s.logs DROP COLUMN severity_number".formatted(namespace), prefix + "receivers need column 'severity_number'");
        assertRefused("ALTER TABLE %s.logs RENAME COLUMN tenant_id TO tenant".formatted(namespace), prefix + "receivers need column 'tenant_id'");
        assertRefused("ALTER TABLE %s.logs ADD COLUMN resource_entity_refs.element.extra varchar".formatted(namespace), prefix + "column 'resource_entity_refs' would be ");
        assertRefused("ALTER TABLE %s.logs DROP COLUMN resource_entity_refs.element.type".formatted(namespace), prefix + "column 'resource_entity_refs' would be ");
        assertRefused("ALTER TABLE %s.logs SET PROPERTIES format_version = 3".formatted(namespace), prefix + "its format version is 3 and a table with a WAL needs 2");
        assertRefused("ALTER TABLE %s.logs ADD COLUMN team varchar NOT NULL".formatted(namespace), "This connector does not support adding not null columns");
        assertThat(lake.numbers(namespace + ".logs")).isEqualTo(TrinoLake.range(1, 3));
        logs.append("acme", 4, 6);
        logs.commit();
        assertThat(lake.numbers(namespace + ".logs")).isEqualTo(TrinoLake.range(1, 6));
    }

    /**
     * No rule of ours holds for a table that no receiver writes to.
     */
    @Test
    void testOrdinaryTables()
    {
        lake.sql("CREATE SCHEMA ordinary");
        lake.sql("CREATE TABLE ordinary.t AS SELECT BIGINT '1' time_unix_nano, 'a' tenant_id");
        lake.sql("ALTER TABLE ordinary.t RENAME COLUMN tenant_id TO b");
        lake.sql("ALTER TABLE ordinary.t DROP COLUMN b");
        lake.sql("CREATE OR REPLACE TABLE ordinary.t AS SELECT 2 a");
        lake.sql("ALTER TABLE ordinary.t SET PROPERTIES format_version = 3");
        assertThat(lake.rows("SELECT a FROM ordinary.t")).containsExactly(List.of(2));
    }

    private void assertRefused(String statement, String message)
    {
        assertThatThrownBy(() -> lake.sql(statement)).as(statement).hasMessageStartingWith(message);
    }
}
